"""One request to a metric or scorer: a frame of examples and answers in, numbers out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .answers import Refused, plain
from .asking import describe


def measure(candidate: Any, request: dict[str, Any], payload: memoryview, to_frame: Callable[[Any], Any]) -> dict[str, Any]:
    """Return ``values`` (numbers, None for NaN and for what raised) and ``errors`` (the first text of each kind).

    The payload is an Arrow stream of ``n`` rows, then (n, draws) weights as little-endian float64. A metric is asked once a draw,
    about the rows with a weight; a scorer (no draws) once, for a value a row.
    """
    import numpy as np
    import pyarrow as pa

    table = pa.ipc.open_stream(payload[: request["inputs"]]).read_all()
    if not request["draws"]:
        return _each(candidate.function, to_frame(table), table.num_rows)
    weights = np.frombuffer(payload[request["inputs"] :], dtype="<f8").reshape(table.num_rows, request["draws"])
    frame = to_frame(table)
    values: list[float | None] = []
    errors: dict[str, None] = {}
    for draw in range(request["draws"]):
        chosen = np.flatnonzero(weights[:, draw] > 0)
        try:
            given = frame.take(chosen)  # a copy each time: the function may change what it is given
            given.index = range(len(chosen))
            given = given.assign(weight=weights[chosen, draw])
            values.append(_number(candidate.function(given)))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a metric may raise anything; it goes to regrade as data
            errors.setdefault(str(error) if isinstance(error, Refused) else describe(error))
            values.append(None)
    return {"ok": True, "values": values, "errors": list(errors)[:3]}


def _each(function: Callable[[Any], Any], frame: Any, n: int) -> dict[str, Any]:
    found = function(frame)
    values = found.tolist() if hasattr(found, "tolist") else list(found) if isinstance(found, (list, tuple)) else None
    if values is None or len(values) != n:
        raise Refused(f"it returned {'no list' if values is None else f'{len(values)} values'} for {n} rows")
    made = [None if each is None else _number(each) for each in values]
    outside = next((each for each in made if each is not None and not 0 <= each <= 1), None)
    if outside is not None:
        raise Refused(f"it returned {outside}; a value lies from 0 (wrong) to 1 (right)")
    return {"ok": True, "values": made, "errors": []}


def _number(value: Any) -> float | None:
    """Return a number, None for NaN. Raises Refused for what is none."""
    try:
        found = plain(value)
    except TypeError:
        found = value
    if found is None or not isinstance(found, (bool, int, float)):
        raise Refused(f"it returned a {type(value).__name__}; a number was expected")
    number = float(found)
    if math.isinf(number):
        raise Refused(f"it returned {number}")
    return None if math.isnan(number) else number
