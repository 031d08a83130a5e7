"""Reads predictions that will probably be promoted next, and names them to the engine; nobody waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from regrade.errors import RegradeError
from regrade.tui.services.engine_service import EngineService
from regrade.tui.services.lane import Lane, Post
from regrade.tui.services.log_service import LogService
from regrade.tui.services.readers import Readers
from regrade.tui.support import Support


class AheadService:
    """One lane; what is asked of it replaces what was asked before."""

    def __init__(self, post: Post, support: Support, log: LogService, engine: EngineService) -> None:
        self._log, self._engine = log, engine
        self._readers = Readers(log)
        self._lane = Lane("ahead", post, support, interrupt=partial(self._readers.stop, "ahead"))

    def foresee(self, keys: Sequence[str], addresses: Any, epoch: int) -> None:
        """Have the models asked about the predictions at these addresses.

        Parameters
        ----------
        addresses : ndarray of int64, shape (n,)
        epoch : int
            Of the log that they belong to.
        """
        self._lane.newest(lambda: self._foresee(keys, addresses, epoch))

    @property
    def idle(self) -> bool:
        """Whether nothing is being read."""
        return self._lane.idle

    def end(self) -> None:
        """Stop what runs."""
        self._lane.close()

    def close(self) -> None:
        """Let go of the log."""
        self._readers.close()

    def _foresee(self, keys: Sequence[str], addresses: Any, epoch: int) -> None:
        try:
            reader = self._readers.of("ahead")
            if epoch == self._log.epoch:
                contents = reader.contents(addresses)
                self._engine.foresee(list(zip(keys, contents, strict=True)), {reader.log.schema.hash: reader.log.schema.encoded})
        except RegradeError:  # whoever reads these rows in earnest is told what is wrong
            return
