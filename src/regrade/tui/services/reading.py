"""What services that only read the log share: lanes, each with a reader of its own, begun and ended together."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from regrade.tui.services.lane import Lane, Post
from regrade.tui.services.log_service import LogService
from regrade.tui.services.readers import Readers
from regrade.tui.support import Support

if TYPE_CHECKING:
    from regrade.log import Source


class Reading:
    """A service whose questions each have a lane.

    Parameters
    ----------
    log, decided
        As of :class:`Readers`.
    lanes : iterable of str
        Their names; a question that is given up is interrupted in the log.
    """

    def __init__(self, post: Post, support: Support, log: LogService, decided: Source, lanes: Iterable[str]) -> None:
        self._log = log
        self._readers = Readers(log, decided)
        self._lanes = {name: Lane(name, post, support, interrupt=partial(self._readers.stop, name)) for name in lanes}

    @property
    def idle(self) -> bool:
        """Whether nothing is being asked."""
        return all(lane.idle for lane in self._lanes.values())

    def end(self) -> None:
        """Stop what runs."""
        for lane in self._lanes.values():
            lane.close()

    def close(self) -> None:
        """Let go of the log."""
        self._readers.close()
