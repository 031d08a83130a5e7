"""Keys of the Modes screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from regrade.safe_text import safe_text
from regrade.tui.actions import DECIDE, GO, LOOK, MOVE, Action, here
from regrade.tui.commands import switch
from regrade.tui.commands.copy import put
from regrade.tui.model import Choice

if TYPE_CHECKING:
    from regrade.tui.screens.modes import ModesScreen
    from regrade.tui.services.mode_service import ModeRow

_DETAILS = (
    ("description", "what it means"),
    ("owner", "who looks after it"),
    ("priority", "how urgent it is: P0 to P3"),
    ("link", "where it is followed up: an address, or a ticket's name"),
)
_CLEAR = "\0"


def move(by: int) -> Callable[[ModesScreen], None]:
    """Return the command that goes so many modes down."""
    return lambda modes: modes.move_to(modes.list.cursor + by)


def page(by: int) -> Callable[[ModesScreen], None]:
    """Return the command that goes a page down or up."""
    return lambda modes: modes.move_to(modes.list.cursor + by * max(modes.list.page - 1, 1))


def drill(modes: ModesScreen) -> None:
    """Show the predictions that carry the mode."""
    if row := modes.current:
        if not row.labelled:
            modes.say(f"no prediction carries {safe_text(row.name, 60)} yet")
            return
        switch.switching(modes).drill(term(row))


def term(row: ModeRow) -> str:
    """Return the filter that finds the predictions that carry a mode."""
    return "mode = '" + row.name.replace("'", "''") + "'"


def define(modes: ModesScreen) -> None:
    """Ask for a name, and define a mode."""

    def named(name: str) -> None:
        modes.wanted = " ".join(name.split())
        modes.decide(lambda targets: modes.services.modes.verbs.define(targets, name))

    _ask(modes, "The new failure mode's name", [], "Enter defines it; it gets the next free key", "define", named)


def rename(modes: ModesScreen) -> None:
    """Ask for another name."""
    if row := modes.current:
        title = f"Another name for {safe_text(row.name, 40)}"
        _ask(
            modes,
            title,
            [],
            "type it; Enter keeps it",
            "rename",
            lambda name: modes.decide(lambda targets: modes.services.modes.verbs.rename(targets, row.id, name)),
            row.name,
        )


def describe(modes: ModesScreen) -> None:
    """Ask what is to be said of the mode, then ask for it."""
    row = modes.current
    if row is None:
        return
    said = {"description": row.description, "owner": row.owner, "link": row.link}
    said["priority"] = "" if row.priority is None else f"P{row.priority}"
    choices = [Choice(field, field, "", said[field] or about) for field, about in _DETAILS]

    def chosen(field: str) -> None:
        if field not in said:
            modes.say(f"nothing is called {safe_text(field, 40)}: {', '.join(said)}")
        elif field == "priority":
            levels = [Choice(f"P{level}", str(level)) for level in range(4)]
            _ask(modes, "Priority", [*levels, Choice("none", _CLEAR)], "P0 is the most urgent", "no priority", keep(field))
        else:
            clear = [Choice("clear it", _CLEAR)] if said[field] else []
            _ask(modes, field.capitalize(), clear, "type it; Enter keeps it", "keep", keep(field), said[field])

    def keep(field: str) -> Callable[[str], None]:
        def run(text: str) -> None:
            value: Any = None if text == _CLEAR else text
            if field == "priority" and value is not None:
                number = text.strip().upper().removeprefix("P")
                if not number.isdigit():
                    modes.say("a priority is P0, P1, P2 or P3")
                    return
                value = int(number)
            modes.decide(lambda targets: modes.services.modes.verbs.describe(targets, row.id, field, value))

        return run

    _ask(modes, f"Say of {safe_text(row.name, 40)}", choices, "choose what", "nothing is called so", chosen)


def merge(modes: ModesScreen) -> None:
    """Ask which mode this one is to be merged into."""
    if row := modes.current:
        others = [other for other in modes.rows if other.id != row.id]
        if not others:
            modes.say("there is no other failure mode to merge it into")
            return
        choices = [Choice(other.name, other.id, str(other.digit or "")) for other in others]

        def chosen(into: str) -> None:
            if all(other.id != into for other in others):
                modes.say(f"there is no failure mode {safe_text(into, 60)}")
            else:
                modes.decide(lambda targets: modes.services.modes.verbs.merge(targets, [row.id], into))

        _ask(modes, f"Merge {safe_text(row.name, 40)} into", choices, "its predictions read as the other's then", "no such mode", chosen)


def close(modes: ModesScreen) -> None:
    """Close the mode, or open it again."""
    if row := modes.current:
        verbs = modes.services.modes.verbs
        run = verbs.close if row.state == "open" else verbs.reopen
        modes.decide(lambda targets: run(targets, row.id))


def give_key(modes: ModesScreen) -> None:
    """Ask for a digit, showing whose each is, and give it to the mode."""
    row = modes.current
    if row is None:
        return
    from regrade.tui.screens.pick import Option, Pick

    holders = {other.digit: safe_text(other.name, 60) for other in modes.rows if other.digit and other.state == "open"}
    options = [Option(holders.get(digit, "free")) for digit in range(1, 10)]
    pick = Pick(f"The key of {safe_text(row.name, 60)}", options, "1–9 gives it that key   Esc back", modes.glyphs)

    def picked(at: int | None) -> None:
        if at is not None and row.digit != at + 1:
            modes.decide(lambda targets: modes.services.modes.verbs.set_digit(targets, row.id, at + 1))

    modes.app.push_screen(pick.asking(picked))


def sort(modes: ModesScreen) -> None:
    """Order by the next of what there is to order by."""
    orders = modes.orders
    modes.sort(orders[(orders.index(modes.order) + 1) % len(orders)] if modes.order in orders else orders[0], reverse=False)


def reverse(modes: ModesScreen) -> None:
    """Reverse the order."""
    modes.sort(modes.order, reverse=not modes.reverse)


def read_again(modes: ModesScreen) -> None:
    """Read what others decided, and the modes."""
    modes.services.decisions.refresh()
    modes.read()


def copy(modes: ModesScreen) -> None:
    """Copy the filter that finds its predictions."""
    if row := modes.current:
        put(modes, safe_text(term(row), 500), safe_text(term(row), 200))


def _ask(modes: ModesScreen, title: str, choices: list[Choice], hint: str, new: str, then: Callable[[str], object], text: str = "") -> None:
    from regrade.tui.screens.choose import Choose

    dialog = Choose(title, choices, hint=hint, new=new, text=text)
    modes.app.push_screen(dialog.asking(lambda value: then(value) if value and value != text else None))


ACTIONS: tuple[Action[ModesScreen], ...] = (
    here("down", "next failure mode", MOVE, move(1)),
    here("up", "previous failure mode", MOVE, move(-1)),
    here("first", "the first", MOVE, move(-1_000_000)),
    here("last", "the last", MOVE, move(1_000_000)),
    here("page_down", "one page down", MOVE, page(1)),
    here("page_up", "one page up", MOVE, page(-1)),
    Action("define_mode", "n", "define a failure mode", DECIDE, define),
    here("correct", "rename it", DECIDE, rename),
    here("note", "describe it: what it means, owner, priority, link", DECIDE, describe),
    Action("give_key", "number_sign", "give it another key, 1–9", DECIDE, give_key),
    Action("merge_mode", "m", "merge it into another one", DECIDE, merge),
    here("dismiss", "close it: it is dealt with; open it again where it is closed", DECIDE, close),
    here("resolve", "resolve what people disagree on about failure modes", DECIDE, lambda modes: modes.resolve()),
    here("undo", "undo your last decision", DECIDE, lambda modes: modes.undo()),
    here("redo", "do it again", DECIDE, lambda modes: modes.redo()),
    here("open", "drill in: the predictions that carry it, in Triage", LOOK, drill),
    here("sort", "sort: by key, name, priority, owner, labelled, examples, how each candidate does", LOOK, sort),
    here("reverse", "reverse the order", LOOK, reverse),
    here("rescore", "read again", LOOK, read_again),
    here("copy", "copy the filter that finds its predictions", LOOK, copy),
    here("back", "back to where you came from", LOOK, switch.back),
    here("help", "these keys", LOOK, lambda modes: modes.show_help()),
    here("palette", "all commands", LOOK, lambda modes: modes.show_palette()),
    here("leave", "leave; seals what you decided", LOOK, lambda modes: modes.leave()),
    *GO,
)
