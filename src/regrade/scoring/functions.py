"""Metrics and scorers that are functions of the workspace: asked in a process of their own, never in this one."""

from __future__ import annotations

import hashlib
from types import NoneType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa

from regrade.candidates import Pool
from regrade.candidates.member import Member
from regrade.candidates.process import Gone
from regrade.config import Config
from regrade.errors import RegradeError
from regrade.safe_text import safe_text
from regrade.scoring.answer_columns import answer_arrays

if TYPE_CHECKING:
    from regrade.scoring.scored import Scored

_NAMED = ("expected", "prediction", "mode", "weight")
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
    """

    def __init__(self, pool: Pool, config: Config) -> None:
        self._pool, self._config = pool, config

    def ask(self, name: str, table: pa.Table, weights: np.ndarray | None) -> tuple[np.ndarray, str]:
        """Return the values of ``metric:NAME`` for each column of ``weights``, or of ``scorer:NAME`` for each row; and what went wrong.

        Parameters
        ----------
        table : pa.Table
            n rows, as :func:`function_table` makes it.
        weights : array (n, draws) or None
            Sampling weights; None for a scorer.

        Returns
        -------
        array (draws,) or (n,)
            NaN where there is no value.
        str
            Empty where nothing went wrong.
        """
        draws = 0 if weights is None else weights.shape[1]
        nothing = np.full(draws if weights is not None else table.num_rows, np.nan)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        inputs = memoryview(sink.getvalue())
        matrix = b"" if weights is None else np.ascontiguousarray(weights, "<f8").tobytes()
        header = {"op": "measure", "inputs": len(inputs), "draws": draws}
        try:
            member = self._pool.function(name, self._config)
            known, key = _KNOWN.setdefault(member, {}), hashlib.sha256(b"".join((inputs, matrix))).digest()
            if key in known:
                return known[key].copy(), ""
            with member.lock:
                said, _ = member.request(header, memoryview(b"".join((inputs, matrix))), None, member.spec.timeout)
        except RegradeError as error:
            return nothing, f"{error.what}: {error.hint}" if error.hint else error.what
        except Gone as gone:
            return nothing, gone.what
        values, errors = said.get("values"), said.get("errors") or ([said.get("error")] if said.get("ok") is not True else [])
        trouble = member.redacted(safe_text(errors[0], 400)) if errors else ""
        if (
            not isinstance(values, list)
            or len(values) != len(nothing)
            or any(not isinstance(each, (int, float, NoneType)) for each in values)
        ):
            return nothing, trouble or "it wrote what is no answer on the channel"
        found = np.array([np.nan if each is None else float(each) for each in values], np.float64)
        if not errors:
            known[key] = found.copy()
            for old in list(known)[:-_KEPT]:
                del known[old]
        return found, trouble


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
