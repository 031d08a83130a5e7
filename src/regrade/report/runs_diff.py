"""What changed between two runs, for people: one paragraph for each part that did, one line for what stayed the same."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from regrade.report.console import Page
from regrade.report.runs import arrow, commit, labelled, money, spent, when

if TYPE_CHECKING:
    from regrade.workspace.runs_compared import Change, CodeChange, Commit, DataChange, ModelChange, RunsCompared

_FEW = 20
_ONE_SIDED = 6
"""Parameters that one side lacks: more of them are counted, not listed."""
_COUNTED = {
    "added": "came in",
    "left": "left",
    "relabelled": "relabelled",
    "pinned": "pinned",
    "unpinned": "unpinned",
    "new_content": "with other inputs",
    "other": "with another weight or partition",
}


def print_runs_diff(found: RunsCompared, *, everything: bool = False) -> None:
    """Print what changed; lists longer than 20 are cut unless ``everything``."""
    page, most = Page(), None if everything else _FEW
    a, b = found.a, found.b
    page.line((f"{a.candidate} ", "bold"), f"(run {a.name}, {when(a.at)}) → ", (f"{b.candidate} ", "bold"), f"(run {b.name}, {when(b.at)})")
    if not found.changed and not found.unknown:
        page.line(("✓ ", "green"), "nothing changed: the same data, code, model, environment and hardware")
    elif found.changed:
        page.line("changed: ", (", ".join(found.changed), "bold yellow"))
    for title, lines in told(found, everything=everything):
        _print(page, title, lines, most)
    works = (found.work_before, found.work_after)
    if all(work.predicted for work in works):  # what was known before cost nothing, and says nothing of either
        for at, work in enumerate(works):
            labelled(page, "" if at else "work", f"{'→ ' if at else ''}{work.predicted:,} predicted in {spent(work)}")
    for at, line in enumerate(_cost(found)):
        labelled(page, "" if at else "cost", line)
    if found.unknown:
        page.line("not on record of one of them: ", ", ".join(found.unknown))
    if found.same and found.changed:
        page.line("the same: ", ", ".join(_same(name, found) for name in found.same))


def told(found: RunsCompared, *, everything: bool = False) -> list[tuple[str, list[str]]]:
    """Return the scores, then each part that changed, with its lines; ``everything``: no parameters are counted rather than listed."""
    parts = {
        "data": _data(found.data),
        "code": _code(found.code),
        "model": _model(found.model, everything),
        "environment": [arrow(each) for each in (found.environment.python, *found.environment.packages) if each],
        "hardware": [arrow(each) for each in found.hardware],
    }
    return [("scores", [_score(each) for each in found.metrics]), *((name, parts[name]) for name in found.changed)]


def _cost(found: RunsCompared) -> list[str]:
    """Return what other rates make of a difference in cost: with the same rates the work says it."""
    cost, (before, after) = found.cost, (found.work_before, found.work_after)
    if cost is None or not (cost.rates or cost.note):
        return []
    lines = [arrow(each) for each in cost.rates]
    if before.predicted and after.predicted:
        if cost.by_rates is not None and cost.by_work is not None:
            whole, parts = _more(cost.after - cost.before), (_more(cost.by_rates), _more(cost.by_work))
            lines.append(f"{whole} {after.currency}".rstrip() + f": other rates make {parts[0]}, other work {parts[1]}")
        lines += [cost.note] if cost.note else []
    return lines


def _more(amount: float) -> str:
    """Return a difference of amounts, with its sign; what only rounding makes is none."""
    return "0.00" if abs(amount) < 1e-9 else f"{'+' if amount > 0 else '−'}{money(abs(amount), '')}"


def _print(page: Page, title: str, lines: Sequence[str], most: int | None) -> None:
    shown = lines if most is None else lines[:most]
    for at, line in enumerate(shown):
        labelled(page, title if at == 0 else "", line)
    if len(lines) > len(shown):
        labelled(page, "", (f"and {len(lines) - len(shown):,} more: --all shows them", "dim"))


def _data(change: DataChange) -> list[str]:
    before, after = change.before, change.after
    sampled = "" if before.sampled is None or after.sampled is None else f" ({before.sampled:,} → {after.sampled:,} sampled)"
    lines = [f"version {before.version[:7]} → {after.version[:7]} · {before.examples:,} → {after.examples:,} examples{sampled}"]
    if change.counts is not None:
        said = [f"{change.counts[name]:,} {words}" for name, words in _COUNTED.items() if change.counts.get(name)]
        lines.append(" · ".join(said) or "no example came, left or was relabelled")
        lines.append(f"`regrade evalset diff {before.version[:12]} {after.version[:12]}` says which")
    return [*lines, *([change.note] if change.note else [])]


def _code(change: CodeChange) -> list[str]:
    before, after = commit(change.before, change.dirty_before), commit(change.after, change.dirty_after)
    lines = [f"{before or 'no git'} → {after or 'no git'}"] if before != after else [f"{before}, with other changes that are not committed"]
    lines += _commits(change.ahead, change.commits, "later")
    lines += _commits(change.behind, change.lost, "that the second lacks")
    for changed, which in ((change.changed_before, "first"), (change.changed_after, "second")):
        if changed and changed != (change.changed_after if which == "first" else change.changed_before):
            lines.append(f"not committed in the {which}: {', '.join(changed[:6])}" + (", …" if len(changed) > 6 else ""))
    lines += [_source(each) for each in change.files]
    if not change.files:
        lines.append("no source file that the candidate consists of differs")
    return [*lines, *([change.note] if change.note else [])]


def _commits(count: int | None, commits: Sequence[Commit], words: str) -> list[str]:
    if not count:
        return []
    more = [f"  … and {count - len(commits):,} before these"] if count > len(commits) else []
    return [f"{count:,} commit{'' if count == 1 else 's'} {words}", *(f"  {each.hash} {each.subject}" for each in commits), *more]


def _source(change: Change) -> str:
    if change.before is None:
        return f"{change.name} is new"
    return f"{change.name} is gone" if change.after is None else f"{change.name} changed"


def _model(change: ModelChange, everything: bool) -> list[str]:
    lines = [arrow(change.type)] if change.type else []
    lines += _parameters(change, everything)
    lines += [arrow(each) for each in (*change.settings, *change.files)]
    return [*lines, *([change.note] if change.note else [])]


def _parameters(change: ModelChange, everything: bool) -> list[str]:
    """Return parameters that both have line by line; many that one side lacks, as of another class of estimators, as numbers."""
    alone = {*change.gone, *change.new}
    if everything or len(alone) <= _ONE_SIDED:
        return [arrow(each) for each in change.parameters]
    told: list[str] = []
    for names, side, words in ((change.gone, "before", "gone"), (change.new, "after", "new")):
        if names:
            noun = "" if told else f" parameter{'' if len(names) == 1 else 's'}"
            told.append(f"{len(names):,}{noun}{_owner(names, change, side)} {'is' if len(names) == 1 else 'are'} {words}")
    return [*(arrow(each) for each in change.parameters if each.name not in alone), f"{', '.join(told)}: --all lists them"]


def _owner(names: Sequence[str], change: ModelChange, side: str) -> str:
    """Return the class that these are parameters of, or else the step, as `` of LogisticRegression``; empty where they are of several."""
    steps = [name.split(".") for name in names]
    shared = takewhile(lambda parts: len(set(parts)) == 1, zip(*steps, strict=False))
    step = ".".join(parts[0] for parts in shared) if len(names) > 1 else ""
    own = change.type if not step else next((each for each in change.parameters if each.name == step), None)
    name = getattr(own, side) if own else step
    return f" of {str(name).rpartition('.')[2] if own else name}" if name else ""


def _score(change: Change) -> str:
    line = arrow(change)
    if isinstance(change.before, (int, float)) and isinstance(change.after, (int, float)):
        return f"{line} ({change.after - change.before:+.4g})"
    return line


def _same(name: str, found: RunsCompared) -> str:
    if name == "data":
        return f"data (version {found.data.before.version[:7]})"
    if name == "code":
        told = commit(found.code.before, found.code.dirty_before)
        return f"code ({told})" if told else "code"
    return name
