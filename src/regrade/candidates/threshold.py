"""Decide between two classes by the probability of the positive one: applied to raw answers, so that it asks for none."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

from regrade.candidates.outputs import Outputs
from regrade.log.results import label_text, like


class _NoSide(ValueError):
    """There is nothing to decide by."""


def apply_threshold(raw: Outputs, positive: str, threshold: float) -> Outputs:
    """Return the answers with each prediction decided anew: the positive class where its probability is ``threshold`` or more.

    An answer without a probability of the positive class, or of more than two classes, is an error of its example.
    """
    made = copy(raw)
    made.predictions, made.scores, made.errors, made.transient = [*raw.predictions], [*raw.scores], [*raw.errors], {*raw.transient}
    name = str(label_text(positive))
    for at, (prediction, scores, error) in enumerate(zip(raw.predictions, raw.scores, raw.errors, strict=True)):
        if error is None:
            try:
                made.predictions[at] = _decide(prediction, scores, name, threshold)
            except _NoSide as none:
                made.set_error(at, str(none))
    return made


def _decide(prediction: Any, scores: Mapping[str, float] | None, positive: str, threshold: float) -> Any:
    if not scores:
        raise _NoSide(f"the threshold has no probability of {positive!r} to go by")
    if positive not in scores:
        raise _NoSide(f"the threshold is for {positive!r}, and the probabilities are of {', '.join(map(repr, list(scores)[:3]))}")
    if len(scores) > 2:
        raise _NoSide(f"a threshold decides between two classes, and it gave probabilities of {len(scores)}")
    before = label_text(prediction) if isinstance(prediction, (str, bool, int, float)) else None
    if scores[positive] >= threshold:
        wanted: str | None = positive
    else:
        wanted = next((name for name in scores if name != positive), before if before != positive else None)
    if wanted is None:
        raise _NoSide(f"below the threshold, and the class beside {positive!r} is not known: give the probabilities of both")
    return prediction if wanted == before else like(wanted, prediction)
