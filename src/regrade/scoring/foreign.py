"""Notice a candidate whose classes are none of the log's: a spelling that differs looks like a model that is always wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regrade.log.results import label_text
from regrade.safe_text import safe_text

if TYPE_CHECKING:
    from regrade.evalset import Example

_SHOWN = 3


def foreign_labels(members: Sequence[Example], predicted: Sequence[str | None]) -> str:
    """Return a notice where no predicted class is among those expected or logged; empty where one is, or nothing is known.

    Parameters
    ----------
    predicted : sequence of str or None
        Class labels as they are compared; None for no answer.
    """
    given = {each for each in predicted if each is not None}
    known: set[str] = set()
    for member in members:
        values = (*member.expected, member.content.outcome, member.content.prediction)
        known.update(str(label_text(value)) for value in values if isinstance(value, (str, bool, int, float)))
        if not known.isdisjoint(given):
            return ""
    if not given or not known:
        return ""
    ours, theirs = (", ".join(repr(safe_text(each, 30)) for each in sorted(side)[:_SHOWN]) for side in (given, known))
    return f"no class that it predicts ({ours}) is among those expected or logged ({theirs}): are they spelt otherwise?"
