"""Keys of the Slices screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regrade.safe_text import inert_cell, safe_text
from regrade.tui.actions import FIND, GO, LOOK, MOVE, Action, here
from regrade.tui.commands.switch import back, switching

if TYPE_CHECKING:
    from regrade.compare.look import Confused
    from regrade.tui.screens.slices import SlicesScreen


def move(rows: int, columns: int = 0) -> Any:
    """Return the command that moves the cursor."""
    return lambda screen: screen.move(rows, columns)


def page(by: int) -> Any:
    """Return the command that moves the cursor by a page."""
    return lambda screen: screen.move(by * screen.active.page, 0)


def switch_table(screen: SlicesScreen) -> None:
    """Go from the table to the matrix, or back."""
    screen.go_to(screen.matrix if screen.active is screen.heat else screen.heat)


def drill(screen: SlicesScreen, expression: str) -> None:
    """Show the predictions that an expression finds."""
    if expression:
        switching(screen).drill(expression)
    else:
        screen.say("all predictions: F2 goes to Triage")


def drill_keys(screen: SlicesScreen, found: Confused) -> None:
    """Show the examples behind a cell of the matrix."""
    column = screen.services.config.log.id
    if not column or not found.keys:
        screen.say("the log has no column of keys" if not column else "no example")
        return
    quoted = ", ".join("'" + key.replace("'", "''") + "'" for key in found.keys)
    switching(screen).drill(f'"{column}" in ({quoted})')


def copy_table(screen: SlicesScreen) -> None:
    """Copy the table that the cursor is in, with tabs between its cells, for a spreadsheet."""
    shown = screen.active.shown
    rows = [
        [shown.title, *shown.columns],
        *([name, *(text.strip() for text, _ in row)] for name, row in zip(shown.rows, shown.cells, strict=True)),
    ]
    text = "\n".join("\t".join(inert_cell(safe_text(each)) for each in row) for row in rows)
    screen.app.copy_to_clipboard(text)
    screen.say(f"copied a table of {len(shown.rows):,} rows, with tabs between its cells")


ACTIONS: tuple[Action[SlicesScreen], ...] = (
    here("down", "next row", MOVE, move(1)),
    here("up", "previous row", MOVE, move(-1)),
    here("left", "column to the left", MOVE, move(0, -1)),
    here("right", "column to the right: another candidate", MOVE, move(0, 1)),
    here("first", "the first row", MOVE, move(-1_000_000)),
    here("last", "the last row", MOVE, move(1_000_000)),
    here("page_down", "one page down", MOVE, page(1)),
    here("page_up", "one page up", MOVE, page(-1)),
    Action("switch_table", "tab", "from the table to the confusion matrix, and back", MOVE, switch_table),
    here("open", "the predictions behind a slice, or a cell of the matrix", FIND, lambda screen: screen.open()),
    Action("metric", "m", "the next metric", LOOK, lambda screen: screen.next_metric()),
    here("rescore", "look again", LOOK, lambda screen: screen.ask()),
    here("copy", "copy the table", LOOK, copy_table),
    here("back", "back", LOOK, back),
    here("help", "these keys", LOOK, lambda screen: screen.show_help()),
    here("palette", "all commands", LOOK, lambda screen: screen.show_palette()),
    here("leave", "leave; seals what you decided", LOOK, lambda screen: screen.leave()),
    *GO,
)
