"""Members of the eval set and one candidate's answers as plain arrays, in the order of their keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from regrade.compare.more import More

if TYPE_CHECKING:
    from regrade.config import Config
    from regrade.scoring.scored import Scored

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]

LOSSES = ("log_loss", "brier", "abs_error", "squared_error", "signed_error")
"""Columns of the outputs that hold one loss (or error, with its sign) an example."""


@dataclass(frozen=True)
class Members:
    """The members that a comparison may use (partition ``eval``), sorted by key; arrays of one length."""

    keys: Objects
    rows: npt.NDArray[np.intp]
    """Their rows in ``scored.examples`` and ``scored.inputs``."""
    expected: Objects
    labelled: Mask
    """Expected is known and not disputed."""
    weight: Floats
    sampled: Mask
    known: Mask
    """Known failures."""
    pinned: Mask
    disputed: Mask
    mode: Objects

    def __len__(self) -> int:
        return len(self.keys)

    def take(self, inside: Mask | npt.NDArray[np.intp]) -> Members:
        """Return the members ``inside`` alone: a mask, or their places."""
        return Members(**{field.name: getattr(self, field.name)[inside] for field in fields(self)})

    def with_mode_names(self, names: Mapping[str, str]) -> Members:
        """Return the members with the names of their failure modes in place of the ids."""
        mode = np.empty(len(self), object)
        mode[:] = [names.get(each, each) for each in self.mode]
        return replace(self, mode=mode)


@dataclass(frozen=True)
class Answers:
    """What one candidate answers, in the order of the members."""

    name: str
    fingerprint: str | None
    prediction: Objects
    right: Floats
    """1, 0, or NaN: not known, or an error."""
    score: Floats
    """Of the positive class; NaN where there is none."""
    losses: Mapping[str, Floats]
    error: Objects
    """Text, or ``None``."""
    failed: Mask
    """It has no answer: an error, or nothing predicted."""
    run_error: str | None = None
    """Why the candidate as a whole could not answer."""
    notice: str = ""
    """What looks wrong with the candidate as a whole, although it answers."""
    more: More | None = None
    """Metrics beyond those whose columns stand here."""
    lacks: int = 0
    """Answers that are errors because they lack what the primary metric needs."""

    def take(self, inside: Mask | npt.NDArray[np.intp]) -> Answers:
        """Return the answers to the members ``inside`` alone: a mask, or their places."""
        return replace(
            self,
            prediction=self.prediction[inside],
            right=self.right[inside],
            score=self.score[inside],
            losses=Later({name: partial(_within, self.losses, name, inside) for name in self.losses}),
            error=self.error[inside],
            failed=self.failed[inside],
        )


class Later(Mapping[str, Floats]):
    """Arrays by name, each made when it is first looked at: a scoreboard needs one loss, or none."""

    def __init__(self, make: Mapping[str, Callable[[], Floats]]) -> None:
        self._make = make
        self._made: dict[str, Floats] = {}

    def __getitem__(self, name: str) -> Floats:
        if name not in self._made:
            self._made[name] = self._make[name]()
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._make

    def __iter__(self) -> Iterator[str]:
        return iter(self._make)

    def __len__(self) -> int:
        return len(self._make)


def _within(losses: Mapping[str, Floats], name: str, inside: Mask | npt.NDArray[np.intp]) -> Floats:
    return losses[name][inside]


def members(scored: Scored) -> Members:
    """Return the members of partition ``eval``, sorted by key."""
    about = scored.about
    keys = about["key"]
    chosen = np.flatnonzero(about["partition"] == "eval")
    listed = keys.tolist()
    in_order = listed == sorted(listed)  # quick, where it is so
    rows = chosen if in_order else np.array(sorted(chosen.tolist(), key=lambda row: keys[row]), np.intp)
    expected, disputed = about["expected"][rows], about["disputed"][rows]
    return Members(
        keys=keys[rows],
        rows=rows,
        expected=expected,
        labelled=np.array([each is not None for each in expected.tolist()], bool) & ~disputed,
        weight=about["weight"][rows],
        sampled=about["sampled"][rows],
        known=about["known"][rows],
        pinned=about["pinned"][rows],
        disputed=disputed,
        mode=about["mode"][rows],
    )


def answers(scored: Scored, name: str, chosen: Members, config: Config | None = None) -> Answers:
    """Return one candidate's answers; a member that it has no row for is an error.

    ``config`` names the metrics that are needed beyond the built-in ones.
    Right is taken only where the answer is no error and expected is known and undisputed: an error counts as neither.
    """
    rows = chosen.rows
    columns = scored.columns.get(name) or _columns(scored, name)

    def loss(values: npt.NDArray[Any]) -> Floats:
        return np.where(usable, values[rows], np.nan)

    error, prediction, failed = (columns[column][rows] for column in ("error", "prediction", "failed"))
    right = columns["right"][rows]
    usable = chosen.labelled & ~failed
    more = More(scored, name, config) if config is not None else None
    return Answers(
        name=name,
        fingerprint=getattr(scored.runs.get(name), "fingerprint", None),
        prediction=prediction,
        right=np.where(usable & (right >= 0), right, np.nan),
        score=np.where(usable, columns["score"][rows], np.nan),
        losses=Later(
            {column: partial(loss, columns[column]) for column in LOSSES}
            | {metric: partial(loss, values) for metric, values in (more.means() if more else {}).items()}
        ),
        more=more,
        error=error,
        failed=failed,
        run_error=getattr(scored.runs.get(name), "error", None),
        notice=getattr(scored.runs.get(name), "notice", ""),
    )


def _columns(scored: Scored, name: str) -> dict[str, npt.NDArray[Any]]:
    """Return a frame of answers as :attr:`Scored.columns` has them, one row an example."""
    frame = scored.outputs[name]
    if not frame.index.equals(scored.examples.index):
        absent = ~scored.examples.index.isin(frame.index)
        frame = frame.reindex(scored.examples.index)
        frame["error"] = frame["error"].astype(object).where(~absent, "no answer")
    every = np.arange(len(frame))
    columns: dict[str, npt.NDArray[Any]] = {column: _floats(frame, column, every) for column in ("score", *LOSSES)}
    columns["error"], columns["prediction"] = _objects(frame["error"], every), _objects(frame["prediction"], every)
    columns["right"] = np.nan_to_num(frame["right"].to_numpy(np.float64, na_value=np.nan), nan=-1.0)
    columns["failed"] = ~pd.isna(columns["error"]) | pd.isna(columns["prediction"])
    return columns


def same_model(baseline: Answers, candidate: Answers) -> bool:
    """Whether both are the same by name or by fingerprint: equal answers alone are no proof that all answers are."""
    return baseline.name == candidate.name or (baseline.fingerprint is not None and baseline.fingerprint == candidate.fingerprint)


def _objects(column: pd.Series[Any], rows: npt.NDArray[np.intp]) -> Objects:
    """Return Python values; whatever pandas calls missing is ``None``."""
    values = column.to_numpy(object)[rows]
    values[pd.isna(values)] = None
    return values


def _floats(frame: pd.DataFrame, column: str, rows: npt.NDArray[np.intp]) -> Floats:
    if column not in frame:
        return np.full(len(rows), np.nan)
    return frame[column].to_numpy(np.float64, na_value=np.nan)[rows]
