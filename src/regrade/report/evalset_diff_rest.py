"""Sections of the review that are no list of examples: disputes, and failure modes."""

from __future__ import annotations

from collections.abc import Sequence

from regrade.config_privacy import Privacy
from regrade.evalset.review.changes import Cause, Dispute, ModeChange, Voice
from regrade.log.differing import told_apart
from regrade.report.evalset_diff_section import Group, Section, person, value

_OWN_WORDS = {
    "defined": "defined",
    "removed": "no longer there",
    "closed": "closed",
    "reopened": "open again",
    "parted": "parted from {before}",
    "renamed": "was {before}",
    "merged": "merged into {after}",
    "described": "described: {after}",
}


def disputes(title: str, rows: Sequence[Dispute], *, settled: bool) -> Section | None:
    """Return a section of who says what; of settled ones, with what came of it."""
    rows = [row for row in rows if not row.behind]
    if not rows:
        return None
    title = f"{len(rows):,} {title}"
    if not settled:
        cells: list[tuple[str, ...]] = [(row.name, row.field, " | ".join(map(_voice, row.voices, _told(row)))) for row in rows]
        return Section("≠", "bold magenta", title, ("key", "what", "who says what"), [Group("", "", "", cells)])
    groups = [_group(row.cause, (row.name, row.field, _settled(row))) for row in rows]
    return Section("≠", "cyan", title, ("key", "what", "now"), groups)


def _group(cause: Cause | None, *rows: tuple[str, ...]) -> Group:
    return Group(person(cause.by), cause.at[:10], cause.why, [*rows]) if cause else Group("", "", "", [*rows])


def _settled(row: Dispute) -> str:
    said = _told(row)
    n = len(row.voices)
    return f"{' | '.join(said[:n])} → {' | '.join(said[n:]) or 'nothing'}"


def _told(row: Dispute) -> list[str]:
    """Return what each voice says, then what it was settled to; of contents in what they differ."""
    values = [*(voice.value for voice in row.voices), *row.settled]
    if row.field != "content":
        return [value(each) for each in values]
    contents, more = told_apart([{"inputs": each} for each in values], Privacy())  # what is hidden is hidden in them already
    said = (", ".join(f"{value(name)} {value(each)}" for name, each in content.items()) for content in contents)
    return [(words or "other than can be shown") + (f" and {more:,} more" if more else "") for words in said]


def _voice(voice: Voice, said: str) -> str:
    said = f"{voice.of}: {said}" if voice.of else said
    return f"{said} ({person(voice.by)}{': ' + voice.why if voice.why else ''})"


def mode_lines(changes: Sequence[ModeChange]) -> Section | None:
    """Return what was decided about failure modes."""
    made = [change for change in changes if not change.behind]
    if not made:
        return None
    rows: list[tuple[str, ...]] = [(change.name, _words(change), _who(change.cause)) for change in made]
    title = f"{len(made):,} {'decision' if len(made) == 1 else 'decisions'} about failure modes"
    return Section("◆", "cyan", title, ("mode", "", "by"), [Group("", "", "", rows)])


def _words(change: ModeChange) -> str:
    template = _OWN_WORDS.get(change.what)
    before, after = _shown(change.what, change.before), _shown(change.what, change.after)
    return template.format(before=before, after=after) if template else f"{change.what} {before} → {after}"


def _shown(what: str, given: object) -> str:
    if given is None or given == "":
        return "none"
    return f"P{given}" if what == "priority" else value(given)


def _who(cause: Cause | None) -> str:
    return f"{person(cause.by)}, {cause.at[:10]}" if cause else ""
