"""What the Triage screen shows of scoring: how far candidates are, their results, what is wrong with the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from regrade.tui.commands import trouble
from regrade.tui.screens.status_lines import no_estimate, top_line
from regrade.tui.services.engine_messages import BoardDone, BoardReady, EngineSaid, Replayed, Scoring
from regrade.tui.widgets.scoreboard import Scoreboard

if TYPE_CHECKING:
    from regrade.tui.screens.triage import TriageScreen


class ScoringShown:
    """Hears what the engine says of scores."""

    def __init__(self, triage: TriageScreen) -> None:
        self._triage = triage

    def hear(self, message: Message) -> None:
        """Show it."""
        triage = self._triage
        match message:
            case Scoring():
                triage.scoreboard.advance(message.progress)
                triage.lower_rule.note("scoring: Esc stops it, what was answered is kept")
            case BoardDone():
                triage.scoreboard.show_done(message.board)
            case BoardReady():
                self._ready(message)
            case EngineSaid():
                self._said(message)
            case Replayed():
                self._replayed(message)
            case Scoreboard.Pressed():
                trouble.pressed(triage, message.name, message.times)

    def _ready(self, message: BoardReady) -> None:
        """Every candidate is scored, or was stopped."""
        triage = self._triage
        triage.scoreboard.show(message.board)
        if not message.stopped:
            triage.services.session.scored(message.board)
        stopped = "scoring was stopped: r goes on" if message.stopped else ""
        triage.lower_rule.note(stopped or no_estimate(message.board))
        triage.top.show(*top_line(triage))
        triage.in_focus.scored()

    def _said(self, message: EngineSaid) -> None:
        """The engine is in trouble, or ended."""
        triage = self._triage
        triage.scoreboard.say(message.text)
        if not triage.services.engine.scoring:
            triage.scoreboard.end()
        triage.lower_rule.note(message.text)
        if message.trouble:
            triage.say(message.text, trouble=True)

    def _replayed(self, message: Replayed) -> None:
        """How far the champion reproduces the log: a warning stays above the scoreboard until the next one."""
        triage = self._triage
        triage.scoreboard.say_replay(message.text)
        triage.lower_rule.warn(message.warning)
        if message.warning:
            triage.app.notify(message.warning, severity="warning", timeout=10, markup=False)
