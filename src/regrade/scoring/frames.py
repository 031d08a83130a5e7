"""Examples and answers as frames, kept between one scoring and the next."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from regrade.candidates import label_text
from regrade.config import Config
from regrade.log.scorers import right_rule
from regrade.scoring.columns import BOOLEAN, FLOAT, MAYBE, OBJECT, Columns, Taken, to_frame
from regrade.scoring.hidden import hidden_examples
from regrade.scoring.inputs import input_table
from regrade.scoring.judge import expected_of, judge_all
from regrade.scoring.repeats import Memory, Repeated

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from regrade.evalset import EvalSet, Example
    from regrade.scoring.outputs import Output

EXAMPLE = {
    "expected": OBJECT,
    "weight": FLOAT,
    "origin": OBJECT,
    "sampled": BOOLEAN,
    "known": BOOLEAN,
    "pinned": BOOLEAN,
    "partition": OBJECT,
    "mode": OBJECT,
    "disputed": BOOLEAN,
    "content_hash": OBJECT,
}
ANSWER = {
    "prediction": OBJECT,
    "right": MAYBE,
    "p_expected": FLOAT,
    "score": FLOAT,
    "error": OBJECT,
    "log_loss": FLOAT,
    "brier": FLOAT,
    "abs_error": FLOAT,
    "squared_error": FLOAT,
    "signed_error": FLOAT,
}
_LABEL = {"label": OBJECT}
"""Class label as it is compared: for metrics, not for the frames."""
_KEY = {"key": OBJECT}
_FAILED = {"failed": BOOLEAN}
"""Is there no answer: for comparisons, which ask it of all examples after every promotion."""


def scorer_column(name: str) -> str:
    """Return the column of the frame of answers that holds what a scorer makes of them."""
    return f"scorer {name}"


class Frames:
    """Makes the frames of :class:`regrade.scoring.Scored`; only what changed since the last time is read and judged."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._examples = Columns(EXAMPLE | _LABEL | _KEY, _example_row)
        self._answers: dict[str, Columns] = {}
        self._rule = right_rule(config)
        self._kinds = ANSWER | {scorer_column(name): FLOAT for name, scorer in config.task_scorers.items() if scorer.kind != "function"}
        self.repeats = Memory()

    def examples(self, members: Sequence[Example]) -> Taken:
        """Return what is known of each example as arrays of shape (n,): the columns of their frame, ``key``, and the expected ``label``."""
        return self._examples.take(members)

    def columns(self, name: str, members: Sequence[Example], outputs: Sequence[Output | Repeated]) -> Taken:
        """Return one candidate's answers as arrays of shape (n,): the columns of the frame, ``label``, and ``failed`` (there is none)."""
        if name not in self._answers:
            self._answers[name] = Columns(self._kinds | _LABEL | _FAILED, self._judge)
        return self._answers[name].take(members, outputs)

    def frame(self, columns: Mapping[str, np.ndarray], index: pd.Index[Any]) -> pd.DataFrame:
        """Return the frame of what :meth:`columns` returned."""
        return to_frame({name: columns[name] for name in self._kinds}, self._kinds, index)

    @property
    def _judge(self) -> Callable[[Example, Output | Repeated], tuple[Any, ...]]:
        def row(example: Example, output: Output | Repeated) -> tuple[Any, ...]:
            judged, worth = judge_all(self.config, expected_of(example), output, self._rule)
            said = judged.prediction
            failed = judged.error is not None or said is None or (isinstance(said, float) and math.isnan(said))
            return (*judged, *worth, _label(said), failed)

        return row


def example_frame(columns: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Return the frame of what :meth:`Frames.examples` returned, indexed by key."""
    return to_frame({name: columns[name] for name in EXAMPLE}, EXAMPLE, by_key(columns))


def by_key(columns: Mapping[str, np.ndarray]) -> pd.Index[Any]:
    """Return the index of that frame, and of those of answers."""
    import pandas as pd

    index: pd.Index[Any] = pd.Index(columns["key"], dtype=object, name="key")
    return index


def _example_row(example: Example) -> tuple[Any, ...]:
    expected = expected_of(example)
    return (
        expected,
        example.weight,
        example.origin,
        "sampled" in example.origins,
        "failure" in example.origins,
        example.pinned,
        example.partition,
        example.mode,
        example.disputed,
        example.content_hash,
        _label(expected),
        example.key,
    )


def _label(value: Any) -> str | None:
    return label_text(value) if isinstance(value, (str, bool, int, float)) else None


def example_frames(evalset: EvalSet, config: Config = Config()) -> tuple[pd.DataFrame, pd.DataFrame]:  # noqa: B008 - immutable
    """Return the members of an eval set and their inputs, each one row an example, indexed by key; what is private is hidden."""
    from regrade.log.frames import to_frame as table_to_frame

    hidden = hidden_examples(evalset, config)
    members = hidden.examples
    frame = example_frame(Frames(Config()).examples(members))
    inputs = table_to_frame(input_table(members, hidden.schemas))
    return frame, inputs.set_axis(frame.index, axis=0) if members else inputs
