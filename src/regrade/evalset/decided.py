"""What expressions over the log see of people's decisions: all of it, or what changed since one last looked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regrade.evalset.state import State
from regrade.evalset.touched import Touched

if TYPE_CHECKING:
    from regrade.log import Changed, Decided


def decided_rows(state: State) -> list[Decided]:
    """Return ``status``, ``mode`` (its name) and ``expected`` of every key that somebody decided on; disputed values are unknown."""
    return _rows(state, state.decided_keys(), _names(state))


@dataclass(frozen=True, eq=False)
class _Mark:
    """What was looked at.

    Attributes
    ----------
    touched : Touched
        `git switch` makes it another one.
    n_touched : int
        Of it, so many.
    names : mapping
        Of the failure modes, by id.
    """

    touched: Touched
    n_touched: int
    names: Mapping[str, str]


def decided_since(state: State, before: object) -> Changed:
    """Return the same of those keys alone whose reading may have changed since ``before``; all where that is None, or of another state.

    ``before`` is the mark of what was returned last. Safe while decisions are made: what comes meanwhile is touched again, and returned
    the next time. A decision costs what it touches; a failure mode that is called otherwise now is one on all predictions.
    """
    from regrade.log import Changed

    touched = state.touched
    n_touched = len(touched)  # before anything is read: what changes while it is read is read again
    mark = _Mark(touched, n_touched, _names(state))
    if not isinstance(before, _Mark) or before.touched is not touched or _renamed(before.names, mark.names):
        return Changed(_rows(state, state.decided_keys(), mark.names), True, mark)
    return Changed(_rows(state, touched.since(before.n_touched), mark.names), False, mark)


def _names(state: State) -> dict[str, str]:
    return {mode.id: mode.name for mode in state.modes()}


def _renamed(before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Is one called otherwise? One that is new was carried by nobody, and whoever carried one that is gone was touched."""
    return any(now.get(id, name) != name for id, name in before.items())


def _rows(state: State, keys: Iterable[str], names: Mapping[str, str]) -> list[Decided]:
    from regrade.log import Decided  # brings DuckDB, which nobody needs who only reads decisions

    rows = []
    for key in keys:
        mode, expected = state.mode(key), state.expected(key)
        rows.append(Decided(key, state.status(key), names.get(mode or "", mode), expected[0] if len(expected) == 1 else None))
    return rows
