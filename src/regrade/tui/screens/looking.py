"""The view behind the grid: filter and order, the addresses they give, the rows that are fetched for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from regrade.tui.cells import learn
from regrade.tui.layout import GridColumn, Layout
from regrade.tui.model import RowState
from regrade.tui.services.log_messages import (
    Anchor,
    BlocksReady,
    DecidedReady,
    LogOpened,
    ResultsReady,
    ViewBegun,
    ViewFailed,
    ViewReady,
)
from regrade.tui.services.rows import BLOCK, Rows
from regrade.tui.services.saved_view import SavedView, as_text

if TYPE_CHECKING:
    from regrade.tui.services.bundle import Services
    from regrade.tui.widgets.grid import LogGrid


_OF_FEW = frozenset(("down", "up", "first", "page_down", "page_up", "left", "right", "open", "zoom_in", "zoom_out", "help", "leave"))
"""Actions that need no rows but those near the cursor."""


class Looking:
    """What is looked at.

    Attributes
    ----------
    addresses : ndarray of int64, or None
        Of the rows of the view, in order; None until the log is open.
    """

    def __init__(self, grid: LogGrid, services: Services) -> None:
        self._grid, self._services = grid, services
        self.where = self.sort = ""
        self.addresses: Any = None
        self._results: tuple[int, Any] = (-1, None)
        self._decided: tuple[int, Any] = (-1, None)
        self._disputed: tuple[int, Any] = (-1, None)
        """Epoch, and one value a row of the log that was open then."""
        self.located = 0
        """Which question :attr:`decided_now` and :attr:`disputed_now` answer, of those that the log service was asked."""
        self.classes: tuple[str, ...] = ()
        self.n_log_rows = 0
        self.columns: tuple[GridColumn, ...] = ()
        self.names: tuple[str, ...] = ()
        """All that an expression may use."""
        self._anchor: Anchor | None = None
        self._pending: tuple[str, str] = ("", "")
        self.epoch = 0
        """Of the log that the addresses belong to."""
        self.generation = 0
        """Of the view that the addresses are: another one may have been asked for since."""
        self.awaiting = False
        """Whether another view was asked for: until it is here, keys must not decide on the rows of the one before."""
        self.begun = False
        """Whether only the first rows of the view are here yet."""
        self._before = ("", "")
        self._restored_at = 0
        """Where the cursor stood in the rows of last time, until somebody moves it."""
        self._stood: int | None = None
        """Where it stood when a view was asked for in which it keeps its place."""

    # --- asking --------------------------------------------------------------------------------------------------------

    def look(self, where: str | None = None, sort: str | None = None, *, stay: bool = False, at: Anchor | None = None) -> None:
        """Look for another filter or order; with ``stay`` the cursor's row keeps its place on screen; ``at``: the row to go to."""
        where = self._pending[0] if where is None else where
        sort = self._pending[1] if sort is None else sort
        self._pending = (where, sort)
        self.awaiting = self.awaiting or not stay
        anchor = self.anchor() if stay else at
        self._stood = self._grid.cursor if stay else None
        self._services.log.view(where, sort, self._layout.fetched(), page=self._grid.page, anchor=anchor)

    def fetch(self, first: int, last: int, forwards: bool) -> None:
        """Fetch what is missing of the rows on screen, and ahead of them."""
        if self.addresses is not None:
            columns = self._layout.fetched()
            busy = self._services.log.busy_blocks(self.generation)
            names = ["key", "result", *columns]
            runs = self._grid.rows.wanted(first, last, names, busy, forwards=forwards)
            self._services.log.fetch(runs, self.addresses, columns, self.epoch, self.generation)

    def can_do(self, action: str) -> bool:
        """Return whether an action needs no more than the first rows of the view that is on its way."""
        grid = self._grid
        steps = {"down": 1, "page_down": grid.page}
        return self.begun and action in _OF_FEW and grid.cursor + steps.get(action, 0) < len(grid.rows)

    def give_up(self) -> None:
        """Stay with the view that is shown; one whose first rows are shown comes whole."""
        if self.begun:
            return
        self.awaiting = False
        self._pending = (self.where, self.sort)
        self._services.log.give_up()

    @property
    def asked_for(self) -> str:
        """The filter that was asked for last, whatever came of it."""
        return self._pending[0]

    def anchor(self) -> Anchor:
        """Return the row under the cursor, by address and by key."""
        if self.addresses is None:
            return self._anchor or Anchor()
        line = self._grid.cursor - self._grid.first_visible
        return Anchor(self.address_at(self._grid.cursor), self._grid.current_key, line)

    def address_at(self, position: int) -> int | None:
        """Return the address of a row of the view."""
        if self.addresses is None or not 0 <= position < len(self.addresses):
            return None
        return int(self.addresses[position])

    @property
    def results_now(self) -> Any:
        """ndarray of uint8 by address: 1 wrong, 2 unknown, 0 right; None until it is known of the rows that are shown."""
        epoch, results = self._results
        return results if epoch == self.epoch and self.addresses is not None else None

    @property
    def decided_now(self) -> Any:
        """ndarray of bool by address: something was decided; None until it is known of the rows that are shown."""
        epoch, decided = self._decided
        return decided if epoch == self.epoch and self.addresses is not None else None

    @property
    def disputed_now(self) -> Any:
        """ndarray of uint8 by address: 1 where people disagree, else 0; None until it is known of the rows that are shown."""
        epoch, disputed = self._disputed
        return disputed if epoch == self.epoch and self.addresses is not None else None

    @property
    def time_column(self) -> str:
        """The column that the log is ordered by; empty where it has no time."""
        return next((column.asked for column in self.columns if column.role == "time"), "")

    @property
    def outcome_type(self) -> str:
        """The DuckDB type of outcomes, or of predictions where the log has none; text where it has neither."""
        types = {column.role: column.type for column in self.columns}
        return types.get("outcome") or types.get("prediction") or "VARCHAR"

    @property
    def searched(self) -> frozenset[str]:
        """The columns that words are looked for in."""
        from regrade.log.searched import searched_columns

        return frozenset(searched_columns(self.columns, self._services.config))

    @property
    def _layout(self) -> Layout:
        return self._grid.columns

    # --- hearing -------------------------------------------------------------------------------------------------------

    def log_opened(self, message: LogOpened) -> None:
        """Ask for the first view, at the row where the last one was left."""
        self.n_log_rows, self.names = message.n_rows, message.names
        if message.columns != self.columns:
            self.columns = message.columns
            self._grid.columns = Layout.of(message.columns, self._layout.chosen)
            self._grid.columns.arrange(max(self._grid.size.width - 4, 20))
        self.look(stay=True)

    def view_begun(self, message: ViewBegun) -> None:
        """Show the first rows of a view; whatever is about more than them still waits."""
        if not self.begun:
            self._before = (self.where, self.sort)
        self.awaiting = True
        self._show(message, Rows(len(message.addresses)), 0, 0)
        self.begun = True

    def view_ready(self, message: ViewReady) -> None:
        """Show a view; where its first rows are shown already, they stay where they are."""
        self.awaiting = False
        if self.begun and message.generation == self.generation:
            self.begun = False
            self.addresses = message.addresses
            self._grid.lengthen(len(message.addresses))
            return
        self.begun = False
        stood = self._restored_at if self.addresses is None else self._stood  # None: keys waited
        moved = 0 if stood is None else self._grid.cursor - stood
        self._show(message, Rows(len(message.addresses)), message.cursor + moved, message.top)

    def _show(self, message: ViewReady | ViewBegun, rows: Rows, cursor: int, top: int) -> None:
        self.where, self.sort, self.addresses = message.where, message.sort, message.addresses
        self.epoch, self.generation = message.epoch, message.generation
        for number, block in message.blocks.items():
            rows.put(number, block)
        self.learn(message.blocks)
        self._grid.show(rows, self._layout, cursor=cursor, top=top)

    def view_failed(self, message: ViewFailed) -> None:
        """Keep the view before; where there is none yet, show everything."""
        self.awaiting = False
        if self.begun:  # a value that cannot be converted, below the first rows
            self.begun = False
            self.look(*self._before)
            return
        self._pending = (self.where, self.sort)
        if self.addresses is None and (message.where or self.sort):
            self.where = self.sort = ""
            self.look("", "")

    def blocks_ready(self, message: BlocksReady) -> None:
        """Draw rows that arrived."""
        if message.generation == self.generation:
            self.learn(message.blocks)
            for number, block in message.blocks.items():
                self._grid.rows.put(number, block)
                self._grid.rows_arrived(number * BLOCK, (number + 1) * BLOCK - 1)

    def results_ready(self, message: ResultsReady) -> None:
        """Keep what every row turned out to be."""
        self._results, self.classes = (message.epoch, message.results), message.classes

    def decided_ready(self, message: DecidedReady) -> None:
        """Keep which rows were decided on."""
        import numpy as np

        decided = np.zeros(message.n_rows, dtype=np.bool_)
        decided[message.addresses] = True
        self._decided = (message.epoch, decided)
        disputed = np.zeros(message.n_rows, dtype=np.uint8)
        disputed[message.disputed] = 1
        self._disputed, self.located = (message.epoch, disputed), message.number

    def learn(self, blocks: Mapping[int, Mapping[str, Sequence[object]]]) -> None:
        """Learn the formats of columns that are seen for the first time."""
        block = next(iter(blocks.values()), {})
        unknown = [column for column in self._layout.columns if column.asked in block and column.asked not in self._layout.formats]
        formats = {column.asked: learn(column.name, column.type, column.role, block[column.asked]) for column in unknown}
        if formats:
            self._layout.learn(formats)
            self._grid.relayout()

    # --- the last view -------------------------------------------------------------------------------------------------

    def restore(self, saved: SavedView) -> dict[str, RowState]:
        """Show what was on screen last; return what was decided on those rows."""
        self.where, self.sort = self._pending = (saved.where, saved.sort)
        self.columns = tuple(saved.columns)
        layout = Layout.of(saved.columns, saved.chosen)
        layout.formats = dict(saved.formats)
        rows = Rows(saved.n_rows)
        for number, block in saved.blocks.items():
            rows.put(number, block)
        self._anchor = Anchor(saved.address, saved.key, max(saved.cursor - saved.top, 0))
        self._grid.show(rows, layout, cursor=saved.cursor, top=saved.top)
        self._restored_at = self._grid.cursor
        return {key: RowState(status, mode, (), pinned) for key, (status, mode, pinned) in saved.states.items()}

    def snapshot(self) -> SavedView | None:
        """Return what is on screen, to be painted first next time; None before the log is open."""
        grid = self._grid
        if self.addresses is None or not self.columns or self.begun:
            return None
        numbers = range(grid.first_visible // BLOCK, (grid.first_visible + grid.page) // BLOCK + 1)
        blocks = {number: block for number in numbers if (block := grid.rows.block(number))}
        keys = [str(key) for block in blocks.values() for key in block["key"]]
        states = {key: (state.status, state.mode, state.pinned) for key in keys if (state := grid.decisions.of(key)).status != "open"}
        return SavedView(
            columns=list(self.columns),
            formats=grid.columns.natural(),
            n_rows=len(grid.rows),
            blocks={number: as_text(block, grid.columns.formats) for number, block in blocks.items()},
            states=states,
            where=self.where,
            sort=self.sort,
            cursor=grid.cursor,
            top=grid.first_visible,
            address=self.address_at(grid.cursor),
            key=grid.current_key,
            chosen=grid.columns.chosen,
        )
