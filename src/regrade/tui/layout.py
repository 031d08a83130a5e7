"""Which columns of the log the grid shows, in which order, from which one on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from regrade.tui.cells import TEXT_WIDTH, Format
from regrade.tui.chosen import AUTOMATIC, Chosen, cells

MODE = "mode"
"""The one column that is no column of the log: the failure mode that people gave; the log's own is asked for as ``log.mode``."""
_EAGER_INPUTS = 12
_OBJECTS = ("JSON", "VARCHAR", "STRUCT", "MAP")
"""Types of a column that holds the probabilities of all classes: the detail says them, a cell cannot."""
_GAP = 2
_MODE_WIDTHS = (8, 16, 26)
"""Of the column of failure modes: the least, what it gets before inputs do, the most."""
_PROSE_WIDTHS = (12, TEXT_WIDTH, 72)
"""Of a column whose text is cut: the least, what it asks for, the most that it takes of room that nothing else fits into."""
_READ_WIDTHS = (22, 44)
"""Of the text that is judged: what it gets before the failure mode does, and before other inputs do."""


@dataclass(frozen=True)
class GridColumn:
    """One column of the grid: its name as the log spells it, its DuckDB type, its role.

    Attributes
    ----------
    asked : str
        What the log is asked for: ``log.status`` for a column of its own that is called like a built-in one.
    """

    name: str
    type: str
    role: str
    asked: str = ""
    in_key: bool = False
    """Whether it is part of what names a prediction: the model, too, where one id has the answers of several."""

    def __post_init__(self) -> None:
        if not self.asked:
            object.__setattr__(self, "asked", self.name)

    @property
    def virtual(self) -> bool:
        """Whether the log does not have it."""
        return self.role == "mode"


def order(columns: Iterable[GridColumn]) -> tuple[list[GridColumn], list[GridColumn]]:
    """Return the columns that every view shows, and the inputs that fill the rest, both in reading order."""
    given = list(columns)

    def having(*roles: str) -> list[GridColumn]:
        return [column for role in roles for column in given if column.role == role]

    model = [column for column in having("model") if column.in_key]
    score = [column for column in having("score") if not column.type.startswith(_OBJECTS)][:1]
    said = having("prediction", "outcome", "feedback")
    base = [*having("time"), *having("id"), *model, *score, *said, GridColumn(MODE, "VARCHAR", "mode")]
    rest = [column for column in having("text", "input", "score", "model", "ignore") if column not in base]
    return base, rest


@dataclass
class Layout:
    """The columns on screen now.

    Attributes
    ----------
    formats : dict
        What the log is asked for → format, learnt from the first window.
    offset : int
        The first column shown.
    cursor : int
        The column that ``s`` sorts by.
    """

    base: list[GridColumn]
    rest: list[GridColumn]
    formats: dict[str, Format] = field(default_factory=dict)
    offset: int = 0
    cursor: int = 0
    width: int = 80
    chosen: Chosen = AUTOMATIC
    """What somebody wants instead."""
    _order: list[GridColumn] = field(default_factory=list)
    _before: dict[str, Format] = field(default_factory=dict)
    """As they were learnt, of columns that somebody made wider or narrower."""

    @classmethod
    def of(cls, columns: Iterable[GridColumn], chosen: Chosen = AUTOMATIC) -> Layout:
        """Return the layout of a log that has these columns."""
        base, rest = order(columns)
        layout = cls(base, rest, chosen=chosen)
        layout.arrange(layout.width)
        return layout

    @property
    def columns(self) -> list[GridColumn]:
        """Every column, in the order in which left and right walk through them."""
        return self._order

    @property
    def current(self) -> GridColumn | None:
        """The column that ``s`` sorts by."""
        return self._order[self.cursor] if self.cursor < len(self._order) else None

    def column_width(self, column: GridColumn) -> int:
        """Return the width of one column in cells."""
        known, wanted = self.formats.get(column.asked), self.chosen.widths.get(column.asked)
        return known.width if known else cells(wanted) if wanted else max(4, min(len(column.name), 16))

    def arrange(self, width: int) -> None:
        """Lay the columns out in ``width`` cells: those that were chosen, or as many as there is room for."""
        self.width = width
        here = self._order[self.cursor].asked if self.cursor < len(self._order) else None
        self.formats = self.natural()
        self._before = {name: self.formats[name] for name in self.chosen.widths if name in self.formats}
        for name, known in self._before.items():
            self.formats[name] = replace(known, width=cells(self.chosen.widths[name]), cut=False)
        there = {column.asked: column for column in [*self.base, *self.rest]}
        self._order = [there[name] for name in dict.fromkeys(self.chosen.names) if name in there]
        if self._order:
            self._share_out()
        else:
            self._choose()
        if MODE in self.chosen.widths:
            self.formats[MODE] = Format("text", cells(self.chosen.widths[MODE]))
        self.cursor = next(
            (index for index, column in enumerate(self._order) if column.asked == here), min(self.cursor, len(self._order) - 1)
        )
        self._reveal()

    def _share_out(self) -> None:
        """Give the columns that were chosen what room they leave."""
        self.formats[MODE] = Format("text", _MODE_WIDTHS[1])
        room = self.width - sum(self.column_width(column) + _GAP for column in self._order)
        mode = _MODE_WIDTHS[1] + max(min(room, _MODE_WIDTHS[2] - _MODE_WIDTHS[1]), 0) if MODE in self.chosen.names else _MODE_WIDTHS[1]
        self.formats[MODE] = Format("text", mode)
        prose = [column for column in self._order if self._is_prose(column)]
        if prose:
            self._take_up(prose, room - (mode - _MODE_WIDTHS[1]))

    def _choose(self) -> None:
        """As many inputs as fit go between the time and the answer."""
        width, base = self.width, list(self.base)
        room = width - sum(self.column_width(column) + _GAP for column in base if not column.virtual)
        for spare in [column for column in base if column.role == "id"] if base[0].role == "time" else []:
            if room < _MODE_WIDTHS[0] + _GAP:  # the key stands in the detail too; the mode stands nowhere else
                base.remove(spare)
                room += self.column_width(spare) + _GAP
        room += self._give_way([column for column in base if self._is_prose(column)], _MODE_WIDTHS[0] + _GAP - room)
        texts = [column for column in self.rest[:_EAGER_INPUTS] if column.role == "text" and self._is_prose(column)]
        legible = room >= _MODE_WIDTHS[0] + _PROSE_WIDTHS[0] + 2 * _GAP and not any(self._is_prose(column) for column in base)
        read = _READ_WIDTHS[0] + 2 * _GAP if texts and legible else 0
        mode_width = max(_MODE_WIDTHS[0], min(room - read, _MODE_WIDTHS[1]))
        room -= mode_width + _GAP
        fitting = kept = 0
        for column in self.rest[:_EAGER_INPUTS]:
            needed = self.column_width(column) + _GAP
            if column in texts and room >= _PROSE_WIDTHS[0] + _GAP:
                needed -= self._give_way([column], needed - room)
                kept += max(_READ_WIDTHS[1] - self.column_width(column), 0)
            if needed > room - (0 if column in texts else kept):
                break
            room -= needed
            fitting += 1
        more = min(max(room - kept, 0), _MODE_WIDTHS[2] - mode_width)
        self._take_up([column for column in [*self.rest[:fitting], *base] if self._is_prose(column)], room - more)
        self.formats[MODE] = Format("text", mode_width + more)
        front = [column for column in base if column.role in ("time", "id") or column.in_key]
        back = [column for column in base if column not in front]
        spared = [column for column in self.base if column not in base]
        self._order = [*front, *self.rest[:fitting], *back, *spared, *self.rest[fitting:]]

    def natural(self) -> dict[str, Format]:
        """Return the formats as they were learnt, whatever room there was."""
        learnt = {**self.formats, **self._before}
        return {name: replace(each, width=TEXT_WIDTH) if each.kind == "text" and each.cut else each for name, each in learnt.items()}

    def _is_prose(self, column: GridColumn) -> bool:
        known = self.formats.get(column.asked)
        return known is not None and known.kind == "text" and known.cut

    def _give_way(self, columns: Sequence[GridColumn], cells: int) -> int:
        """Make columns narrower by so many cells together, as far as they may be; return by how many."""
        cells = max(min(cells, len(columns) * (_PROSE_WIDTHS[1] - _PROSE_WIDTHS[0])), 0)
        self._widen(columns, -cells)
        return cells

    def _take_up(self, columns: Sequence[GridColumn], cells: int) -> None:
        """Make columns wider by so many cells together, as far as they may be."""
        self._widen(columns, max(cells, 0))

    def _widen(self, columns: Sequence[GridColumn], cells: int) -> None:
        for at, column in enumerate(columns):
            share = (abs(cells) + at) // len(columns) * (1 if cells > 0 else -1)
            known = self.formats[column.asked]
            self.formats[column.asked] = replace(known, width=min(known.width + share, _PROSE_WIDTHS[2]))

    def shown(self) -> list[GridColumn]:
        """Return the columns on screen: whole ones only, at least one. What names a prediction stays, left of those that moved past it."""
        columns = self._frozen()
        room, least = self.width - sum(self.column_width(column) + _GAP for column in columns), len(columns)
        for column in self._order[self.offset :]:
            room -= self.column_width(column)
            if room < 0 and len(columns) > least:
                break
            columns.append(column)
            room -= _GAP
        return columns

    def _frozen(self) -> list[GridColumn]:
        """Return the columns of the key that lie left of what is on screen; none where they would take more than a third of it."""
        keys = [column for column in self._order[: self.offset] if column.role == "id" or column.in_key]
        return keys if sum(self.column_width(column) + _GAP for column in keys) <= self.width // 3 else []

    def move(self, by: int) -> bool:
        """Move the column cursor; return whether other columns came into sight."""
        before = self.offset
        self.cursor = max(0, min(self.cursor + by, len(self._order) - 1))
        self._reveal()
        return self.offset != before

    def _reveal(self) -> None:
        self.offset = min(self.offset, self.cursor)
        while self.offset < self.cursor and self._order[self.cursor] not in self.shown():
            self.offset += 1

    def fetched(self) -> list[str]:
        """Return the names of the log's columns to fetch: what is shown, and the inputs that a wider window would show."""
        eager = [*(self._order[: 2 * _EAGER_INPUTS] if self.chosen.names else [*self.base, *self.rest[:_EAGER_INPUTS]]), *self.shown()]
        return list(dict.fromkeys(column.asked for column in eager if not column.virtual))

    def learn(self, formats: Mapping[str, Format]) -> None:
        """Take the formats of the first window, then lay out again; columns that are known keep theirs."""
        self.formats = {**formats, **self.formats}
        self.arrange(self.width)


def names(columns: Sequence[GridColumn]) -> list[str]:
    """Return what the log is asked for to show these columns."""
    return [column.asked for column in columns if not column.virtual]
