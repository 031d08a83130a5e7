"""Reads the eval set for its screen, in a thread: keys at once, counts behind them, rows as they come into sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from regrade.tui.services.example_messages import TABS, ExampleRows, ExamplesListed, SessionsRead, TabsCounted
from regrade.tui.services.known import known
from regrade.tui.services.lane import Lane, Post
from regrade.tui.widgets.lines import shown
from regrade.tui.widgets.orders import Ordering

if TYPE_CHECKING:
    from regrade.config import Config
    from regrade.evalset import State
    from regrade.paths import Paths
    from regrade.tui.services.decision_service import DecisionService
    from regrade.tui.support import Support

BLOCK = 100
"""Rows that are read at a time."""


class ExampleService:
    """Answers the Eval set screen."""

    def __init__(self, paths: Paths, config: Config, decisions: DecisionService, post: Post, support: Support) -> None:
        self._paths, self._config, self._decisions = paths, config, decisions
        self._post = post
        self._lane = Lane("evalset", post, support)
        self._generation = 0
        self._keys: Sequence[str] = ()
        self._asked: object = None
        """Tab, words and order of these."""
        self._sorted: tuple[tuple[int, int], dict[str, list[str]]] = ((0, 0), {})
        """Keys by tab, and the state and number of events that they were read of."""

    def read(self, tab: str, words: Sequence[str] = (), order: tuple[str, bool] = ("key", False), *, stay: bool = False) -> int:
        """Read the keys of a tab whose examples have all ``words`` in what the list says of them; return the number of this question.

        ``order``: what they are ordered by, and whether reversed; with ``stay`` those that were read before stay where they are.
        Says :class:`ExamplesListed`, or :class:`SessionsRead`.
        """
        self._generation += 1
        generation = self._generation
        if tab == "versions":
            self._lane.queue(lambda: self._read_sessions(generation))
        else:
            self._lane.queue(lambda: self._list(generation, tab, words, order, stay=stay))
        return generation

    def count(self, generation: int) -> None:
        """Count every tab; says :class:`TabsCounted`. It takes longer than all else: to be asked once rows are on screen."""
        self._lane.queue(lambda: self._count(generation))

    def rows(self, generation: int, block: int) -> None:
        """Read a block of rows; says :class:`ExampleRows`."""
        self._lane.queue(lambda: self._rows(generation, block))

    def example(self, key: str) -> None:
        """Read one example whole; says :class:`ExampleRead`."""
        self._lane.queue(lambda: self._example(key))

    def session(self, id: str) -> None:
        """Read what one session changed; says :class:`SessionRead`."""
        self._lane.queue(lambda: self._session(id))

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return self._lane.idle

    def close(self) -> None:
        """Let go."""
        self._generation += 1
        self._lane.close()

    # --- in the thread -------------------------------------------------------------------------------------------------

    def _state(self, generation: int = 0) -> State | None:
        evalset = known(self._decisions)
        return None if evalset is None or (generation and generation != self._generation) else evalset.state

    def _list(self, generation: int, tab: str, words: Sequence[str], order: tuple[str, bool], *, stay: bool) -> Message | None:
        state = self._state(generation)
        if state is None:
            return None
        keys = state.members() if tab == "all" else self._tabs(state)[tab]
        names = self._decisions.decisions.names
        if words:
            keys = [key for key in keys if _has(state, key, names, words)]
        asked = (tab, tuple(words), order)
        if order != ("key", False):
            from regrade.tui.services.example_order import as_before, orders

            again = stay and asked == self._asked
            keys = as_before(keys, self._keys) if again else Ordering(orders(state, names), list(order)).arranged(keys)
        self._keys, self._asked = keys, asked
        return ExamplesListed(generation, keys, state.known_version)

    def _count(self, generation: int) -> Message | None:
        state = self._state(generation)
        return None if state is None else TabsCounted({tab: len(keys) for tab, keys in self._tabs(state).items()})

    def _tabs(self, state: State) -> dict[str, list[str]]:
        """Return the keys of every tab, read once for what is decided now."""
        stamp = (id(state), state.n_events)
        if self._sorted[0] != stamp:
            self._sorted = (stamp, tabs_of(state))
        return self._sorted[1]

    def _rows(self, generation: int, block: int) -> Message | None:
        state = self._state(generation)
        if state is None:
            return None
        from regrade.tui.services.example_rows import row_of

        keys = self._keys[block * BLOCK : (block + 1) * BLOCK]
        names = self._decisions.decisions.names
        return ExampleRows(generation, block, [row_of(state, key, names) for key in keys])

    def _example(self, key: str) -> Message | None:
        evalset = self._decisions.evalset
        if evalset is None:
            return None
        from regrade.tui.services.example_rows import read_example

        return read_example(evalset, key, self._config, self._decisions.decisions)

    def _read_sessions(self, generation: int) -> Message | None:
        state = self._state(generation)
        if state is None:
            return None
        from regrade.tui.services.sessions import sessions_of

        return SessionsRead(generation, sessions_of(state))

    def _session(self, id: str) -> Message | None:
        state = self._state()
        if state is None:
            return None
        from regrade.tui.services.sessions import read_session

        return read_session(state, id, self._paths.evalset, self._decisions.decisions.names)


def _has(state: State, key: str, names: Mapping[str, str], words: Sequence[str]) -> bool:
    """Return whether all words, in small letters, are in the key of an example, its mode, its origins and what is expected of it."""
    if all(word in key.casefold() for word in words):
        return True
    mode = state.mode(key)
    said = [key, names.get(mode, mode) if mode else "", *state.origins(key), *(shown(value) for value in state.expected(key))]
    return all(word in " ".join(said).casefold() for word in words)


def tabs_of(state: State) -> dict[str, list[str]]:
    """Return the keys of every tab but the versions. Nothing is kept for a key that the collector would walk through again and again."""
    found: dict[str, list[str]] = {tab: [] for tab in TABS if tab != "versions"}
    found["all"] = state.members()
    pinned = set(state.subjects("pinned")[0])
    for key in found["all"]:
        origins = state.origins(key)
        if "failure" in origins:
            found["failures"].append(key)
        if "sampled" in origins:
            found["sampled"].append(key)
        if key in pinned and True in state.values(key, "pinned"):
            found["pinned"].append(key)
    found["waiting"] = [key for key in found["sampled"] if not state.expected(key)]
    for key in state.decided_keys():
        status = state.status(key)
        if status in ("disputed", "retired"):
            found[status].append(key)
    found["disputed"].sort()
    found["retired"].sort()
    return found
