"""What is open on the Eval set screen in place of the list: one example whole, or what one session changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regrade.safe_text import safe_text
from regrade.tui.services.engine_messages import AnswersReady
from regrade.tui.services.example_messages import ExampleRead, SessionRead

if TYPE_CHECKING:
    from regrade.tui.screens.evalset import EvalSetScreen


class Opened:
    """Shows one thing; nothing until it is read.

    Attributes
    ----------
    what : str
        The key of the example, or the id of the session; empty: nothing is open.
    """

    def __init__(self, screen: EvalSetScreen) -> None:
        self._screen = screen
        self.what = ""
        self._is_session = False
        self._arrange()

    @property
    def shown(self) -> bool:
        """Whether anything is open."""
        return bool(self.what)

    @property
    def text(self) -> str:
        """All that it says."""
        if not self._is_session:
            return self._screen.detail_pane.text
        return "\n".join("".join(piece for piece, _ in line).strip() for line in self._screen.story.lines)

    def open(self, what: str, *, session: bool) -> None:
        """Open an example, or a session."""
        self.what, self._is_session = what, session
        self._screen.detail_pane.show(None, f"reading{self._screen.glyphs.ellipsis}")
        self._screen.story.show([[(f" reading{self._screen.glyphs.ellipsis}", "dim")]], 0)
        self._arrange()
        self.read()

    def close(self) -> bool:
        """Show the list again; return whether anything was open."""
        was, self.what = self.shown, ""
        self._arrange()
        return was

    def read(self) -> None:
        """Read it, again where something was decided."""
        if self.what and self._is_session:
            self._screen.services.examples.session(self.what)
        elif self.what:
            self._screen.services.examples.example(self.what)

    def scroll(self, by: int) -> None:
        """Scroll by lines."""
        if self._is_session:
            self._screen.story.move_to(self._screen.story.cursor + by)
        else:
            pane = self._screen.detail_pane
            pane.scroll_to(y=pane.scroll_offset.y + by, animate=False, force=True)

    # --- hearing -------------------------------------------------------------------------------------------------------

    def example(self, message: ExampleRead) -> None:
        """Show it; ask the candidates, unless they said it already."""
        detail, engine = message.detail, self._screen.services.engine
        if detail.key != self.what:
            return
        answers = engine.known_answers(detail.key)
        self._screen.detail_pane.show(replace(detail, answers=answers))
        if answers is None:
            engine.ask(detail.key, message.content, message.schemas)

    def answers(self, message: AnswersReady) -> None:
        """Show what the candidates say."""
        detail = self._screen.detail_pane.detail
        if detail is not None and detail.key == self.what == message.key:
            self._screen.detail_pane.show(replace(detail, answers=None if message.error else message.answers, waiting=message.error))

    def session(self, message: SessionRead) -> None:
        """Show its commits, then its decisions."""
        if message.id == self.what:
            lines = [[(f" {safe_text(line, 300)}", "accent")] for line in message.commits]
            lines += [[(f" {safe_text(line, 500)}", "text")] for line in message.lines]
            self._screen.story.show(lines, self._screen.story.cursor)
            self._screen.story.activate(True)

    def _arrange(self) -> None:
        screen = self._screen
        screen.call_later(screen.show_keys, ())
        screen.heading.display = screen.list.display = not self.what
        screen.detail_pane.display = bool(self.what) and not self._is_session
        screen.story.display = bool(self.what) and self._is_session
