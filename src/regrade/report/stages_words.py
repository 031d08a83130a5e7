"""Stages and calibration of a comparison, for a terminal, for Markdown and for JUnit."""

from __future__ import annotations

from collections.abc import Sequence

from regrade.compare.calibration_rows import Calibration, CalibrationBin, Reliability
from regrade.compare.comparison import Comparison
from regrade.compare.stage_rows import StageRow, Trace
from regrade.compare.wording import counted
from regrade.report.bar import share_bar
from regrade.report.console import Page, Part
from regrade.report.markdown import code, plain

_KEYS = 5
_BAR = 20


def stages_words(comparison: Comparison) -> str:
    """Return how many broken examples part at which stage: ``clean 3, scale 12 (1 by a check), model 40``; nothing where none is known."""
    return ", ".join(f"{row.name} {row.n:,}" + (f" ({row.failed:,} by a check)" if row.failed else "") for row in comparison.stages)


def print_stages(page: Page, comparison: Comparison) -> None:
    """Print where broken examples go wrong, and the way of the examples that were asked for."""
    if comparison.stages:
        page.blank()
        rows: list[list[Part]] = [
            [row.name, f"{row.n:,}", (f"{row.failed:,}", "red") if row.failed else "", _some(row)] for row in comparison.stages
        ]
        page.table(["broken by stage", "n", "failed a check", "examples"], rows, left=(0, 3), spare=(3,))
    for trace in comparison.traces:
        page.blank()
        _print_trace(page, trace, comparison)


def _some(row: StageRow) -> str:
    return ", ".join(row.keys[:_KEYS]) + (" …" if row.n > _KEYS else "")


def _print_trace(page: Page, trace: Trace, comparison: Comparison) -> None:
    parted = f"parts at {trace.stage}: {trace.why}" if trace.stage else trace.why or "parts nowhere"
    page.line((f"{trace.key}   ", "bold"), parted)
    for check in trace.checks:
        page.line((f"  check {check} fails", "red"))
    for step in trace.steps:
        sign, style = ("=", "dim") if step.same else ("≠", "yellow") if step.same is False else ("?", "dim")
        page.indented(2, (f"{sign} {step.name}", style), (f"   {step.why}" if step.why else "", "dim"))
        told = step.cells or ([("", step.baseline, step.candidate)] if not step.same and (step.baseline or step.candidate) else [])
        for name, before, after in told:
            page.indented(6, f"{name} " if name else "", before or "–", " → ", after or "–")


def stages_told(comparison: Comparison) -> str:
    """Return :func:`stages_words` as Markdown, of the first stages."""
    told = [f"{code(row.name)} {row.n:,}" + (f" ({row.failed:,} by a check)" if row.failed else "") for row in comparison.stages[:_KEYS]]
    return ", ".join(told) + (f", {len(comparison.stages) - _KEYS:,} more" if len(comparison.stages) > _KEYS else "")


def stages_markdown(comparison: Comparison, limit: int) -> list[str]:
    """Return the folded part on stages; nothing where none is known."""
    if not comparison.stages:
        return []
    lines = ["| stage | broken | failed a check | examples |", "| --- | --- | --- | --- |"] if limit else []
    lines += [
        f"| {code(row.name)} | {row.n:,} | {row.failed:,} | {', '.join(code(key) for key in row.keys[: min(limit, _KEYS)])} |"
        for row in comparison.stages[:limit]
    ]
    if len(comparison.stages) > limit:
        lines += ["", f"{len(comparison.stages) - limit:,} more"]
    return _folded(f"Broken in {counted(len(comparison.stages), 'stage')}", lines)


def calibration_words(found: Calibration) -> str:
    """Return the calibration error of both sides with its interval: ``ECE 0.031 → 0.045: +0.014 [+0.001, +0.026]``."""
    before, after = (f"{each.ece:.3f}" if each.ece is not None else "–" for each in (found.baseline, found.candidate))
    interval = "" if found.low is None or found.high is None else f" [{found.low:+.3f}, {found.high:+.3f}]"
    told = "" if found.delta is None else f": {found.delta:+.3f}{interval}".replace("-", "−")
    return f"ECE {before} → {after}{told}, {counted(found.n, 'sampled example')}"


def _of(found: Calibration) -> str:
    return f"probability of {found.of}" if found.of else "probability of what is answered"


def print_calibration(page: Page, comparison: Comparison, *, table: bool = False) -> None:
    """Print the calibration error of both sides, less is better; with ``table`` the bins it comes from."""
    found = comparison.calibration
    if found is None:
        return
    page.line(("calibration   ", "bold"), calibration_words(found), (f", {_of(found)}", "dim"))
    for name, side in ((comparison.baseline, found.baseline), (comparison.candidate, found.candidate)) if table else ():
        rows: list[list[Part]] = [
            [f"{each.low:.2f} – {each.high:.2f}", f"{each.score:.3f}", f"{each.rate:.3f}", share_bar(each.rate, _BAR), f"{each.n:,}"]
            for each in side.bins
        ]
        page.table([name, "said", "happened", "", "n"], rows, left=(0, 3), spare=(3,))
    page.blank()


def calibration_markdown(comparison: Comparison, limit: int) -> list[str]:
    """Return the folded reliability tables of both sides; nothing where there are no probabilities."""
    found = comparison.calibration
    if found is None:
        return []
    lines = [plain(_of(found), 200)]
    for name, side in ((comparison.baseline, found.baseline), (comparison.candidate, found.candidate)) if limit else ():
        lines += ["", code(name), "", *_bins(side)]
    return _folded(f"Calibration&#58; {plain(calibration_words(found))}", lines)


def _bins(side: Reliability) -> list[str]:
    def row(each: CalibrationBin) -> str:
        return f"| {each.low:.2f} – {each.high:.2f} | {each.score:.3f} | {each.rate:.3f} | {each.n:,} |"

    return ["| probability | said | happened | n |", "| --- | --- | --- | --- |", *map(row, side.bins)]


def _folded(title: str, lines: Sequence[str]) -> list[str]:
    return ["", f"<details><summary>{title}</summary>", "", *lines, "", "</details>"]
