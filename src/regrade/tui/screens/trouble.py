"""What went wrong with a candidate: the error, which examples, what its process wrote last, what to do. It runs nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textual.binding import Binding

from regrade.safe_text import safe_text
from regrade.tui.glyphs import Glyphs
from regrade.tui.screens.page import Page


class TroubleScreen(Page):
    """The errors of candidates, one at a time.

    Parameters
    ----------
    found : sequence of mappings
        What the engine says of each; see ``regrade.scoring.trouble.Trouble``.
    at : int
        The one that is shown first.
    """

    BINDINGS = [
        Binding("t", "close", "back", id="trouble.close", priority=True),
        Binding("right,tab,l", "next(1)", "next candidate", id="trouble.next", priority=True),
        Binding("left,shift+tab,h", "next(-1)", "previous candidate", id="trouble.previous", priority=True),
        Binding("y", "copy", "copy the command", id="trouble.copy", priority=True),
    ]

    def __init__(self, found: Sequence[Mapping[str, Any]], at: int, glyphs: Glyphs) -> None:
        super().__init__(glyphs)
        self._found, self._at = found, at

    def begin(self) -> None:
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
        copy = "y copies the command   " if shown.get("command") else ""
        others = "left right other candidates   " if many else ""
        self.show(f"{self._glyphs.warning} {safe_text(shown['name'], 60)}{count}{many}", self.text, f"{copy}{others}Esc back")

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
