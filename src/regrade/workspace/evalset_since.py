"""What was decided about the eval set since the base, as far as it moves a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from regrade.compare.changed import MOST, EvalSetChange, Gone, Relabelled
from regrade.evalset.review.changes import Cause, Diff, decided
from regrade.log.scorers import right_rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from regrade.config import Config
    from regrade.evalset.state import State
    from regrade.scoring import Scored


@dataclass(frozen=True)
class EvalSetSince:
    """The document, and whole lists where it has the first entries alone.

    Attributes
    ----------
    pins_gone : list of str
        Pinned at the base, and no example that is compared any more.
    pins_before : frozenset of str
        Pinned at the base, and unpinned since.
    """

    change: EvalSetChange
    pins_gone: list[str]
    pins_before: frozenset[str]


def evalset_since(found: Diff, versions: tuple[str, str], scored: Scored, baseline: str, candidate: str, config: Config) -> EvalSetSince:
    """Sort a diff of the eval set by what it does to the verdict on ``candidate``; what nobody decided here is left out."""
    unpinned = {row.key for row in decided(found.unpinned)}
    gone = [
        Gone(key=row.key, how=row.how, pinned=row.pinned, sampled=row.origin == "sampled", **_said(row.cause))
        for row in (*decided(found.retired), *decided(found.gone))
    ]
    pinned_now = set(scored.examples.index[scored.examples["pinned"].to_numpy(bool)])
    sampled_now = set(scored.examples.index[scored.examples["sampled"].to_numpy(bool)])
    gone += [
        Gone(key=row.key, how="fix", pinned=row.key in pinned_now | unpinned, sampled=row.key in sampled_now, **_said(row.cause))
        for row in decided(found.repartitioned)
        if row.after == "fix"
    ]
    gain = _gain(scored, baseline, candidate, config)
    labels = [
        Relabelled(
            key=row.key,
            before=list(row.before.expected),
            after=list(row.after.expected),
            favours=gain(row.key, row.after.expected) > gain(row.key, row.before.expected),
            pinned=row.pinned,
            sampled=row.origin == "sampled",
            **_said(row.cause),
        )
        for row in decided(found.relabelled)
        if row.before.expected != row.after.expected
    ]
    change = EvalSetChange(
        before=versions[0],
        after=versions[1],
        added=len(decided(found.added)),
        added_sampled=sum(row.origin == "sampled" for row in decided(found.added)),
        removed=len(gone),
        relabelled=len(labels),
        pinned=len(decided(found.pinned)),
        unpinned=len(unpinned),
        reweighted=len(decided(found.reweighted)),
        new_weight=_new_weight(found, scored),
        new_content=len(decided(found.new_content)),
        disputed=sum(not row.behind for row in found.disputed),
        settled=sum(not row.behind for row in found.settled),
        lacking=found.missing_decisions,
        favouring=sum(row.favours for row in labels),
        gone=sorted(gone, key=lambda row: (not row.pinned, row.key))[:MOST],
        labels=sorted(labels, key=lambda row: (not row.favours, not row.pinned, row.key))[:MOST],
        unpinned_keys=sorted(unpinned)[:MOST],
    )
    return EvalSetSince(change, sorted(row.key for row in gone if row.pinned), frozenset(unpinned))


def broken_pins(before: State, scored: Scored, baseline: str, candidate: str, config: Config) -> list[str]:
    """Return what was pinned at the base and broke by the label that it had there, whatever was decided about it since.

    ``before`` may know those alone that read differently by now.
    """
    gain = _gain(scored, baseline, candidate, config)
    pinned = [each for each in before.examples() if each.pinned and each.partition == "eval"]
    return sorted(each.key for each in pinned if gain(each.key, list(each.expected)) < 0)


def _new_weight(found: Diff, scored: Scored) -> float:
    """Return which share of the weight that the estimate rests on the change brought along; a larger sample makes the others weigh less."""
    heavier = [row for row in decided(found.reweighted) if _number(row.after) > _number(row.before)]
    new = {row.key for row in (*decided(found.added), *decided(found.new_origin), *heavier)}
    examples = scored.examples
    chosen = examples["sampled"].to_numpy(bool) & (examples["partition"] == "eval").to_numpy(bool)
    weight = np.where(chosen, examples["weight"].to_numpy(np.float64), 0.0)
    total = float(weight.sum())
    return min(1.0, float(weight[examples.index.isin(list(new))].sum()) / total) if total else 0.0


def _number(given: Any) -> float:
    return float(given) if isinstance(given, (int, float)) else 0.0


def _said(cause: Cause | None) -> dict[str, str]:
    return {"by": cause.by, "why": cause.why} if cause is not None else {}


def _gain(scored: Scored, baseline: str, candidate: str, config: Config) -> Callable[[str, list[Any]], int]:
    """Return what says how much better (1, 0, −1) the candidate answers than the baseline, by a label; 0 where that is disputed."""
    right = right_rule(config)
    said = [scored.outputs[name]["prediction"] for name in (baseline, candidate)]

    def gain(key: str, expected: list[Any]) -> int:
        if len(expected) != 1 or any(key not in each.index for each in said):
            return 0
        before, after = (right(expected[0], _answer(each[key])) for each in said)
        return 0 if before is None or after is None else int(after) - int(before)

    return gain


def _answer(given: Any) -> Any:
    return None if isinstance(given, float) and given != given else given
