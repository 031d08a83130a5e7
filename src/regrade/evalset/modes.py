"""Failure modes: their ids, names, digits and merges, and what is said about them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from regrade.errors import UsageError
from regrade.evalset.events import MODE_FIELDS
from regrade.evalset.fold import Register
from regrade.log.content import JSON

DIGITS = range(1, 10)
PRIORITIES = range(4)
"""P0, the most urgent, to P3."""


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
    """Two people disagree on something about it, or on whether another mode was merged into it."""
    description: str = ""
    owner: str = ""
    """Who looks after it."""
    priority: int | None = None
    """0, the most urgent, to 3."""
    link: str = ""
    """Where it is followed up: an address, or a ticket's name."""


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
        self._own = [id for id in self._ids if self.merged[id] == id and self._values(id, "name")]
        self._states = {id: min(map(str, self._values(id, "state")), default="open") for id in self._own}
        self._holders: dict[int, list[str]] = {}
        for id in self._own:
            digit = _smallest(self._values(id, "digit"), DIGITS)
            if digit is not None and self._states[id] == "open":
                self._holders.setdefault(digit, []).append(id)
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
        """Return the mode that a person means by ``name``: its digit, or as :meth:`called` does."""
        if name.strip() in map(str, DIGITS):
            held = next((mode for mode in self._modes if mode.digit == int(name)), None)
            if held is not None:
                return held
        return self.called(name)

    def called(self, name: str) -> Mode | None:
        """Return the mode with this id, this name in any case, or the same slug; raises UsageError where ``name`` has none."""
        found = self.get(name)
        if found is None:
            folded = name.strip().casefold()
            found = next((mode for mode in self._modes if mode.name.casefold() == folded), None)
        return found or self.get(slug(name))

    def disputed(self, id: str) -> list[str]:
        """Return the registers of a mode that people disagree on.

        ``into`` is one where merges go in a circle, ``digit`` where another open mode has the same. Of a mode that was merged
        away only ``into`` is asked.
        """
        if id not in self.merged:
            return []
        own = self.merged[id] == id
        fields = [field for field in MODE_FIELDS if field != "into" and len(self._values(id, field)) > 1] if own else []
        if id in self._cyclic or len({self.resolve(value) if isinstance(value, str) else None for value in self._values(id, "into")}) > 1:
            fields.append("into")
        if "digit" not in fields and any(id in held and len(held) > 1 for held in self._holders.values()):
            fields.append("digit")
        return sorted(fields, key=MODE_FIELDS.index)

    def holders(self, digit: int) -> list[str]:
        """Return the ids of the open modes that claim ``digit``; the first has it."""
        return list(self._holders.get(digit, ()))

    def path(self, id: str) -> list[str]:
        """Return where the merges of ``id`` lead, itself first; in a circle every mode once."""
        path = [id]
        while (target := self._into(path[-1])) is not None and target not in path:
            path.append(target)
        return path

    def free_digits(self) -> list[int]:
        """Return the digits that no open mode has, smallest first."""
        taken = {mode.digit for mode in self._modes}
        return [digit for digit in DIGITS if digit not in taken]

    def _values(self, id: str, field: str) -> tuple[JSON, ...]:
        register = self._registers.get(field, {}).get(id)
        return register.values if register else ()

    def _into(self, id: str) -> str | None:
        targets = [value for value in self._values(id, "into") if isinstance(value, str)]
        return min(targets) if targets else None

    def _follow(self, id: str) -> None:
        """Note where the merges of ``id`` lead; a cycle, made by two people's merges, reads as its smallest id."""
        path = self.path(id)
        back = self._into(path[-1])
        if back is None:
            self.merged[id] = path[-1]
        else:
            circle = path[path.index(back) :]
            self._cyclic.update(circle)
            self.merged[id] = min(circle)

    def _read(self) -> tuple[Mode, ...]:
        doubtful = {self.merged[id] for id in self._ids if self.disputed(id)}
        modes = []
        for id in self._own:
            digit = _smallest(self._values(id, "digit"), DIGITS)
            held = digit if digit is not None and self._holders.get(digit, [""])[0] == id else None
            modes.append(
                Mode(
                    id,
                    str(self._values(id, "name")[0]),
                    held,
                    self._states[id],
                    id in doubtful,
                    self._text(id, "description"),
                    self._text(id, "owner"),
                    _smallest(self._values(id, "priority"), PRIORITIES),
                    self._text(id, "link"),
                )
            )
        return tuple(sorted(modes, key=lambda mode: (mode.digit or 10, mode.name.casefold(), mode.id)))

    def _text(self, id: str, field: str) -> str:
        """Return what a register of text says; the smallest where several do."""
        return next((value for value in self._values(id, field) if isinstance(value, str)), "")


def _smallest(values: Iterable[JSON], allowed: range) -> int | None:
    return min((value for value in values if type(value) is int and value in allowed), default=None)
