"""Put a comparison together: counts over all members, estimates from the sample, the verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from regrade.compare.comparison import Comparison, Effects, GroupRow, MetricRow, Money, Passed
from regrade.compare.decomposition import decompose
from regrade.compare.detectable import more_needed, smallest_detectable
from regrade.compare.flips import Flips, first_rows
from regrade.compare.gate import Evidence, judge
from regrade.compare.groups import mode_rows
from regrade.compare.mcnemar import exact_p
from regrade.compare.members import Answers, Mask, Members
from regrade.compare.since import Since
from regrade.compare.wording import counted
from regrade.config import Config
from regrade.scoring.metrics import passed

_FLIPS_SHOWN = 40


@dataclass(frozen=True)
class Sides:
    """Both sides of a comparison over the same members."""

    members: Members
    baseline: Answers
    candidate: Answers

    def take(self, inside: Mask) -> Sides:
        """Return both sides over the members ``inside`` alone."""
        return Sides(self.members.take(inside), self.baseline.take(inside), self.candidate.take(inside))


def assemble(
    version: str,
    sides: Sides,
    found: Flips,
    identical: bool,
    metrics: dict[str, MetricRow],
    slices: list[GroupRow],
    worth: Money | None,
    config: Config,
    population: Callable[[], int | None],
    since: Since,
) -> Comparison:
    """Return the comparison, from both sides and from what was computed on the sampled examples."""
    population = cache(population)
    chosen, primary = sides.members, metrics[config.primary_metric]
    compared, on_sample = found.compared, found.compared & chosen.sampled
    failed, needed, keys = _failed(sides), _needed(primary, config), chosen.keys
    answered = ~np.logical_or.reduce(list(failed.values()))
    evidence = _evidence(sides, found, failed, identical, primary, slices, needed, population, since)
    judgement = judge(evidence, config)
    waiting = int((chosen.sampled & ~chosen.labelled & ~chosen.disputed).sum())
    known, pinned = chosen.known & chosen.labelled, chosen.pinned & chosen.labelled
    right = sides.candidate.right
    settled, is_open = judgement.verdict in ("pass", "regression"), judgement.verdict == "inconclusive"
    there = population() if is_open and needed else None
    reachable = there is None or needed is None or evidence.sampled + needed <= there
    return Comparison(
        version=version,
        baseline=sides.baseline.name,
        candidate=sides.candidate.name,
        verdict=judgement.verdict,
        reasons=judgement.reasons,
        fixed=keys[found.fixed].tolist(),
        broken=keys[found.broken].tolist(),
        metrics=metrics,
        n_sampled=evidence.compared,
        mcnemar_p=exact_p(int(found.fixed.sum()), int(found.broken.sum())) if compared.any() else None,
        detectable=_detectable(primary, config),
        needed=0 if settled else needed if is_open and reachable else None,
        slices=slices,
        modes=mode_rows(chosen, found, config.gate.alpha),
        effects=_effects(primary, since),
        business=worth,
        pinned_broken=[*evidence.pinned_broken, *evidence.pinned_relabelled],
        pinned_gone=list(evidence.pins_gone),
        disputed=list(evidence.disputed),
        errors=evidence.failed,
        notes=list(since.notes)
        + _lacks(sides, config)
        + _notes(slices, len(evidence.disputed), waiting, int((chosen.labelled & answered & ~compared).sum())),
        primary=config.primary_metric,
        margin=config.gate.margin,
        alpha=config.gate.alpha,
        n_compared=int(compared.sum()),
        n_waiting=waiting,
        both_right=int(found.both_right.sum()),
        both_wrong=int(found.both_wrong.sum()),
        known=Passed(**passed(known, right)),
        pinned=Passed(**passed(pinned, right)),
        mcnemar_p_sampled=exact_p(int((found.fixed & on_sample).sum()), int((found.broken & on_sample).sum())) if on_sample.any() else None,
        baseline_errors=evidence.errors[sides.baseline.name],
        candidate_errors=evidence.errors[sides.candidate.name],
        flips=first_rows(chosen, found, sides.baseline, sides.candidate, _FLIPS_SHOWN),
        policy=since.policy,
        changed=since.changed,
        population=there,
    )


def _failed(sides: Sides) -> dict[str, Mask]:
    """Return, for each side by name, the members that it has no answer for; disputed ones are left out, for they are not compared."""
    return {side.name: side.failed & ~sides.members.disputed for side in (sides.baseline, sides.candidate)}


def _evidence(
    sides: Sides,
    found: Flips,
    failed: dict[str, Mask],
    identical: bool,
    primary: MetricRow,
    slices: list[GroupRow],
    needed: int | None,
    population: Callable[[], int | None],
    since: Since,
) -> Evidence:
    """Count what the verdict rests on. What the base pinned counts as pinned, whatever the change did to it."""
    chosen, keys = sides.members, sides.members.keys
    pins_there = {*since.pins_before, *since.pins_broken}
    pins = chosen.pinned | np.isin(keys, list(pins_there)) if pins_there else chosen.pinned
    broken_pins = keys[found.broken & pins].tolist()
    return Evidence(
        primary=primary,
        sampled=int(chosen.sampled.sum()),
        compared=int((found.compared & chosen.sampled).sum()),
        unlabelled=int((chosen.sampled & ~chosen.labelled).sum()),
        identical=identical,
        failed=int(np.logical_or.reduce(list(failed.values())).sum()),
        errors={name: int(mask.sum()) for name, mask in failed.items()},
        first_error=_first_error(sides),
        pinned_broken=broken_pins,
        pinned_unanswered=keys[failed[sides.candidate.name] & pins].tolist(),
        pinned_relabelled=sorted(set(since.pins_broken) - set(broken_pins)),
        pins_gone=sorted(since.pins_gone),
        untold=since.untold,
        disputed=keys[chosen.disputed].tolist(),
        slices=slices,
        needed=needed,
        population=population,
    )


def _effects(primary: MetricRow, since: Since) -> Effects:
    """Return the change of score taken apart; on one version of the eval set only the model can have an effect."""
    if primary.delta is None:
        return Effects()
    return decompose(primary.baseline if since.same_evalset else since.level, primary.baseline, primary.candidate)


def _needed(row: MetricRow, config: Config) -> int | None:
    """Return how many more sampled examples would settle the primary metric."""
    if row.delta is None or row.low is None or row.high is None:
        return None
    ends = (row.delta, row.low, row.high) if row.higher_is_better else (-row.delta, -row.high, -row.low)
    return more_needed(*ends, row.n, config.gate.margin, config.gate.alpha)


def _detectable(row: MetricRow, config: Config) -> float | None:
    """Return the smallest difference that the sample shows; ``None`` where there is no interval, or none is needed (one model)."""
    if row.delta is None or row.low is None or row.high is None or row.low == row.high:
        return None
    return smallest_detectable(row.delta, row.low, row.high, config.gate.alpha)


def _lacks(sides: Sides, config: Config) -> list[str]:
    said = [f"{side.name}: {side.notice}" for side in (sides.baseline, sides.candidate) if side.notice]
    return said + [
        f"{side.name}: {counted(side.lacks, 'answer')} without the probability that {config.primary_metric} needs, counted as errors"
        for side in (sides.baseline, sides.candidate)
        if side.lacks
    ]


def _notes(slices: list[GroupRow], disputed: int, waiting: int, unjudged: int) -> list[str]:
    notes = []
    if waiting:
        notes.append(f"{counted(waiting, 'sampled example waits', 'sampled examples wait')} for a label")
    if unjudged:
        notes.append(f"{counted(unjudged, 'answer')} can be called neither right nor wrong: expected and prediction do not fit the task")
    if disputed:
        notes.append(f"{counted(disputed, 'disputed example is', 'disputed examples are')} left out")
    notes += [f"slice {row.name} is protected but has no sampled example" for row in slices if row.margin is not None and row.delta is None]
    return notes


def _first_error(sides: Sides) -> str:
    """Return the first line of the first error, the candidate's before the baseline's."""
    texts = (str(error) for side in (sides.candidate, sides.baseline) for error in side.error if error is not None)
    return next(texts, "").partition("\n")[0]
