"""The built-in candidate ``logged``: what production answered, as the examples keep it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regrade.candidates.outputs import Outputs
from regrade.candidates.values import BadValue, check_prediction, check_scores

if TYPE_CHECKING:
    from regrade.log.content import Content


def logged(task_kind: str, examples: Sequence[tuple[str, Content]]) -> Outputs:
    """Return the answers that production gave; an example without one is an error."""
    outputs = Outputs.empty(len(examples))
    for at, (_, content) in enumerate(examples):
        try:
            outputs.predictions[at] = check_prediction(task_kind, content.prediction)
            outputs.scores[at] = check_scores(content.scores)
        except BadValue as error:
            outputs.set_error(at, "the log holds no answer" if content.prediction is None else f"the log's answer: {error}")
    return outputs
