"""How the scoreboard came to be what it is: each candidate's share of known failures over the last promotions, as a line of bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets.histogram import levels

KEPT = 12
"""So many states of a candidate are kept, and drawn; the newest stands last."""


class BoardHistory:
    """The known failures that each candidate passed, of how many, whenever that changed: of this session, and of those before it."""

    def __init__(self) -> None:
        self._states: dict[str, list[tuple[int, int]]] = {}

    def add(self, board: Mapping[str, Any]) -> None:
        """Take in a scoreboard on which every candidate is done."""
        for row in board.get("rows", ()):
            known = row.get("known") or {}
            state = (int(known.get("passed", 0)), int(known.get("total", 0)) - int(known.get("unanswered", 0)))
            states = self._states.setdefault(str(row["name"]), [])
            if state[1] > 0 and not row.get("partial") and (not states or states[-1] != state):
                states.append(state)
                del states[:-KEPT]

    def trends(self, glyphs: Glyphs) -> dict[str, str]:
        """Return a line of bars for each candidate whose share has changed, from its lowest to its highest."""
        drawn = {name: trend([passed / total for passed, total in states], glyphs) for name, states in self._states.items()}
        return {name: line for name, line in drawn.items() if line}

    def kept(self) -> dict[str, list[list[int]]]:
        """Return it ready for JSON."""
        return {name: [list(state) for state in states] for name, states in self._states.items()}

    def restore(self, kept: object) -> None:
        """Go on where :meth:`kept` was; whatever is not of its form is left out."""
        for name, states in kept.items() if isinstance(kept, dict) else ():
            if isinstance(states, list) and all(_is_state(state) for state in states):
                self._states[str(name)] = [(state[0], state[1]) for state in states[-KEPT:]]


def trend(shares: Sequence[float], glyphs: Glyphs) -> str:
    """Return one character a share, the lowest the lowest bar; empty where all are the same."""
    low, high = min(shares, default=0.0), max(shares, default=0.0)
    if low == high:
        return ""
    steps = levels(glyphs)
    return "".join(steps[min(int((share - low) / (high - low) * len(steps)), len(steps) - 1)] for share in shares)


def _is_state(state: object) -> bool:
    return isinstance(state, list) and len(state) == 2 and all(type(each) is int for each in state) and 0 <= state[0] <= state[1] > 0
