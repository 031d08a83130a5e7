"""Where a key stands in ``regrade.toml``: ``file:line: a.b``, as well as it can be found without a parser that keeps lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from regrade.errors import RegradeError

_HEADER = re.compile(r"\[+([^\]]+)\]")
_NAMED = re.compile(r"regrade\.toml: ([^\s:,]+)(.*)\Z", re.DOTALL)
_KEY = re.compile(r"(\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+)\s*=")


def place(text: str, where: str, path: Sequence[str]) -> str:
    """Return ``file:line: a.b`` for the key that ``path`` names; the line of what it stands in where it has none of its own."""
    names = [part for part in path if part != "*"]
    header: list[str] = []
    best, deepest = 0, 0
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        table, key = _HEADER.match(stripped), _KEY.match(stripped)
        if table:
            header = [part.strip("'\"") for part in table[1].replace('"', "").replace(" ", "").split(".")]
        found = header if table else [*header, key[1].strip("'\"")] if key else []
        if len(found) > deepest and found == names[: len(found)]:
            best, deepest = number, len(found)
    named = ".".join(names)
    return f"{where}:{best}: {named}" if best else f"{where}: {named}" if names else where


def place_in(file: Path, path: Sequence[str]) -> str:
    """Return where a key stands in a file that was read before; without a line where it cannot be read any more."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    return place(text, file.name, path)


def with_line(error: RegradeError, file: Path) -> RegradeError:
    """Return an error on a key of ``regrade.toml`` with the line where it stands; one that names a line, or no key, as it is."""
    found = _NAMED.match(error.where)
    if found is None:
        return error
    placed = place_in(file, found[1].split("."))
    return type(error)(error.what, where=placed + (found[2] or ""), hint=error.hint)
