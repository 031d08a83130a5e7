"""A comparison and a scoreboard for people, on standard output: the verdict first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from regrade.compare.comparison import Comparison, Estimate, FlipRow, GroupRow, Passed, ScoreboardRow, shown
from regrade.compare.wording import SHARES, amount, counted, level, rests_on, unit
from regrade.compare.wording import money as in_money
from regrade.config import Config
from regrade.report.bar import interval_bar
from regrade.report.comparison_changed import changed_lines, parts_words
from regrade.report.comparison_drill import print_broken
from regrade.report.comparison_words import effects_words
from regrade.report.console import Page, Part
from regrade.report.runs import labelled
from regrade.report.stages_words import print_calibration, print_stages

_VERDICTS = {
    "pass": ("✓ pass", "bold green"),
    "inconclusive": ("? inconclusive", "bold yellow"),
    "regression": ("✗ regression", "bold red"),
    "not_evaluated": ("⚠ not evaluated", "bold red"),
}
_FLIPS = 10
_CHANGES = 12
"""Lines of a part that changed."""
_NAMED = 28
"""Cells of a candidate's name, with ref and commit: they are what tells one line from the next."""


def print_scoreboard(rows: Sequence[ScoreboardRow], *, version: str, config: Config, console: Console | None = None) -> None:
    """Print one line a candidate: production estimate, difference from the champion, known failures, pinned, flips, errors."""
    page = Page(console)
    sampled = max((row.n_sampled for row in rows), default=0)
    waiting = max((row.n_waiting for row in rows), default=0)
    page.line((f"eval set {version[:7]} · {config.primary_metric} · {counted(sampled, 'sampled example')}", "bold"))
    titles = ["candidate", config.primary_metric, "", f"vs {config.champion}", "", "known", "pinned", "flips", "errors"]
    compared = any(row.champion for row in rows)
    page.table(titles, [_scoreboard_cells(row, compared) for row in rows], spare=(2, 4, 6), first=_NAMED)
    if rows and not sampled:
        page.line(("no production estimate: `regrade sample 200` gives one", "yellow"))
    if waiting:
        page.line((f"{counted(waiting, 'sampled example waits', 'sampled examples wait')} for a label", "yellow"))
    rested = max((row.estimate.n for row in rows), default=0)
    if 0 < rested < sampled - waiting and any(row.errors and row.estimate.n for row in rows):
        page.line((rests_on(rested), "yellow"))
    if any(part.unanswered and part.answered for row in rows for part in (row.known, row.pinned)):
        page.line(("known and pinned count the examples that have an answer: an error is neither right nor wrong", "yellow"))
    for row in rows:
        if row.replay is not None:
            page.line(f"{row.name} reproduces {row.replay:.1%} of the logged predictions")


def print_comparison(comparison: Comparison, *, answers: Mapping[str, int] | None = None, console: Console | None = None) -> None:
    """Print a comparison: verdict and why, the primary metric with its interval, modes, slices, money, flips.

    ``answers``: how many were ``cached`` and how many ``asked`` for.
    """
    page = Page(console)
    verdict, style = _VERDICTS[comparison.verdict]
    baseline, candidate = comparison.names
    title = f"{candidate} against {baseline} · eval set {comparison.version[:7]}"
    page.line((verdict, style), (f"   {title}", "bold"))
    for reason in comparison.reasons:
        page.line(f"  {reason}")
    for note in comparison.notes:
        page.line((f"  {note}", "yellow"))
    page.blank()
    _print_metrics(page, comparison)
    _print_groups(page, comparison)
    print_calibration(page, comparison)
    _print_money(page, comparison)
    _print_flips(page, comparison)
    print_stages(page, comparison)
    _print_changed(page, comparison)
    if answers:
        cached, asked = (answers.get(each, 0) for each in ("cached", "asked"))
        page.line((f"{counted(cached, 'answer')} from the cache, {asked:,} asked", "dim"))


def _scoreboard_cells(row: ScoreboardRow, compared: bool) -> list[Part]:
    delta = row.delta or Estimate()
    pins = _passed(row.pinned) if row.pinned.total else ""
    return [
        (shown(row.name, row.at) + (" *" if row.champion else ""), "bold" if row.champion else ""),
        level(row.primary, row.estimate.value),
        (_range(row.primary, row.estimate, levels=True), "dim"),
        (amount(row.primary, delta.value), _colour(delta.low, delta.high, row.higher_is_better)),
        (_range(row.primary, delta, levels=False), "dim"),
        _passed(row.known),
        (f"{pins} ⚑", "red") if row.pinned.passed < row.pinned.answered else pins,
        "–" if row.champion or not compared or row.compared == 0 else f"▲ {row.fixed:,}  ▼ {row.broken:,}",
        (f"⚠ {row.errors:,}", "red") if row.errors else "",
    ]


def _passed(given: Passed) -> str:
    return f"{given.passed:,} / {given.answered:,}" if given.answered else "–"


def _range(metric: str, given: Estimate, *, levels: bool) -> str:
    if given.low is None or given.high is None:
        return ""
    show = level if levels else amount
    return f"{show(metric, given.low).rstrip('%')} – {show(metric, given.high).rstrip('%')}"


def _print_metrics(page: Page, comparison: Comparison) -> None:
    sampled = counted(comparison.n_sampled, "sampled example")
    page.line((f"production estimate, {sampled}, weighted, at {1 - comparison.alpha:.0%}", "bold"))
    if not comparison.n_sampled:
        needs = "it needs answers of both sides" if comparison.errors else "`regrade sample 200` gives one"
        page.line(f"  – no production estimate: {needs}")
        page.blank()
        return
    rows: list[list[Part]] = [
        [
            name,
            level(name, row.baseline),
            level(name, row.candidate),
            (f"{amount(name, row.delta)} {unit(name)}".rstrip(), _colour(row.low, row.high, row.higher_is_better)),
            "" if row.low is None or row.high is None else f"[{amount(name, row.low)}, {amount(name, row.high)}]",
            f"{row.n:,}",
        ]
        for name, row in comparison.metrics.items()
    ]
    titles = ["metric", comparison.baseline, comparison.candidate, "difference", "interval", "n"]
    page.table(titles, rows, spare=(5, 4))
    row, metric = comparison.headline, comparison.primary
    if row.delta is not None and row.low is not None and row.high is not None:
        margin = comparison.margin if row.higher_is_better else -comparison.margin
        end, bar = interval_bar(row.delta, row.low, row.high, margin, min(61, page.width - 24))
        page.line(f"  {amount(metric, -end)} ", *bar, f" {amount(metric, end)}")
    told = [f"margin {amount(metric, comparison.margin).lstrip('+')}"]
    if comparison.detectable is not None:
        told.append(f"this sample shows differences from {amount(metric, comparison.detectable).lstrip('+')} {unit(metric)}".rstrip())
    page.line(("  " + " · ".join(told), "dim"))
    if effects := effects_words(metric, comparison.effects):
        page.line(f"  change of score: {effects}")
    page.blank()


def _print_groups(page: Page, comparison: Comparison) -> None:
    if comparison.modes:
        rows: list[list[Part]] = [
            [
                (f"{_arrow(row)} {row.name}", _style(row)),
                f"{row.n:,}",
                f"{row.fixed:,}",
                f"{row.broken:,}",
                f"{row.now_right:,} / {row.n:,}",
                ("reopened", "red") if row.reopened else "",
            ]
            for row in comparison.modes
        ]
        page.table(["by failure mode (known failures)", "n", "fixed", "broken", "now", ""], rows, spare=(4,))
        page.blank()
    if comparison.slices:
        metric = comparison.primary
        rows = [
            [
                (f"{_arrow(row)} {row.name}", _style(row)),
                f"{row.n:,}",
                amount(metric, row.delta),
                "–" if row.low is None or row.high is None else f"[{amount(metric, row.low)}, {amount(metric, row.high)}]",
                "–" if row.p_adjusted is None else f"{row.p_adjusted:.3f}",
            ]
            for row in comparison.slices
        ]
        shown = f"{metric}, {unit(metric)}" if metric in SHARES else metric
        page.table([f"by slice (sampled; {shown})", "n", "delta", "interval", "p (Holm)"], rows, spare=(4, 1))
        page.blank()


def _print_money(page: Page, comparison: Comparison) -> None:
    money = comparison.business
    if money is None:
        return
    per_month = money.per_month
    shown, per = (per_month, "a month") if per_month is not None else (money.per_1000, "per 1,000 predictions")
    if shown.value is None:
        words = "– no production estimate"
    else:
        known = shown.low is not None and shown.high is not None
        interval = f" [{in_money(shown.low or 0.0)}, {in_money(shown.high or 0.0)}]" if known else ""
        words = f"{in_money(shown.value)} {money.currency} {per}{interval}"
    page.line(("money   ", "bold"), words)
    page.blank()


def _print_flips(page: Page, comparison: Comparison) -> None:
    page.line(
        (f"flips, {counted(comparison.n_compared, 'example')}   ", "bold"),
        (f"▲ fixed {len(comparison.fixed):,}", "green"),
        "   ",
        (f"▼ broken {len(comparison.broken):,}", "red"),
        f"   both wrong {comparison.both_wrong:,}   both right {comparison.both_right:,}",
        ("" if comparison.mcnemar_p is None else f"   McNemar p {comparison.mcnemar_p:.3g}, failures included", "dim"),
    )
    known = comparison.known
    if known.total:
        without = f", {known.unanswered:,} without an answer" if known.unanswered else ""
        page.line(f"known failures now right {_passed(known)}{without}")
    if comparison.pinned_broken:
        page.line((f"⚑ pinned and broken: {', '.join(comparison.pinned_broken)}", "bold red"))
    if comparison.errors:
        page.line(
            (
                f"⚠ errors: {comparison.baseline} {comparison.baseline_errors:,}, {comparison.candidate} {comparison.candidate_errors:,}",
                "red",
            )
        )
    if any(flip.inputs is not None for flip in comparison.flips):
        print_broken(page, comparison)
        return
    shown = [flip for flip in comparison.flips if flip.flip == "broken"][:_FLIPS]
    if shown:
        titles = ["broken first", "expected", comparison.baseline, comparison.candidate, "mode", "stage"]
        page.table(titles, [_flip_cells(flip) for flip in shown], left=range(6), spare=(4, 1, 5))
        if len(comparison.broken) > len(shown):
            page.line((f"and {len(comparison.broken) - len(shown):,} more", "dim"))


def _print_changed(page: Page, comparison: Comparison) -> None:
    if comparison.changed is None or not (comparison.changed.parts or comparison.changed.notes):
        return
    page.blank()
    page.line(("what changed   ", "bold"), parts_words(comparison.changed))
    for part, lines in changed_lines(comparison.changed, values=True):
        for at, line in enumerate(lines[:_CHANGES]):
            labelled(page, part if at == 0 else "", line)
        if len(lines) > _CHANGES:
            labelled(page, "", (f"and {len(lines) - _CHANGES:,} more: --json lists them", "dim"))


def _flip_cells(flip: FlipRow) -> list[Part]:
    return [
        (f"{'⚑' if flip.pinned else '▼'} {flip.key}", "red"),
        str(flip.expected)[:24],
        _answer(flip.baseline, flip.baseline_score),
        _answer(flip.candidate, flip.candidate_score),
        (flip.mode or "")[:24],
        (flip.stage or "")[:24],
    ]


def _answer(value: Any, score: float | None) -> str:
    words = "–" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)[:24]
    return words if score is None else f"{words} {score:.2f}"


def _colour(low: float | None, high: float | None, higher_is_better: bool | None) -> str:
    if low is None or high is None or higher_is_better is None or low <= 0 <= high:
        return ""
    return "green" if (low > 0) == higher_is_better else "red"


def _arrow(row: GroupRow) -> str:
    better = row.fixed - row.broken
    return "▲" if better > 0 else "▼" if better < 0 else " "


def _style(row: GroupRow) -> str:
    return {"▲": "green", "▼": "red"}.get(_arrow(row), "")
