"""The scoreboard: what is known of every candidate, computed after every promotion."""

from __future__ import annotations

import numpy as np

from regrade.compare.assemble import Sides
from regrade.compare.bootstrap import SHARED, Weights
from regrade.compare.comparison import AtRef, Estimate, ScoreboardRow
from regrade.compare.flips import flips, passed
from regrade.compare.intervals import Difference, Pair, differences, estimates
from regrade.compare.judge import at_ref, pair
from regrade.compare.members import Answers, Mask, Members, answers, members, same_model
from regrade.compare.metrics import has_metric, lacking, loss_range, statistic
from regrade.compare.sample import units
from regrade.config import Config
from regrade.scoring.metric_list import find
from regrade.scoring.metrics import check_metrics
from regrade.scoring.scored import Scored

_LARGEST = 10_000_000
_ENOUGH = 0.5
"""Share of the labelled sampled members that a candidate must have the metric on."""


def scoreboard(scored: Scored, config: Config, *, cache: Weights = SHARED, replay: dict[str, float] | None = None) -> list[ScoreboardRow]:
    """Return one row a candidate, in the order in which they were scored.

    Up to 1,000 sampled examples the intervals are those of :func:`compare`; past it they rest on fewer resamples
    (10,000,000 counts in all, at least 1,000 resamples), so that a promotion is seen at once.

    Parameters
    ----------
    replay : dict, optional
        Candidate to the share of logged predictions that it reproduces.

    Raises
    ------
    ConfigError
        The primary metric or the cluster column does not exist.
    """
    check_metrics(config)
    chosen = members(scored)
    primary, positive = config.primary_metric, config.task.positive
    sides = {name: lacking(primary, chosen, answers(scored, name, chosen, config), positive) for name in scored.outputs}
    champion = sides.get(config.champion)
    common = _common(chosen, sides, config)
    own = _estimates(scored, chosen, sides, common, config, cache)
    against = _deltas(scored, chosen, sides, common, champion, config, cache) if champion is not None else {}
    return [
        _row(chosen, side, champion, own[name], against.get(name), config, (replay or {}).get(name), at_ref(scored, name))
        for name, side in sides.items()
    ]


def _common(chosen: Members, sides: dict[str, Answers], config: Config) -> Mask:
    """Return the sampled members that every row rests on: those that all have the metric on, so that rows can be compared.

    A candidate that has it on less than half of them (it cannot be loaded, its file covers a few) would take the estimate from
    all others: it is left out of this, and gets none.
    """
    sample = chosen.take(chosen.sampled)
    masks = [
        has_metric(config.primary_metric, sample, side.take(chosen.sampled), config.task.positive) & sample.labelled
        for side in sides.values()
    ]
    enough = [mask for mask in masks if mask.sum() >= _ENOUGH * sample.labelled.sum()]
    return np.logical_and.reduce(enough) if enough else np.zeros(len(sample), bool)


def _estimates(
    scored: Scored, chosen: Members, sides: dict[str, Answers], common: Mask, config: Config, cache: Weights
) -> dict[str, Estimate]:
    """Return the primary metric of each candidate on the common examples; none where a candidate does not answer them all."""
    name, positive = config.primary_metric, config.task.positive
    sample = chosen.take(chosen.sampled)
    drawn = units(scored, sample, config, cache, _LARGEST)
    statistics = []
    for side in sides.values():
        there = side.take(chosen.sampled)
        inside = has_metric(name, sample, there, positive) & common
        inside &= bool(inside.sum() == common.sum())
        statistics.append(
            (statistic(name, sample, there, inside, positive, loss_range(name, inside, there)), np.where(inside, sample.weight, 0.0))
        )
    return dict(zip(sides, estimates(statistics, drawn, config.gate.alpha, is_share=name == "accuracy"), strict=True))


def _deltas(
    scored: Scored, chosen: Members, sides: dict[str, Answers], common: Mask, champion: Answers, config: Config, cache: Weights
) -> dict[str, Estimate]:
    """Return the paired difference of each other candidate against the champion."""
    name, positive = config.primary_metric, config.task.positive
    before, sample = champion.take(chosen.sampled), chosen.take(chosen.sampled)
    drawn = units(scored, sample, config, cache, _LARGEST)
    has_before = common & has_metric(name, sample, before, positive) & np.isfinite(before.right)
    others: dict[str, Pair] = {}
    result: dict[str, Estimate] = {}
    for other, side in sides.items():
        after = side.take(chosen.sampled)
        inside = has_before & has_metric(name, sample, after, positive) & np.isfinite(after.right)
        inside &= bool(inside.sum() == common.sum())
        paired = pair(name, Sides(sample, before, after), inside, positive)
        if other == champion.name:
            continue
        if same_model(champion, side):
            result[other] = _estimate(differences([paired], drawn, config.gate.alpha, identical=True)[0])
        else:
            others[other] = paired
    rows = differences(list(others.values()), drawn, config.gate.alpha)
    return result | {other: _estimate(row) for other, row in zip(others, rows, strict=True)}


def _row(
    chosen: Members,
    side: Answers,
    champion: Answers | None,
    own: Estimate,
    delta: Estimate | None,
    config: Config,
    replay: float | None,
    at: AtRef | None,
) -> ScoreboardRow:
    right, failed = side.right == 1, side.failed & ~chosen.disputed
    known, pinned = chosen.known & chosen.labelled, chosen.pinned & chosen.labelled
    found = flips(champion, side) if champion is not None else None
    return ScoreboardRow(
        name=side.name,
        champion=champion is side,
        primary=config.primary_metric,
        higher_is_better=find(config.primary_metric, config).better is True,
        estimate=own,
        delta=delta,
        known=passed(known, right, side.failed),
        pinned=passed(pinned, right, side.failed),
        fixed=int(found.fixed.sum()) if found else 0,
        broken=int(found.broken.sum()) if found else 0,
        errors=int(failed.sum()),
        compared=int(found.compared.sum()) if found else None,
        error=side.run_error or (str(side.error[np.flatnonzero(failed)[0]] or "no answer") if failed.any() else side.notice or None),
        n_sampled=int(chosen.sampled.sum()),
        n_waiting=int((chosen.sampled & ~chosen.labelled & ~chosen.disputed).sum()),
        fingerprint=side.fingerprint,
        at=at,
        replay=replay,
    )


def _estimate(row: Difference) -> Estimate:
    return Estimate(value=row.delta, low=row.low, high=row.high, n=row.n)
