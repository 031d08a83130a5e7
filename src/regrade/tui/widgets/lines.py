"""Lines of styled pieces, and how values and long text become them; no widget, so that they can be read in a test."""

from __future__ import annotations

from rich.cells import cell_len, chop_cells

from regrade.safe_text import safe_text
from regrade.tui.cells import moment, number

Line = list[tuple[str, str]]
"""Pieces of text, each with the name of its style."""


def shown(value: object) -> str:
    """Return a value as harmless text on one line; a dash for a missing one."""
    if value is None:
        return "–"
    if hasattr(value, "year") and hasattr(value, "hour"):
        return moment(value)
    return number(value, None) if isinstance(value, bool | float) else safe_text(value)


def wrap(text: str, width: int) -> list[str]:
    """Return ``text`` in lines of at most ``width`` cells, broken at blanks where there are any."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            joined = f"{line} {word}" if line else word
            if cell_len(joined) <= width:
                line = joined
                continue
            if line:
                lines.append(line)
            *whole, line = chop_cells(word, width) if cell_len(word) > width else [word]
            lines.extend(whole)
        lines.append(line)
    return lines
