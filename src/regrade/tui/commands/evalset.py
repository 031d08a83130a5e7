"""Keys of the Eval set screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from regrade.errors import UsageError
from regrade.safe_text import safe_text
from regrade.tui.actions import DECIDE, FIND, GO, LOOK, MOVE, Action, here
from regrade.tui.commands import switch
from regrade.tui.model import Choice

if TYPE_CHECKING:
    from regrade.tui.screens.evalset import EvalSetScreen

_REASONS = ("the expected value is wrong", "duplicate", "nobody could have known", "does not happen any more")


def move(by: int) -> Callable[[EvalSetScreen], None]:
    """Return the command that goes so many examples down."""
    return lambda screen: screen.move_to(screen.list.cursor + by)


def page(by: int) -> Callable[[EvalSetScreen], None]:
    """Return the command that goes a page down or up."""
    return lambda screen: screen.move_to(screen.list.cursor + by * max(screen.list.page - 1, 1))


def tab(by: int) -> Callable[[EvalSetScreen], None]:
    """Return the command that shows the tab before or after this one."""

    def run(screen: EvalSetScreen) -> None:
        from regrade.tui.services.example_messages import TABS

        screen.show_tab(TABS[(TABS.index(screen.tab) + by) % len(TABS)])

    return run


def open_example(screen: EvalSetScreen) -> None:
    """Open the example, or the session, under the cursor."""
    if screen.keys_shown and not screen.opened.shown:
        screen.opened.open(screen.keys_shown[screen.list.cursor], session=screen.tab == "versions")


def back(screen: EvalSetScreen) -> None:
    """Close what is open; then show all keys; then go back to where one came from."""
    if screen.opened.close():
        return
    if screen.words:
        screen.find("")
    else:
        switch.back(screen)


def find(screen: EvalSetScreen) -> None:
    """Ask for parts of a key."""
    if screen.tab == "versions":
        screen.say("keys are looked for among examples: left goes to them")
        return
    screen.opened.close()
    _ask(screen, "Find examples by parts of their key", [], "Enter shows them; Esc there shows all again", "find", screen.find)


def pin(screen: EvalSetScreen) -> None:
    """Pin the example, or unpin it."""
    if key := screen.current:
        pinned = screen.services.decisions.decisions.of(key).pinned
        screen.decide(lambda targets: screen.services.decisions.change_members("unpin" if pinned else "pin", targets), key)


def retire(screen: EvalSetScreen) -> None:
    """Ask for a reason and retire the example; put a retired one back."""
    if key := screen.current:
        change = screen.services.decisions.change_members
        if screen.services.decisions.decisions.of(key).status == "retired":
            screen.decide(lambda targets: change("restore", targets), key)
            return
        choices = [Choice(reason, reason) for reason in _REASONS]

        def chosen(reason: str) -> None:
            screen.decide(lambda targets: change("retire", targets, reason), key)

        _ask(screen, f"Retire {safe_text(key, 40)}: why", choices, "choose a reason, or type one", "this reason", chosen)


def correct(screen: EvalSetScreen) -> None:
    """Ask for the value that should have been answered."""
    key, row = screen.current, screen.row
    if not key or row is None:
        return
    kind = screen.services.config.task.kind
    known = [value for value in (*row.expected, row.prediction) if value is not None]

    def chosen(text: str) -> None:
        from regrade.log.typed import typed_value

        try:
            value = typed_value(text, _type_of(known), kind)
        except UsageError as error:
            screen.say(str(error), trouble=True)
            return
        screen.decide(lambda targets: screen.services.decisions.correct(targets, value), key)

    choices = []
    if kind == "classification":
        choices = [Choice(safe_text(value), str(value)) for value in dict.fromkeys((*row.classes, *map(str, known)))]
    _ask(screen, f"Expected of {safe_text(key, 40)}", choices, "what should have been answered", "this value", chosen)


def _type_of(values: Sequence[object]) -> str:
    """Return the DuckDB type of values like these."""
    if values and all(isinstance(value, bool) for value in values):
        return "BOOLEAN"
    if values and all(isinstance(value, int) for value in values):
        return "BIGINT"
    return "DOUBLE" if values and all(isinstance(value, int | float) for value in values) else "VARCHAR"


def note(screen: EvalSetScreen) -> None:
    """Ask for a note."""
    if key := screen.current:

        def chosen(text: str) -> None:
            screen.decide(lambda targets: screen.services.decisions.note(targets, text), key)

        _ask(screen, f"Note on {safe_text(key, 40)}", [], "Enter keeps it", "keep", chosen)


def resolve(screen: EvalSetScreen) -> None:
    """Show what people disagree on about the example, side by side."""
    if key := screen.current:
        screen.resolve(key)


def read_again(screen: EvalSetScreen) -> None:
    """Read what others decided, and the tab."""
    screen.services.decisions.refresh()
    screen.read()


def copy(screen: EvalSetScreen) -> None:
    """Copy the key, or what is open."""
    if screen.opened.shown and screen.detail_pane.display:
        screen.app.copy_to_clipboard(screen.detail_pane.text)
        screen.say("copied what is open")
    elif key := screen.current:
        screen.app.copy_to_clipboard(safe_text(key, 1_000))
        screen.say(f"copied: {safe_text(key, 200)}")


def _ask(screen: EvalSetScreen, title: str, choices: list[Choice], hint: str, new: str, then: Callable[[str], None]) -> None:
    from regrade.tui.screens.choose import Choose

    screen.app.push_screen(Choose(title, choices, hint=hint, new=new).asking(lambda value: then(value) if value else None))


ACTIONS: tuple[Action[EvalSetScreen], ...] = (
    here("down", "next example (in an open one: scroll)", MOVE, move(1)),
    here("up", "previous example", MOVE, move(-1)),
    here("first", "the first", MOVE, move(-10_000_000)),
    here("last", "the last", MOVE, move(10_000_000)),
    here("page_down", "one page down", MOVE, page(1)),
    here("page_up", "one page up", MOVE, page(-1)),
    here("left", "tab to the left", MOVE, tab(-1)),
    here("right", "tab to the right: failures, sampled, waiting for a label, pinned, disputed, retired, versions", MOVE, tab(1)),
    here("filter", "find examples by parts of their key", FIND, find),
    here("promote_pinned", "pin it: it must never regress; unpin it where it is pinned", DECIDE, pin),
    here("retire", "retire it, with a reason; put it back where it is retired", DECIDE, retire),
    here("correct", "correct the expected value", DECIDE, correct),
    here("note", "add a note", DECIDE, note),
    here("resolve", "resolve what people disagree on here, side by side", DECIDE, resolve),
    here("undo", "undo your last decision", DECIDE, lambda screen: screen.undo()),
    here("redo", "do it again", DECIDE, lambda screen: screen.redo()),
    here("open", "open the example: inputs, answers, history; of a version, what it changed", LOOK, open_example),
    here("rescore", "read again", LOOK, read_again),
    here("copy", "copy the key, or what is open", LOOK, copy),
    here("back", "back: close what is open, show all keys, or to where you came from", LOOK, back),
    here("help", "these keys", LOOK, lambda screen: screen.show_help()),
    here("palette", "all commands", LOOK, lambda screen: screen.show_palette()),
    here("leave", "leave; seals what you decided", LOOK, lambda screen: screen.leave()),
    *GO,
)
