"""Lines of styled pieces, and how values and long text become them; no widget, so that they can be read in a test."""

from __future__ import annotations

import json

from rich.cells import cell_len, chop_cells

from regrade.safe_text import safe_text
from regrade.tui.cells import moment, number

Line = list[tuple[str, str]]
"""Pieces of text, each with the name of its style."""


def shown(value: object) -> str:
    """Return a value as harmless text on one line; a dash for a missing one."""
    if value is None:
        return "–"
    if isinstance(value, dict | list):
        return safe_text(json.dumps(value, ensure_ascii=False, default=str))
    if hasattr(value, "year") and hasattr(value, "hour"):
        return moment(value)
    return number(value, None) if isinstance(value, bool | float) else safe_text(value)


def wrap(text: str, width: int) -> list[str]:
    """Return ``text`` in lines of at most ``width`` cells, broken at blanks where there are any; a line goes on as far in as it began."""
    return [line for paragraph in text.split("\n") for line in _wrapped(paragraph, width)]


def _wrapped(paragraph: str, width: int) -> list[str]:
    indent = " " * min(len(paragraph) - len(paragraph.lstrip(" ")), width // 2 if width > 3 else 0)
    room, lines, line = width - len(indent), [], ""
    for word in paragraph.lstrip(" ").split(" "):
        joined = f"{line} {word}" if line else word
        if cell_len(joined) <= room:
            line = joined
            continue
        if line:
            lines.append(indent + line)
        *whole, line = chop_cells(word, room) if cell_len(word) > room else [word]
        lines.extend(indent + each for each in whole)
    lines.append(indent + line)
    return lines
