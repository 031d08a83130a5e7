"""Failure modes: their ids, names, digits and merges."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from regrade.errors import UsageError
from regrade.evalset.fold import Register
from regrade.log.content import JSON

DIGITS = range(1, 10)


@dataclass(frozen=True, slots=True)
class Mode:
    """A failure mode, as it reads now."""

    id: str
    name: str
    digit: int | None = None
    """The key that labels with it, 1–9."""
    state: str = "open"
    """``open`` or ``closed``."""
    disputed: bool = False
    """Two people disagree on its name, digit, state or merge."""


def slug(name: str) -> str:
    """Return the id of a mode that is first called ``name``: lower case, letters and digits of any script, joined by ``-``.

    Raises
    ------
    UsageError
        There is no letter or digit in it.
    """
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", name).casefold())
    if not words:
        raise UsageError(f"{name!r} is no name for a failure mode", hint="use at least one letter or digit")
    return "-".join(words)


class ModeBook:
    """All failure modes, read from their registers; immutable.

    Parameters
    ----------
    registers : mapping
        Field to mode id to register.
    """

    def __init__(self, registers: Mapping[str, Mapping[str, Register]]) -> None:
        self._registers = registers
        self.merged: dict[str, str] = {}
        """Mode id to the one that it reads as: itself, or what it was merged into."""
        self._cyclic: set[str] = set()
        self._ids = sorted({id for of_field in registers.values() for id in of_field})
        for id in self._ids:
            self._follow(id)
        self._modes = self._read()

    def ids(self) -> list[str]:
        """Return every id that anybody wrote about, merged ones and undone ones too."""
        return self._ids

    def resolve(self, id: str) -> str:
        """Return the mode that ``id`` reads as: itself, or what it was merged into."""
        return self.merged.get(id, id)

    def defined(self) -> list[Mode]:
        """Return the modes that are defined and merged into no other, by digit, then name."""
        return list(self._modes)

    def get(self, id: str) -> Mode | None:
        """Return the mode that ``id`` reads as, if it is defined."""
        id = self.resolve(id)
        return next((mode for mode in self._modes if mode.id == id), None)

    def find(self, name: str) -> Mode | None:
        """Return the mode that a person means by ``name``: its digit, its id, its name in any case, or the same slug."""
        if name.strip() in map(str, DIGITS):
            held = next((mode for mode in self._modes if mode.digit == int(name)), None)
            if held is not None:
                return held
        found = self.get(name)
        if found is None:
            folded = name.strip().casefold()
            found = next((mode for mode in self._modes if mode.name.casefold() == folded), None)
        return found or self.get(slug(name))

    def free_digit(self) -> int | None:
        """Return the smallest digit that no open mode has."""
        taken = {mode.digit for mode in self._modes}
        return next((digit for digit in DIGITS if digit not in taken), None)

    def _values(self, id: str, field: str) -> tuple[JSON, ...]:
        register = self._registers.get(field, {}).get(id)
        return register.values if register else ()

    def _into(self, id: str) -> str | None:
        targets = [value for value in self._values(id, "into") if isinstance(value, str)]
        return min(targets) if targets else None

    def _follow(self, id: str) -> None:
        """Note where the merges of ``id`` lead; a cycle, made by two people's merges, reads as its smallest id."""
        path = [id]
        while (target := self._into(path[-1])) is not None:
            if target in path:
                cycle = path[path.index(target) :]
                self._cyclic.update(cycle)
                self.merged[id] = min(cycle)
                return
            path.append(target)
        self.merged[id] = path[-1]

    def _read(self) -> tuple[Mode, ...]:
        own = [id for id in self._ids if self.merged[id] == id and self._values(id, "name")]
        states = {id: min(map(str, self._values(id, "state")), default="open") for id in own}
        digits = {id: _smallest_digit(self._values(id, "digit")) for id in own}
        holders: dict[int, list[str]] = {}
        for id, digit in digits.items():
            if digit is not None and states[id] == "open":
                holders.setdefault(digit, []).append(id)
        modes = []
        for id in own:
            digit = digits[id]
            rivals = holders.get(digit, []) if digit is not None else []
            disputed = id in self._cyclic or (len(rivals) > 1 and id in rivals)
            disputed = disputed or any(len(self._values(id, field)) > 1 for field in ("name", "state", "digit", "into"))
            held = digit if rivals and min(rivals) == id else None
            modes.append(Mode(id, str(self._values(id, "name")[0]), held, states[id], disputed))
        return tuple(sorted(modes, key=lambda mode: (mode.digit or 10, mode.name.casefold(), mode.id)))


def _smallest_digit(values: Iterable[JSON]) -> int | None:
    return min((value for value in values if isinstance(value, int) and value in DIGITS), default=None)
