"""Where two candidates part on the way to their answers: the first stage whose output differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regrade.candidates.stages import Sparse, Stage, Staged
from regrade.config_stages import MODEL, RULES

TOLERANCE = 1e-9
"""Relative: numbers closer than this are equal."""
_NOTHING = 1e-12
"""Of the largest number that a column has among the examples asked: less than that is rounding around zero."""


@dataclass(frozen=True)
class Parted:
    """Where two candidates part on one example.

    Attributes
    ----------
    stage : str or None
        None: nothing can be said.
    why : str
        What differs, in words, for a person.
    """

    stage: str | None
    why: str = ""


class Steps:
    """The stages of two candidates side by side.

    Parameters
    ----------
    baseline, candidate : Staged
        Of the same examples.
    """

    def __init__(self, baseline: Staged, candidate: Staged) -> None:
        self.baseline, self.candidate = baseline, candidate
        self._scales: dict[int, dict[int, float]] = {}

    @property
    def names(self) -> list[str]:
        """Stages in the order in which they are run: those of the candidate, each of the baseline's own before what follows it there."""
        names = list(self.candidate.names)
        at = 0
        for name in self.baseline.names:
            if name in names:
                at = names.index(name) + 1
            else:
                names.insert(at, name)
                at += 1
        return names

    @property
    def other(self) -> str:
        """How the stages themselves differ, in words; empty where they do not, or one side has none."""
        before, after = self.baseline.names, self.candidate.names
        if not before or not after or before == after:
            return ""
        return f"different stages: {' → '.join([*before, MODEL])} against {' → '.join([*after, MODEL])}"

    def parted(self, key: str, answers: tuple[Any, Any] | None = None) -> Parted:
        """Return the first stage that differs for an example; ``answers``: what both say, threshold and rules applied."""
        before, after = self.baseline, self.candidate
        if not before.stages or not after.stages:
            return Parted(None, "a side has no stages")
        for at, name in enumerate(after.names):
            if at >= len(before.names) or before.names[at] != name:
                # What one side alone does is where they part; a step that only moved is where the candidate runs it.
                theirs = before.names[at] if at < len(before.names) else None
                if theirs is not None and name in before.names and theirs not in after.names:
                    return Parted(theirs, "only the baseline has it")
                return Parted(name, "only the candidate has it" if name not in before.names else "it runs at another place")
            mine, other = before.stages[at], after.stages[at]
            if key in mine.errors or key in other.errors:
                return Parted(None, f"{name}: {mine.errors.get(key) or other.errors.get(key)}")
            if key not in mine.values or key not in other.values:
                return Parted(None, "it was not asked")
            if why := self.differs(mine, other, key):
                return Parted(name, why)
        if len(before.names) > len(after.names):
            return Parted(before.names[len(after.names)], "only the baseline has it")
        return Parted(*self._behind(key, answers))

    def _behind(self, key: str, answers: tuple[Any, Any] | None) -> tuple[str, str]:
        """Return whether the models differ, or what is applied to their answers."""
        told = self.baseline.predictions.get(key), self.candidate.predictions.get(key)
        known = key in self.baseline.predictions and key in self.candidate.predictions
        if answers is not None and known and same(*told) and not same(*answers):
            return RULES, "the models answer the same, what is applied to their answers differs"
        return MODEL, "every output before it is the same"

    def differs(self, mine: Stage, other: Stage, key: str) -> str:
        """Return how two outputs for an example differ, in words; empty where they are the same."""
        a, b = mine.values[key], other.values[key]
        if mine.columns and other.columns and mine.columns != other.columns:
            added = [each for each in other.columns if each not in mine.columns]
            gone = [each for each in mine.columns if each not in other.columns]
            told = [f"new: {_some(added)}" if added else "", f"gone: {_some(gone)}" if gone else ""]
            return "other columns" + (f" ({', '.join(filter(None, told))})" if added or gone else ", in another order")
        if a == b and type(a) is type(b):
            return ""
        if _width(a) != _width(b):
            return f"another shape: {_width(a)} against {_width(b)}"
        if not _is_row(a) or not _is_row(b):
            return "" if same(a, b) else "another value"
        moved = self.cells(mine, other, key)
        return f"{len(moved):,} of {_width(a):,} columns: {_some([name for name, _, _ in moved])}" if moved else ""

    def cells(self, mine: Stage, other: Stage, key: str) -> list[tuple[str, Any, Any]]:
        """Return the columns in which two outputs of one width differ: name, the baseline's cell, the candidate's."""
        a, b = mine.values[key], other.values[key]
        if not _is_row(a) or not _is_row(b) or _width(a) != _width(b):
            return []
        scale, cells, others, columns = self._scale(mine, other), _cells(a), _cells(b), mine.columns or other.columns
        return [
            (columns[at] if at < len(columns) else f"column {at + 1}", cells.get(at, 0), others.get(at, 0))
            for at in sorted({*cells, *others})
            if not same(cells.get(at, 0), others.get(at, 0), floor=_NOTHING * scale.get(at, 0.0))
        ]

    def _scale(self, mine: Stage, other: Stage) -> dict[int, float]:
        """Return the largest size of each column among the examples asked."""
        if id(mine) not in self._scales:
            largest: dict[int, float] = {}
            for value in (*mine.values.values(), *other.values.values()):
                for at, cell in _cells(value).items() if _is_row(value) else ():
                    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
                        largest[at] = max(largest.get(at, 0.0), abs(cell))
            self._scales[id(mine)] = largest
        return self._scales[id(mine)]


def same(a: Any, b: Any, *, floor: float = 0.0) -> bool:
    """Are two outputs the same: numbers within :data:`TOLERANCE` of each other, or ``floor``; anything else exactly, all the way down?"""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return a == b or abs(a - b) <= max(TOLERANCE * max(abs(a), abs(b)), floor)
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and bool(a == b)


def _is_row(value: Any) -> bool:
    return isinstance(value, (list, Sparse))


def _width(value: Any) -> int:
    return value.width if isinstance(value, Sparse) else len(value) if isinstance(value, list) else 1


def _cells(value: Any) -> dict[int, Any]:
    """Return place to cell of a row."""
    if isinstance(value, Sparse):
        return dict(zip(value.at, value.values, strict=True))
    return dict(enumerate(value))


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4:,} more" if len(names) > 4 else "")
