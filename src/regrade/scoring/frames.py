"""Examples and answers as frames: what is right, and by how much each answer misses."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from regrade.config import Config
from regrade.scoring.inputs import input_table
from regrade.scoring.labels import is_right, label_text, normal
from regrade.scoring.outputs import Output

if TYPE_CHECKING:
    import pandas as pd

    from regrade.evalset import EvalSet, Example

_NAN = float("nan")
_SMALLEST = sys.float_info.epsilon
"""What a probability is clipped to before its logarithm, as :func:`sklearn.metrics.log_loss` does for float64."""


class Row(NamedTuple):
    """One candidate's answer on one example; NaN and None where there is no such thing."""

    prediction: Any = None
    right: bool | None = None
    p_expected: float = _NAN
    score: float = _NAN
    error: str | None = None
    log_loss: float = _NAN
    brier: float = _NAN
    abs_error: float = _NAN
    squared_error: float = _NAN


def expected_of(example: Example) -> Any:
    """Return what should have been answered; None where it is not known, or people disagree."""
    return example.expected[0] if len(example.expected) == 1 else None


def example_frame(members: Sequence[Example]) -> pd.DataFrame:
    """Return one row an example, indexed by key; see :class:`regrade.scoring.Scored`."""
    import numpy as np
    import pandas as pd

    n = len(members)

    def objects(values: Sequence[Any]) -> np.ndarray:
        column = np.empty(n, object)
        column[:] = values
        return column

    columns = {
        "expected": objects([expected_of(each) for each in members]),
        "weight": np.array([each.weight for each in members], np.float64),
        "origin": objects([each.origin for each in members]),
        "sampled": np.array(["sampled" in each.origins for each in members], bool),
        "known": np.array(["failure" in each.origins for each in members], bool),
        "pinned": np.array([each.pinned for each in members], bool),
        "partition": objects([each.partition for each in members]),
        "mode": objects([each.mode for each in members]),
        "disputed": np.array([each.disputed for each in members], bool),
        "content_hash": objects([each.content_hash for each in members]),
    }
    return pd.DataFrame(columns, index=_keys(members))


def example_frames(evalset: EvalSet) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the members of an eval set and their inputs, each one row an example, indexed by key."""
    from regrade.log.frames import to_frame

    members = evalset.state.examples()
    inputs = to_frame(input_table(members, evalset.schemas))
    index = _keys(members)
    return example_frame(members), inputs.set_axis(index, axis=0) if len(inputs) == len(members) else inputs.reindex(index)


def answer_frame(members: Sequence[Example], rows: Sequence[Row]) -> pd.DataFrame:
    """Return one candidate's rows as a frame, indexed by key."""
    import numpy as np
    import pandas as pd

    columns: dict[str, Any] = {}
    for name, values in zip(Row._fields, zip(*rows, strict=True) if rows else [()] * len(Row._fields), strict=True):
        if name in ("prediction", "error"):
            columns[name] = np.empty(len(rows), object)
            columns[name][:] = values
        elif name == "right":
            mask = np.array([value is None for value in values], bool)
            columns[name] = pd.arrays.BooleanArray(np.array([value is True for value in values], bool), mask)
        else:
            columns[name] = np.array(values, np.float64)
    return pd.DataFrame(columns, index=_keys(members))


def _keys(members: Sequence[Example]) -> pd.Index[Any]:
    import pandas as pd

    return pd.Index([each.key for each in members], dtype=object, name="key")


def judge(config: Config, expected: Any, output: Output) -> Row:
    """Return one answer beside what was expected.

    ``log_loss`` is −log p(expected), p clipped at the smallest float64 step. ``brier`` is Σ (p(class) − [class is expected])²
    over the classes, halved where there are two (Brier 1950, and what scikit-learn gives); with the positive class's
    probability alone, its squared distance from 1 or 0.
    """
    if output.error is not None:
        return Row(error=output.error)
    kind, positive = config.task.kind, label_text(config.task.positive)
    scores = output.scores
    row = Row(output.prediction, is_right(kind, config.task.tolerance, expected, output.prediction))
    if kind == "regression":
        wanted, got = normal(kind, expected), normal(kind, output.prediction)
        if wanted is None or got is None:
            return row
        miss = abs(wanted - got)
        return row._replace(abs_error=miss, squared_error=miss * miss)
    if kind != "classification" or not scores:
        return row
    score = scores.get(positive, _NAN) if positive is not None else _NAN
    wanted = label_text(expected)
    if wanted is None:
        return row._replace(score=score)
    if len(scores) == 1:
        (only, p) = next(iter(scores.items()))
        p_expected = p if only == wanted else 1.0 - p
        brier = (1.0 - p_expected) ** 2
    else:
        p_expected = scores.get(wanted, 0.0)
        brier = sum((p - (name == wanted)) ** 2 for name, p in scores.items()) + (wanted not in scores)
        brier *= 0.5 if len(scores) == 2 and wanted in scores else 1.0
    return row._replace(p_expected=p_expected, score=score, log_loss=-math.log(max(p_expected, _SMALLEST)), brier=brier)


class Judged:
    """Rows that were judged before, by candidate and key: after a promotion only the new example is judged."""

    def __init__(self) -> None:
        self._config: Config | None = None
        self._rows: dict[str, dict[str, tuple[Any, Output, Row]]] = {}

    def rows(self, config: Config, name: str, members: Sequence[Example], outputs: Sequence[Output]) -> list[Row]:
        """Return one row an example."""
        if config is not self._config:
            self._config, self._rows = config, {}
        known: Mapping[str, tuple[Any, Output, Row]] = self._rows.get(name, {})
        now: dict[str, tuple[Any, Output, Row]] = {}
        for member, output in zip(members, outputs, strict=True):
            before = known.get(member.key)
            if before is None or before[0] is not member or (before[1] is not output and before[1] != output):
                before = (member, output, judge(config, expected_of(member), output))
            now[member.key] = before
        self._rows[name] = now
        return [entry[2] for entry in now.values()]
