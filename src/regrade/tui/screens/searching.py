"""Searching in an open prediction: what is typed is marked as it is typed, then walked through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message
from textual.widgets import Input

from regrade.tui.widgets.finder import Finder

if TYPE_CHECKING:
    from regrade.tui.screens.triage import TriageScreen


class Searching:
    """The line below an open prediction, and the places that it finds."""

    def __init__(self, triage: TriageScreen) -> None:
        self._triage = triage
        self._finder = triage.finder

    @property
    def typing(self) -> bool:
        """Whether keys are letters of what is searched for."""
        return self._finder.typing

    @property
    def holding(self) -> bool:
        """Whether keys must wait: the line is about to close."""
        return self._finder.waiting

    def give_up(self) -> None:
        """Close the line."""
        if self._finder.waiting:
            self._close()

    def open(self) -> None:
        """Type what to search for."""
        self._triage.set_class(True, "-finding")
        self._finder.open()

    def hear(self, message: Message) -> None:
        """Take what is typed."""
        pane = self._triage.detail_pane
        match message:
            case Input.Changed() if self._finder.typing:
                pane.find(message.value.strip())
                if pane.sought:
                    self._say(*pane.go(1))
            case Finder.Moved():
                self._say(*pane.go(message.by))
            case Finder.Left():
                if not message.taken:
                    pane.find("")
                    self._triage.say("")
                self._close()

    def step(self, by: int) -> None:
        """Go to the next place, or the one before."""
        triage = self._triage
        if not triage.zoomed:
            triage.say("Enter opens a prediction: / searches in it, n and N walk through what is found")
        elif not triage.detail_pane.sought and not triage.detail_pane.hits:
            triage.say("/ searches in this prediction")
        else:
            self._say(*triage.detail_pane.go(by))

    def clear(self) -> bool:
        """Search for nothing; return whether something was searched for."""
        sought = bool(self._triage.detail_pane.sought)
        self._triage.detail_pane.find("")
        return sought

    def _say(self, at: int, of: int) -> None:
        self._triage.say(f"{at:,} of {of:,} lines: n next, N before" if of else "not in this prediction")

    def _close(self) -> None:
        self._finder.close()
        self._triage.set_class(False, "-finding")
        self._triage.set_focus(self._triage.grid)
