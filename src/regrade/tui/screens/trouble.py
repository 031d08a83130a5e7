"""What went wrong with a candidate: the error, which examples, what its process wrote last, what to do. It runs nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from regrade.safe_text import safe_text
from regrade.tui.draw import in_ascii
from regrade.tui.glyphs import ASCII, Glyphs
from regrade.tui.screens.dialog import Dialog


class TroubleScreen(Dialog[None]):
    """The errors of candidates, one at a time.

    Parameters
    ----------
    found : sequence of mappings
        What the engine says of each; see ``regrade.scoring.trouble.Trouble``.
    at : int
        The one that is shown first.
    """

    BINDINGS = [
        Binding("escape,q,t,enter", "close", "back", id="trouble.close", priority=True),
        Binding("j,down", "scroll(1)", "down", id="trouble.down", priority=True),
        Binding("k,up", "scroll(-1)", "up", id="trouble.up", priority=True),
        Binding("ctrl+d,pagedown,space", "scroll(10)", "page down", id="trouble.page_down", priority=True),
        Binding("ctrl+u,pageup", "scroll(-10)", "page up", id="trouble.page_up", priority=True),
        Binding("right,tab,l", "next(1)", "next candidate", id="trouble.next", priority=True),
        Binding("left,shift+tab,h", "next(-1)", "previous candidate", id="trouble.previous", priority=True),
        Binding("y", "copy", "copy the command", id="trouble.copy", priority=True),
    ]

    def __init__(self, found: Sequence[Mapping[str, Any]], at: int, glyphs: Glyphs) -> None:
        super().__init__()
        self._found, self._at, self._glyphs = found, at, glyphs
        self._title = Static(id="dialog-title", markup=False)
        self._body = Static(id="trouble-body", markup=False)
        self._page = VerticalScroll(self._body, id="dialog-options")
        self._keys = Static(id="dialog-keys", markup=False)

    def compose(self) -> ComposeResult:
        """Make the dialog."""
        with Vertical(id="dialog", classes="-wide"):
            yield self._title
            yield self._page
            yield self._keys

    def on_mount(self) -> None:
        """Show the first."""
        self._show()

    @property
    def text(self) -> str:
        """Return all that it says of the candidate shown."""
        return "\n".join(f"{'  ' * indent}{text}" for indent, text in _lines(self._found[self._at]))

    def _show(self) -> None:
        shown = self._found[self._at]
        many = f"   {self._at + 1} of {len(self._found)}" if len(self._found) > 1 else ""
        errors = int(shown.get("errors") or 0)
        count = f" {self._glyphs.dot} {errors:,} {'example' if errors == 1 else 'examples'} without an answer" if errors else ""
        self._say(self._title, f"{self._glyphs.warning} {safe_text(shown['name'], 60)}{count}{many}")
        self._say(self._body, self.text)
        copy = "y copies the command   " if shown.get("command") else ""
        others = "left right other candidates   " if many else ""
        self._say(self._keys, f"{copy}{others}Esc back")
        self._page.scroll_home(animate=False)

    def _say(self, where: Static, text: str) -> None:
        if self._glyphs is ASCII:
            text = "\n".join(in_ascii(line) for line in text.split("\n"))
        where.update(Text(text))

    def action_close(self) -> None:
        """Go back."""
        self.answer(None)

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self._page.scroll_to(y=self._page.scroll_offset.y + by, animate=False)

    def action_next(self, by: int) -> None:
        """Show another candidate."""
        self._at = (self._at + by) % len(self._found)
        self._show()

    def action_copy(self) -> None:
        """Copy the command; nothing is run here, and nothing trusted."""
        command = self._found[self._at].get("command")
        if command:
            self.app.copy_to_clipboard(str(command))
            self.app.notify(f"copied: {safe_text(command, 200)}", timeout=4, markup=False)


def _lines(found: Mapping[str, Any]) -> list[tuple[int, str]]:
    """Return the lines, each with its indent; every one is made harmless here, whoever made it so before."""
    lines: list[tuple[int, str]] = []
    if not found.get("groups"):
        lines.append((0, safe_text(found.get("reason"), 600)))
    for group in found.get("groups") or ():
        keys = ", ".join(safe_text(key, 80) for key in group["keys"])
        more = ", …" if group["n"] > len(group["keys"]) else ""
        lines += [(0, safe_text(group["error"], 600)), (1, f"{group['n']:,} {'example' if group['n'] == 1 else 'examples'}: {keys}{more}")]
    if found.get("wrote"):
        lines += [(0, ""), (0, "It last wrote to standard error:")]
        lines += [(1, safe_text(line, 300)) for line in found["wrote"]]
    if found.get("todo") or found.get("command"):
        lines += [(0, ""), (0, "What to do:")]
        lines += [(1, safe_text(line, 600)) for line in found.get("todo") or ()]
        if found.get("command"):
            lines.append((1, safe_text(found["command"], 600)))
    return lines
