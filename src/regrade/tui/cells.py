"""Turn a value of the log into the text of a cell: harmless, measured in cells, one format a column."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from regrade.safe_text import safe_text

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NUMBERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "FLOAT",
    "DOUBLE",
    "DECIMAL",
)
TEXT_WIDTH = 24
"""Cells of a column of text, where something else asks for them."""


def is_number(sql_type: str) -> bool:
    """Return whether a column of this DuckDB type holds numbers."""
    return sql_type.upper().partition("(")[0] in _NUMBERS


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return ``text`` in exactly ``width`` cells: cut with an ellipsis, or padded on the other side."""
    length = len(text) if text.isascii() else cell_len(text)
    if length == width:
        return text
    if length > width:
        return set_cell_size(text, width - 1) + "…" if width > 1 else set_cell_size(text, width)
    blank = " " * (width - length)
    return blank + text if right else text + blank


def in_sight(text: str, sought: re.Pattern[str], width: int) -> str:
    """Return text from so far on that the first place that ``sought`` finds in it stands within ``width`` cells."""
    found = sought.search(text)
    if found is None or cell_len(text[: found.end()]) < width or cell_len(text) <= width:
        return text
    begin, room = found.start(), max(width - 2 - cell_len(found[0]), 0) // 2
    while begin > 0 and cell_len(text[begin - 1 : found.start()]) <= room:
        begin -= 1
    return f"…{text[begin:]}" if begin else text


def moment(value: object, year: int | None = None) -> str:
    """Return a time as ``Dec 31 21:15``, with the year in front where it is another than ``year``."""
    if isinstance(value, datetime.datetime):
        clock = f"{value.hour:02d}:{value.minute:02d}"
        if year is not None and value.year == year:
            return f"{MONTHS[value.month - 1]} {value.day:2d} {clock}"
        return f"{value.year:04d}-{value.month:02d}-{value.day:02d} {clock}"
    return safe_text(value)


def number(value: object, decimals: int | None) -> str:
    """Return a number with a fixed count of decimals, or as short as it is exact where none is given."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.{decimals}f}" if decimals is not None else f"{value:.6g}"
    return safe_text(value)


@dataclass(frozen=True)
class Format:
    """How the cells of one column are written.

    Attributes
    ----------
    kind : str
        ``number``, ``time`` or ``text``.
    width : int
        In terminal cells.
    decimals : int or None
        Of floating-point numbers.
    cut : bool
        Whether some values are longer than ``width``: the column may be wider where nothing else needs the room.
    year : int or None
        The year that times need not say.
    """

    kind: str
    width: int
    decimals: int | None = None
    year: int | None = None
    cut: bool = False

    @property
    def right(self) -> bool:
        """Whether cells stand on the right."""
        return self.kind == "number"

    def text(self, value: object) -> str:
        """Return the value as harmless text of any width; nothing for a missing one."""
        if value is None:
            return ""
        if isinstance(value, str):
            return safe_text(value, 400)
        if self.kind == "time":
            return moment(value, self.year)
        if isinstance(value, bool | float):
            return number(value, self.decimals)
        return safe_text(value, 400)

    def cell(self, value: object, sought: re.Pattern[str] | None = None) -> str:
        """Return the value in exactly ``width`` cells: those around the first place that ``sought`` finds, where it lies further on."""
        text = self.text(value)
        return fit(text if sought is None else in_sight(text, sought, self.width), self.width, right=self.right)


def learn(name: str, sql_type: str, role: str, values: Sequence[object], *, widest: int = TEXT_WIDTH) -> Format:
    """Return the format of a column, learnt from the first window of its values."""
    present = [value for value in values if value is not None]
    kind = "number" if is_number(sql_type) and role != "time" else "time" if role == "time" or "TIMESTAMP" in sql_type.upper() else "text"
    decimals = _decimals(present, role) if kind == "number" else None
    year = next((value.year for value in present if isinstance(value, datetime.datetime)), None)
    draft = Format(kind, 1, decimals, year)
    widths = [cell_len(draft.text(value)) for value in present]
    longest = max([*widths, 1])
    cap = 16 if kind == "number" else widest
    width = max(min(longest, cap), min(cell_len(safe_text(name)), 16), 3)
    return Format(kind, width, decimals, year, kind == "text" and longest > width == TEXT_WIDTH)


def _decimals(values: Iterable[object], role: str) -> int | None:
    """Return how many decimals tell these numbers apart: two for probabilities, at most three for the rest."""
    if role == "score":
        return 2
    floats = [value for value in values if isinstance(value, float) and value == value and abs(value) < 1e12]
    if not floats:
        return 0
    if max(abs(value) for value in floats) >= 1e9:
        return None
    for decimals in range(3):
        if all(abs(round(value, decimals) - value) < 1e-9 for value in floats):
            return decimals
    return 3
