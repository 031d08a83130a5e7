"""The scoreboard: what is known of every candidate, computed after every promotion."""

from __future__ import annotations

import numpy as np
from msgspec import structs

from regrade.compare.assemble import Sides
from regrade.compare.board_growth import grown, shown
from regrade.compare.board_memory import BoardMemory, board_memory, inputs_of
from regrade.compare.bootstrap import SHARED, Weights
from regrade.compare.comparison import AtRef, Estimate, Passed, ScoreboardRow
from regrade.compare.flips import flips
from regrade.compare.intervals import Difference, differences, estimates
from regrade.compare.judge import at_ref, pair
from regrade.compare.members import Answers, Mask, Members, answers, members, same_model
from regrade.compare.metrics import has_metric, lacking, loss_range, statistic
from regrade.compare.sample import Sample, units
from regrade.config import Config
from regrade.scoring.metric_list import find
from regrade.scoring.metrics import check_metrics, passed
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
    memory = board_memory(cache)
    rows = grown(memory.shown, scored, config) or _rows(scored, config, cache, memory)
    memory.shown = shown(scored, config, rows)
    return [structs.replace(row, replay=(replay or {}).get(row.name)) for row in rows]


def _rows(scored: Scored, config: Config, cache: Weights, memory: BoardMemory) -> list[ScoreboardRow]:
    """Return the rows, replay left out, of all examples."""
    chosen = members(scored)
    primary, positive = config.primary_metric, config.task.positive
    sides = {name: lacking(primary, chosen, answers(scored, name, chosen, config), positive) for name in scored.outputs}
    champion = sides.get(config.champion)
    drawn_from = np.flatnonzero(chosen.sampled)  # numbers: for a mask each taking counts anew
    sample, there = chosen.take(drawn_from), {name: side.take(drawn_from) for name, side in sides.items()}
    common = _common(sample, there, config)
    drawn = memory.sample(sample, config, lambda: units(scored, sample, config, cache, _LARGEST))
    own = _estimates(sample, there, common, drawn, config, memory)
    against = _deltas(sample, there, common, there[champion.name], drawn, config, memory) if champion is not None else {}
    return [_row(chosen, side, champion, own[name], against.get(name), config, at_ref(scored, name)) for name, side in sides.items()]


def _common(sample: Members, sides: dict[str, Answers], config: Config) -> Mask:
    """Return the sampled members that every row rests on: those that all have the metric on, so that rows can be compared.

    A candidate that has it on less than half of them (it cannot be loaded, its file covers a few) would take the estimate from
    all others: it is left out of this, and gets none.
    """
    masks = [has_metric(config.primary_metric, sample, side, config.task.positive) & sample.labelled for side in sides.values()]
    enough = [mask for mask in masks if mask.sum() >= _ENOUGH * sample.labelled.sum()]
    return np.logical_and.reduce(enough) if enough else np.zeros(len(sample), bool)


def _estimates(
    sample: Members, sides: dict[str, Answers], common: Mask, drawn: Sample, config: Config, memory: BoardMemory
) -> dict[str, Estimate]:
    """Return the primary metric of each candidate on the common examples; none where a candidate does not answer them all."""
    name, positive = config.primary_metric, config.task.positive
    found: dict[str, Estimate] = {}
    new = {}
    for each, side in sides.items():
        inside = has_metric(name, sample, side, positive) & common
        inside &= bool(inside.sum() == common.sum())
        weight = np.where(inside, sample.weight, 0.0)
        measured = statistic(name, sample, side, inside, positive, loss_range(name, inside, side))
        inputs = inputs_of(measured, weight)
        known = memory.recall(("estimate", each), inputs)
        if isinstance(known, Estimate):
            found[each] = known
        else:
            new[each] = measured, weight, inputs
    made = estimates([(each[0], each[1]) for each in new.values()], drawn, config.gate.alpha, is_share=name == "accuracy") if new else []
    for (each, (_, _, inputs)), result in zip(new.items(), made, strict=True):
        found[each] = result
        memory.keep(("estimate", each), inputs, result)
    return found


def _deltas(
    sample: Members, sides: dict[str, Answers], common: Mask, before: Answers, drawn: Sample, config: Config, memory: BoardMemory
) -> dict[str, Estimate]:
    """Return the paired difference of each other candidate against the champion."""
    name, positive = config.primary_metric, config.task.positive
    has_before = common & has_metric(name, sample, before, positive) & np.isfinite(before.right)
    result: dict[str, Estimate] = {}
    new = {}
    for other, side in sides.items():
        if other == before.name:
            continue
        inside = has_before & has_metric(name, sample, side, positive) & np.isfinite(side.right)
        inside &= bool(inside.sum() == common.sum())
        paired = pair(name, Sides(sample, before, side), inside, positive)
        if same_model(before, side):
            result[other] = _estimate(differences([paired], drawn, config.gate.alpha, identical=True)[0])
            continue
        inputs = inputs_of(paired)
        known = memory.recall(("delta", other), inputs)
        if isinstance(known, Estimate):
            result[other] = known
        else:
            new[other] = paired, inputs
    rows = differences([paired for paired, _ in new.values()], drawn, config.gate.alpha) if new else []
    for (other, (_, inputs)), row in zip(new.items(), rows, strict=True):
        result[other] = _estimate(row)
        memory.keep(("delta", other), inputs, result[other])
    return result


def _row(
    chosen: Members,
    side: Answers,
    champion: Answers | None,
    own: Estimate,
    delta: Estimate | None,
    config: Config,
    at: AtRef | None,
) -> ScoreboardRow:
    failed = side.failed & ~chosen.disputed
    known, pinned = chosen.known & chosen.labelled, chosen.pinned & chosen.labelled
    found = flips(champion, side) if champion is not None else None
    return ScoreboardRow(
        name=side.name,
        champion=champion is side,
        primary=config.primary_metric,
        higher_is_better=find(config.primary_metric, config).better is True,
        estimate=own,
        delta=delta,
        known=Passed(**passed(known, side.right)),
        pinned=Passed(**passed(pinned, side.right)),
        fixed=int(found.fixed.sum()) if found else 0,
        broken=int(found.broken.sum()) if found else 0,
        errors=int(failed.sum()),
        compared=int(found.compared.sum()) if found else None,
        error=side.run_error or (str(side.error[np.flatnonzero(failed)[0]] or "no answer") if failed.any() else side.notice or None),
        n_sampled=int(chosen.sampled.sum()),
        n_waiting=int((chosen.sampled & ~chosen.labelled & ~chosen.disputed).sum()),
        fingerprint=side.fingerprint,
        at=at,
    )


def _estimate(row: Difference) -> Estimate:
    return Estimate(value=row.delta, low=row.low, high=row.high, n=row.n)
