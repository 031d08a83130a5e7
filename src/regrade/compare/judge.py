"""Compare two candidates on one version of the eval set, and judge the second."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
from msgspec import structs

from regrade.compare.assemble import Sides, assemble
from regrade.compare.bootstrap import SHARED, Weights
from regrade.compare.business import check_costs, money, money_pair
from regrade.compare.calibration import calibrated
from regrade.compare.calibration_rows import Calibration
from regrade.compare.columns import evaluate_text, example_table
from regrade.compare.comparison import AtRef, Comparison, GroupRow, MetricRow, Money
from regrade.compare.flips import Flips, flips
from regrade.compare.groups import slice_rows
from regrade.compare.intervals import Difference, Pair, differences
from regrade.compare.members import Mask, answers, members, same_model
from regrade.compare.metrics import has_metric, lacking, loss_range, statistic
from regrade.compare.sample import units
from regrade.compare.since import NOTHING, Since
from regrade.config import Config
from regrade.errors import NotEvaluatedError, near_names
from regrade.scoring.metric_list import find
from regrade.scoring.metrics import check_metrics
from regrade.scoring.scored import Scored


def compare(
    scored: Scored,
    baseline: str,
    candidate: str,
    config: Config,
    *,
    mode_names: Mapping[str, str] | None = None,
    cache: Weights = SHARED,
    population: Callable[[], int | None] = lambda: None,
    since: Since = NOTHING,
) -> Comparison:
    """Return how ``candidate`` differs from ``baseline``, and the verdict of the gate.

    The primary metric, its interval and its test rest on the sampled examples, weighted, only. Failures and important examples
    give flips, failure modes and the pinned rule.

    Parameters
    ----------
    mode_names : mapping, optional
        Id to name of the failure modes; without it rows are named by id. Expressions see the id, as on the log.
    cache : Weights
        Bootstrap weights that were drawn before.
    population : callable
        Returns how many predictions there are to sample from, None where there is no log; asked only where it matters.
    since : Since
        What lies between the baseline's commit and here, where it is one of another commit. Its rules are those of ``config`` already.

    Raises
    ------
    NotEvaluatedError
        One of the two was not scored.
    ConfigError, ExpressionError
        A metric, a slice, the cluster column or the business value does not fit the examples.
    """
    check_metrics(config)
    for name in (baseline, candidate):
        if name not in scored.outputs:
            raise NotEvaluatedError(f"{name!r} was not scored", hint=near_names(name, scored.outputs))
    chosen = members(scored)
    primary, positive = config.primary_metric, config.task.positive
    everything = {name: lacking(primary, chosen, answers(scored, name, chosen, config), positive) for name in scored.outputs}
    sides = Sides(chosen, everything[baseline], everything[candidate])
    identical = same_model(sides.baseline, sides.candidate)
    found = flips(sides.baseline, sides.candidate)
    check_costs(config.business, scored)
    table = example_table(scored, chosen, everything) if config.slices or config.business.declared else None
    masks = slice_masks(config.slices, table) if table is not None else {}
    metrics, slices, worth, calibration = _on_sample(scored, sides, found, masks, table, config, cache, identical)
    sides = Sides(chosen.with_mode_names(mode_names or {}), sides.baseline, sides.candidate)
    compared = assemble(scored.version, sides, found, identical, metrics, slices, worth, config, population, since)
    if said := [said for said in scored.troubles.values() if said not in compared.notes]:
        compared = structs.replace(compared, notes=[*said, *compared.notes])
    compared = structs.replace(compared, calibration=calibration)
    return structs.replace(compared, baseline_at=at_ref(scored, baseline), candidate_at=at_ref(scored, candidate))


def at_ref(scored: Scored, name: str) -> AtRef | None:
    """Return the commit that a candidate is of; None for one as it stands."""
    at = scored.runs[name].at if name in scored.runs else None
    return None if at is None else AtRef(ref=at.ref, commit=at.commit)


def pair(name: str, sides: Sides, inside: Mask, positive: str | None) -> Pair:
    """Return a metric of both sides over the examples ``inside``."""
    reach = loss_range(name, inside, sides.baseline, sides.candidate)
    before, after = (statistic(name, sides.members, side, inside, positive, reach) for side in (sides.baseline, sides.candidate))
    gain = np.where(inside, sides.candidate.right - sides.baseline.right, 0.0) if name == "accuracy" else None
    return Pair(before, after, np.where(inside, sides.members.weight, 0.0), gain)


def _on_sample(
    scored: Scored,
    sides: Sides,
    found: Flips,
    masks: dict[str, Mask],
    table: pa.Table | None,
    config: Config,
    cache: Weights,
    identical: bool,
) -> tuple[dict[str, MetricRow], list[GroupRow], Money | None, Calibration | None]:
    """Return what rests on the sampled examples: metrics, slices, money, calibration; one pass over the bootstrap weights."""
    chosen = sides.members.sampled & found.compared
    sample = sides.take(chosen)
    positive, primary = config.task.positive, config.primary_metric
    insides = {name: _has_both(name, sample, positive) for name in config.shown_metrics}
    pairs = [pair(name, sample, inside, positive) for name, inside in insides.items()]
    pairs += [pair(primary, sample, insides[primary] & mask[chosen], positive) for mask in masks.values()]
    worth = None
    if table is not None and config.business.declared:
        worth = money_pair(
            config.business, table.filter(pa.array(chosen)), sides.baseline.name, sides.candidate.name, sample.members.weight
        )
    drawn = units(scored, sample.members, config, cache)
    beliefs = calibrated(scored, sample.members, sample.baseline, sample.candidate, positive)
    more = [*([beliefs.pair()] if beliefs else []), *([worth] if worth else [])]
    rows = differences([*pairs, *more], drawn, config.gate.alpha, identical=identical)
    metrics = {name: _metric_row(find(name, config).better, row) for name, row in zip(insides, rows, strict=False)}
    inside = np.zeros(len(chosen), bool)
    inside[chosen] = insides[primary]
    slices = slice_rows(masks, rows[len(insides) : len(insides) + len(masks)], found, inside, config)
    believed = beliefs.told(rows[len(pairs)]) if beliefs else None
    return metrics, slices, money(config.business, rows[-1], int(chosen.sum())) if worth else None, believed


def _has_both(name: str, sample: Sides, positive: str | None) -> Mask:
    """Return the examples on which both sides have what the metric needs."""
    return has_metric(name, sample.members, sample.baseline, positive) & has_metric(name, sample.members, sample.candidate, positive)


def slice_masks(texts: Mapping[str, str], table: pa.Table) -> dict[str, Mask]:
    """Return the members in each slice, from the table of all members; NULL is outside. Raises ExpressionError."""
    from regrade.log.evaluate import sql_types

    types = sql_types(table) if texts else {}
    found = {
        name: evaluate_text(text, table, where=f"regrade.toml: slices.{name}", condition=True, types=types) for name, text in texts.items()
    }
    return {name: np.array([value is True for value in values], bool) for name, values in found.items()}


def _metric_row(better: bool | None, row: Difference) -> MetricRow:
    return MetricRow(
        baseline=row.baseline,
        candidate=row.candidate,
        delta=row.delta,
        low=row.low,
        high=row.high,
        n=row.n,
        higher_is_better=better,
    )
