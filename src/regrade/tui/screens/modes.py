"""The Modes screen: the team's failure modes, who carries them, how the candidates do on them; what is decided about them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import on
from textual.message import Message
from textual.widget import Widget

from regrade.safe_text import safe_text
from regrade.tui import actions
from regrade.tui.commands.modes import ACTIONS
from regrade.tui.screens.deciding_place import DecidingPlace
from regrade.tui.services.decision_messages import Disputed
from regrade.tui.services.engine_messages import BoardReady
from regrade.tui.services.mode_service import ModeRow, ModesRead, RatesRead
from regrade.tui.widgets.line_list import LineList, Lines
from regrade.tui.widgets.mode_lines import EMPTY, ORDERS, about, mode_lines, ordered, ordering, right_of, since
from regrade.tui.widgets.mode_panel import HEIGHT, WIDTH, panel


class ModesScreen(DecidingPlace):
    """Failure modes; Enter shows the predictions that carry one.

    Attributes
    ----------
    rows : list of ModeRow
        As they are shown.
    order, reverse
        Of the rows; one of :data:`regrade.tui.widgets.mode_lines.ORDERS`, or a candidate.
    wanted : str
        The name of the mode that the cursor goes to once it is there.
    """

    PLACE = "modes"
    ACTIONS = ACTIONS
    BINDINGS = actions.bindings(ACTIONS)
    KEYS = (("Enter", "predictions"), ("n", "new"), ("c", "rename"), ("o", "describe"), ("s", "sort"), ("u", "undo"), ("?", "help"))
    HEARS: ClassVar[tuple[type[Message], ...]] = (*DecidingPlace.HEARS, ModesRead, RatesRead, BoardReady)

    def on_mount(self) -> None:
        """Begin where one was last."""
        order, at = self.restored.get("order"), self.restored.get("mode")
        self.order = order if order in (*ORDERS, *self.services.config.candidate_names) else ORDERS[0]
        self.reverse = self.restored.get("reverse") is True
        self._at = at if isinstance(at, str) else ""
        self.wanted = ""
        self.rows: list[ModeRow] = []
        self._known = ModesRead(())
        self._rates = RatesRead()

    def body(self) -> Iterable[Widget]:
        """Return the table, and what is said of the mode under the cursor."""
        self.heading, self.list = Lines(self.glyphs, id="mode-heading"), LineList(self.glyphs, id="mode-list")
        self.about = Lines(self.glyphs, id="mode-about")
        self.list.activate(True)
        return self.heading, self.list, self.about

    def kept(self) -> dict[str, Any]:
        """Return the order, and the mode under the cursor."""
        return {"order": self.order, "reverse": self.reverse, "mode": self._at}

    # --- what commands use ---------------------------------------------------------------------------------------------

    @property
    def current(self) -> ModeRow | None:
        """The mode under the cursor; what to do where there is none is said."""
        if not self.rows:
            self.say("there is no failure mode yet: n defines one")
        return self.row

    @property
    def row(self) -> ModeRow | None:
        """The mode under the cursor."""
        return self.rows[self.list.cursor] if self.list.cursor < len(self.rows) else None

    def move_to(self, position: int) -> None:
        """Put the cursor on a mode."""
        if self.rows:
            self.list.move_to(position)
            self._at = self.rows[self.list.cursor].id
            self._show_about()

    @property
    def orders(self) -> list[str]:
        """What the modes can be ordered by now."""
        return [*ORDERS, *(name for name in self._rates.candidates if name not in ORDERS)]

    def sort(self, order: str, *, reverse: bool) -> None:
        """Order the modes; the cursor stays on its own."""
        self.order, self.reverse = order, reverse
        self._show()

    def nothing_disputed(self, message: Disputed) -> str:
        """Return that all is well."""
        return "nobody disagrees on a failure mode"

    # --- hearing -------------------------------------------------------------------------------------------------------

    def read(self) -> None:
        """Read the modes, and how the candidates did."""
        self.services.modes.read()
        self.services.modes.ask_rates()

    def on_modes_read(self, message: ModesRead) -> None:
        """Show them."""
        self._known = message
        named = next((row.id for row in message.rows if self.wanted and row.name == self.wanted), "")
        self._at, self.wanted = named or self._at, ""
        self.have_read()
        self._show()

    def on_rates_read(self, message: RatesRead) -> None:
        """Show how the candidates did."""
        self._rates = message
        self._show()

    def on_board_ready(self, message: BoardReady) -> None:
        """The candidates were scored."""
        self.services.modes.ask_rates()

    @on(LineList.Clicked)
    def _clicked(self, event: LineList.Clicked) -> None:
        event.stop()
        if not self.holding:
            self.move_to(event.position)
            if event.times == 2:
                self.action_do("open")

    @on(Lines.Clicked)
    def _heading_clicked(self, event: Lines.Clicked) -> None:
        event.stop()
        if event.does and not self.holding:
            self.sort(event.does, reverse=event.does == self.order and not self.reverse)

    # --- drawing -------------------------------------------------------------------------------------------------------

    def fit_to(self, width: int, height: int) -> None:
        """Draw the table anew, once there is room for it."""
        self.about.display = height >= 15
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        order = ordering(self.order, self._rates.rates, reverse=self.reverse)
        self.rows = ordered(self._known.rows, order)
        at = next((at for at, row in enumerate(self.rows) if row.id == self._at), min(self.list.cursor, max(len(self.rows) - 1, 0)))
        head, lines = mode_lines(self.rows, self._rates.candidates, self._rates.rates, self.size.width - 1, self.glyphs, order)
        self.heading.show([head] if self.rows else [])
        empty = f"reading{self.glyphs.ellipsis}" if self.awaiting else EMPTY
        self.list.show(lines or [[(f" {empty}", "dim")]], at)
        self.list.activate(bool(self.rows))
        n_closed = sum(1 for row in self.rows if row.state == "closed")
        disputed = sum(1 for row in self.rows if row.disputed)
        found = [[(f" {self.glyphs.dot} {len(self.rows) - n_closed:,} open", "text")]]
        if n_closed:
            found.append([(f" {self.glyphs.dot} {n_closed:,} closed", "text")])
        if disputed:
            found.append([(f" {self.glyphs.dot} {self.glyphs.disputed} {disputed:,} disputed", "wrong")])
        self.show_where(found)
        self.second.show([[(f"by {safe_text(self.order, 40)} {order.arrow(self.glyphs)}", "dim")]], [[(since(self._known.first), "dim")]])
        self._show_about()

    def _show_about(self) -> None:
        row, candidates = self.row, self._rates.candidates
        lines = about(row, self.rows, self.size.width, self.glyphs)
        rates = self._rates.rates.get(row.id, {}) if row is not None else {}
        if self.size.width < WIDTH or self.size.height < HEIGHT:
            lines.append(right_of(candidates, rates, self.size.width, self.glyphs) if row is not None else [("", "text")])
        elif row is not None:
            most = max((count for each in self.rows for count in each.weeks), default=1) or 1
            lines += panel(row, most, self._known.first, candidates, rates, self.glyphs)
        self.about.show(lines)
