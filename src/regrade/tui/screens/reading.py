"""What the Triage screen shows of the log: the view that was asked for, its rows, what they turned out to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from regrade.tui.screens.status_lines import top_line
from regrade.tui.services.log_messages import (
    BlocksReady,
    Counted,
    DecidedReady,
    LogOpened,
    ResultsReady,
    ViewFailed,
    ViewReady,
    WholeRow,
)

if TYPE_CHECKING:
    from regrade.tui.screens.triage import TriageScreen


class Reading:
    """Hears what the log service says, but for facets."""

    def __init__(self, triage: TriageScreen) -> None:
        self._triage = triage
        self._live = False
        """Whether there was a view: what would only have delayed it begins then."""

    def hear(self, message: Message) -> None:
        """Show it."""
        triage = self._triage
        match message:
            case LogOpened():
                self._opened(message)
            case ViewReady():
                self._view_ready(message)
            case ViewFailed():
                self._view_failed(message)
            case BlocksReady():
                self._blocks_ready(message)
            case Counted():
                triage.predictions, triage.failures = message.predictions, message.failures
                triage.top.show(*top_line(triage))
            case ResultsReady():
                triage.looking.results_ready(message)
                triage.jumping.look_again()
            case DecidedReady():
                triage.looking.decided_ready(message)
                triage.jumping.look_again()
            case WholeRow():
                triage.in_focus.row(message)

    def _opened(self, message: LogOpened) -> None:
        """The log can be asked."""
        triage = self._triage
        triage.predictions = message.n_rows
        triage.finding.log_opened()
        triage.looking.log_opened(message)
        if triage.read_decisions:
            triage.services.log.locate_decided()

    def _view_ready(self, message: ViewReady) -> None:
        """A view is here; the first one starts the engine."""
        triage = self._triage
        if message.generation != triage.services.log.generation:
            return
        triage.looking.view_ready(message)
        triage.jumping.look_again()
        if triage.filter_bar.waiting:
            triage.services.find.remember(message.where)
            triage.filter_bar.applied = message.where
            triage.close_filter()
        triage.show_lines()
        if not len(message.addresses):
            triage.in_focus.clear("no prediction matches the filter: / changes it" if message.where else "the log is empty")
        if not self._live:
            self._live = True
            triage.call_after_refresh(self._start_the_rest)

    def _start_the_rest(self) -> None:
        triage = self._triage
        triage.services.engine.start()
        triage.services.log.check_keys()

    def _view_failed(self, message: ViewFailed) -> None:
        """A filter cannot be."""
        triage = self._triage
        triage.looking.view_failed(message)
        if triage.filter_bar.waiting:
            triage.filter_bar.edit()
            triage.rule.complain(message.text)
        else:
            triage.say(message.text, trouble=True)

    def _blocks_ready(self, message: BlocksReady) -> None:
        """Rows arrived."""
        triage = self._triage
        triage.looking.blocks_ready(message)
        triage.show_header()
        if triage.detail_pane.detail is None:
            triage.in_focus.moved()
