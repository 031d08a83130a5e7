"""Metrics and scorers that are functions of the workspace: asked in a process of their own, never in this one."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from types import NoneType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa

from regrade.candidates import Pool
from regrade.candidates.member import Member
from regrade.candidates.process import Cancelled, Gone, TimedOut
from regrade.config import Config
from regrade.errors import RegradeError
from regrade.safe_text import safe_text
from regrade.scoring.answer_columns import answer_arrays
from regrade.scoring.course import Course
from regrade.scoring.watching import Standing

if TYPE_CHECKING:
    from regrade.scoring.scored import Scored

_NAMED = ("expected", "prediction", "mode", "weight")
_STOPPED = "it was stopped before this was known: `r`, or `regrade score`, asks again"
_ATTEMPTS = 3
"""Processes of a function whose files change while it is asked, before that is its error."""
_KEPT = 64
_KNOWN: WeakKeyDictionary[Member, dict[bytes, np.ndarray]] = WeakKeyDictionary()
"""What functions returned, by what they were given: a promotion changes no sampled example, so nothing is computed again. A function
whose code has changed has another process."""


class Functions:
    """Asks functions of one workspace.

    Parameters
    ----------
    pool : Pool
        Starts their processes, and knows whether they may run.
    config : Config
        By which is judged: it says which functions they are.
    tell : callable, optional
        Is told how far an interval is that takes longer than people wait without a word.
    stopped : callable, optional
        Whether nobody waits any more: no interval is asked for then.
    """

    def __init__(
        self,
        pool: Pool,
        config: Config,
        tell: Callable[[Standing], None] | None = None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._pool, self._config = pool, config
        self._tell, self._stopped = tell, stopped

    def ask(self, name: str, table: pa.Table, weights: np.ndarray | None, candidate: str = "") -> tuple[np.ndarray, str]:
        """Return the values of ``metric:NAME`` for each column of ``weights``, or of ``scorer:NAME`` for each row; and what went wrong.

        Parameters
        ----------
        table : pa.Table
            n rows, as :func:`function_table` makes it.
        weights : array (n, draws) or None
            Sampling weights; None for a scorer.
        candidate : str
            Whose answers they are, for people.

        Returns
        -------
        array (draws,) or (n,)
            NaN where there is no value.
        str
            Empty where nothing went wrong.
        """
        nothing = np.full(weights.shape[1] if weights is not None else table.num_rows, np.nan)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        inputs = memoryview(sink.getvalue())
        matrix = None if weights is None else np.ascontiguousarray(weights, "<f8")
        key = hashlib.sha256(inputs)
        key.update(b"" if matrix is None else matrix.data)
        try:
            for _ in range(_ATTEMPTS):
                member = self._pool.function(name, self._config)
                known = _KNOWN.setdefault(member, {})
                if key.digest() in known:
                    return known[key.digest()].copy(), ""
                with member.lock:
                    found = self._measure(member, name, inputs, matrix, len(nothing), candidate)
                if found is not None:
                    break
            else:
                return nothing, "its files kept changing while it was asked"
        except RegradeError as error:
            return nothing, f"{error.what}: {error.hint}" if error.hint else error.what
        except Gone as gone:
            return nothing, gone.what
        values, trouble = found
        if not trouble:
            known[key.digest()] = values.copy()
            for old in list(known)[:-_KEPT]:
                del known[old]
        return values, trouble

    def _measure(
        self, member: Member, name: str, inputs: memoryview, matrix: np.ndarray | None, n: int, candidate: str
    ) -> tuple[np.ndarray, str] | None:
        """Ask for all values, those of an interval a part at a time; None where it turned out not to be what its files say.

        Raises Gone and CandidateError.
        """
        course = Course(candidate, name.partition(":")[2], n if matrix is not None else 1, self._tell)
        interval = matrix is not None and n > 1
        # Once somebody has stopped it they want to see values of what was answered by then: these alone are waited for.
        stopped = self._stopped if interval or not self._stopped() else None
        member.load()  # what it takes to start it is not its own time
        course.begin(member)
        until = time.monotonic() + member.spec.timeout
        values: list[float] = []
        troubles: list[str] = []
        while len(values) < n:
            if interval and self._stopped():
                return np.full(n, np.nan), _STOPPED
            at, began = len(values), time.time_ns()
            size = n if matrix is None else min(course.size(member), n - at)
            said = self._request(member, inputs, None if matrix is None else matrix[:, at : at + size], until, stopped)
            member.settle(said.get("modules"), began)
            if member.answering() is None:
                return None
            errors = said.get("errors") or ([said.get("error")] if said.get("ok") is not True else [])
            troubles += [member.redacted(safe_text(each, 400)) for each in errors][:1]
            given = said.get("values")
            if not isinstance(given, list) or len(given) != size or any(not isinstance(each, (int, float, NoneType)) for each in given):
                return np.full(n, np.nan), troubles[0] if troubles else "it wrote what is no answer on the channel"
            values += [np.nan if each is None else float(each) for each in given]
            course.on(member, size, (time.time_ns() - began) / 1e9)
        return np.array(values, np.float64), troubles[0] if troubles else ""

    def _request(
        self, member: Member, inputs: memoryview, part: np.ndarray | None, until: float, stopped: Callable[[], bool] | None
    ) -> dict[str, Any]:
        matrix = b"" if part is None else part.tobytes()
        header = {"op": "measure", "inputs": len(inputs), "draws": 0 if part is None else part.shape[1]}
        try:
            return member.request(header, b"".join((inputs, matrix)), stopped, max(until - time.monotonic(), 0.001))[0]
        except Cancelled:
            raise Gone(_STOPPED) from None
        except TimedOut:
            raise Gone(f"it gave no answer within {member.spec.timeout:g} s and was ended") from None


def function_table(scored: Scored, name: str, rows: np.ndarray) -> pa.Table:
    """Return what a function is handed of one candidate: inputs, ``expected``, ``prediction``, ``mode``, ``p_<class>``.

    An input that is called like one of these is ``log.<name>``.
    """
    frame = scored.outputs[name]
    scores = [scored.answers[name][row].scores for row in rows.tolist()] if scored.answers else [None] * len(rows)
    classes = sorted({each for found in scores if found for each in found})
    columns: dict[str, Any] = {}
    if scored.inputs.num_columns:
        taken = scored.inputs.take(pa.array(rows))
        for each in taken.column_names:
            columns[f"log.{each}" if each in _NAMED or (each.startswith("p_") and each[2:] in classes) else each] = taken.column(each)
    expected = scored.examples["expected"].to_numpy(object)[rows].tolist()
    columns["expected"], columns["prediction"] = answer_arrays(expected, frame["prediction"].to_numpy(object)[rows].tolist())
    columns["mode"] = pa.array(scored.examples["mode"].to_numpy(object)[rows].tolist(), pa.string())
    for each in classes:
        columns[f"p_{each}"] = pa.array([found.get(each) if found else None for found in scores], pa.float64())
    return pa.table(columns)
