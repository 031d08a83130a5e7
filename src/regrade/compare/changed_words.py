"""What a change does besides the model, in words for the reasons of a verdict: its rules, examples taken out, labels, pins."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from regrade.compare.changed import Change, EvalSetChange, Policy
from regrade.compare.wording import counted

_FEW = 5
_RULES = 8
_LONGEST = 60


def policy_notes(policy: Policy) -> list[str]:
    """Return a line for each rule that the change would replace."""
    told = [_rule(each, policy.ref) for each in policy.changes[:_RULES]]
    rest = len(policy.changes) - len(told)
    return told + (
        [f"{counted(rest, 'more rule is', 'more rules are')} other in the same change: judged by those of {policy.ref}"] if rest else []
    )


def _rule(change: Change, ref: str) -> str:
    before, after = (f'"{value(each)}"' if isinstance(each, str) and " " in each else value(each) for each in (change.before, change.after))
    if change.before is None:
        return f"{change.name} = {after} is new in the same change: judged without it, as at {ref}"
    if change.after is None:
        return f"{change.name} = {before} is gone in the same change: judged by it all the same, as at {ref}"
    return f"{change.name} {before} → {after} in the same change: judged by {before}, as at {ref}"


def evalset_notes(data: EvalSetChange, ref: str) -> list[str]:
    """Return what was decided about examples in the same change that moves the verdict."""
    notes = []
    if data.favouring:
        words = counted(data.favouring, "new label makes", "new labels make")
        notes.append(f"{words} the candidate look better: {some([each.key for each in data.labels if each.favours], data.favouring)}")
    if data.removed:
        sampled = sum(each.sampled for each in data.gone)
        of_sample = f", {sampled:,} of the sample" if sampled and data.removed <= len(data.gone) else ""
        words = counted(data.removed, "example was", "examples were")
        notes.append(f"{words} taken out in the same change{of_sample}: {some([each.key for each in data.gone], data.removed)}")
    if data.relabelled:
        words = counted(data.relabelled, "example was", "examples were")
        notes.append(f"{words} relabelled in the same change: {some([each.key for each in data.labels], data.relabelled)}")
    if data.unpinned:
        words = counted(data.unpinned, "example was", "examples were")
        notes.append(f"{words} unpinned in the same change, and may still not break: {some(data.unpinned_keys, data.unpinned)}")
    if data.disputed:
        words = counted(data.disputed, "dispute", "disputes")
        notes.append(f"{words} came up in the same change: what is disputed is not compared")
    if data.added_sampled:
        notes.append(f"{counted(data.added_sampled, 'sampled example')} came in in the same change")
    if data.reweighted:
        words = counted(data.reweighted, "example has", "examples have")
        notes.append(f"{words} another weight since the same change")
    if data.new_weight:
        notes.append(f"{data.new_weight:.0%} of the weight that the estimate rests on came in the same change")
    if data.new_content:
        words = counted(data.new_content, "example has", "examples have")
        notes.append(f"{words} other inputs since the same change")
    if data.lacking:
        notes.append(f"{ref} has {counted(data.lacking, 'decision')} that {'is' if data.lacking == 1 else 'are'} not here: merge it first")
    return notes


def some(keys: Sequence[str], total: int) -> str:
    """Return the first keys, and how many more there are."""
    return ", ".join(keys[:_FEW]) + (f" and {total - _FEW:,} more" if total > _FEW else "")


def value(given: Any) -> str:
    """Return a value of a rule or a parameter as it is read: text as it stands, anything else as JSON, not too long."""
    text = given if isinstance(given, str) and given.strip() else json.dumps(given, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
