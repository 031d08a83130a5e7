"""The story of a prediction or a failure mode, and what people disagree on, as lines to read."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from regrade.config_privacy import Privacy
from regrade.evalset.story.disputes import Dispute, View
from regrade.evalset.story.history import Change, Step
from regrade.log.content import JSON
from regrade.log.differing import told_apart
from regrade.report.console import Page, Part
from regrade.report.decision_words import clock, content_words, done, person, value_words
from regrade.report.evalset_diff_section import value

_INDENT = 4
_ORIGINS = {"failure": "as a failure", "important": "as important", "synthetic": "as synthetic", "sampled": "as sampled"}


def print_history(heading: str, steps: Sequence[Step], names: Mapping[str, str], *, git: bool) -> None:
    """Print a story, oldest first; ``names``: mode id → name; ``git``: commits could be looked up."""
    page = Page()
    page.line((heading, "bold"))
    for step in steps:
        style = "" if step.live else "dim"
        said, lines = _sentence(step, names)
        page.line((f"{clock(step.at)}  ", "dim"), (person(step.by), "bold"), (f"  {step.short}", "dim"))
        for line in (said, *lines):
            page.indented(_INDENT, (line, style))
        for words in (step.reason, step.note):
            if words:
                page.indented(_INDENT, (f"“{words}”", style))
        if not step.live:
            page.indented(_INDENT, ("undone" + _by(step), "yellow"))
        if git or step.stands == "unsealed":
            page.indented(_INDENT, (_commits(step), "dim"))
    if not git:
        page.line(("no git here, or nothing is committed: no commits to name", "dim"))


def _by(step: Step) -> str:
    return "".join(f" by {person(each.by)}, {clock(each.at)} ({each.short})" for each in step.undone_by)


def _commits(step: Step) -> str:
    if step.stands == "unsealed":
        return "not sealed yet: in the journal of a session, safe on this disk"
    if not step.commits:
        return "not committed yet"
    said = (
        f"{each.hash} {each.at[:10]} {each.subject}" + (" (or earlier: this clone is shallow)" if each.cut else "") for each in step.commits
    )
    return "commit " + " · ".join(said)


def _sentence(step: Step, names: Mapping[str, str]) -> tuple[str, list[str]]:
    """Return what was done to the subject, without the person, and lines with more."""
    if step.undoes:
        what = ", ".join(f"{_whose(step, each.by)} {each.kind} of {clock(each.at)} ({each.short})" for each in step.undoes)
        return f"{'did again what was undone by' if step.kind == 'redo' else 'undid'} {what}", []
    words, facts = f"{done(step.kind)} it", dict(step.facts)
    if step.kind == "noted on" or step.kind == "note":
        words = "noted"
    changes = {change.field: change for change in step.changes}
    lines = []
    if "origin" in facts:
        words += f" {_ORIGINS.get(str(facts['origin']), str(facts['origin']))}"
    if "sample" in facts:
        words += f" with probability {facts['sample']:.4g}{_population(step.population)}"
    content = changes.pop("content", None)
    if content is not None and isinstance(content.after, dict):
        lines.append(content_words(content.after) + _differs(content))
    said = [_change(each, names) for each in changes.values() if not _implied(each, step.kind)]
    words += f": {'; '.join(said)}" if said else ""
    if step.subjects > 1:
        words += f" (with {step.subjects - 1:,} other{'' if step.subjects == 2 else 's'})"
    return words, lines


def _whose(step: Step, by: str) -> str:
    return "their own" if by == step.by else f"{person(by)}'s"


def _population(population: JSON) -> str:
    if not isinstance(population, dict):
        return ""
    count, where = population.get("count"), population.get("where")
    return (f", of {count:,} predictions" if isinstance(count, int) else "") + (f" where {where}" if where else "")


def _implied(change: Change, kind: str) -> bool:
    """Return whether the verb says it already."""
    if change.field == "member":
        return change.after in ("in", "retired", "dismissed") and len(change.before) < 2 and kind != "resolve"
    if change.field == "partition":
        return change.after == "eval" and change.before in ((), ("eval",))
    return change.field in ("pinned", "state") and kind in ("pin", "unpin", "close", "reopen", "define")


def _change(change: Change, names: Mapping[str, str]) -> str:
    after = value_words(change.field, change.after, names)
    if not change.before:
        return f"{change.field} {after}"
    before = " | ".join(value_words(change.field, value, names) for value in change.before)
    if before == after:
        return f"{change.field} {after}, as {'it was logged' if change.logged else 'before'}"
    return f"{change.field} {before}{' (as logged)' if change.logged else ''} → {after}"


def _differs(content: Change) -> str:
    """Return in which columns the new inputs differ from the old."""
    if len(content.before) != 1 or not isinstance(content.before[0], dict):
        return ""
    old, new = content.before[0].get("inputs"), content.after.get("inputs")
    if not isinstance(old, dict) or not isinstance(new, dict):
        return ""
    names = [name for name in {**old, **new} if old.get(name) != new.get(name) or (name in old) != (name in new)]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"; other values in {', '.join(names[:5])}{more}" if names else ""


def print_disputes(disputes: Sequence[Dispute], names: Mapping[str, str], privacy: Privacy) -> None:
    """Print each dispute: the views, without what ``privacy`` hides, then the command that ends it."""
    page = Page()
    if not disputes:
        page.line("nothing is disputed")
        return
    for dispute in disputes:
        of = f"failure mode {names.get(dispute.subject, dispute.subject)!r}" if dispute.of == "mode" else dispute.subject
        page.line(("≠ ", "red"), (f"{of}: {dispute.field}", "bold"))
        for view, said in zip(dispute.views, _told(dispute, names, privacy), strict=True):
            page.indented(_INDENT, *_view(dispute, view, said, names))
        page.unbroken(_INDENT - 2, (f"→ {resolving(dispute)}", "dim"))
    n = len(disputes)
    page.line(f"{n:,} dispute{'' if n == 1 else 's'}")


def _told(dispute: Dispute, names: Mapping[str, str], privacy: Privacy) -> list[str]:
    """Return what each view says; of contents in what they differ."""
    if dispute.field != "content":
        return [value_words(dispute.field, view.value, names) for view in dispute.views]
    contents, more = told_apart([view.value for view in dispute.views], privacy)
    said = (", ".join(f"{name} {value(each)}" for name, each in content.items()) for content in contents)
    return [words + (f" and {more:,} more" if more else "") for words in said]


def _view(dispute: Dispute, view: View, said: str, names: Mapping[str, str]) -> tuple[Part, ...]:
    whose = f"{names.get(view.subject, view.subject)!r}: " if view.subject != dispute.subject or _several(dispute) else ""
    why = f": “{view.why}”" if view.why else ""
    return whose, (said, "bold"), f" says {person(view.by)}, {clock(view.at)} ({view.kind}){why}"


def _several(dispute: Dispute) -> bool:
    return len({view.subject for view in dispute.views}) > 1


def resolving(dispute: Dispute) -> str:
    """Return the command that resolves a dispute, with the first view as an example of a value."""
    subject, view = shlex.quote(dispute.subject), dispute.views[0]
    field = f"--field {dispute.field}"
    if dispute.field == "content" or isinstance(view.value, dict | list):
        alike = [each for each in dispute.views if person(view.by).casefold() in each.by.casefold()]
        who = person(view.by) if len({each.by for each in alike}) == 1 else view.by
        return f"regrade evalset resolve {subject} --by {shlex.quote(who)} {field}"
    return f"regrade evalset resolve {subject} {shlex.quote(value_text(view.value))} {field}"


def value_text(value: JSON) -> str:
    """Return how a value of a register is typed: text as it is, the rest as JSON."""
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
