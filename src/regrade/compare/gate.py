"""The verdict: pass, inconclusive, regression or not evaluated, with the reasons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from regrade.compare.comparison import GroupRow, MetricRow, Verdict
from regrade.compare.standing import looks_worse, oriented
from regrade.compare.wording import amount, counted, difference, rough, unit
from regrade.config import Config


@dataclass(frozen=True)
class Evidence:
    """What a verdict rests on."""

    primary: MetricRow
    """On the sampled examples that are compared; its values are ``None`` where it cannot be computed."""
    sampled: int
    """Sampled members, compared or not."""
    compared: int
    """Sampled members that are compared."""
    unlabelled: int
    """Sampled members without expected, or with a disputed one."""
    identical: bool
    """Both sides are one and the same model."""
    failed: int
    """Members that a side has no answer for."""
    errors: dict[str, int]
    """The same by side."""
    first_error: str = ""
    """What the first of them says."""
    pinned_broken: Sequence[str] = ()
    pinned_relabelled: Sequence[str] = ()
    """Pinned at the base, broken by the label of the base, and not by that of here."""
    pinned_unanswered: Sequence[str] = ()
    """Pinned members that the candidate has no answer for."""
    pins_gone: Sequence[str] = ()
    """Pinned at the base, and taken out of the eval set since."""
    untold: str = ""
    """Why it is not known what the base pinned."""
    disputed: Sequence[str] = ()
    slices: Sequence[GroupRow] = ()
    needed: int | None = None
    population: Callable[[], int | None] = lambda: None
    """How many predictions there are to sample from, asked only where it matters; ``None`` where there is no log."""


@dataclass(frozen=True)
class Judgement:
    """A verdict and why."""

    verdict: Verdict
    reasons: list[str]


def exit_code(verdict: Verdict, config: Config) -> int:
    """Return how a gate ends: 0 pass, 1 regression, 3 not evaluated; inconclusive is 0 unless ``gate.inconclusive = "fail"``, then 3."""
    if verdict == "inconclusive":
        return 3 if config.gate.inconclusive == "fail" else 0
    return {"pass": 0, "regression": 1, "not_evaluated": 3}[verdict]


def judge(evidence: Evidence, config: Config) -> Judgement:
    """Return the verdict.

    In this order: what cannot be trusted (more errors than allowed, a pinned example without an answer, no primary metric) is
    ``not_evaluated``; proof of harm is ``regression``; a dispute under ``disputed = "fail"`` is ``not_evaluated``; a lower end
    above −margin is ``pass``, unless a protected slice looks worse by its margin; everything else is ``inconclusive``.
    """
    harm, doubt = _harm(evidence, config), _untrusted(evidence, config)
    if doubt:
        return Judgement("not_evaluated", [*doubt, *harm])
    if harm:
        return Judgement("regression", harm)
    if evidence.disputed and config.gate.disputed == "fail":
        what = counted(len(evidence.disputed), "disputed example")
        return Judgement("not_evaluated", [f"{what}: `regrade evalset resolve` settles them ({_some(evidence.disputed)})"])
    if evidence.primary.delta is None:
        return Judgement("inconclusive", [_no_estimate(evidence)])
    said = _said(evidence, config)
    if not evidence.identical and not oriented(evidence.primary)[0] > -config.gate.margin:
        return Judgement("inconclusive", [f"{said}: the interval reaches past the margin{_more(evidence)}"])
    doubtful = [row for row in evidence.slices if looks_worse(row, evidence.primary)]
    suspect = [_slice(row, config, "looks worse by its margin, not proven") for row in doubtful]
    if suspect:
        return Judgement("inconclusive", [*suspect, f"{said}: the interval stays within the margin"])
    return Judgement("pass", ["both are the same model" if evidence.identical else f"{said}: the interval stays within the margin"])


def _harm(evidence: Evidence, config: Config) -> list[str]:
    """Return what proves a regression."""
    reasons = []
    if evidence.pinned_broken and config.gate.pinned == "never-regress":
        reasons.append(f"{counted(len(evidence.pinned_broken), 'pinned example')} broke: {_some(evidence.pinned_broken)}")
    if evidence.pinned_relabelled and config.gate.pinned == "never-regress":
        what = counted(len(evidence.pinned_relabelled), "pinned example broke by the label", "pinned examples broke by the labels")
        reasons.append(f"{what} of the base, and other labels came in the same change: {_some(evidence.pinned_relabelled)}")
    if evidence.pins_gone and config.gate.pinned == "never-regress":
        what = counted(len(evidence.pins_gone), "pinned example was", "pinned examples were")
        reasons.append(f"{what} taken out of the eval set in the same change: {_some(evidence.pins_gone)}")
    if evidence.primary.delta is not None and oriented(evidence.primary)[1] < 0:
        reasons.append(f"{_said(evidence, config)}: the whole interval is on the worse side of 0")
    proven = [row for row in evidence.slices if row.p_adjusted is not None and row.p_adjusted < config.gate.alpha]
    return reasons + [_slice(row, config, "is worse by its margin") for row in proven if looks_worse(row, evidence.primary)]


def _untrusted(evidence: Evidence, config: Config) -> list[str]:
    """Return why no verdict can be given."""
    reasons = []
    if evidence.failed > config.gate.max_errors:
        sides = ", ".join(f"{name} {count:,}" for name, count in evidence.errors.items() if count)
        reasons.append(
            f"{counted(evidence.failed, 'error')}, {config.gate.max_errors:,} allowed ({sides})"
            + (f": {evidence.first_error}" if evidence.first_error else "")
        )
    if evidence.untold and config.gate.pinned == "never-regress":
        reasons.append(evidence.untold)
    if evidence.pinned_unanswered and config.gate.pinned == "never-regress":
        reasons.append(f"no answer to {counted(len(evidence.pinned_unanswered), 'pinned example')}: {_some(evidence.pinned_unanswered)}")
    if evidence.primary.delta is None and evidence.compared:
        what = f"{config.primary_metric} cannot be computed on the sampled examples: a side lacks what it needs, see `regrade score`"
        reasons.insert(0, what)
    elif not evidence.compared and evidence.sampled > evidence.unlabelled and not reasons:
        reasons.append("no sampled example has an answer of both sides")
    return reasons


def _no_estimate(evidence: Evidence) -> str:
    if evidence.sampled == 0:
        return "no production estimate: `regrade sample 200`"
    what = counted(evidence.unlabelled, "sampled example waits", "sampled examples wait")
    return f"no production estimate: {what} for an undisputed label; `regrade evalset relabel`, or `regrade sample 200`"


def _more(evidence: Evidence) -> str:
    """Return how many more sampled examples would settle it, and the command that takes them where the log has them."""
    if not evidence.needed:
        return ""
    words, there = f"; about {rough(evidence.needed):,} more sampled examples would settle it", evidence.population()
    if there is not None and evidence.sampled + evidence.needed > there:
        return f"{words}, more than the log has ({counted(there, 'prediction')})"
    total = evidence.sampled + rough(evidence.needed)
    return f"{words}: `regrade sample {total if there is None else min(total, there)}`"


def _said(evidence: Evidence, config: Config) -> str:
    row, metric = evidence.primary, config.primary_metric
    return f"{metric} {difference(metric, row.delta, row.low, row.high)}, margin {_margin(config.gate.margin, config)}"


def _slice(row: GroupRow, config: Config, what: str) -> str:
    told = difference(config.primary_metric, row.delta, row.low, row.high)
    return f"slice {row.name} {what} of {_margin(row.margin or 0.0, config)}: {told}, n {row.n:,}"


def _margin(value: float, config: Config) -> str:
    return f"{amount(config.primary_metric, value).lstrip('+')} {unit(config.primary_metric)}".rstrip()


def _some(keys: Sequence[str]) -> str:
    return ", ".join(keys[:5]) + (f" and {len(keys) - 5:,} more" if len(keys) > 5 else "")
