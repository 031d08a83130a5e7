"""Objects, lists and conversations as lines that people read: no brackets, a path before each value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

_MOST = 400
"""Lines of one value."""


def is_nested(kind: str) -> bool:
    """Is DuckDB's type ``kind`` one of objects and lists?"""
    return kind == "JSON" or kind.startswith(("STRUCT", "MAP")) or kind.endswith("]")


def readable(value: object) -> object:
    """Return an object or a list, or the JSON text of one, as text of several lines; anything else as it is.

    A list of messages (``role`` and ``content``) reads like a conversation.
    """
    found = _parsed(value) if isinstance(value, str) else value
    if not isinstance(found, (Mapping, list, tuple)) or not found:
        return value
    lines = list(_conversation(found) if _is_conversation(found) else _lines("", found))
    more = len(lines) - _MOST
    return "\n".join([*lines[:_MOST], *([f"… {more:,} more"] if more > 0 else [])])


def _parsed(text: str) -> Any:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text, object_pairs_hook=_pairs)
    except (ValueError, RecursionError):
        return None  # shown as it stands


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a key stands twice: both are shown, in the text as it stands")
    return dict(pairs)


def _is_conversation(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(each, Mapping) and "role" in each and "content" in each for each in value)


def _conversation(messages: Any) -> Iterator[str]:
    for each in messages:
        content = each["content"]
        if isinstance(content, str) or content is None:
            yield f"{each['role']}: {content if content is not None else '–'}"
        else:
            yield f"{each['role']}:"
            yield from _lines("", content)
        rest = {name: value for name, value in each.items() if name not in ("role", "content") and value is not None}
        if rest:
            yield from _lines("", rest)


def _lines(path: str, value: object) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for name, each in value.items():
            yield from _lines(f"{path}.{name}" if path else str(name), each)
    elif isinstance(value, (list, tuple)) and value:
        if all(not isinstance(each, (Mapping, list, tuple)) for each in value):
            yield _one(path, ", ".join(map(_plain, value)))
        else:
            for at, each in enumerate(value):
                yield from _lines(f"{path}[{at}]", each)
    else:
        yield _one(path, _plain(value))


def _one(path: str, text: str) -> str:
    return f"{path}: {text}" if path else text


def _plain(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "{}" if isinstance(value, Mapping) else "[]" if isinstance(value, (list, tuple)) else str(value)
