"""What the screen knows of decisions and marks: plain values, filled by the services, read by the widgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class RowState:
    """What people decided on one prediction."""

    status: str = "open"
    mode: str | None = None
    """The name of its failure mode."""
    expected: tuple[object, ...] = ()
    """Distinct values of the expected register; empty where nobody set it."""
    pinned: bool = False


OPEN = RowState()


@dataclass(frozen=True)
class ModeKey:
    """One failure mode as the mode bar and the dialogs show it.

    Attributes
    ----------
    about : str
        Its priority and what it means, shown beside the name where there is room.
    disputed : bool
        Whether people disagree on its name, its key, or what it was merged into.
    """

    id: str
    name: str
    digit: str | None
    about: str = ""
    disputed: bool = False


@dataclass(frozen=True)
class Choice:
    """Something to choose in a dialog: what is shown, what is returned, the key it has elsewhere, what is said beside it."""

    text: str
    value: str
    key: str = ""
    about: str = ""


@dataclass(frozen=True)
class View:
    """One of the values that people disagree on.

    Attributes
    ----------
    text : str
        The value in words.
    value : object
        What resolving writes.
    subject : str
        Whose field it is: between two modes with one key, the mode that gets it.
    said_by : tuple of str
        Who said so and when, one a person.
    why : tuple of str
        Their notes and reasons.
    """

    text: str
    value: object
    subject: str
    said_by: tuple[str, ...] = ()
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dispute:
    """A field of a prediction, or of a failure mode, that has several values.

    Attributes
    ----------
    about : str
        What it is, in words: ``expected value``; of a mode with its name.
    heads : frozenset of str
        The decisions that disagree: where others have joined them meanwhile, the dispute is another one.
    of_mode : bool
        Whether it is about a failure mode.
    """

    subject: str
    field: str
    about: str
    views: tuple[View, ...]
    heads: frozenset[str] = frozenset()
    of_mode: bool = False


@dataclass(frozen=True)
class Deed:
    """A live decision that touches one prediction.

    Attributes
    ----------
    who : str
        The person; empty where it is the one at the keyboard.
    count : int
        Predictions that it touches.
    """

    id: str
    when: str
    day: str
    who: str
    what: str
    count: int


class Decisions:
    """What is decided, as far as the screen needs it.

    Parameters
    ----------
    look_up : callable, optional
        Returns what was decided on a key, None for nothing.
    """

    def __init__(self, look_up: Callable[[str], RowState | None] | None = None) -> None:
        self._look_up = look_up
        self.modes: list[ModeKey] = []
        """The failure modes to label with, by digit, then name."""
        self.names: dict[str, str] = {}
        """Mode id → name, closed ones included."""
        self.saved: dict[str, RowState] = {}
        """What the rows of the last view said, until the eval set is read."""
        self.disputed = 0
        """Predictions on which people disagree."""

    def of(self, key: str) -> RowState:
        """Return what was decided on one prediction."""
        return (self._look_up(key) if self._look_up else None) or self.saved.get(key, OPEN)

    def mode_name(self, id: str) -> str:
        """Return the name of a mode."""
        return self.names.get(id, id)

    def mode_of_digit(self, digit: str) -> ModeKey | None:
        """Return the mode that this digit labels with."""
        return next((mode for mode in self.modes if mode.digit == digit), None)


class Marks:
    """Which rows of a view are marked, by position; one byte a row, and none until the first mark.

    Parameters
    ----------
    length : int
        Rows in the view.
    """

    def __init__(self, length: int = 0) -> None:
        self._length = length
        self._set = bytearray()
        self.anchor: int | None = None
        """Where the range began that is being marked now."""
        self.count = 0

    def __contains__(self, position: int) -> bool:
        return position < len(self._set) and self._set[position] == 1

    def _cells(self) -> bytearray:
        if not self._set:
            self._set = bytearray(self._length)
        return self._set

    def toggle(self, position: int) -> None:
        """Mark one row, or unmark it."""
        cells = self._cells()
        cells[position] ^= 1
        self.count += 1 if cells[position] else -1

    def mark_range(self, first: int, last: int) -> None:
        """Mark every row between two positions, both included; in a view without rows, none."""
        low, high = min(first, last), min(max(first, last), self._length - 1)
        if high < low:
            return
        self._cells()[low : high + 1] = b"\x01" * (high - low + 1)
        self.count = self._set.count(1)

    def mark_all(self) -> None:
        """Mark every row of the view."""
        self._set = bytearray(b"\x01") * self._length
        self.count = self._length

    def clear(self) -> None:
        """Unmark everything."""
        self._set = bytearray()
        self.count = 0
        self.anchor = None

    def as_bytes(self) -> bytes:
        """Return one byte a row, 1 where it is marked."""
        return bytes(self._set)

    def positions(self) -> list[int]:
        """Return the marked positions in the order of the view."""
        found, start = [], self._set.find(1)
        while start >= 0:
            found.append(start)
            start = self._set.find(1, start + 1)
        return found
