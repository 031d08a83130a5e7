"""What a difference is worth: the value of a prediction, on the sampled examples, weighted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from regrade.compare.columns import evaluate_text, with_prediction
from regrade.compare.comparison import Estimate, Money
from regrade.compare.intervals import Difference, Pair
from regrade.compare.members import Floats
from regrade.compare.metrics import mean
from regrade.config_business import Business
from regrade.errors import ConfigError, ExpressionError, near_names
from regrade.log.results import label_text

if TYPE_CHECKING:
    from regrade.scoring.scored import Scored

_COSTS = "regrade.toml: business.costs"
_WHERE = "regrade.toml: business.value"


def money_pair(business: Business, table: pa.Table, baseline: str, candidate: str, weight: Floats) -> Pair | None:
    """Return the mean value of a prediction under both candidates; ``None`` where neither value nor costs are declared.

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
    if business.costs:
        before, after = (cost_values(business.costs, table, name) for name in (baseline, candidate))
    elif business.value is not None:
        before, after = (values(business.value, with_prediction(table, name)) for name in (baseline, candidate))
    else:
        return None
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


def check_costs(business: Business, scored: Scored) -> None:
    """Refuse a class of ``[business] costs`` that nothing here is, expects or has a probability of. Raises ConfigError."""
    named = [([expected], expected) for expected in business.costs]
    named += [([expected, predicted], predicted) for expected, row in business.costs.items() for predicted in row]
    if not named:
        return
    known = {str(each) for labels in (scored.expected_labels, *scored.labels.values()) for each in labels if each is not None}
    if any(name not in known for _, name in named):
        known |= {name for answers in scored.answers.values() for each in answers for name in each.scores or ()}
    for path, name in named:
        if name not in known:
            raise ConfigError(f"there is no class {name!r}", where=".".join((_COSTS, *path)), hint=near_names(name, sorted(known)))


def cost_values(costs: Mapping[str, Mapping[str, float]], table: pa.Table, name: str) -> Floats:
    """Return the value of every row by the matrix, 0 for a pair that it does not name; NaN without expected or an answer."""
    pairs = zip(table.column("expected").to_pylist(), table.column(f"{name}.prediction").to_pylist(), strict=True)
    return np.array([_cost(costs, label_text(expected), label_text(said)) for expected, said in pairs], np.float64)


def _cost(costs: Mapping[str, Mapping[str, float]], expected: str | None, said: str | None) -> float:
    return float("nan") if expected is None or said is None else costs.get(expected, {}).get(said, 0.0)


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
