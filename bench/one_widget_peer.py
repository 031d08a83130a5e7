"""The least that a key costs in Textual: an app of one widget that draws two lines anew."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip


class Lines(ScrollView, can_focus=True, inherit_bindings=False):
    """A thousand lines, one of them the cursor's."""

    BINDINGS = [("down", "move(1)", "down"), ("up", "move(-1)", "up")]

    cursor = 0

    def on_mount(self) -> None:
        """Have a thousand lines."""
        self.virtual_size = Size(110, 1_000)

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        before, self.cursor = self.cursor, self.cursor + by
        self.refresh_line(before)
        self.refresh_line(self.cursor)

    def render_line(self, y: int) -> Strip:
        """Draw a line."""
        return Strip([Segment(f"row {y}".ljust(110), Style(reverse=y == self.cursor))], 110)


class Peer(App[None]):
    """The lines and nothing else."""

    def compose(self) -> ComposeResult:
        """Make them."""
        yield Lines()


if __name__ == "__main__":
    Peer().run()
