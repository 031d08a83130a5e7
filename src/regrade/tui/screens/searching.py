"""Searching in what is open, a prediction or an example: what is typed is marked as it is typed, then walked through."""

from __future__ import annotations

from typing import Protocol

from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from regrade.tui.widgets.detail import DetailPane
from regrade.tui.widgets.finder import Finder


class Opens(Protocol):
    """A screen that shows one thing whole, and has a line below it to search in that."""

    detail_pane: DetailPane
    finder: Finder

    @property
    def zoomed(self) -> bool:
        """Whether it is open."""

    def say(self, text: str, *, trouble: bool = False) -> None:
        """Tell the person something."""

    def set_class(self, add: bool, *class_names: str) -> object:
        """Show the line, or hide it."""

    def set_focus(self, widget: Widget | None) -> None:
        """Let keys go elsewhere."""


class Searching:
    """The line below what is open, and the places that it finds.

    Parameters
    ----------
    what : str
        What is open, in a word.
    home : Widget, optional
        Has the keyboard before and after it is typed.
    """

    def __init__(self, screen: Opens, what: str, home: Widget | None = None) -> None:
        self._screen, self._what, self._home = screen, what, home
        self._finder = screen.finder

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
        self._screen.set_class(True, "-finding")
        self._finder.open()

    def hear(self, message: Message) -> None:
        """Take what is typed."""
        pane = self._screen.detail_pane
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
                    self._screen.say("")
                self._close()

    def step(self, by: int) -> None:
        """Go to the next place, or the one before."""
        screen = self._screen
        if not screen.zoomed:
            screen.say(f"Enter opens {self._what}: / searches in it, n and N walk through what is found")
        elif not screen.detail_pane.sought and not screen.detail_pane.hits:
            screen.say("/ searches in what is open")
        else:
            self._say(*screen.detail_pane.go(by))

    def clear(self) -> bool:
        """Search for nothing; return whether something was searched for."""
        sought = bool(self._screen.detail_pane.sought)
        self._screen.detail_pane.find("")
        return sought

    def _say(self, at: int, of: int) -> None:
        self._screen.say(f"{at:,} of {of:,} lines: n next, N before" if of else "it is not in there")

    def _close(self) -> None:
        self._finder.close()
        self._screen.set_class(False, "-finding")
        self._screen.set_focus(self._home)
