"""A comparison as Markdown, for a comment on a pull request: the verdict and what to know in ten seconds, the rest folded."""

from __future__ import annotations

import re
from collections.abc import Sequence

from regrade.compare.comparison import Comparison, FlipRow, GroupRow
from regrade.compare.standing import slice_stands
from regrade.compare.wording import amount, counted, level, unit
from regrade.report.comparison_changed import changed_lines, parts_words
from regrade.report.comparison_drill import promoted_words
from regrade.report.comparison_words import (
    GLYPHS,
    VERDICTS,
    Moved,
    basis,
    effects_words,
    headline,
    known_words,
    money_words,
    moved_modes,
    passed_words,
    protected,
    settles,
    slice_words,
)
from regrade.report.markdown import code, plain
from regrade.report.stages_words import calibration_markdown, stages_markdown, stages_told

_MOST_BYTES = 64 * 1024 - 512
"""GitHub refuses a comment of more than 65,536 characters; a little room is left for who posts it."""
_LIMITS = (100, 40, 15, 5, 2, 0)
_LINES = 5
"""Entries of a list that is not folded."""


def marker(comparison: Comparison | None = None, candidate: str = "") -> str:
    """Return the first line of a report, which no reader sees: a bot finds by it the comment that it is to replace.

    It is the same for every report on one candidate, at whatever commit.
    """
    name = comparison.candidate if comparison is not None else candidate
    at = comparison.candidate_at if comparison is not None else None
    stem = name.removesuffix(f"@{at.ref}") if at is not None else name
    return f"<!-- regrade-report {re.sub('[^A-Za-z0-9_.]+', '-', stem).strip('-')[:80]} -->"


def to_markdown(comparison: Comparison, *, inputs: bool = False) -> str:
    """Return the report; lists are cut ("N more") until all of it is small enough for a comment.

    Parameters
    ----------
    inputs : bool
        Show inputs of the flips, who promoted them and why. Without it neither inputs nor expected nor answers are in the report,
        nor what people noted: keys alone.
    """
    for limit in _LIMITS:
        text = "\n".join([marker(comparison), *_summary(comparison, limit), *_details(comparison, limit, inputs)]) + "\n"
        if len(text.encode("utf-8")) <= _MOST_BYTES:
            break
    return text


def failed_markdown(what: str, candidate: str) -> str:
    """Return the report of a comparison that could not be made."""
    head = f"### {GLYPHS['not_evaluated']} {VERDICTS['not_evaluated']}: {code(candidate)}"
    return "\n".join([marker(candidate=candidate), head, "", f"> ⚠ {plain(' '.join(what.split()), 2_000)}", ""])


def _summary(comparison: Comparison, limit: int) -> list[str]:
    baseline, candidate = comparison.names
    glyph, verdict = GLYPHS[comparison.verdict], VERDICTS[comparison.verdict]
    lines = [f"### {glyph} {verdict}: {code(candidate)} against {code(baseline)}", ""]
    lines += [
        f"**{plain(headline(comparison).strip())}**" + (f" ({basis(comparison)})" if comparison.headline.delta is not None else ""),
        "",
    ]
    told: list[tuple[str, str]] = [("because", plain(reason, 400)) for reason in comparison.reasons[: max(limit, 3)]]
    hidden = len(comparison.reasons) - max(limit, 3)
    if hidden > 0:
        told.append(("because", f"{hidden:,} more reasons"))
    said = any("would settle it" in reason for reason in comparison.reasons)
    told.append(("to settle it", "" if said else plain(settles(comparison))))
    told.append(("known failures", plain(known_words(comparison)) if comparison.known.total else ""))
    told.append(("failure modes", _modes(moved_modes(comparison.modes))))
    told.append(("broken by stage", stages_told(comparison)))
    told.append(("protected slices", _protected(comparison)))
    told.append(("pinned", _pinned(comparison)))
    told.append(("money", plain(money_words(comparison.business)) if comparison.business else ""))
    told.append(("change of score", plain(effects_words(comparison.primary, comparison.effects))))
    if comparison.errors:
        errors = f"{code(baseline)} {comparison.baseline_errors:,}, {code(candidate)} {comparison.candidate_errors:,}"
        told.append(("errors", f"⚠ {errors}"))
    lines += [f"- **{title}** {words}" for title, words in told if words]
    lines += [line for note in comparison.notes[: max(limit, 3)] for line in ("", f"> ⚠ {plain(note, 400)}")]
    return lines


def _modes(moved: Sequence[Moved]) -> str:
    if not moved:
        return ""
    named = [
        f"{code(each.name)} " + (f"▼ **reopened** ({each.before:,} → {each.after:,} wrong)" if each.reopened else _course(each))
        for each in moved[:_LINES]
    ]
    rest = len(moved) - _LINES
    return "; ".join(named) + (f"; {rest:,} more" if rest > 0 else "")


def _course(each: Moved) -> str:
    return f"{'▲ ' if each.after < each.before else ''}{each.before:,} → {each.after:,} wrong"


def _protected(comparison: Comparison) -> str:
    rows = protected(comparison)
    told = [f"{GLYPHS[slice_stands(row, comparison)]} {code(row.name)} {plain(slice_words(row, comparison))}" for row in rows[:_LINES]]
    rest = len(rows) - _LINES
    return "; ".join(told) + (f"; {rest:,} more" if rest > 0 else "")


def _pinned(comparison: Comparison) -> str:
    pinned = comparison.pinned
    broken, gone = comparison.pinned_broken, comparison.pinned_gone
    if not (pinned.total or broken or gone):
        return ""
    words = [f"{passed_words(pinned)} right"]
    words += [f"**{title}: {_keys(keys, _LINES)}**" for title, keys in (("broken", broken), ("taken out", gone)) if keys]
    return ("⚑ " if broken or gone else "") + ", ".join(words)


def _keys(keys: Sequence[str], limit: int) -> str:
    rest = len(keys) - limit
    return ", ".join(code(key) for key in keys[:limit]) + (f" and {rest:,} more" if rest > 0 else "")


def _details(comparison: Comparison, limit: int, inputs: bool) -> list[str]:
    lines: list[str] = []
    if comparison.n_sampled and comparison.metrics:
        lines += _folded(f"Metrics on {counted(comparison.n_sampled, 'sampled example')}", _metrics(comparison, limit))
    if comparison.modes:
        lines += _folded(
            counted(len(comparison.modes), "failure mode"), _table(_MODE, [_mode_cells(row) for row in comparison.modes], limit)
        )
    if comparison.slices:
        titles = ("slice", "n", f"difference of {plain(comparison.primary, 80)}", "p (Holm)")
        slices = [_slice_cells(row, comparison) for row in comparison.slices]
        lines += _folded(counted(len(slices), "slice"), _table(titles, slices, limit))
    flips = f"▼ {len(comparison.broken):,} broken, ▲ {len(comparison.fixed):,} fixed of {counted(comparison.n_compared, 'example')}"
    if comparison.broken or comparison.fixed:
        lines += _folded(flips, _flips(comparison, limit, inputs))
    lines += stages_markdown(comparison, limit)
    lines += calibration_markdown(comparison, limit)
    lines += _changed(comparison, limit, inputs)
    commits = " and ".join(f"{code(each.ref)} {code(each.commit)}" for each in (comparison.baseline_at, comparison.candidate_at) if each)
    at = f", {commits}" if commits else ""
    return [*lines, "", f"<sub>eval set {code(comparison.version[:7])}{at}. `regrade compare` shows it in a terminal.</sub>"]


def _folded(title: str, lines: list[str]) -> list[str]:
    return ["", f"<details><summary>{title}</summary>", "", *lines, "", "</details>"]


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]], limit: int) -> list[str]:
    lines = [_row(titles), _row(["---"] * len(titles))] + [_row(row) for row in rows[:limit]] if limit else []
    return lines + (["", f"{len(rows) - limit:,} more"] if len(rows) > limit else [])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _metrics(comparison: Comparison, limit: int) -> list[str]:
    rows = [
        (
            code(name),
            level(name, row.baseline),
            level(name, row.candidate),
            f"{amount(name, row.delta)} {unit(name)}".rstrip(),
            "" if row.low is None or row.high is None else f"{amount(name, row.low)} to {amount(name, row.high)}",
            f"{row.n:,}",
        )
        for name, row in comparison.metrics.items()
    ]
    return _table(("metric", "baseline", "candidate", "difference", f"{1 - comparison.alpha:.0%} interval", "n"), rows, limit)


_MODE = ("failure mode", "known failures", "fixed", "broken", "right now", "")


def _mode_cells(row: GroupRow) -> tuple[str, ...]:
    now = f"{row.now_right:,} / {row.n:,}"
    return (code(row.name), f"{row.n:,}", f"{row.fixed:,}", f"{row.broken:,}", now, "reopened" if row.reopened else "")


def _slice_cells(row: GroupRow, comparison: Comparison) -> tuple[str, ...]:
    name = comparison.primary
    interval = "" if row.low is None or row.high is None else f" ({amount(name, row.low)} to {amount(name, row.high)})"
    p = "–" if row.p_adjusted is None else f"{row.p_adjusted:.3f}"
    return (code(row.name), f"{row.n:,}", amount(name, row.delta) + interval, p)


def _changed(comparison: Comparison, limit: int, inputs: bool) -> list[str]:
    changed = comparison.changed
    if changed is None or not (changed.parts or changed.notes):
        return []
    lines: list[str] = []
    for part, told in changed_lines(changed, values=inputs):
        lines += [f"- **{part}**", *(f"  - {code(line, 300)}" for line in told[:limit])]
        lines += [f"  - {len(told) - limit:,} more"] if len(told) > limit else []
    return _folded(f"What changed&#58; {plain(parts_words(changed))}", lines)


def _flips(comparison: Comparison, limit: int, inputs: bool) -> list[str]:
    lines = [] if inputs else _table(_FLIP, [_flip_cells(flip) for flip in comparison.flips], limit)
    if inputs:
        titles = (*_FLIP, "expected", plain(comparison.baseline, 80), plain(comparison.candidate, 80), "inputs", "promoted")
        lines = _table(titles, [(*_flip_cells(flip), *_values(flip)) for flip in comparison.flips], limit)
    told = {flip.key for flip in comparison.flips}
    for title, keys in (("broken", comparison.broken), ("fixed", comparison.fixed)):
        others = [key for key in keys if key not in told]
        if others:
            lines += ["", f"{title} too: {_keys(others, limit * 3)}" if limit else f"{title} too: {len(others):,} more"]
    return lines


_FLIP = ("example", "", "failure mode", "")


def _flip_cells(flip: FlipRow) -> tuple[str, ...]:
    marks = " ".join(filter(None, ("⚑ pinned" if flip.pinned else "", "sampled" if flip.sampled else "")))
    return (code(flip.key), "▼ broken" if flip.flip == "broken" else "▲ fixed", code(flip.mode), marks)


def _values(flip: FlipRow) -> tuple[str, ...]:
    told = ", ".join(f"{name}={'' if value is None else value}" for name, value in (flip.inputs or {}).items())
    values = (code(flip.expected, 120), code(flip.baseline, 120), code(flip.candidate, 120), code(told, 400))
    return (*values, plain(promoted_words(flip.promoted)))
