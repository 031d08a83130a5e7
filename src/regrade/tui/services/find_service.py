"""Everything that is asked while a filter is typed, and what is kept of filters: counts, values, filters of before, named views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from regrade.config import Config
from regrade.config_views import View
from regrade.errors import RegradeError
from regrade.paths import Paths
from regrade.tui.services.find_messages import FilterCounted, PastFilters, ValuesKnown, ViewKept, ViewsRead
from regrade.tui.services.lane import Lane, Post
from regrade.tui.services.log_service import LogService
from regrade.tui.services.past_filters import load, remember
from regrade.tui.services.reading import Reading
from regrade.tui.support import Support

if TYPE_CHECKING:
    from regrade.log import Source
    from regrade.views import NamedView, Shelf

SOON = 500
"""Rows that are counted at first: whether there are more is known long before how many."""


class FindService(Reading):
    """What helps to find rows; each kind of question in a thread of its own.

    Parameters
    ----------
    log : LogService
        Opens the log.
    decided : callable
        Returns what people decided since a mark, for expressions over status, mode and expected.
    """

    def __init__(self, paths: Paths, config: Config, post: Post, support: Support, log: LogService, decided: Source) -> None:
        super().__init__(post, support, log, decided, ("count", "values"))
        self._paths, self._config, self._post = paths, config, post
        self._lanes["filters"] = Lane("filters", post, support)

    def begin(self) -> None:
        """Read the filters of before; says :class:`PastFilters`."""
        self._lanes["filters"].queue(lambda: PastFilters(load(self._paths.filters)))

    def count(self, text: str) -> None:
        """Count what a filter would leave, in place of what is being counted; says :class:`FilterCounted`, perhaps twice."""
        self._lanes["count"].newest(lambda: self._count(text))

    def stop_counting(self) -> None:
        """Count no more."""
        self._lanes["count"].newest(lambda: None)

    def values(self, column: str) -> None:
        """Look for the values of a column, in place of those looked for; says :class:`ValuesKnown`."""
        epoch = self._log.epoch
        self._lanes["values"].newest(lambda: self._values(epoch, column))

    def remember(self, text: str) -> None:
        """Keep a filter that was used; says :class:`PastFilters`."""
        if text:
            self._lanes["filters"].queue(lambda: PastFilters(remember(self._paths.filters, text, self._config.privacy)))

    def read_views(self, wish: str) -> None:
        """Read the named views; says :class:`ViewsRead`."""
        self._lanes["filters"].queue(lambda: ViewsRead(self._shelf().views(), wish))

    def save_view(self, name: str, view: View, whose: str, *, replace: bool) -> None:
        """Keep a view; says :class:`ViewKept`."""
        self._lanes["filters"].queue(lambda: self._save_view(name, view, whose, replace))

    def delete_view(self, view: NamedView) -> None:
        """Remove a view; says :class:`ViewKept`."""
        self._lanes["filters"].queue(lambda: self._delete_view(view))

    # --- in the threads ------------------------------------------------------------------------------------------------

    def _count(self, text: str) -> Message:
        from regrade.log.few_values import count

        try:
            reader = self._readers.of("count")
            self._readers.tell_decided(reader, text)
            soon = count(reader, text, at_most=SOON + 1)
            if soon <= SOON:
                return FilterCounted(text, soon)
            self._post(FilterCounted(text, SOON, at_least=True))
            return FilterCounted(text, count(reader, text))
        except RegradeError as error:
            return FilterCounted(text, None, f"{error.what}" + (f" ({error.hint})" if error.hint else ""))

    def _values(self, epoch: int, column: str) -> Message:
        from regrade.log.few_values import few_values

        reader = self._readers.of("values")
        try:
            self._readers.tell_decided(reader, column=column)
            return ValuesKnown(epoch, column, few_values(reader, column))
        except RegradeError:  # nobody asked: whoever applies the filter is told
            return ValuesKnown(epoch, column, ())

    def _shelf(self) -> Shelf:
        from regrade.views import Shelf

        return Shelf(self._paths)

    def _save_view(self, name: str, view: View, whose: str, replace: bool) -> Message:
        from regrade.views import OWN, TEAM

        self._shelf().save(name, view, TEAM if whose == TEAM else OWN, replace=replace)
        place = "regrade.toml, for the team" if whose == TEAM else "your own views"
        return ViewKept(f"view {name!r} is in {place}")

    def _delete_view(self, view: NamedView) -> Message:
        self._shelf().delete(view.name, view.whose)
        return ViewKept(f"view {view.name!r} is gone")
