"""The review of an eval set's change in words: one sentence, then sections, for the terminal and for Markdown alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from regrade.compare.wording import counted
from regrade.evalset.review.changes import Added, Cause, Changed, Diff, Labels, Left, Relabelled, decided, lacking
from regrade.log.content import JSON
from regrade.report.evalset_diff_rest import disputes, mode_lines
from regrade.report.evalset_diff_section import Group, Section, person, value
from regrade.workspace.reviewing import Review

Row = TypeVar("Row", Added, Left, Relabelled, Changed)


def sentence(review: Review) -> str:
    """Return what changed, in one sentence."""
    found = review.diff
    parts = _parts(found)
    before, after = review.before, review.after
    if review.removed and (lost := len(lacking(found.gone))):
        parts.append(f"{counted(lost, 'example')} lost")
    if not parts:
        words = "nothing changed" if found.empty else "no example came in, left or was relabelled"
        parts = [f"{words} ({counted(after.examples, 'example')})"]
    old, new = before.version[:7], after.version[:7]
    version = f"version {old} → {new}" if before.version != after.version else f"version {old} on both sides"
    return f"{before.label} → {after.label}: {', '.join(parts)}; {version}"


def _parts(found: Diff) -> list[str]:
    added, retired, gone, relabelled = (decided(rows) for rows in (found.added, found.retired, found.gone, found.relabelled))
    parts = []
    if added:
        parts.append(f"{counted(len(added), 'example')} came in")
    if retired:
        parts.append(f"{len(retired):,} {_was(retired)} retired")
    if gone:
        parts.append(f"{len(gone):,} left otherwise")
    if relabelled:
        flips = sum(row.flip for row in relabelled)
        louder = f" ({flips:,} {'changes' if flips == 1 else 'change'} what counts as right)" if flips else ""
        parts.append(f"{len(relabelled):,} {_was(relabelled)} relabelled{louder}")
    if found.disputed:
        parts.append(f"{len(found.disputed):,} newly disputed")
    return parts


def warnings(review: Review) -> list[str]:
    """Return what a reviewer must know before the rest."""
    found, before, after = review.diff, review.before, review.after
    said = []
    if found.missing_decisions:
        n_gone = len(lacking(found.gone))
        n = len(_apart(found)) - n_gone
        many = counted(found.missing_decisions, "decision")
        what = f"{after.label} does not have {many} of {before.label}"
        if n_gone:
            what += f": {counted(n_gone, 'example')} of {before.label} {'is' if n_gone == 1 else 'are'} not in {after.label}"
        if n:
            what += f"{',' if n_gone else ':'} {counted(n, 'other example')} {'differs' if n == 1 else 'differ'} for that reason alone"
        if review.removed:
            what += f". It is built on {before.label}, so files were removed (a revert, a deletion); `undo` takes a decision back"
            what += f". `regrade evalset verify --base {before.label}` names them" if after.kind == "now" else ""
        elif before.kind == after.kind == "commit":
            what += f". It is behind: merge {before.label}, or review {before.label}...{after.label}"
        said.append(what)
    said += [f"at {side.label} nothing was decided yet" for side in (before, after) if not side.decisions]
    pins = sum(row.pinned for row in decided(found.retired))
    if pins:
        said.append(f"{counted(pins, 'pinned example')} {'was' if pins == 1 else 'were'} retired: a gate fails on that")
    agree = [row for row in decided(found.relabelled) if row.right_before is False and row.right_after]
    if agree:
        said.append(
            f"{counted(len(agree), 'relabelled example')} now {'says' if len(agree) == 1 else 'say'} what production had answered, "
            f"which counted as wrong: nothing was fixed there"
        )
    return said + review.notes


def sections(review: Review) -> list[Section]:
    """Return what changed in detail, what a reviewer must look at first; a section that has nothing to say is not there."""
    found = review.diff
    flips = [row for row in decided(found.relabelled) if row.flip]
    others = [row for row in decided(found.relabelled) if not row.flip]
    made = [
        _section("▼", "bold red", "expected value changed", "expected values changed", flips, _FLIP, _flip),
        disputes("newly disputed", found.disputed, settled=False),
        _section("–", "yellow", "was retired", "were retired", decided(found.retired), _LEFT, _left),
        _section("–", "yellow", "left without being retired", "left without being retired", decided(found.gone), _LEFT, _left),
        _section("●", "green", "came in", "came in", decided(found.added), _ADDED, _added),
        _section("◐", "cyan", "relabelled otherwise", "relabelled otherwise", others, _LABELS, _labels),
        disputes("settled", found.settled, settled=True),
        _section("⚑", "cyan", "pinned", "pinned", decided(found.pinned), ("key",), lambda row: (row.key,)),
        _section("⚑", "yellow", "unpinned", "unpinned", decided(found.unpinned), ("key",), lambda row: (row.key,)),
        _changed("moved between eval and fix", found.repartitioned),
        _changed("weighs differently", found.reweighted, "weigh differently"),
        _changed("got another origin", found.new_origin),
        _changed("got other content", found.new_content),
        mode_lines(found.modes),
        _behind(review),
    ]
    return [section for section in made if section is not None]


_FLIP = ("key", "expected", "production", "mode", "")
_LEFT = ("key", "expected", "mode", "origin", "")
_ADDED = ("key", "expected", "mode", "origin", "weight", "")
_LABELS = ("key", "mode", "expected", "")


def _flip(row: Relabelled) -> tuple[str, ...]:
    marks = {True: "✓", False: "✗", None: "?"}
    answer = "" if row.prediction is None else f"production's {value(row.prediction)}: {marks[row.right_before]} → {marks[row.right_after]}"
    moved = f"{_expected(row.before)} → {_expected(row.after)}"
    return (row.key, moved, answer, _modes(row), _tags(row.pinned and "⚑ pinned", row.origin == "sampled" and "sampled"))


def _labels(row: Relabelled) -> tuple[str, ...]:
    old, new = _expected(row.before), _expected(row.after)
    return (row.key, _modes(row), f"{old} → {new}" if old != new else "", _tags(row.pinned and "⚑ pinned"))


def _modes(row: Relabelled) -> str:
    old, new = _mode(row.before), _mode(row.after)
    if old == new:
        return "" if new == "none" else new
    other = row.mode_cause is not None and (row.cause is None or row.cause.by != row.mode_cause.by)
    return f"{old} → {new}" + (f" ({person(row.mode_cause.by)})" if other and row.mode_cause else "")


def _expected(labels: Labels) -> str:
    return " | ".join(map(value, labels.expected)) or "unknown"


def _mode(labels: Labels) -> str:
    return " | ".join(labels.modes) or "none"


def _left(row: Left) -> tuple[str, ...]:
    how = {"undone": "promotion undone", "dismissed": "dismissed"}.get(row.how, "")
    return (row.key, _values(row.expected), row.mode or "", row.origin, _tags(row.pinned and "⚑ pinned", how))


def _added(row: Added) -> tuple[str, ...]:
    tags = _tags(
        row.pinned and "⚑ pinned",
        row.disputed and "≠ disputed",
        row.again and "restored",
        row.partition != "eval" and f"to {row.partition}",
    )
    return (row.key, _values(row.expected), row.mode or "", row.origin, f"{row.weight:,.6g}" if row.weight != 1 else "", tags)


def _values(expected: Sequence[JSON]) -> str:
    return " | ".join(map(value, expected)) or "waits for a label"


def _tags(*tags: str | bool) -> str:
    return " · ".join(tag for tag in tags if isinstance(tag, str) and tag)


def _changed(one: str, rows: list[Changed], many: str = "") -> Section | None:
    def cells(row: Changed) -> tuple[str, ...]:
        if row.field == "content":
            return (row.key, ", ".join(row.columns) or "types of columns")
        old, new = (", ".join(each) if isinstance(each, list) else value(each) for each in (row.before, row.after))
        return (row.key, f"{old} → {new}")

    return _section("◐", "cyan", one, many or one, decided(rows), ("key", ""), cells)


def _section(
    glyph: str, style: str, one: str, many: str, rows: Sequence[Row], columns: tuple[str, ...], cells: Callable[[Row], tuple[str, ...]]
) -> Section | None:
    if not rows:
        return None
    return Section(glyph, style, f"{len(rows):,} {one if len(rows) == 1 else many}", columns, _groups(rows, cells))


def _groups(rows: Iterable[Row], cells: Callable[[Row], tuple[str, ...]]) -> list[Group]:
    """Put together what one person did for one reason, in the order of time."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row.cause.by, row.cause.why) if row.cause else ("", ""), []).append(row)
    made = [
        Group(person(by), _days([row.cause for row in group if row.cause]), why, [cells(row) for row in group])
        for (by, why), group in found.items()
    ]
    return sorted(made, key=lambda group: (group.when, group.by))


def _days(causes: Sequence[Cause]) -> str:
    days = sorted({cause.at[:10] for cause in causes})
    return "" if not days else days[0] if len(days) == 1 else f"{days[0]} – {days[-1]}"


def _behind(review: Review) -> Section | None:
    """List what differs only because the later side lacks decisions."""
    rows: list[tuple[str, ...]] = [(key, what) for key, each in sorted(_apart(review.diff).items()) for what in each]
    if not rows:
        return None
    title = f"{counted(len(rows), 'difference')} only because {review.after.label} lacks decisions of {review.before.label}"
    return Section("⚠", "dim", title, ("key", ""), [Group("", "", "", rows)])


def _apart(found: Diff) -> dict[str, list[str]]:
    """Return the keys that differ only because the later side lacks decisions, and in what."""
    told = [(row.key, "not there") for row in lacking(found.gone)] + [(row.key, "still there") for row in lacking(found.added)]
    told += [(row.key, _apart_label(row)) for row in lacking(found.relabelled)]
    told += [(row.key, row.field) for rows in _OTHERS for row in lacking(getattr(found, rows))]
    apart: dict[str, list[str]] = {}
    for key, what in told:
        apart.setdefault(key, []).append(what)
    return apart


def _apart_label(row: Relabelled) -> str:
    old, new = _expected(row.before), _expected(row.after)
    if old != new:
        return f"{new}, not {old}"
    return f"mode {_mode(row.after)}, not {_mode(row.before)}"


_OTHERS = ("pinned", "unpinned", "repartitioned", "reweighted", "new_origin", "new_content")


def outside(review: Review) -> str:
    """Return what was decided on predictions that are no examples; empty where nothing was."""
    found = review.diff.outside
    counts = [
        f"{counted(len(keys), 'prediction')} {words}"
        for keys, words in ((found.labelled, "labelled"), (found.dismissed, "dismissed"), (found.reopened, "open again"))
        if keys
    ]
    return "outside the eval set: " + ", ".join(counts) if counts else ""


def _was(rows: Sequence[object]) -> str:
    return "was" if len(rows) == 1 else "were"
