"""What a session came to: the summary as it would be pasted, and below it each decision that stands, to be taken back."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding

from regrade.tui.glyphs import Glyphs
from regrade.tui.model import Deed
from regrade.tui.screens.pick import Option, Pick

_MOST = 200
"""Decisions that are listed: drawing more would stall, and `u` goes further back."""


class SessionScreen(Pick):
    """Answers the index of the decision to take back, one past the last to copy the summary, or None.

    Parameters
    ----------
    deeds : sequence of Deed
        The newest first.
    """

    BINDINGS = [Binding("y", "copy", "copy", id="session.copy", priority=True)]

    def __init__(self, summary: str, deeds: Sequence[Deed], glyphs: Glyphs) -> None:
        self._n_deeds = len(deeds)
        options = [Option(deed.what, (_when(deed),)) for deed in deeds[:_MOST]]
        keys = "y copies it   Enter takes a decision back   j k choose   Esc back" if deeds else "y copies it   Esc back"
        super().__init__(summary if deeds else f"{summary}\nnothing was decided yet", options, keys, glyphs)

    def action_copy(self) -> None:
        """Close, and have the summary copied."""
        self.answer(self._n_deeds)

    def action_move(self, by: int) -> None:
        """Choose another one, where there is one."""
        if self._n_deeds:
            super().action_move(by)


def _when(deed: Deed) -> str:
    many = f", {deed.count:,} predictions at once" if deed.count > 1 else ""
    return f"{deed.when}{many}"
