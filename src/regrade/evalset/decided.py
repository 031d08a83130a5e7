"""What expressions over the log see of people's decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regrade.evalset.state import State

if TYPE_CHECKING:
    from regrade.log import Decided


def decided_rows(state: State) -> list[Decided]:
    """Return ``status``, ``mode`` (its name) and ``expected`` of every key that somebody decided on; disputed values are unknown."""
    from regrade.log import Decided  # brings DuckDB, which nobody needs who only reads decisions

    names = {mode.id: mode.name for mode in state.modes()}
    rows = []
    for key in list(state.decided_keys()):
        mode = state.mode(key)
        expected = state.expected(key)
        rows.append(Decided(key, state.status(key), names.get(mode or "", mode), expected[0] if len(expected) == 1 else None))
    return rows
