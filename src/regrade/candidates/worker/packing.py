"""Predictions as they go over the pipe: codes of the few values that there are, numbers as they lie in memory, the rest as JSON."""

from __future__ import annotations

from typing import Any

LABELS = 1_000
"""Distinct predictions of one answer that are numbered; where there are more, each is written."""
_FEW_TO_LOOK_AT = 64
"""Predictions below which JSON is as quick as anything else."""


def pack(values: Any) -> tuple[dict[str, Any], Any]:
    """Return what the header says of predictions, and an array for the payload (None: there is none).

    ``{"labels": [...]}`` and codes in it, -1 for none (:func:`width`); ``{"floats": n}`` and n little-endian float64; or
    ``{"values": [...]}``. ``values``: a list of JSON values, not all of one type perhaps.
    """
    kinds = set(map(type, values)) if len(values) >= _FEW_TO_LOOK_AT else set()
    if kinds == {float}:
        import numpy as np

        return {"floats": len(values)}, np.array(values, dtype="<f8")
    # Of one type, since 1 == True == 1.0; floats never, since 0.0 == -0.0.
    if len(kinds - {type(None)}) == 1 and kinds <= {str, int, bool, type(None)} and len(distinct := set(values)) <= LABELS:
        import numpy as np

        labels = list(distinct - {None})
        code = {label: at for at, label in enumerate(labels)} | {None: -1}
        return coded(np.fromiter(map(code.__getitem__, values), "int16", len(values)), labels)
    return {"values": values}, None


def coded(codes: Any, labels: list[Any]) -> tuple[dict[str, Any], Any]:
    """Return the same for an array of codes, -1 for none, that number ``labels``."""
    return {"labels": labels}, codes.astype(width(len(labels)), copy=False)


def width(labels: int) -> str:
    """Return the type of codes in so many labels."""
    return "int8" if labels <= 127 else "<i2" if labels <= 32_767 else "<i4"
