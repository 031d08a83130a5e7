"""Whether production was wrong, once a person has said what should have been answered."""

from __future__ import annotations

from collections.abc import Sequence


def is_failure(result: str, prediction: object, expected: Sequence[object], kind: str, tolerance: float) -> bool:
    """Return whether a prediction counts as a failure: by what people expect, where they said so, else by the log's result."""
    if not expected:
        return result == "wrong"
    if kind == "regression" and isinstance(prediction, int | float):
        return any(isinstance(value, int | float) and abs(value - prediction) > tolerance for value in expected)
    return any(value != prediction for value in expected)
