"""What changed beside the scores, as lines of words: the same in a terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from regrade.compare.changed import Change, Changed, EvalSetChange
from regrade.compare.changed_words import value
from regrade.compare.wording import counted
from regrade.report.evalset_diff_section import person

_LEAST_OF_HASH = 40
_BRIEF = 3
"""Entries of a part in one line."""
_COUNTED = (
    ("added", "came in"), ("removed", "taken out"), ("relabelled", "relabelled"), ("pinned", "pinned"), ("unpinned", "unpinned"),
    ("reweighted", "with another weight"), ("new_content", "with other inputs"), ("disputed", "newly disputed"), ("settled", "settled"),
)  # fmt: skip


def parts_words(changed: Changed) -> str:
    """Return which parts changed and which did not: ``data, model · the same: code, environment, hardware``."""
    told = [", ".join(changed.parts) or "nothing"]
    told += [f"the same: {', '.join(changed.same)}"] if changed.same else []
    told += [f"not known: {', '.join(changed.unknown)}"] if changed.unknown else []
    return " · ".join(told)


def brief(changed: Changed) -> str:
    """Return what changed in one line: ``model: max_iter 100 → 300 and 2 more · code: 3 commits · the same: environment``."""
    told = {
        "data": _counts(changed.data) if changed.data is not None else [],
        "code": _code_counts(changed),
        "model": [_arrow(each, short=True) for each in changed.model if not _is_file(each)] or _model(changed.model),
        "environment": [_arrow(each) for each in changed.environment],
        "hardware": [_arrow(each) for each in changed.hardware],
    }
    words = [f"{part}: {_first(told[part])}" if told[part] else part for part in changed.parts] or ["nothing"]
    words += [f"the same: {', '.join(changed.same)}"] if changed.same else []
    words += [f"not known: {', '.join(changed.unknown)}"] if changed.unknown else []
    return " · ".join(words)


def _first(lines: Sequence[str]) -> str:
    more = len(lines) - _BRIEF
    return ", ".join(lines[:_BRIEF]) + (f" and {more:,} more" if more > 0 else "")


def _code_counts(changed: Changed) -> list[str]:
    counts = [counted(changed.ahead, "commit")] if changed.ahead else []
    counts += [f"{counted(changed.behind, 'commit')} of the base not here"] if changed.behind else []
    counts += [f"{counted(len(changed.uncommitted), 'file')} not committed"] if changed.uncommitted else []
    return counts + ([f"{counted(len(changed.code), 'source')} changed"] if changed.code else [])


def changed_lines(changed: Changed, *, values: bool) -> list[tuple[str, list[str]]]:
    """Return each part that changed with its lines; ``values``: labels and what people noted too, keys alone otherwise."""
    told = {
        "data": _data(changed.data, values=values) if changed.data is not None else [],
        "code": _code(changed),
        "model": _model(changed.model),
        "environment": [_arrow(each) for each in changed.environment],
        "hardware": [_arrow(each) for each in changed.hardware],
    }
    found: list[tuple[str, list[str]]] = [(part, told[part]) for part in changed.parts if told[part]]
    return [*found, ("not known", changed.notes)] if changed.notes else found


def _counts(data: EvalSetChange) -> list[str]:
    return [f"{getattr(data, name):,} {words}" for name, words in _COUNTED if getattr(data, name)]


def _data(data: EvalSetChange, *, values: bool) -> list[str]:
    lines = [" · ".join([f"version {data.before[:7]} → {data.after[:7]}", *_counts(data)])]
    for gone in data.gone:
        why = _who(gone.by, gone.why) if values else ""
        lines.append(f"– {gone.key} {'moved to fix' if gone.how == 'fix' else gone.how}{_marks(gone.pinned, gone.sampled)}{why}")
    for row in data.labels:
        course = f" {_several(row.before)} → {_several(row.after)}" if values else " relabelled"
        better = ", in favour of the candidate" if row.favours else ""
        lines.append(f"≠ {row.key}{course}{better}{_marks(row.pinned, row.sampled)}{_who(row.by, row.why) if values else ''}")
    lines += [f"⚑ {key} unpinned" for key in data.unpinned_keys]
    return lines


def _code(changed: Changed) -> list[str]:
    lines = [f"{each.hash} {each.subject}" for each in changed.commits]
    more = (changed.ahead or 0) - len(changed.commits)
    lines += [f"and {more:,} commits before these"] if more > 0 and changed.commits else []
    lines += [f"{changed.behind:,} commit{'' if changed.behind == 1 else 's'} of the base that are not here"] if changed.behind else []
    lines += (
        [f"not committed: {', '.join(changed.uncommitted[:6])}{', …' if len(changed.uncommitted) > 6 else ''}"]
        if changed.uncommitted
        else []
    )
    return lines + [_arrow(each) for each in changed.code]


def _model(changes: Sequence[Change]) -> list[str]:
    """Return the lines of the model; one file in place of another is one line: two candidates have a file each."""
    lines = [_arrow(each) for each in changes if not _is_file(each)]
    files = [each for each in changes if _is_file(each)]
    gone, new = ([each for each in files if getattr(each, side) is None] for side in ("after", "before"))
    if len(files) == 2 and gone and new:
        return [*lines, f"{gone[0].name} → {new[0].name}"]
    return lines + [_arrow(each) for each in files]


def _is_file(change: Change) -> bool:
    return _is_hash(change.before) or _is_hash(change.after)


def _arrow(change: Change, *, short: bool = False) -> str:
    if _is_file(change):
        how = "is new" if change.before is None else "is gone" if change.after is None else "changed"
        return f"{change.name} {how}"
    name = change.name.rpartition(".")[2] if short else change.name
    return f"{name} {_side(change.before)} → {_side(change.after)}"


def _side(given: object) -> str:
    return "–" if given is None else value(given)


def _is_hash(given: object) -> bool:
    return isinstance(given, str) and len(given) >= _LEAST_OF_HASH and not set(given) - set("0123456789abcdef")


def _several(values: Sequence[object]) -> str:
    return " | ".join(value(each) for each in values) or "–"


def _marks(pinned: bool, sampled: bool) -> str:
    return (", pinned" if pinned else "") + (", sampled" if sampled else "")


def _who(by: str, why: str) -> str:
    told = ": ".join(filter(None, (person(by) if by else "", why)))
    return f" ({told})" if told else ""
