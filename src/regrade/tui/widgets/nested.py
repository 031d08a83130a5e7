"""Objects, lists and conversations as lines that people read: no brackets, a path before each value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

_MOST = 400
"""Lines of one value."""
FOLDED = 8
"""Lines that a value has at least to be shown folded."""
_BEGIN = 2
"""Lines of a message that is folded."""


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


def folded(value: object) -> object:
    """Return the same with a line for each member only, where it is long: how much is in it, and how it begins."""
    whole = readable(value)
    if not isinstance(whole, str) or whole is value or whole.count("\n") < FOLDED:
        return whole
    found = _parsed(value) if isinstance(value, str) else value
    if isinstance(found, (list, tuple)) and _is_conversation(found):
        lines = [line for each in found for line in _begun([*_conversation([each])])]
    elif isinstance(found, Mapping):
        lines = [_one(str(name), _inside(each)) for name, each in found.items()]
    elif isinstance(found, (list, tuple)):
        lines = [_one(f"[{at}]", _inside(each)) for at, each in enumerate(found)]
    else:
        return whole
    more = len(lines) - _MOST
    return "\n".join([*lines[:_MOST], *([f"… {more:,} more"] if more > 0 else [])])


def _begun(lines: list[str]) -> list[str]:
    """A message: its first lines."""
    said = [part for line in lines for part in line.split("\n")]
    return said if len(said) <= _BEGIN + 1 else [*said[:_BEGIN], f"… {len(said) - _BEGIN:,} more lines"]


def _inside(value: object) -> str:
    """What is in a member, in one line."""
    if isinstance(value, Mapping) and value:
        return f"{{{len(value):,}}} " + ", ".join(str(name) for name in list(value)[:8])
    if isinstance(value, (list, tuple)) and value:
        if any(isinstance(each, (Mapping, list, tuple)) for each in value):
            return f"[{len(value):,}]"
        return f"[{len(value):,}] " + ", ".join(map(_plain, value[:8])) + (", …" if len(value) > 8 else "")
    first, _, rest = _plain(value).partition("\n")
    return f"{first} …" if rest else first


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
