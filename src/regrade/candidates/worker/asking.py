"""One request: ask for all rows at once and, when that raises, for halves, until the guilty rows stand alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .answers import Answer, MissingColumns, Refused, plain
from .json_rows import to_rows
from .packing import coded, pack

FAILING_CALLS = 200
"""How many failing predict calls may be spent on finding the guilty examples of one request; fewer where regrade says so."""

PLAIN = frozenset({str, int, float, bool, type(None)})
"""Types of answers that go as they are."""


def describe(error: BaseException) -> str:
    """Return one line on an error: type, message, and the last place in a file."""
    here = Path(__file__).parent
    place, trace = "", error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.parent != here:
            place = f" ({file.name}:{trace.tb_lineno})"
        trace = trace.tb_next
    text = " ".join(str(error).split())
    return (f"{type(error).__name__}: {text}" if text else type(error).__name__)[:600] + place


class Asking:
    """One request: asks for all rows at once and, when that raises, for halves, until the guilty rows stand alone."""

    def __init__(
        self,
        candidate: Any,
        table: Any,
        to_frame: Callable[[Any], Any],
        patience: float,
        given: Any = None,
        failing: int = FAILING_CALLS,
        vain: float | None = None,
    ) -> None:
        self.candidate, self.table, self.to_frame, self.given = candidate, table, to_frame, given
        self.began = time.monotonic()
        self.patience = patience
        self.vain = patience if vain is None else min(vain, patience)
        """Seconds of failing calls as long as no row was answered; four times the first one at least, which had the most rows."""
        self.failing = failing
        self.answered = False
        self.failed = self.calls = 0
        self.errors: dict[int, tuple[str, bool]] = {}

    def run(self, start: int, stop: int) -> Iterator[tuple[int, int, Answer]]:
        """Yield the answers of stretches of rows, in order; rows without one are in ``errors`` (text, is it surely that row's)."""
        last = ""
        pending = [(start, stop)]
        while pending:
            start, stop = pending.pop()
            if self.failed >= self.failing or (
                self.failed and time.monotonic() - self.began > (self.patience if self.answered else self.vain)
            ):
                text = f"{last} (not tried alone: {self.failed} {'call' if self.failed == 1 else 'calls'} had failed)"
                self.errors.update(dict.fromkeys(range(start, stop), (text, False)))
                continue
            try:
                # A fresh frame for each call: the candidate may have changed the last one.
                frame = self.to_frame(self.table.slice(start, stop - start))
                self.calls += 1
                if self.given is None:
                    answer = self.candidate.answer(frame)
                else:
                    answer = self.candidate.answer(frame, self.given.iloc[start:stop].reset_index(drop=True))
            except Refused:
                raise
            except MissingColumns as error:
                self.errors.update(dict.fromkeys(range(start, stop), (str(error), True)))
            except (Exception, SystemExit) as error:  # noqa: BLE001 - a candidate may raise anything; it goes to the parent as data
                if not self.failed:
                    self.vain = min(max(self.vain, 4 * (time.monotonic() - self.began)), self.patience)
                self.failed += 1
                last = describe(error)
                if stop - start == 1:
                    self.errors[start] = (last, not isinstance(error, (MemoryError, OSError)))
                else:
                    middle = (start + stop) // 2
                    pending += [(middle, stop), (start, middle)]
            else:
                self.answered = True
                yield start, stop, answer


def predict(candidate: Any, request: dict[str, Any], payload: memoryview, to_frame: Callable[[Any], Any]) -> tuple[Any, ...]:
    """Answer one request: the header, and the arrays of the payload.

    The payload is probabilities as little-endian float64, (n, classes) by rows, where there are any, and what :func:`pack` makes of
    the predictions.
    """
    import pyarrow as pa

    inputs = payload[: request.get("inputs", len(payload))]
    table = pa.ipc.open_stream(inputs).read_all()
    n = table.num_rows
    began = time.perf_counter()
    if candidate.takes_rows:
        header = candidate.answer_rows(to_rows(table)).header()
        return ({**header, "seconds": time.perf_counter() - began},)
    given = read_given(request, payload[len(inputs) :], n) if "inputs" in request else None
    asking = Asking(
        candidate, table, to_frame, float(request["patience"]), given, int(request.get("failing", FAILING_CALLS)), request.get("vain")
    )
    said, classes, arrays = _whole(list(asking.run(0, n)), asking.errors, n)
    header = {"ok": True, "n": n, **said, "classes": classes, "calls": asking.calls}
    header["errors"] = [[row, text, certain] for row, (text, certain) in sorted(asking.errors.items())]
    header["seconds"] = time.perf_counter() - began
    return header, *arrays


def _whole(
    stretches: list[tuple[int, int, Answer]], errors: dict[int, tuple[str, bool]], n: int
) -> tuple[dict[str, Any], list[Any] | None, list[Any]]:
    """Join the answers of stretches: predictions for the header, classes, arrays for the payload. What is none goes to ``errors``."""
    import numpy as np

    if len(stretches) == 1 and stretches[0][:2] == (0, n):
        answer = stretches[0][2]
        if answer.codes is not None and answer.classes is not None and answer.matrix.shape == (n, len(answer.classes)):
            errors.update(answer.errors)
            said, codes = coded(answer.codes, answer.classes)
            return said, answer.classes, [np.ascontiguousarray(answer.matrix, dtype="<f8"), codes]
    values: list[Any] = [None] * n
    classes: list[Any] | None = None
    matrix = None
    for start, stop, answer in stretches:
        if set(map(type, answer.values)) <= PLAIN and len(answer.values) == stop - start:
            values[start:stop] = answer.values
        else:
            take_each(answer.values, start, values, errors)
        errors.update({start + row: error for row, error in answer.errors.items()})
        if answer.classes is not None:
            if matrix is None:
                classes, matrix = answer.classes, np.full((n, len(answer.classes)), np.nan, dtype="<f8")
            if classes != answer.classes:
                raise Refused(f"it named the classes {classes} for some rows and {answer.classes} for others")
            matrix[start:stop] = answer.matrix
    said, packed = pack(values)
    return said, classes, [each for each in (matrix, packed) if each is not None]


def take_each(given: list[Any], start: int, values: list[Any], errors: dict[int, tuple[str, bool]]) -> None:
    """Put each answer in its place; one that JSON cannot say is an error of its row."""
    for row, value in enumerate(given, start):
        try:
            values[row] = plain(value)
        except TypeError as error:
            errors[row] = (str(error), True)


def read_given(request: dict[str, Any], payload: memoryview, n: int) -> Any:
    """Return the frame of answers that rules are asked about: ``prediction``, and ``p_<class>`` for each class."""
    import numpy as np
    import pandas as pd

    classes = request["classes"]
    matrix = np.frombuffer(payload, dtype="<f8").reshape(n, len(classes))
    columns = {f"p_{name}": matrix[:, at].copy() for at, name in enumerate(classes)}
    return pd.DataFrame({"prediction": request["predictions"], **columns})
