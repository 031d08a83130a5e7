"""What a difference is worth: the value of a prediction, on the sampled examples, weighted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from regrade.compare.columns import evaluate_text, with_prediction
from regrade.compare.comparison import Estimate, Money
from regrade.compare.intervals import Difference, Pair
from regrade.compare.members import Floats
from regrade.compare.metrics import mean
from regrade.config import Business
from regrade.errors import ExpressionError

_WHERE = "regrade.toml: business.value"


def money_pair(business: Business, table: pa.Table, baseline: str, candidate: str, weight: Floats) -> Pair | None:
    """Return the mean value of a prediction under both candidates; ``None`` where no value is declared.

    Parameters
    ----------
    table : pa.Table
        The sampled examples, as ``columns.example_table`` makes it.
    weight : array (examples,)

    Raises
    ------
    ExpressionError
        The expression is wrong, or gives something that is no number.
    """
    if business.value is None:
        return None
    before, after = (values(business.value, with_prediction(table, name)) for name in (baseline, candidate))
    has_both = np.isfinite(before) & np.isfinite(after)
    counted = np.where(has_both, weight, 0.0)
    seen = np.concatenate([before[has_both], after[has_both]])
    reach = float(seen.max() - min(0.0, seen.min())) if len(seen) else 0.0
    sides = [mean(np.where(has_both, each, 0.0), counted, reach, (-np.inf, np.inf)) for each in (before, after)]
    return Pair(sides[0], sides[1], counted)


def money(business: Business, difference: Difference, n_sampled: int) -> Money:
    """Return the difference in units of the currency, per 1,000 predictions and a month."""

    def scaled(factor: float) -> Estimate:
        low, value, high = (None if each is None else each * factor for each in (difference.low, difference.delta, difference.high))
        return Estimate(value=value, low=low, high=high, n=difference.n)

    return Money(
        currency=business.currency,
        n=difference.n,
        skipped=n_sampled - difference.n,
        per_1000=scaled(1_000),
        per_month=None if business.per_month is None else scaled(business.per_month),
    )


def values(text: str, table: pa.Table) -> Floats:
    """Return the value of every row in units of the currency; NaN where it is NULL. Raises as :func:`money_pair` does."""
    return np.array([_number(value) for value in evaluate_text(text, table, where=_WHERE, condition=False)], np.float64)


def _number(value: Any) -> float:
    if value is None:
        return float("nan")
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ExpressionError(f"gives {value!r}, which is no number", where=_WHERE) from None
