"""Scored eval sets made by hand, for the tests of comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from regrade.config import Config, Gate, Metrics, Task
from regrade.log.results import label_text
from regrade.scoring.frames import EXAMPLE
from regrade.scoring.scored import CandidateRun, Scored


class World(Scored):
    """A scored eval set whose inputs are given as a table."""

    def shuffled(self, seed: int = 0) -> World:
        """The same members in another order."""
        order = np.random.default_rng(seed).permutation(len(self.examples))
        outputs = {name: frame.iloc[order] for name, frame in self.outputs.items()}
        return make(self.examples.iloc[order], self.inputs.take(pa.array(order)), outputs, self.runs)


def make(examples: pd.DataFrame, inputs: pa.Table, outputs: dict[str, pd.DataFrame], runs: dict[str, CandidateRun]) -> World:
    """A world of these parts."""
    about = {name: examples[name].to_numpy(kind) for name, kind in EXAMPLE.items()}
    made = World("v1", {**about, "key": examples.index.to_numpy(), "label": class_labels(examples["expected"])}, [], {}, runs=runs)
    made.outputs.update(outputs)
    made.labels.update({name: class_labels(frame["prediction"]) for name, frame in outputs.items()})
    made.__dict__["inputs"] = inputs
    return made


def class_labels(values: pd.Series) -> np.ndarray:
    """Class labels as they are compared."""
    return np.array([label_text(value) for value in values], object)


def config(**gate: Any) -> Config:
    """Accuracy at a margin of one point."""
    return Config(task=Task(positive="late"), gate=Gate(champion="prod", **gate), metrics=Metrics(show=()))


def world(
    expected: Sequence[Any],
    predictions: Mapping[str, Sequence[Any]],
    *,
    keys: Sequence[str] | None = None,
    scores: Mapping[str, Sequence[float]] | None = None,
    inputs: Mapping[str, Sequence[Any]] | None = None,
    errors: Mapping[str, Mapping[int, str]] | None = None,
    fingerprints: Mapping[str, str] | None = None,
    **columns: Any,
) -> World:
    """A world of so many members; ``columns`` replace those of the examples (a scalar counts for all)."""
    n = len(expected)
    index = pd.Index([f"k{i:05d}" for i in range(n)] if keys is None else list(keys), name="key", dtype=object)
    values: dict[str, Any] = {
        "weight": 1.0, "origin": "sampled", "sampled": True, "known": False, "pinned": False, "partition": "eval",
        "mode": None, "disputed": False, "content_hash": "h",
    }  # fmt: skip
    values.update(columns)
    examples = pd.DataFrame({"expected": pd.Series(list(expected), index=index, dtype=object)}, index=index)
    for name, value in values.items():
        kind = object if name in ("mode", "origin", "partition") else None
        given = value if np.ndim(value) else [value] * n
        examples[name] = pd.Series(list(given), index=index, dtype=kind)
    outputs = {
        name: _output(index, expected, answers, (scores or {}).get(name), (errors or {}).get(name, {}))
        for name, answers in predictions.items()
    }
    runs = {name: CandidateRun(fingerprint=(fingerprints or {}).get(name, name)) for name in predictions}
    table = pa.table({name: pa.array(list(column)) for name, column in (inputs or {"number": range(n)}).items()})
    return make(examples, table, outputs, runs)


def _output(
    index: pd.Index, expected: Sequence[Any], answers: Sequence[Any], score: Sequence[float] | None, failed: Mapping[int, str]
) -> pd.DataFrame:
    right = [pd.NA if want is None or row in failed else want == got for row, (want, got) in enumerate(zip(expected, answers, strict=True))]
    p = np.full(len(index), np.nan) if score is None else np.asarray(score, float)
    late = np.array([each == "late" for each in expected])
    p_expected = np.where(late, p, 1 - p)
    numeric = [isinstance(want, (int, float)) and isinstance(got, (int, float)) for want, got in zip(expected, answers, strict=True)]
    signed = np.array([got - want if ok else np.nan for ok, want, got in zip(numeric, expected, answers, strict=True)], float)
    gap = np.abs(signed)
    return pd.DataFrame(
        {
            "prediction": pd.Series(list(answers), index=index, dtype=object),
            "right": pd.array(right, dtype="boolean"),
            "p_expected": p_expected,
            "score": p,
            "error": pd.Series([failed.get(row) for row in range(len(index))], index=index, dtype=object),
            "log_loss": -np.log(np.clip(p_expected, 1e-15, 1)),
            "brier": (p - late) ** 2,
            "abs_error": gap,
            "squared_error": gap**2,
            "signed_error": signed,
        },
        index=index,
    )


def flights(rng: np.random.Generator, n: int, right: float = 0.78) -> tuple[np.ndarray, np.ndarray]:
    """Outcomes and a model's answers that are right so often."""
    truth = np.where(rng.random(n) < 0.25, "late", "on_time").astype(object)
    return truth, flipped(truth, rng.random(n) >= right)


def flipped(answers: np.ndarray, where: np.ndarray) -> np.ndarray:
    """The other class, there."""
    return np.where(where, np.where(answers == "late", "on_time", "late"), answers).astype(object)
