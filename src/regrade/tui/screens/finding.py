"""While a filter is typed: what it would leave, what it may go on with, the filters of before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message
from textual.timer import Timer

from regrade.tui.services.find_messages import FilterCounted, PastFilters, ValuesKnown, ViewKept, ViewsRead
from regrade.tui.widgets.completions import Completions
from regrade.tui.widgets.filter_bar import FilterBar

if TYPE_CHECKING:
    from regrade.tui.screens.triage import TriageScreen

REST_SECONDS = 0.12
"""So long nobody types before a filter is counted."""
_DECIDED = ("status", "mode", "expected")


class Finding:
    """The filter line's go-between. The grid follows on Enter only: rows under the cursor never change while somebody types."""

    def __init__(self, triage: TriageScreen) -> None:
        self._triage = triage
        self._timer: Timer | None = None

    def log_opened(self) -> None:
        """Offer the columns of the log that is open now."""
        log = self._triage.services.log.opened
        if log.done() and log.exception() is None:
            self._triage.filter_bar.completion.learn(log.result().types())

    def typed(self, text: str) -> None:
        """Say what the line is as far as it is written; count what it would leave once nobody types for a moment."""
        self.rest()
        triage = self._triage
        if not triage.filter_bar.editing:
            return
        ellipsis, dash = triage.glyphs.ellipsis, triage.glyphs.dash
        state, total = triage.filter_bar.completion.state(text), f"of {triage.looking.n_log_rows:,}"
        if state in ("empty", "unfinished"):
            triage.services.find.stop_counting()
            triage.rule.complain("")
            triage.filter_bar.say([f"{triage.looking.n_log_rows:,} {total}"] if state == "empty" else [f"{dash} {total}", "goes on"])
            return
        triage.filter_bar.say([f"{ellipsis} {total}"])
        self._timer = triage.set_timer(REST_SECONDS, lambda: triage.services.find.count(text.strip()))

    def rest(self) -> None:
        """Count nothing that was typed before."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def hear(self, message: Message) -> None:
        """Take what the line, the drop-down and the service say."""
        bar, find = self._triage.filter_bar, self._triage.services.find
        match message:
            case FilterCounted():
                self._counted(message)
            case ValuesKnown():
                self._values_known(message)
            case PastFilters():
                bar.field.past = message.filters
            case FilterBar.ValuesWanted():
                find.values(message.column)
            case Completions.Picked():
                bar.pick(message.index)
            case ViewsRead():
                self._triage.viewing.read(message)
            case ViewKept():
                self._triage.say(message.said)

    def _counted(self, message: FilterCounted) -> None:
        triage = self._triage
        if not triage.filter_bar.typing or message.text != triage.filter_bar.field.value.strip():
            return
        triage.rule.complain(message.error)
        n = triage.glyphs.dash if message.count is None else f"{'>' if message.at_least else ''}{message.count:,}"
        triage.filter_bar.say([f"{n} of {triage.looking.n_log_rows:,}"])

    def decided(self) -> None:
        """Forget the values that come from decisions: there is a new one."""
        for column in _DECIDED:
            self._triage.filter_bar.completion.values.pop(column, None)

    def _values_known(self, message: ValuesKnown) -> None:
        """Offer the values of a column, and remember them."""
        bar = self._triage.filter_bar
        if message.epoch == self._triage.services.log.epoch:
            bar.completion.values[message.column] = message.values
            bar.field.learnt(message.column)
        else:
            bar.field.go_on(act=False)  # of a log that was opened anew meanwhile
