"""What the engine does while nobody waits: a piece at a time, and less than a piece where a request comes in."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from regrade.config import Config
from regrade.errors import RegradeError
from regrade.scoring import Scored
from regrade.workspace import Workspace
from regrade.workspace.judge import project
from regrade.workspace.replaying import replay_steps, replay_warning, unclear_model, without_key
from regrade.workspace.trunk_ahead import read_ahead

_ORDER = ("keep", "warm", "replay", "project", "diff")
_LOADING = 30.0
"""Seconds that other chores wait for candidates that are being loaded."""
_GRACE = 0.15
"""Seconds that a request waits for answers of the replay check that are on their way; then the candidate is ended."""
_IN_VAIN = 2
"""Times that it may be ended so before the check is given up: it would be started anew for each promotion."""


class GaveWay(Exception):
    """A request came in."""


class Chores:
    """Chores of one workspace, in the order of their weight.

    Parameters
    ----------
    send : callable
        Takes messages for the app.
    waited : callable
        Returns for how many seconds a request has been waiting, 0.0 where none has.
    """

    def __init__(self, send: Callable[[dict[str, Any]], None], waited: Callable[[], float]) -> None:
        self._send, self._waited = send, waited
        self._pending: dict[str, Iterator[None]] = {}
        self._settled = False
        self.replayed: dict[str, float] = {}
        """Candidate to the share of the log that it reproduces."""

    @property
    def pending(self) -> list[str]:
        """What is to be done yet, by name."""
        return [name for name in _ORDER if name in self._pending]

    def after_scoring(self, workspace: Workspace, scored: Scored) -> None:
        """Have answers written, tables brought up to date; once, candidates loaded, the champion compared with the log, a diff prepared."""
        self._pending["keep"] = self._keep(workspace)
        self._pending["project"] = self._project(workspace, scored)
        if not self._settled:
            self._settled = True
            self._pending["warm"] = self._warm(workspace, scored)
            self._pending["replay"] = self._replay(workspace)
            self._pending["diff"] = read_ahead(workspace)

    def step(self) -> None:
        """Do one piece of the first chore. Raises what it does; it is not tried again then."""
        name = self.pending[0]
        try:
            next(self._pending[name])
        except BaseException as error:
            self._pending.pop(name, None)
            if not isinstance(error, StopIteration):
                raise

    def _keep(self, workspace: Workspace) -> Iterator[None]:
        workspace.cache.flush()
        yield

    def _warm(self, workspace: Workspace, scored: Scored) -> Iterator[None]:
        """Load the candidates beside the requests, and ask models once: the first promotion should not wait for imports.

        Nothing else is asked: a call of a function, a command or an endpoint may cost something, or be seen by others.
        """

        def load() -> None:
            pool, config = workspace.pool, workspace.config
            failed = pool.warm()
            for name, said in config.candidates.items():
                if said.model and name not in failed:
                    with suppress(RegradeError):  # said when it is asked in earnest
                        pool.predict(name, [(each.key, each.content) for each in scored.members[:1]], scored.schemas)

        loading = threading.Thread(target=load, daemon=True, name="warm")
        loading.start()
        until = time.monotonic() + _LOADING
        while loading.is_alive() and time.monotonic() < until:
            yield

    def _project(self, workspace: Workspace, scored: Scored) -> Iterator[None]:
        """Write workspace.db; what was written is taken back where a request comes in, and begun again."""
        while True:
            try:
                project(workspace, scored, self._pause)
                return
            except GaveWay:
                yield

    def _pause(self) -> None:
        if self._waited():
            raise GaveWay

    def _replay(self, workspace: Workspace) -> Iterator[None]:
        """Say how far the champion reproduces the log: a number to trust everything else by."""
        config: Config = workspace.config
        champion, in_vain = config.champion, 0

        def unwanted() -> bool:
            return self._waited() > _GRACE

        for found in replay_steps(workspace, unwanted):
            if isinstance(found, bool):  # a piece; was it answered?
                in_vain += not found
                if in_vain >= _IN_VAIN:
                    what = f"{champion} was not compared with the log: it did not answer in time (`regrade doctor` waits for it)"
                    self._send({"event": "notice", "what": what})
                    return
                yield
            elif found.rate is not None:
                self.replayed = {champion: found.rate}
                warning = replay_warning(champion, found)
                said = {"candidate": champion, "n": found.n, "same": found.same, "rate": found.rate, "warning": warning}
                self._send({"event": "replay", **said})
                return
        if why := without_key(workspace) or unclear_model(workspace):
            self._send({"event": "notice", "what": why})
