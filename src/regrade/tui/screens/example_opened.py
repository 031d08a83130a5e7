"""What is open on the Eval set screen in place of the list: one example whole, or what one session changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.message import Message

from regrade.safe_text import safe_text
from regrade.tui.screens.in_focus import answered, unusual
from regrade.tui.services.engine_messages import AnswersReady, BoardReady
from regrade.tui.services.example_messages import ExampleRead, SessionRead
from regrade.tui.services.survey_messages import UsualKnown
from regrade.tui.widgets.detail_lines import Detail
from regrade.tui.widgets.nested import folded, is_nested, readable

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
        self._is_session = self._unfolded = False
        self._read: ExampleRead | None = None
        self._kept = screen.restored.get("key"), screen.restored.get("open")
        """The example that was open at the last end, and its first line there; it is not trusted."""
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

    def restore(self, key: str) -> None:
        """Open the example that was open at the last end, where the cursor is on it when one comes here first."""
        (kept, line), self._kept = self._kept, (None, None)
        if isinstance(line, int) and key == kept:
            self.open(key, session=False)
            self._screen.detail_pane.begin_at(key, max(line, 0))

    def follow(self, key: str) -> None:
        """Where an example is open, show the one under the cursor: keys are about that; close it where there is none any more."""
        if self.what and not self._is_session and key != self.what:
            if key:
                self.open(key, session=False)
            else:
                self.close()

    def close(self) -> bool:
        """Show the list again; return whether anything was open."""
        was, self.what = self.shown, ""
        self._screen.detail_pane.find("")
        self._arrange()
        return was

    def read(self) -> None:
        """Read it, again where something was decided."""
        if self.what and self._is_session:
            self._screen.services.examples.session(self.what)
        elif self.what:
            self._screen.services.examples.example(self.what)

    def scroll(self, by: int) -> None:
        """Go on by lines in a session."""
        self._screen.story.move_to(self._screen.story.cursor + by)

    def scroll_page(self, by: int) -> None:
        """Scroll by pages."""
        if self._is_session:
            self.scroll(by * max(self._screen.story.page - 1, 1))
        else:
            self._screen.detail_pane.scroll_pages(by)

    def fold(self) -> bool:
        """Show nested values and long answers whole, or folded again; return whether they are whole now."""
        self._unfolded = not self._unfolded
        self._show()
        return self._unfolded

    # --- hearing -------------------------------------------------------------------------------------------------------

    def hear(self, message: Message) -> None:
        """Show what is said of it."""
        match message:
            case ExampleRead():
                self._example(message)
            case AnswersReady():
                self._answers(message)
            case UsualKnown():
                self._show()
            case BoardReady():  # the candidates can answer now, or another way than before
                self.read()
            case SessionRead():
                self._session(message)

    def _example(self, message: ExampleRead) -> None:
        """Show it; ask the candidates, unless they said it already."""
        if message.detail.key != self.what:
            return
        self._read = message
        self._screen.detail_pane.show(answered(self._built(message), self._screen.services.engine.known_answers(self.what)))
        if self._screen.detail_pane.detail is not None and self._screen.detail_pane.detail.answers is None:
            self._screen.services.engine.ask(self.what, message.content, message.schemas)
        self._screen.services.survey.ask_usual()

    def _built(self, message: ExampleRead) -> Detail:
        """Return it as it is shown: folded or whole, with what is unusual beside the log's predictions."""
        shape, columns, inputs = readable if self._unfolded else folded, self._screen.services.log.columns, dict(message.detail.inputs)
        here = [column for column in columns if column.name in inputs]
        marks = unusual({column.asked: inputs[column.name] for column in here}, here, self._screen.services.survey.usual)
        nested = {column.name for column in here if is_nested(column.type)}
        nested |= {name for name, value in inputs.items() if isinstance(value, dict | list)}  # of a column that the log does not have
        shaped = [(name, shape(value) if name in nested else value) for name, value in message.detail.inputs]
        return replace(message.detail, inputs=shaped, unusual=marks, unfolded=self._unfolded)

    def _show(self) -> None:
        """Show it another way; what the candidates said stays."""
        shown = self._screen.detail_pane.detail
        if self._read is not None and shown is not None and shown.key == self.what == self._read.detail.key:
            self._screen.detail_pane.show(replace(self._built(self._read), answers=shown.answers, waiting=shown.waiting))

    def _answers(self, message: AnswersReady) -> None:
        """Show what the candidates say."""
        detail = self._screen.detail_pane.detail
        if detail is not None and detail.key == self.what == message.key:
            shown = replace(detail, waiting=message.error)
            self._screen.detail_pane.show(answered(shown, None if message.error else message.answers))

    def _session(self, message: SessionRead) -> None:
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
