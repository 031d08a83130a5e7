"""Keys of the Eval set screen; what they decide is in :mod:`regrade.tui.commands.examples`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from regrade.safe_text import safe_text
from regrade.tui.actions import DECIDE, FIND, GO, LOOK, MARK, MOVE, Action, here
from regrade.tui.commands import switch
from regrade.tui.commands.copy import put
from regrade.tui.commands.examples import about_one, ask, change, correct, label, label_with, note, retire

if TYPE_CHECKING:
    from regrade.tui.screens.evalset import EvalSetScreen
    from regrade.tui.widgets.marked_list import MarkedList
    from regrade.tui.widgets.orders import Ordering


def move(by: int) -> Callable[[EvalSetScreen], None]:
    """Return the command that goes so many examples down."""
    return lambda screen: screen.move_to(screen.list.cursor + by)


def page(by: int) -> Callable[[EvalSetScreen], None]:
    """Return the command that goes a page down or up, in what is open too."""

    def run(screen: EvalSetScreen) -> None:
        if screen.opened.shown:
            screen.opened.scroll_page(by)
        else:
            screen.move_to(screen.list.cursor + by * max(screen.list.page - 1, 1))

    return run


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
    """Forget what is searched for in what is open; close that; then unmark; then show all examples; then go back to where one came from."""
    if (screen.zoomed and screen.searching.clear()) or screen.opened.close():
        return
    if screen.list.clear():
        screen.show_marks()
    elif screen.words:
        screen.find("")
    else:
        switch.back(screen)


def marking(run: Callable[[MarkedList], None]) -> Callable[[EvalSetScreen], None]:
    """Return the command that marks examples."""

    def mark(screen: EvalSetScreen) -> None:
        if screen.tab == "versions":
            screen.say("examples can be marked: left goes to them")
        elif screen.opened.shown:
            screen.say("Esc goes back to the list, where examples are marked")
        else:
            run(screen.list)
            screen.show_marks()

    return mark


def mark(screen: EvalSetScreen) -> None:
    """Mark the example, or unmark it, and go to the next."""
    marking(lambda examples: examples.toggle())(screen)
    if not screen.opened.shown and screen.tab != "versions":
        screen.move_to(screen.list.cursor + 1)


def find(screen: EvalSetScreen) -> None:
    """Ask for words that the list says of an example; in an open one, for what to search for."""
    if screen.zoomed:
        screen.searching.open()
        return
    if screen.tab == "versions":
        screen.say("words are looked for among examples: left goes to them")
        return
    ask(
        screen,
        "Find examples by key, mode, origin or expected value",
        [],
        "Enter shows them; Esc there shows all again",
        "find",
        screen.find,
    )


def read_again(screen: EvalSetScreen) -> None:
    """Read what others decided, and the tab."""
    screen.services.decisions.refresh()
    screen.read_anew()


def ordering(change: Callable[[Ordering], object]) -> Callable[[EvalSetScreen], None]:
    """Return the command that puts the examples into another order."""

    def run(screen: EvalSetScreen) -> None:
        if screen.tab == "versions":
            screen.say("the newest version stands first: left goes to the examples, which can be sorted")
        elif screen.opened.shown:
            screen.say("Esc goes back to the list, which can be sorted")
        else:
            screen.sort(change)

    return run


def fold(screen: EvalSetScreen) -> None:
    """Show nested values and long answers whole, or folded."""
    if screen.zoomed:
        screen.say("shown whole" if screen.opened.fold() else "folded: z shows all of it")
    else:
        screen.say("Enter opens an example, where z unfolds")


def copy(screen: EvalSetScreen) -> None:
    """Copy the key, or what is open."""
    if screen.opened.shown:
        put(screen, screen.opened.text, "what is open")
    elif key := screen.current:
        put(screen, safe_text(key, 1_000), safe_text(key, 200))


ACTIONS: tuple[Action[EvalSetScreen], ...] = (
    here("down", "next example; in an open version: scroll", MOVE, move(1)),
    here("up", "previous example", MOVE, move(-1)),
    here("first", "the first", MOVE, move(-10_000_000)),
    here("last", "the last", MOVE, move(10_000_000)),
    here("page_down", "one page down (in an open example: scroll)", MOVE, page(1)),
    here("page_up", "one page up", MOVE, page(-1)),
    here("left", "tab to the left", MOVE, tab(-1)),
    here("right", "tab to the right: failures, sampled, waiting for a label, pinned, disputed, retired, versions", MOVE, tab(1)),
    here("filter", "find examples by parts of key, mode, origin or expected value (in an open one: search in it)", FIND, find),
    here("next_match", "in an open example: next place of what is searched for", FIND, lambda screen: screen.searching.step(1)),
    here("previous_match", "in an open example: the place before", FIND, lambda screen: screen.searching.step(-1)),
    here("mark", "mark the example, or unmark it", MARK, mark),
    here("mark_range", "begin a range, then end it", MARK, marking(lambda examples: examples.range())),
    here("mark_all", "mark all of this tab, or none", MARK, marking(lambda examples: examples.toggle_all())),
    *(here(f"label_{digit}", f"label with mode {digit}", DECIDE, label_with(str(digit))) for digit in range(1, 10)),
    here("label", "label it, or what is marked, with a new mode, or one looked for", DECIDE, label),
    here("promote_pinned", "pin: it must never regress; unpin what is pinned", DECIDE, change("pin", otherwise="unpin")),
    here("pin", "pin it, or what is marked", DECIDE, change("pin")),
    here("unpin", "unpin it, or what is marked: it may regress", DECIDE, change("unpin")),
    here("retire", "retire, with a reason; put back what is retired", DECIDE, retire),
    here("restore", "put it, or what is marked, back into the eval set", DECIDE, change("restore")),
    here("correct", "correct the expected value", DECIDE, correct),
    here("note", "add a note", DECIDE, note),
    here("resolve", "resolve what people disagree on here, side by side", DECIDE, about_one(lambda screen, key: screen.resolve(key))),
    here("undo", "undo your last decision", DECIDE, lambda screen: screen.undo()),
    here("take_back", "undo one decision on this example, anybody's", DECIDE, about_one(lambda screen, key: screen.take_back(key))),
    here("redo", "do it again", DECIDE, lambda screen: screen.redo()),
    here("open", "open the example: inputs, answers, history; of a version, what it changed", LOOK, open_example),
    here("sort", "sort: by key, origin, mode, expected, production, weight, predicted, came in, by", LOOK, ordering(lambda by: by.next())),
    here("reverse", "reverse the order", LOOK, ordering(lambda by: by.press(by.by))),
    here("fold", "in an open example: show nested values and long answers whole, or folded", LOOK, fold),
    here("rescore", "read again, and sort again", LOOK, read_again),
    here("copy", "copy the key, or what is open", LOOK, copy),
    here("back", "back: close what is open, unmark, show all examples, or to where you came from", LOOK, back),
    here("help", "these keys", LOOK, lambda screen: screen.show_help()),
    here("palette", "all commands", LOOK, lambda screen: screen.show_palette()),
    here("leave", "leave; seals what you decided", LOOK, lambda screen: screen.leave()),
    *GO,
)
