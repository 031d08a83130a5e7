"""Scoring on a terminal: a line for each candidate while it is asked; what went wrong, and what was stopped, afterwards."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console

from regrade.safe_text import safe_text

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from regrade.scoring import Scored
    from regrade.scoring.trouble import Trouble
    from regrade.scoring.watching import Standing

_SHOWN = 5
"""Lines of standard error that are printed."""


class ScoringBars:
    """A bar for each candidate; see :class:`regrade.scoring.watching.Watcher`."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def standing(self, standing: Standing) -> None:
        """Show how far a candidate is."""
        name = safe_text(standing.candidate, 30)
        if standing.candidate not in self._tasks:
            self._tasks[standing.candidate] = self._bars.add_task(name, total=None, said="")
        started = standing.state in ("asking", "done", "stopped", "measuring")
        total = standing.total if started else None
        self._bars.update(self._tasks[standing.candidate], completed=standing.done, total=total, said=_said(standing))

    def finished(self, scored: Scored) -> None:
        """Results are printed when all are there."""


def _said(standing: Standing) -> str:
    """Return what stands beside the bar."""
    if standing.state not in ("asking", "measuring"):
        return {"waiting": "waits for its turn", "starting": "starting"}.get(standing.state, standing.state)
    words = [f"{standing.done:,}/{standing.total:,}" + (f" calls of {safe_text(standing.what, 30)}" if standing.what else "")]
    if standing.quiet:
        words.append(f"no answer for {standing.quiet:.0f} s")
    elif standing.rate and standing.left is not None:
        words += [f"{standing.rate:,.0f}/s" if standing.rate >= 10 else f"{standing.rate:.1f}/s", f"{standing.left:,.0f} s left"]
    if standing.cached:
        words.append(f"{standing.cached:,} known before")
    return "  ".join(words)


@contextmanager
def scoring_bars() -> Iterator[ScoringBars | None]:
    """Show a bar a candidate on standard error while the block runs; without a terminal there is none, and None is yielded."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[said]}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield ScoringBars(bars)


def print_troubles(found: list[Trouble], print_line: Callable[[str], None]) -> None:
    """Say what went wrong with each candidate, which examples, what it wrote last, and what to do."""
    for each in found:
        count = f"{each.errors:,} {'example' if each.errors == 1 else 'examples'} without an answer"
        print_line(
            f"{safe_text(each.name, 60)}: "
            + (f"{each.reason} ({count})" if each.failed and each.errors else each.reason if each.failed else count)
        )
        for group in each.groups:
            more = ", …" if group.n > len(group.keys) else ""
            print_line(f"  {group.n:,} × {group.error}: {', '.join(group.keys)}{more}")
        if each.wrote:
            print_line("  it last wrote:")
        for line in each.wrote[-_SHOWN:]:
            print_line(f"    {line}")
        for line in each.todo:
            print_line(f"  {line}")
        if each.command and not any(each.command in line for line in each.todo):
            print_line(f"  {each.command}")


def print_stopped(scored: Scored, print_line: Callable[[str], None]) -> None:
    """Say how far candidates came that were stopped: their answers are kept, and are no result."""
    for name, run in scored.runs.items():
        if run.unasked:
            total = len(scored.examples) * run.repeats
            without = f", {run.errors:,} without an answer" if run.errors else ""
            asked = f"asked about {total - run.unasked:,} of {total:,}{without}"
            print_line(f"{safe_text(name, 60)}: {asked}; answers are kept, `regrade score` goes on")
