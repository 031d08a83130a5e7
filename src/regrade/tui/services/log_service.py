"""Everything the screen wants of the prediction log, each kind of question in a thread of its own."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Any

from textual.message import Message

from regrade.config import Config
from regrade.errors import DataError, RegradeError, UsageError
from regrade.paths import Paths
from regrade.tui.layout import GridColumn
from regrade.tui.services.facet_messages import FacetsFailed, FacetsReady
from regrade.tui.services.lane import Lane, Post
from regrade.tui.services.log_messages import (
    Anchor,
    BlocksReady,
    Counted,
    DecidedReady,
    LogOpened,
    ResultsReady,
    ViewBegun,
    ViewFailed,
    ViewReady,
    WholeRow,
)
from regrade.tui.services.readers import Readers
from regrade.tui.services.rows import BLOCK
from regrade.tui.services.windows import cut, find, told
from regrade.tui.support import Support

if TYPE_CHECKING:
    from regrade.log import PredictionLog, Reader, Source

FIRST = 10 * BLOCK
"""Rows of a view that are shown before the order of the others is known."""
FACET_VALUES = 200
"""So many values of a column have a row; the rarer ones are counted together."""


class LogService:
    """The prediction log behind the screen.

    Parameters
    ----------
    decided : callable
        Returns what people decided since a mark, for expressions over status, mode and expected.
    """

    def __init__(self, paths: Paths, config: Config, post: Post, support: Support, decided: Source) -> None:
        self._paths, self._config, self._post = paths, config, post
        self._decided = decided
        self.opened: Future[PredictionLog] = Future()
        """Resolves once the log is open; other services wait for it in their own threads."""
        self.columns: tuple[GridColumn, ...] = ()
        self.generation = 0
        """Of views: what was asked for before the newest is dropped."""
        self.epoch = 0
        """How often the log was opened: row addresses hold for one epoch."""
        self.locating = 0
        """How often it was asked which rows were decided on."""
        self.looked = Event()
        """Set once rows were looked for, or there is no log: what would only delay the first rows waits for it."""
        self.single: PredictionLog | None = None  # a log that was looked through: each of its keys is one prediction's
        self.whole: tuple[PredictionLog, WholeRow] | None = None  # what was read whole last, and out of which log
        self._counted = 0
        """The epoch whose results were asked for."""
        self.counted_columns = 0
        """How often facets were asked for."""
        self._readers = Readers(self, decided)
        self._before: list[PredictionLog] = []
        self._epoch_of: dict[int, int] = {}
        self._busy: dict[int, Future[Message | None]] = {}
        self._held = 0
        """Generation of the addresses that rows are fetched for: the view on screen, whatever was asked for since."""
        self._lanes = {
            name: Lane(name, post, support, interrupt=partial(self._readers.stop, name))
            for name in ("open", "view", "rows", "detail", "results", "decided", "keys", "facets")
        }

    def open(self) -> None:
        """Open the log, or open it anew as it stands now; says :class:`LogOpened`.

        Its first view is followed by :class:`Counted` and :class:`ResultsReady`.
        """
        self._lanes["open"].queue(self._open)

    def end(self) -> None:
        """Stop what runs; whoever waits for a log that is not open yet is told that there will be none."""
        self.looked.set()
        self._lanes["open"].close()
        if not self.opened.done():
            self.opened.set_exception(UsageError("the app was left before the log was open"))
        for lane in self._lanes.values():
            lane.close()

    def close(self) -> None:
        """Let go of the log, once nobody reads it."""
        self._readers.close()
        if self.opened.exception() is None:
            self._before.append(self.opened.result())
        for log in self._before:
            log.close()

    def view(self, where: str, sort: str, columns: Sequence[str], *, page: int, anchor: Anchor | None = None) -> int:
        """Look for the rows of a filter, in an order; says :class:`ViewReady` or :class:`ViewFailed` with the generation returned."""
        self.generation += 1
        generation, names = self.generation, ["key", "result", *columns]
        self._lanes["view"].newest(lambda: self._view(generation, where, sort, names, page, anchor))
        return generation

    def give_up(self) -> None:
        """Stop looking for a view; what comes of it is not said."""
        self.generation += 1
        self._lanes["view"].newest(lambda: None)

    def fetch(self, runs: Sequence[Sequence[int]], addresses: Any, columns: Sequence[str], epoch: int, generation: int) -> None:
        """Fetch runs of blocks of a view in this order, in place of those that wait; says :class:`BlocksReady`.

        ``generation`` is that of the view which the addresses belong to, not the newest that was asked for.
        """
        self._held, names = generation, ["key", "result", *columns]
        for run in runs:
            future = self._lanes["rows"].queue(partial(self._fetch, generation, epoch, run, addresses, names))
            if future is not None:
                self._busy.update(dict.fromkeys(run, future))

    def busy_blocks(self, generation: int) -> set[int]:
        """Drop the fetches that have not begun, and return the blocks of this view that are being fetched."""
        self._busy = {number: future for number, future in self._busy.items() if not (future.done() or future.cancel())}
        if generation != self._held:
            self._busy.clear()  # of the view before: its blocks are other rows
        return set(self._busy)

    def facets(self, column: str, where: str) -> int:
        """Count by the values of a column under a filter, in place of the column before; says :class:`FacetsReady` or
        :class:`FacetsFailed` with the number returned.
        """
        self.counted_columns += 1
        number = self.counted_columns
        self._lanes["facets"].newest(lambda: self._facets(number, column, where))
        return number

    def stop_facets(self) -> None:
        """Stop counting; what comes of it is not said."""
        self._lanes["facets"].newest(lambda: None)

    def whole_row(self, key: str, address: int) -> None:
        """Read one prediction whole; says :class:`WholeRow`."""
        self._lanes["detail"].newest(lambda: self._whole_row(key, address))

    def check_keys(self) -> None:
        """Look once through the keys of the whole log; says :class:`Failed` where a decision could not name one prediction."""
        self._lanes["keys"].queue(self._check_keys)

    def locate_decided(self) -> None:
        """Look up the rows of what was decided; says :class:`DecidedReady`."""
        self.locating += 1
        self._lanes["decided"].newest(partial(self._locate_decided, self.locating))

    @property
    def idle(self) -> bool:
        """Whether nothing is being asked."""
        return all(lane.idle for lane in self._lanes.values())

    # --- in the threads ------------------------------------------------------------------------------------------------

    def _open(self) -> Message:
        from regrade.log import PredictionLog

        try:
            log = PredictionLog.open(self._paths, self._config)
        except BaseException as error:  # whoever waits for the log must hear of it, whatever it is
            self.looked.set()
            if not self.opened.done():
                self.opened.set_exception(error if isinstance(error, RegradeError) else DataError("the log could not be opened"))
            raise
        opened: Future[PredictionLog] = self.opened
        if opened.done():
            if opened.exception() is None:
                self._before.append(opened.result())
            opened = Future()
        opened.set_result(log)
        self._epoch_of[id(log)] = self.epoch = self.epoch + 1
        self.opened = opened
        own = log.types()
        asked = {column.name: f"log.{column.name}" if f"log.{column.name}" in own else column.name for column in log.columns}
        keys = log.dialect.key_columns
        self.columns = tuple(GridColumn(each.name, each.type, each.role, asked[each.name], each.name in keys) for each in log.columns)
        return LogOpened(self.columns, log.n_rows, tuple(log.types()))

    def _count_results(self) -> Message:
        counts = self._readers.of("results").counts()
        return Counted(counts.predictions, counts.failures)

    def _results(self) -> Message:
        reader = self._readers.of("results")
        return ResultsReady(self._epoch_of[id(reader.log)], reader.results(), reader.log.classes() or ())

    def _locate_decided(self, number: int) -> Message:
        log = self.opened.result()
        log.follow_decided(self._decided)
        decided = log.decided
        return DecidedReady(self._epoch_of[id(log)], log.n_rows, decided.addresses, decided.addresses[decided.disputed], number)

    def _view(self, generation: int, where: str, sort: str, names: Sequence[str], page: int, anchor: Anchor | None) -> Message | None:
        try:
            return self._look(generation, where, sort, names, page, anchor)
        finally:
            self.looked.set()
            if self._counted != self.epoch:  # behind the first page of this opening: before, they would delay it
                self._counted = self.epoch
                self._lanes["results"].queue(self._count_results)
                self._lanes["results"].queue(self._results)

    def _look(self, generation: int, where: str, sort: str, names: Sequence[str], page: int, anchor: Anchor | None) -> Message | None:
        epoch = self.epoch
        try:
            reader = self._readers.of("view")
            self._readers.tell_decided(reader, where, sort.lstrip("-"))
            first = self._begin(reader, generation, where, sort, names, page) if anchor is None or anchor.address is None else None
            addresses = reader.view(where, sort).addresses if first is None or len(first) == FIRST else first
        except RegradeError as error:
            return ViewFailed(generation, where, told(error)) if generation == self.generation else None
        cursor = find(reader, addresses, anchor)
        top = max(0, min(cursor - (anchor.line if anchor else 0), len(addresses) - page))
        numbers = range(top // BLOCK, min(top + page, max(len(addresses) - 1, 0)) // BLOCK + 1)
        blocks = cut(reader, addresses, list(numbers), names) if len(addresses) else {}
        return ViewReady(generation, epoch, where, sort, addresses, cursor, top, blocks) if generation == self.generation else None

    def _begin(self, reader: Reader, generation: int, where: str, sort: str, names: Sequence[str], page: int) -> Any:
        """Say the first rows of a large view, before the order of the others is looked for; return their addresses, or None."""
        first = reader.first(where, sort, n=FIRST)
        if first is not None and len(first) == FIRST and generation == self.generation:
            blocks = cut(reader, first, range(page // BLOCK + 1), names)
            self._post(ViewBegun(generation, self.epoch, where, sort, first, blocks))
            self.looked.set()
        return first

    def _fetch(self, generation: int, epoch: int, run: Sequence[int], addresses: Any, names: Sequence[str]) -> Message | None:
        reader = self._readers.of("rows")
        if generation != self._held or epoch != self.epoch:
            return None
        return BlocksReady(generation, cut(reader, addresses, run, names))

    def _check_keys(self) -> None:
        log = self.opened.result()
        try:
            log.check_keys()
        except RegradeError as error:
            what = f"{error.what}: it cannot be decided on"
            raise DataError(what, where=error.where, hint=error.hint) from None
        self.single = log

    def _facets(self, number: int, column: str, where: str) -> Message:
        try:
            from regrade.log.facet_terms import narrowing

            reader = self._readers.of("facets")
            self._readers.tell_decided(reader, where, column)
            return FacetsReady(number, column, reader.facets(column, where, limit=FACET_VALUES), narrowing(reader.log, where))
        except RegradeError as error:
            return FacetsFailed(number, error.what + (f" ({error.hint})" if error.hint else ""))

    def _whole_row(self, key: str, address: int) -> Message | None:
        from regrade.tui.services.whole_row import read

        log = self.opened.result()
        reader = self._readers.of("detail")
        row = read(log, reader, key, address, [column.asked for column in self.columns], self._post)
        self.whole = (log, row) if row is not None and reader.log is log else None
        return row
