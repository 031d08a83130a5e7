"""Notice a candidate whose classes are none of the log's: a spelling that differs looks like a model that is always wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from regrade.log.results import label_text
from regrade.safe_text import safe_text
from regrade.scoring.growing import stretch

if TYPE_CHECKING:
    from regrade.evalset import Example
    from regrade.scoring.columns import Taken

_SHOWN = 3
_MANY = 0.5
"""Share of the answers from which on classes that stand nowhere are said, whatever they are like."""
_ALIKE = 0.8
_MOST = 50
"""Classes that are compared letter by letter: with more of them they are numbers or texts, and much is alike."""


def foreign_labels(members: Sequence[Example], predicted: Sequence[str | None]) -> str:
    """Return a notice of predicted classes that are nowhere expected or logged; empty where nothing looks wrong, or nothing is known.

    Said are: that none of its classes is; a class that is spelt nearly like one that is; classes that make up half of its answers.

    Parameters
    ----------
    predicted : sequence of str or None
        Class labels as they are compared; None for no answer.
    """
    missing, known = _missing(members, predicted)
    if not missing or not known:
        return ""
    counts = Counter(each for each in predicted if each is not None)
    near = {each: like for each in missing if (like := _like(each, known))} if len(missing) <= _MOST else {}
    if not near and len(missing) == len(counts):
        return (
            f"no class that it predicts ({_named(missing)}) is among those expected or logged ({_named(known)}): are they spelt otherwise?"
        )
    about = set(near) or missing
    n, answers = sum(counts[each] for each in about), counts.total()
    if not near and n < _MANY * answers:
        return ""
    said_of = f"it answers {_named(about)} ({n:,} of {answers:,} answers), nowhere expected or logged"
    return f"{said_of}: did you mean {_named(set(near.values()))}?" if near else f"{said_of}; known are {_named(known)}"


def _missing(members: Sequence[Example], predicted: Sequence[str | None]) -> tuple[set[str], set[str]]:
    """Return the predicted classes that are nowhere expected or logged, and those that are, as far as that had to be looked at."""
    missing, known = {each for each in set(predicted) if each is not None}, set[str]()
    for member in members:
        if not missing:
            break
        values = (*member.expected, member.content.outcome, member.content.prediction)
        said = {str(label_text(value)) for value in values if isinstance(value, (str, bool, int, float))}
        known |= said
        missing -= said
    return missing, known


class Notices:
    """The notice of each candidate; where all its classes were known, only those that came in since are looked at."""

    def __init__(self) -> None:
        self._settled: dict[str, tuple[tuple[Sequence[object], Sequence[object]], frozenset[str | None]]] = {}

    def of(self, name: str, members: Sequence[Example], given: Sequence[object], columns: Taken) -> str:
        """Return :func:`foreign_labels` of a candidate's answers ``given``, whose columns these are."""
        lists = members, given
        before, labels = self._settled.pop(name, ((), frozenset()))
        grew = stretch(before, lists)
        if grew is not None:
            fresh = columns.part(grew[0], sum(grew))["label"].tolist()
            if labels.issuperset(fresh):
                self._settled[name] = lists, labels
                return ""
        predicted = columns["label"].tolist()
        if not _missing(members, predicted)[0]:
            self._settled[name] = lists, frozenset((*predicted, None))
            return ""
        return foreign_labels(members, predicted)


def _like(name: str, known: set[str]) -> str:
    """Return the known class that is spelt nearly like ``name``; names that differ in a number are different names."""
    plain = _letters(name)
    best, found = _ALIKE, ""
    for each in sorted(known):
        other = _letters(each)
        if plain == other and plain:
            return each
        alike = SequenceMatcher(None, plain, other, autojunk=False).ratio()
        same_numbers = [letter for letter in plain if letter.isdigit()] == [letter for letter in other if letter.isdigit()]
        if same_numbers and alike >= best:
            best, found = alike, each
    return found


def _letters(name: str) -> str:
    return "".join(letter for letter in name[:100].casefold() if letter.isalnum())


def _named(labels: set[str]) -> str:
    return ", ".join(repr(safe_text(each, 30)) for each in sorted(labels)[:_SHOWN])
