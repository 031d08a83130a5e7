"""What is to be known of the whole log to read one prediction, one period of it, or the course of its failures: looked up behind."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message

from regrade.errors import RegradeError
from regrade.tui.services.lane import Post
from regrade.tui.services.log_service import LogService
from regrade.tui.services.reading import Reading
from regrade.tui.services.survey_messages import CourseCounted, FeedLooked, UsualKnown
from regrade.tui.support import Support

if TYPE_CHECKING:
    from regrade.log import Source
    from regrade.log.usual import Usual

_VALUES = 200
"""Values of a time that is no time to DuckDB."""


class SurveyService(Reading):
    """Distributions of columns, periods of a broken feed, failures over time; nothing waits for any of them.

    Parameters
    ----------
    log, decided
        As of :class:`Reading`.
    """

    def __init__(self, post: Post, support: Support, log: LogService, decided: Source) -> None:
        super().__init__(post, support, log, decided, ("usual", "feed", "course"))
        self._asked = 0
        """The epoch of the log whose distributions were asked for."""
        self.usual: Mapping[str, Usual] = {}
        """What is usual in each column, once it is known."""

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

    def ask_course(self, where: str) -> None:
        """Count predictions and failures over time under a filter, in place of the filter before; says :class:`CourseCounted`."""
        self._lanes["course"].newest(partial(self._course, where))

    # --- in the threads ------------------------------------------------------------------------------------------------

    def _usual(self) -> Message | None:
        from regrade.log.usual import usual

        try:
            self.usual = usual(self._readers.of("usual"))
            return UsualKnown(self.usual)
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

    def _course(self, where: str) -> Message:
        from regrade.log.facet_terms import narrowing

        try:
            reader = self._readers.of("course")
            time = next((column.asked for column in self._log.columns if column.role == "time"), None)
            if time is None:
                return CourseCounted(where, error="the log has no column of time: time in [log] of regrade.toml names one")
            self._readers.tell_decided(reader, where)
            return CourseCounted(where, reader.facets(time, where, limit=_VALUES), narrowing(reader.log, where))
        except RegradeError as error:
            return CourseCounted(where, error=error.what + (f" ({error.hint})" if error.hint else ""))
