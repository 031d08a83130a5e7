"""The ``[business]`` table of ``regrade.toml``: what a prediction is worth, as an expression or as a matrix of costs."""

from __future__ import annotations

from math import isfinite

import msgspec


class Business(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a prediction is worth."""

    currency: str = "USD"
    value: str | None = None
    """An expression over an example: ``prediction``, ``expected`` and the inputs; in units of the currency."""
    costs: dict[str, dict[str, float]] = {}
    """Its short form for a classification: expected class → predicted class → value; what is not named is worth 0."""
    per_month: float | None = None
    """Predictions a month."""

    @property
    def declared(self) -> bool:
        """Does it say what a prediction is worth?"""
        return self.value is not None or bool(self.costs)

    def fault(self, task_kind: str) -> tuple[str, list[str], str] | None:
        """Return what is wrong with the table, the key it stands under, and what to do; None: nothing is."""
        if not self.costs:
            return None
        if self.value is not None:
            return "value and costs both say what a prediction is worth", ["business", "costs"], "keep one of the two"
        if task_kind != "classification":
            hint = f'a {task_kind} task has no classes: value = "…" is an expression over prediction and expected'
            return "a matrix of costs is for a classification", ["business", "costs"], hint
        for expected, row in self.costs.items():
            for predicted, value in row.items():
                if not isfinite(value):
                    return f"{value} is no amount", ["business", "costs", expected, predicted], ""
        return None
