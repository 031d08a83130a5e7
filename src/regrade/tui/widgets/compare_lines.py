"""The lines of the Compare screen: verdict, estimate, groups, examples; no widget, so that they can be read in a test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from regrade.compare.comparison import Comparison, GroupRow
from regrade.compare.standing import slice_stands
from regrade.compare.wording import amount, counted, level, signed, unit
from regrade.report.bar import interval_bar
from regrade.report.comparison_changed import parts_words
from regrade.report.comparison_words import VERDICTS, basis, effects_words, headline, money_words
from regrade.safe_text import safe_text
from regrade.tui.cells import fit
from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets.bars import Group
from regrade.tui.widgets.lines import Line, shown, wrap

if TYPE_CHECKING:
    from regrade.compare.pair_row import PairRow

KIND_WORDS = {
    "broken": "broken",
    "fixed": "fixed",
    "both_wrong": "both wrong",
    "both_right": "both right",
    "unanswered": "without an answer",
}
_STYLES = {"pass": "right", "regression": "wrong", "inconclusive": "known", "not_evaluated": "known"}
_GAP = "  "


def title(comparison: Comparison, glyphs: Glyphs) -> tuple[list[Group], list[Group]]:
    """Return the second line: who is judged against whom on what, and on the right the verdict."""
    baseline, candidate = (safe_text(name, 40) for name in comparison.names)
    known = counted(comparison.known.total, "known failure")
    left: list[Group] = [
        [(candidate, "strong"), (" against ", "dim"), (baseline, "strong")],
        [(f" {glyphs.dot} eval set {comparison.version[:7]}", "dim")],
        [(f" {glyphs.dot} {comparison.n_sampled:,} sampled, {known}", "dim")],
    ]
    mark = {"pass": glyphs.right, "regression": glyphs.wrong, "inconclusive": glyphs.unknown}.get(comparison.verdict, glyphs.warning)
    style = "wrong" if comparison.verdict == "regression" else "accent"
    return left, [[(f"{mark} {VERDICTS[comparison.verdict]}", style)]]


def head(comparison: Comparison, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """Return at most ``height`` lines: the estimate, its interval drawn, why the verdict is as it is, money, the other metrics."""
    lines: list[Line] = [[(f" {headline(comparison)}", "strong")]]
    if comparison.headline.delta is not None:
        lines[0].append((f"   {basis(comparison)}", "dim"))
    lines += _drawn(comparison, width, glyphs)
    for reason in comparison.reasons:
        lines += [[(f" {line}", _STYLES[comparison.verdict])] for line in wrap(safe_text(reason, 1_000), width - 2)]
    lines = lines[: max(2, height - 2)]
    if comparison.business is not None:
        lines.append([(" money  ", "dim"), (money_words(comparison.business), "text")])
    if comparison.changed is not None:
        lines.append([(" what changed  ", "dim"), (parts_words(comparison.changed), "text")])
    if split := effects_words(comparison.primary, comparison.effects):
        lines.append([(" change of score  ", "dim"), (split, "text")])
    for name, row in comparison.metrics.items():
        if name != comparison.primary:
            words = f"{level(name, row.baseline)} → {level(name, row.candidate)}"
            change = f"{amount(name, row.delta)} {unit(name)}".rstrip()
            lines.append([(f" {fit(name, 14)}", "dim"), (words, "text"), (f"  {change}  {_range(name, row.low, row.high)}", "dim")])
    if words := calibration_words(comparison):
        lines.append([(" calibration   ", "dim"), (words, "text")])
    lines += [[(f" {note}", "dim")] for note in comparison.notes]
    return [[(safe_text(text, 1_000), style) for text, style in line] for line in lines[:height]]


def _drawn(comparison: Comparison, width: int, glyphs: Glyphs) -> list[Line]:
    row, metric = comparison.headline, comparison.primary
    if row.delta is None or row.low is None or row.high is None or width < 50:
        return []
    end, parts = interval_bar(row.delta, row.low, row.high, comparison.margin, min(61, width - 24))
    bar: Line = [
        (part if isinstance(part, str) else part[0], "dim" if isinstance(part, str) or part[1] == "dim" else "accent") for part in parts
    ]
    return [[(f" {amount(metric, -end)} ", "dim"), *bar, (f" {amount(metric, end)}", "dim")]]


def _range(name: str, low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"[{amount(name, low)}, {amount(name, high)}]"


def arrow(row: GroupRow, glyphs: Glyphs) -> tuple[str, str]:
    """Return glyph and style of a group: more fixed than broken, or the reverse."""
    better = row.fixed - row.broken
    return (glyphs.fixed, "right") if better > 0 else (glyphs.broken, "wrong") if better < 0 else (" ", "text")


def mode_lines(rows: Sequence[GroupRow], width: int, glyphs: Glyphs) -> list[Line]:
    """Return the table of failure modes: heading first."""
    name = max(10, width - 44)
    lines: list[Line] = [[(fit("   by failure mode", name + 3) + "    n  fixed  broken        now", "dim")]]
    for row in rows:
        glyph, style = arrow(row, glyphs)
        now = f"{row.now_right:,} / {row.n:,}"
        lines.append(
            [
                (f"{glyph} {fit(safe_text(row.name, 80), name)}", style),
                (f"{row.n:>5,}{row.fixed:>7,}{row.broken:>8,}{now:>11}", "text"),
                (" reopened" if row.reopened else "", "wrong"),
            ]
        )
    return lines


def slice_lines(comparison: Comparison, width: int, glyphs: Glyphs) -> list[Line]:
    """Return the table of slices: heading first; what the gate protects says so."""
    metric = comparison.primary
    name = max(10, width - 44)
    lines: list[Line] = [[(fit("   by slice", name + 3) + "    n    delta           interval  p Holm", "dim")]]
    for row in comparison.slices:
        sure = row.low is not None and row.high is not None and not row.low <= 0 <= row.high
        better = (row.delta or 0) > 0 if comparison.headline.higher_is_better is not False else (row.delta or 0) < 0
        style = ("right" if better else "wrong") if sure else "text"
        glyph = (glyphs.fixed if better else glyphs.broken) if row.delta else " "
        p = "–" if row.p_adjusted is None else f"{row.p_adjusted:.3f}"
        protected = row.margin is not None
        trouble = protected and slice_stands(row, comparison) == "regression"
        words = safe_text(row.name, 80) + (f" {glyphs.dot} protected" if protected else "")
        lines.append(
            [
                (f"{glyphs.warning if trouble else glyph} {fit(words, name)}", "wrong" if trouble else style),
                (f"{row.n:>5,}{amount(metric, row.delta):>9}", style),
                (f"{_range(metric, row.low, row.high):>19}{p:>8}", "dim"),
            ]
        )
    return lines


def counts(comparison: Comparison, kind: str, only: str, glyphs: Glyphs) -> Line:
    """Return the line above the examples: how many of each kind, the one that is shown strong."""
    numbers = {
        "broken": (f"{glyphs.broken} broken {len(comparison.broken):,}", "wrong"),
        "fixed": (f"{glyphs.fixed} fixed {len(comparison.fixed):,}", "right"),
        "both_wrong": (f"both wrong {comparison.both_wrong:,}", "text"),
        "both_right": (f"both right {comparison.both_right:,}", "text"),
        "unanswered": (f"{glyphs.warning} without an answer {comparison.errors:,}", "known"),
    }
    line: Line = [(" examples  ", "strong" if not kind else "dim")]
    for each, (text, style) in numbers.items():
        if each != "unanswered" or comparison.errors:
            line += [(f"[{text}]" if each == kind else f" {text} ", style if not kind or each == kind else "dim")]
    return [*line, (f"  of {safe_text(only, 60)}", "accent")] if only else line


def pair_lines(rows: Sequence[PairRow], comparison: Comparison, width: int, glyphs: Glyphs) -> list[Line]:
    """Return a line an example: glyph, key, what was expected, what both sides answered, failure mode."""
    glyph = {"broken": (glyphs.broken, "wrong"), "fixed": (glyphs.fixed, "right"), "unanswered": (glyphs.warning, "known")}
    texts = [
        (
            safe_text(row.key, 60) + (f" {glyphs.pinned}" if row.pinned else ""),
            f"expected {_value(row.expected)}",
            f"{safe_text(comparison.baseline, 20)} {_answer(row.baseline, row.baseline_score)}",
            f"{safe_text(comparison.candidate, 20)} {_answer(row.candidate, row.candidate_score)}",
            safe_text(row.mode or ("sampled" if row.sampled else ""), 40),
        )
        for row in rows
    ]
    widths = [min(max((cell_len(each[at]) for each in texts), default=0), 40) for at in range(5)]
    room = width - 6
    kept = [at for at in range(5) if (room := room - widths[at] - len(_GAP)) >= 0 or at == 0]
    lines: list[Line] = []
    for row, text in zip(rows, texts, strict=True):
        mark, style = glyph.get(row.kind, (glyphs.wrong if row.kind == "both_wrong" else glyphs.right, "dim"))
        cells = _GAP.join(fit(text[at], widths[at]) for at in kept)
        lines.append([(f"{mark} ", style), (cells, "text"), (f"{_GAP}{safe_text(row.error, 80)}" if row.error else "", "dim")])
    return lines


def _value(value: object) -> str:
    return shown(value)[:40]


def _answer(value: object, score: float | None) -> str:
    return _value(value) if score is None else f"{_value(value)} {score:.2f}"


def calibration_words(comparison: Comparison) -> str:
    """Return the calibration error of both sides, where there are scores."""
    found = comparison.calibration
    if found is None or found.baseline.ece is None or found.candidate.ece is None:
        return ""
    interval = "" if found.low is None or found.high is None else f"  [{signed(found.low, 3)}, {signed(found.high, 3)}]"
    return f"error (ECE) {found.baseline.ece:.3f} → {found.candidate.ece:.3f}  {signed(found.delta or 0.0, 3)}{interval}"
