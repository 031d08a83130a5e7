"""The scoreboard: how every candidate stands now; what a decision changed flashes once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from regrade.safe_text import safe_text
from regrade.tui import draw
from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets.board_history import BoardHistory
from regrade.tui.widgets.board_lines import Board, Cell, board_lines, in_order, missing_line, rests_line
from regrade.tui.widgets.progress_lines import Progress

_FLASH_SECONDS = 0.6
_MOST_ROWS = 7


class Scoreboard(Widget):
    """All candidates, one line each."""

    COMPONENT_CLASSES = {
        "board--text",
        "board--plain",
        "board--dim",
        "board--strong",
        "board--heading",
        "board--wrong",
        "board--flash",
        "board--bar",
    }

    @dataclass
    class Pressed(Message):
        """The mouse was pressed on the row of a candidate; ``times`` in a row."""

        name: str
        times: int

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._board: Board | None = None
        self._before: Board | None = None
        self._progress: dict[str, Progress] = {}
        self._said = f"scoring{glyphs.ellipsis}"
        self._replay = ""
        self._flashing = False
        self._calming: Timer | None = None
        self._history = BoardHistory()
        self._drawn: tuple[int, list[list[Cell]]] | None = None
        """Width, and what is drawn in it: put together once for all lines."""
        self._n_rows = 0
        """Rows for which there is room on the screen."""

    @property
    def board(self) -> Board | None:
        """What is shown."""
        return self._board

    @property
    def progress(self) -> Mapping[str, Progress]:
        """Candidates that are being asked, and how far they are."""
        return self._progress

    def advance(self, progress: Progress) -> None:
        """Show how far a candidate is."""
        self._progress[progress.candidate] = progress
        self._changed()

    def show_done(self, board: Board) -> None:
        """Show the candidates that are done, while the others are still asked."""
        done = {row["name"]: row for row in board["rows"]}
        for name in done:
            self._progress.pop(name, None)
        kept = [row for row in (self._board or {}).get("rows", ()) if row["name"] not in done]
        order = [row["name"] for row in (self._board or {}).get("rows", ())]
        rows = [*kept, *done.values()]
        rows.sort(key=lambda row: order.index(row["name"]) if row["name"] in order else len(order))
        self._before, self._board, self._flashing = None, {**board, "rows": rows}, False
        self._changed()

    def end(self) -> None:
        """Nobody is asked any more; what is shown stays."""
        if self._progress:
            self._progress = {}
            self._changed()

    def show(self, board: Board, *, flash: bool = True) -> None:
        """Show a new state of things: every candidate is done, or was stopped."""
        self._progress = {}
        self._before, self._board = self._board, board
        self._history.restore(board.get("history"))
        self._history.add(board)
        self._flashing = flash and self._before is not None and self._before.get("rows") != board.get("rows")
        if self._calming is not None:
            self._calming.stop()  # that of a promotion just before would end this flash early
        self._calming = self.set_timer(_FLASH_SECONDS, self._calm) if self._flashing else None
        self._changed()

    def say(self, text: str) -> None:
        """Say why there is no score yet; a board that is shown stays."""
        if text != self._said:
            self._said = text
            self._changed()

    def say_replay(self, text: str) -> None:
        """Say in the heading, where there is room, how far the champion reproduces the log."""
        if text != self._replay:
            self._replay = text
            self._changed()

    def _replayed(self, board: Board) -> list[str]:
        """Return how far the champion reproduces the log, in words, the longest first."""
        champion = next((row for row in board["rows"] if row.get("champion")), None)
        rate = champion.get("replay") if champion else None
        text = self._replay or (f"reproduces {rate:.1%}" if isinstance(rate, float) else "")
        return [f"{safe_text(champion['name'], 20)} {text}", text] if champion and text else []

    def _calm(self) -> None:
        self._flashing = False
        self.refresh()

    def _changed(self) -> None:
        """Draw it anew; the screen is laid out anew only where it has more rows than before, or fewer."""
        self._drawn = None
        self.refresh(layout=self._rows() != self._n_rows)

    def _rows(self) -> int:
        board = self._board or {}
        rows = len(in_order(board, self._progress)) or 1
        return rows + bool(board.get("metrics_missing")) + bool(rests_line(board, 80))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return as many lines as there are candidates, and the heading; not more than a third of the screen."""
        self._n_rows = self._rows()
        return min(self._n_rows, _MOST_ROWS, max(viewport.height // 4, 2)) + 1

    def lines(self, width: int) -> list[list[Cell]]:
        """Return what is drawn in ``width`` cells."""
        if self._drawn is None or self._drawn[0] != width:
            self._drawn = width, self._lines(width)
        return self._drawn[1]

    def _lines(self, width: int) -> list[list[Cell]]:
        if self._board is None and not self._progress:
            return [[("candidates", "heading")], [(safe_text(self._said, 300), "dim")]]
        if self._board is not None and not self._board.get("examples") and not self._progress:
            names = ", ".join(safe_text(row["name"], 40) for row in self._board["rows"])
            return [
                [(f"candidates: {names}", "heading")],
                [("no examples yet: p promotes the prediction under the cursor into the eval set", "dim")],
            ]
        lines = board_lines(self._board or {}, self._before, width, self._glyphs, self._progress, self._history.trends(self._glyphs))
        replay = self._replayed(self._board) if self._board is not None else []
        room = width - sum(cell_len(part) for part, _ in lines[0])
        lines[0].extend([(text, "heading") for text in replay if cell_len(text) <= room][:1])
        board = self._board or {}
        return [*lines, *filter(None, [missing_line(board, width, self._glyphs), rests_line(board, width)])]

    def on_click(self, event: events.Click) -> None:
        """Say which candidate the mouse was pressed on."""
        rows = in_order(self._board or {}, self._progress)
        if 0 < event.y <= len(rows):
            self.post_message(self.Pressed(str(rows[event.y - 1]["name"]), event.chain))

    def kept(self) -> dict[str, Any] | None:
        """Return the board as it may be kept on the disk: without what candidates wrote, and whose examples they were."""
        if self._board is None:
            return None
        rows = [{name: row[name] for name in row if name != "trouble"} for row in self._board["rows"]]
        return {**self._board, "rows": rows, "history": self._history.kept()}

    def troubled(self) -> list[Mapping[str, object]]:
        """Return what went wrong with candidates, in the order of the rows."""
        return [{"name": row["name"], **row["trouble"]} for row in in_order(self._board or {}, {}) if row.get("trouble")]

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width = self.size.width
        plain = self.get_component_rich_style("board--text")
        segments = [Segment(" ", plain)]
        lines = self.lines(width - 1)
        if y == self.size.height - 1 and len(lines) > self.size.height:
            segments.append(Segment(f"and {len(lines) - self.size.height + 1} more: `regrade score`", self._style("dim")))
        elif y < len(lines):
            segments += [Segment(text, self._style(style)) for text, style in lines[y]]
        return draw.line(segments, width, plain, self._glyphs)

    def _style(self, name: str) -> Style:
        if name == "flash" and not self._flashing:
            name = "plain"
        return self.get_component_rich_style(f"board--{name}")
