"""Keys of the Compare screen, and the one that opens it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from regrade.safe_text import safe_text
from regrade.tui.actions import FIND, GO, LOOK, MOVE, Action, here
from regrade.tui.commands.copy import gate_command
from regrade.tui.commands.switch import switching

if TYPE_CHECKING:
    from regrade.compare.pair_row import PairRow
    from regrade.tui.screens.compare import CompareScreen


def best(board: Mapping[str, Any], baseline: str) -> str:
    """Return the candidate with the best production estimate beside the baseline; empty where none is known."""
    rows = [row for row in board.get("rows", ()) if row["name"] != baseline or row.get("champion")]
    command = gate_command({**board, "rows": rows})
    return shlex.split(command)[-1] if command else ""


def move(by: int) -> Any:
    """Return the command that moves the cursor."""
    return lambda screen: screen.active.move_to(screen.active.cursor + by)


def page(by: int) -> Any:
    """Return the command that moves the cursor by a page."""
    return lambda screen: screen.active.move_to(screen.active.cursor + by * max(screen.active.page - 1, 1))


def back(screen: CompareScreen) -> None:
    """Stop what is asked, show all examples again, or go back."""
    if screen.stop():
        screen.say("stopped; what was answered is kept")
    elif screen.kind or screen.only:
        screen.show_only("", "")
    else:
        switching(screen).back()


def open_example(screen: CompareScreen, pair: PairRow) -> None:
    """Show the prediction in Triage, with what every candidate answers."""
    column = screen.services.config.log.id
    if not column:
        screen.say("the log has no column of keys")
        return
    quoted = pair.key.replace("'", "''")
    switching(screen).drill(f"\"{column}\" = '{quoted}'")


def drill_slice(screen: CompareScreen, name: str) -> None:
    """Show the predictions of a slice in Triage."""
    expression = screen.services.config.slices.get(name)
    if expression:
        switching(screen).drill(str(expression))


def copy_key(screen: CompareScreen) -> None:
    """Copy the key of the example."""
    if screen.pair is not None:
        screen.app.copy_to_clipboard(screen.pair.key)
        screen.say(f"copied {safe_text(screen.pair.key, 60)}")


def copy_report(screen: CompareScreen) -> None:
    """Copy the gate command and the report as Markdown, for a pull request."""
    if screen.comparison is None:
        screen.say("nothing is compared yet")
        return
    baseline, candidate = screen.names
    command = f"regrade gate --base {shlex.quote(baseline)} --head {shlex.quote(candidate)}"
    screen.app.copy_to_clipboard(f"{screen.markdown}\n```sh\n{command}\n```\n")
    screen.say(f"copied the report as Markdown, with: {safe_text(command, 200)}")


ACTIONS: tuple[Action[CompareScreen], ...] = (
    here("down", "next line", MOVE, move(1)),
    here("up", "previous line", MOVE, move(-1)),
    here("first", "the first", MOVE, move(-1_000_000)),
    here("last", "the last", MOVE, move(1_000_000)),
    here("page_down", "one page down", MOVE, page(1)),
    here("page_up", "one page up", MOVE, page(-1)),
    here("left", "to the part before: modes, slices, examples", MOVE, lambda screen: screen.next_part(-1)),
    here("right", "to the next part: modes, slices, examples", MOVE, lambda screen: screen.next_part(1)),
    here("open", "an example in Triage; a mode's examples; a slice's predictions", FIND, lambda screen: screen.open()),
    Action("show_only", "f", "show only broken, fixed, both wrong, both right, or all", FIND, lambda screen: screen.next_kind()),
    Action("baseline", "b", "choose the baseline", LOOK, lambda screen: screen.choose(0)),
    Action("candidate", "c", "choose the candidate", LOOK, lambda screen: screen.choose(1)),
    Action("swap", "x", "swap baseline and candidate", LOOK, lambda screen: screen.swap()),
    here("rescore", "compare again", LOOK, lambda screen: screen.ask()),
    here("copy", "copy the key of the example", LOOK, copy_key),
    here("copy_gate", "copy the gate command and the report as Markdown", LOOK, copy_report),
    here("back", "stop comparing; show all; back", LOOK, back),
    here("help", "these keys", LOOK, lambda screen: screen.show_help()),
    here("palette", "all commands", LOOK, lambda screen: screen.show_palette()),
    here("leave", "leave; seals what you decided", LOOK, lambda screen: screen.leave()),
    *GO,
)
