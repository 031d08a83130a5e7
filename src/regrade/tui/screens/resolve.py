"""Ending what people disagree on: the views of each dispute, one dispute after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from regrade.tui.glyphs import Glyphs
from regrade.tui.model import Dispute, View
from regrade.tui.screens.pick import Option, Pick
from regrade.tui.widgets.dispute_lines import said

Taken = Callable[[Dispute, View, bool], None]


class Resolve(Pick):
    """Ask for a view of each dispute.

    Parameters
    ----------
    name : str
        What the disputes are about.
    taken : callable
        Told of each view at once, and whether it was the last dispute's: to go back leaves the rest as it is.
    """

    def __init__(self, name: str, disputes: Sequence[Dispute], taken: Taken, glyphs: Glyphs) -> None:
        super().__init__("", (), "1 or 2 takes that view   Esc back   u takes it back later", glyphs, beside=True)
        self._name_of, self._disputes, self._taken = name, disputes, taken
        self._at = 0
        self._show_dispute()

    def _show_dispute(self) -> None:
        dispute = self._disputes[self._at]
        many = f"   {self._at + 1} of {len(self._disputes)}" if len(self._disputes) > 1 else ""
        title = f"{self._glyphs.disputed} {self._name_of} {self._glyphs.dot} {dispute.about}{many}"
        self.show(title, [Option(*said(view)) for view in dispute.views])

    def take(self, at: int) -> None:
        """Take a view; go on to the next dispute, if there is one."""
        dispute = self._disputes[self._at]
        self._at += 1
        last = self._at == len(self._disputes)
        self._taken(dispute, dispute.views[at], last)
        if last:
            self.answer(at)
        else:
            self._show_dispute()
