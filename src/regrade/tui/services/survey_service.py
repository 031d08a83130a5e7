"""What is to be known of the whole log to read one prediction, or one period of it: looked up behind, once for each opening."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message

from regrade.errors import RegradeError
from regrade.tui.services.lane import Lane, Post
from regrade.tui.services.log_service import LogService
from regrade.tui.services.readers import Readers
from regrade.tui.services.survey_messages import FeedLooked, UsualKnown
from regrade.tui.support import Support

if TYPE_CHECKING:
    from regrade.log import Decided


class SurveyService:
    """Distributions of columns, and periods of a broken feed; nothing waits for either.

    Parameters
    ----------
    log, decided
        As of :class:`Readers`.
    """

    def __init__(self, post: Post, support: Support, log: LogService, decided: Callable[[], list[Decided]]) -> None:
        self._log = log
        self._readers = Readers(log, decided)
        self._lanes = {name: Lane(name, post, support, interrupt=partial(self._readers.stop, name)) for name in ("usual", "feed")}
        self._asked = 0
        """The epoch of the log whose distributions were asked for."""

    def ask_usual(self) -> None:
        """Look once at what is usual in each column; says :class:`UsualKnown`."""
        if self._asked != self._log.epoch:
            self._asked = self._log.epoch
            self._lanes["usual"].newest(self._usual)

    def ask_feed(self, where: str) -> None:
        """Look for periods of a broken feed under a filter, in place of the filter before; says :class:`FeedLooked`."""
        self._lanes["feed"].newest(partial(self._feed, where))

    def stop_feed(self) -> None:
        """Look no longer."""
        self._lanes["feed"].newest(lambda: None)

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

    # --- in the threads ------------------------------------------------------------------------------------------------

    def _usual(self) -> Message | None:
        from regrade.log.usual import usual

        try:
            return UsualKnown(usual(self._readers.of("usual")))
        except RegradeError:  # nobody asked: whoever reads rows is told what is wrong with the log
            return None

    def _feed(self, where: str) -> Message | None:
        from regrade.log.stats.measure import label_findings

        try:
            reader = self._readers.of("feed")
            self._readers.tell_decided(reader, where)
            return FeedLooked(where, label_findings(reader, where))
        except RegradeError:  # the facets say it
            return None
