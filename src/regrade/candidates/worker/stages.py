"""One request for what lies on the way to the answers: the outputs of a pipeline's steps, or fields that stand beside an answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from .answers import Refused, align, plain
from .asking import describe
from .json_rows import to_rows

WIDEST = 20_000
"""Values of one example's output that are handed over; of sparse rows those that are not zero."""
_WRAPPERS = {
    "GridSearchCV": "best_estimator_",
    "RandomizedSearchCV": "best_estimator_",
    "HalvingGridSearchCV": "best_estimator_",
    "HalvingRandomSearchCV": "best_estimator_",
    "FixedThresholdClassifier": "estimator_",
    "TunedThresholdClassifierCV": "estimator_",
    "TransformedTargetRegressor": "regressor_",
}
"""scikit-learn's estimators that hand their inputs, as they are, to one other, and the attribute that holds it."""


def stages(candidate: Any, request: dict[str, Any], payload: memoryview, to_frame: Callable[[Any], Any]) -> dict[str, Any]:
    """Return ``stages``: for each ``name``, ``columns`` (None where there are none), ``values`` (one an example), ``error``.

    ``predictions``: what the candidate said this time, before threshold and rules. ``fields``: field to stage, in order.
    """
    import pyarrow as pa

    table = pa.ipc.open_stream(payload).read_all()
    fields: list[str] = list(request["fields"])
    if candidate.takes_rows:
        return _beside(candidate.answer_rows(to_rows(table), fields), fields)
    frame = to_frame(table)
    pipeline = None if candidate.model is None else pipeline_of(candidate.model)
    if pipeline is not None:
        told = candidate.answer(to_frame(table)).values
        return {"ok": True, "stages": list(_steps(pipeline, candidate.chosen(frame))), "predictions": [_cell(each) for each in told]}
    if candidate.model is not None or not hasattr(candidate, "function"):
        return {"ok": True, "stages": [], "predictions": []}
    return _columns(candidate, frame, fields)


def pipeline_of(model: Any) -> Any:
    """Return the pipeline that a model is, or wraps; None where there is none."""
    for _ in range(4):
        if type(model).__module__.startswith("sklearn.") and type(model).__name__ in _WRAPPERS:
            model = getattr(model, _WRAPPERS[type(model).__name__], None)
    return model if f"{type(model).__module__}.{type(model).__name__}" == "sklearn.pipeline.Pipeline" else None


def _steps(pipeline: Any, given: Any, prefix: str = "") -> Iterator[dict[str, Any]]:
    """Yield the output of each step but the last one of all, those of a pipeline inside as ``outer__inner``."""
    names: Any = None
    for name, step in _flat(pipeline, prefix):
        if step is None or step == "passthrough":
            continue
        if not hasattr(step, "transform"):
            yield {"name": name, "columns": None, "values": [], "error": f"a {type(step).__name__} transforms nothing"}
            return
        try:
            given = step.transform(given)
            names = _names(step, names)
            yield {"name": name, "columns": _fitting(names, given), "values": list(_rows(given)), "error": ""}
        except Exception as error:  # noqa: BLE001 - a step may raise anything; it goes to regrade as data
            yield {"name": name, "columns": None, "values": [], "error": describe(error)}
            return


def _flat(pipeline: Any, prefix: str, last: bool = True) -> Iterator[tuple[str, Any]]:
    """Yield name and step, without the very last one."""
    for at, (name, step) in enumerate(pipeline.steps):
        ends = last and at == len(pipeline.steps) - 1
        if f"{type(step).__module__}.{type(step).__name__}" == "sklearn.pipeline.Pipeline":
            yield from _flat(step, f"{prefix}{name}__", ends)
        elif not ends:
            yield f"{prefix}{name}", step


def _names(step: Any, before: Any) -> Any:
    try:
        return [str(each) for each in step.get_feature_names_out(before)]
    except Exception:  # noqa: BLE001 - a transformer need not know the names of what it makes
        return None


def _fitting(names: Any, output: Any) -> list[str] | None:
    if hasattr(output, "columns"):
        names = [str(each) for each in output.columns]
    shape: Any = getattr(output, "shape", ())
    return names if names is not None and len(shape) == 2 and len(names) == shape[1] <= WIDEST else None


def _rows(output: Any) -> Iterator[Any]:
    """Yield the output for each example: a list of cells, ``{"width": …, "at": […], "values": […]}`` of a sparse row, or a cell."""
    if hasattr(output, "tocsr"):
        rows = output.tocsr()
        rows.sort_indices()
        for at in range(rows.shape[0]):
            start, stop = rows.indptr[at], rows.indptr[at + 1]
            values, places = rows.data[start:stop], rows.indices[start:stop]
            yield _sparse(int(rows.shape[1]), [int(each) for each in places], [_cell(each) for each in values])
        return
    if hasattr(output, "to_numpy"):
        output = output.to_numpy(dtype=object)
    if getattr(output, "ndim", 1) > 2:
        output = output.reshape(len(output), -1)
    if getattr(output, "ndim", 1) == 2:
        for row in output:
            yield [_cell(each) for each in row.tolist()] if len(row) <= WIDEST else {"too_wide": len(row)}
    else:
        for each in output:
            yield _cell(each)


def _sparse(width: int, places: list[int], values: list[Any]) -> dict[str, Any]:
    kept = [(at, value) for at, value in zip(places, values, strict=True) if value != 0]
    if len(kept) > WIDEST:
        return {"too_wide": len(kept)}
    return {"width": width, "at": [at for at, _ in kept], "values": [value for _, value in kept]}


def _cell(value: Any) -> Any:
    """Return a JSON value: NaN is null, infinities are text, whatever is no data is its text."""
    try:
        value = plain(value)
    except TypeError:
        return str(value)[:1_000]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, list):
        return [_cell(each) for each in value]
    if isinstance(value, dict):
        return {name: _cell(each) for name, each in value.items()}
    return value


def _columns(candidate: Any, frame: Any, fields: list[str]) -> dict[str, Any]:
    """Read the columns that a function returns beside its prediction."""
    n = len(frame)
    result = candidate.function(frame, **candidate.parameters)
    if not hasattr(result, "columns") or len(result) != n:
        return {"ok": True, "stages": [_absent(each) for each in fields], "predictions": []}
    result = align(result, n)
    there = {str(column): column for column in result.columns}
    told = [_cell(each) for each in result[there["prediction"]].tolist()] if "prediction" in there else []
    found = [
        {"name": each, "columns": None, "values": [_cell(value) for value in result[there[each]].tolist()], "error": ""}
        if each in there
        else _absent(each)
        for each in fields
    ]
    return {"ok": True, "stages": found, "predictions": told}


def _beside(answers: Any, fields: list[str]) -> dict[str, Any]:
    """Read the fields that stand beside each answer; a row without an answer has none."""
    told = [answers.beside.get(row) for row in range(len(answers.values))]
    if told and all(each is None for each in told):
        first = next(iter(answers.errors.values()), ("it gave no answer", False))[0]
        raise Refused(first)
    found = [{"name": each, "columns": None, "values": [(row or {}).get(each) for row in told], "error": ""} for each in fields]
    found = [stage if any(each in (row or {}) for row in told) else _absent(each) for stage, each in zip(found, fields, strict=True)]
    return {"ok": True, "stages": found, "predictions": [_cell(each) for each in answers.values]}


def _absent(field: str) -> dict[str, Any]:
    return {"name": field, "columns": None, "values": [], "error": f"its answer has no field {field!r}"}
