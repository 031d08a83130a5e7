"""Keys of the Slices screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from regrade.safe_text import inert_cell, safe_text
from regrade.tui.actions import FIND, GO, LOOK, MOVE, Action, here
from regrade.tui.commands.copy import put
from regrade.tui.commands.switch import back, switching
from regrade.tui.widgets.cell_table import CellTable

if TYPE_CHECKING:
    from regrade.log import Facet
    from regrade.tui.screens.slices import SlicesScreen
    from regrade.tui.services.survey_messages import CourseCounted

NOTHING_YET = "nothing is scored yet: the engine starts once the first rows of the log are here"
NO_CANDIDATE = "no candidate is scored yet: r in Triage scores every one of [candidates] in regrade.toml"


def move(rows: int, columns: int = 0) -> Any:
    """Return the command that moves the cursor."""
    return lambda screen: screen.move(rows, columns)


def page(by: int) -> Any:
    """Return the command that moves the cursor by a page."""
    return lambda screen: screen.move(by * max(screen.active.page - 1, 1), 0)


def on_table(act: Callable[[SlicesScreen], object]) -> Callable[[SlicesScreen], None]:
    """Return the command that does this where the table is there, and says else that it is not."""

    def run(screen: SlicesScreen) -> None:
        if screen.look is not None:
            act(screen)
        else:
            screen.say("still looking at every slice: there is no table yet" if screen.asked else NOTHING_YET)

    return run


def better(higher: bool | None) -> str:
    """Return which values of a metric are the better ones."""
    return {True: "higher is better", False: "lower is better", None: "0 is best"}[higher]


def drill(screen: SlicesScreen, expression: str) -> None:
    """Show the predictions that an expression finds."""
    if expression:
        switching(screen).drill(expression)
    else:
        screen.say("all predictions: F2 goes to Triage")


def drill_keys(screen: SlicesScreen, found: Sequence[str]) -> None:
    """Show the examples behind a cell of the matrix, or a bar of errors."""
    column = screen.services.config.log.id
    if not column or not found:
        screen.say("the log has no column of keys" if not column else "no example")
        return
    quoted = ", ".join("'" + key.replace("'", "''") + "'" for key in found)
    switching(screen).drill(f'"{column}" in ({quoted})')


def drill_span(screen: SlicesScreen, span: Facet | None, course: CourseCounted | None) -> None:
    """Show the predictions of a span of time, of the slice."""
    if span is not None and course is not None and span.term:
        switching(screen).drill(f"{course.before}{span.term}")


def copy_table(screen: SlicesScreen) -> None:
    """Copy the table that the cursor is in, with tabs between its cells, for a spreadsheet."""
    if isinstance(screen.active, CellTable):
        shown = screen.active.shown
        rows = [
            [shown.title, *shown.columns],
            *([name, *(text.strip() for text, _ in row)] for name, row in zip(shown.rows, shown.cells, strict=True)),
        ]
    else:
        rows = [["time", "n", "known", "wrong", "rate"], *([str(each.value), *map(str, _counts(each))] for each in screen.active.spans)]
    if len(rows) == 1:
        screen.say("there is no table yet")
        return
    text = "\n".join("\t".join(inert_cell(safe_text(each)) for each in row) for row in rows)
    put(screen, text, f"a table of {len(rows) - 1:,} rows, with tabs between its cells")


def _counts(span: Facet) -> tuple[object, ...]:
    return span.n, span.known, span.failures, "" if span.rate is None else f"{span.rate:.4f}"


ACTIONS: tuple[Action[SlicesScreen], ...] = (
    here("down", "next row", MOVE, move(1)),
    here("up", "previous row", MOVE, move(-1)),
    here("left", "column to the left", MOVE, move(0, -1)),
    here("right", "column to the right: another candidate", MOVE, move(0, 1)),
    here("first", "the first row", MOVE, move(-1_000_000)),
    here("last", "the last row", MOVE, move(1_000_000)),
    here("page_down", "one page down", MOVE, page(1)),
    here("page_up", "one page up", MOVE, page(-1)),
    Action("switch_table", "tab", "to the next part: table, what is confused, failures over time", MOVE, lambda screen: screen.next_part()),
    here("open", "the predictions behind a slice, a cell of the matrix, a span of time", FIND, lambda screen: screen.open()),
    here(
        "sort", "sort by the candidate of the column: ascending, descending, as regrade.toml has them", LOOK, on_table(lambda it: it.sort())
    ),
    here("reverse", "reverse the order", LOOK, on_table(lambda screen: screen.turn_round())),
    Action("metric", "m", "the next metric", LOOK, on_table(lambda screen: screen.next_metric())),
    Action("panel", "v", "what is below: errors, scores, calibration, failures over time", LOOK, lambda screen: screen.next_panel()),
    here("rescore", "look again", LOOK, lambda screen: screen.ask()),
    here("copy", "copy the table", LOOK, copy_table),
    here("back", "back", LOOK, back),
    here("help", "these keys", LOOK, lambda screen: screen.show_help()),
    here("palette", "all commands", LOOK, lambda screen: screen.show_palette()),
    here("leave", "leave; seals what you decided", LOOK, lambda screen: screen.leave()),
    *GO,
)
