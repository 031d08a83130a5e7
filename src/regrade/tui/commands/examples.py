"""Decisions on the examples of the Eval set screen: on the one under the cursor, or in one step on all that are marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from regrade.errors import UsageError
from regrade.safe_text import safe_text
from regrade.tui.model import Choice
from regrade.tui.screens.deciding import CONFIRM_FROM

if TYPE_CHECKING:
    from regrade.tui.screens.evalset import EvalSetScreen
    from regrade.tui.services.decision_messages import Targets

_REASONS = ("the expected value is wrong", "duplicate", "nobody could have known", "does not happen any more")


def _decide(screen: EvalSetScreen, keys: Sequence[str], question: str, run: Callable[[Targets], None]) -> None:
    """Decide on examples; where they are many, ask first. ``question`` has ``{n}`` where the count goes."""
    if len(keys) < CONFIRM_FROM:
        screen.decide_on(keys, run)
        return
    from regrade.tui.screens.confirm import Confirm

    confirm = Confirm(f"{question.replace('{n}', _named(keys))}?")
    screen.app.push_screen(confirm.asking(lambda yes: screen.decide_on(keys, run) if yes else None))


def _named(keys: Sequence[str]) -> str:
    return safe_text(keys[0], 40) if len(keys) == 1 else f"{len(keys):,} examples"


def change(kind: str, *, otherwise: str = "") -> Callable[[EvalSetScreen], None]:
    """Return the command that pins, unpins or restores; with ``otherwise``, that does this where there is nothing left to ``kind``."""

    def run(screen: EvalSetScreen) -> None:
        if keys := screen.aim():
            done = _is_done(screen, kind, keys) if otherwise else False
            verb = otherwise if done else kind
            change_members = screen.services.decisions.change_members
            _decide(screen, keys, f"{verb.capitalize()} {{n}}", lambda targets: change_members(verb, targets))

    return run


def _is_done(screen: EvalSetScreen, kind: str, keys: Sequence[str]) -> bool:
    """Return whether it was done to these already: looked up for one; of several the tab says it, for they may be all there are."""
    if len(keys) > 1:
        return screen.tab == ("pinned" if kind == "pin" else "retired")
    state = screen.services.decisions.decisions.of(keys[0])
    return state.pinned if kind == "pin" else state.status == "retired"


def retire(screen: EvalSetScreen) -> None:
    """Ask for a reason and retire; put back what is retired."""
    keys = screen.aim()
    if not keys:
        return
    if _is_done(screen, "retire", keys):
        change("restore")(screen)
        return
    change_members = screen.services.decisions.change_members
    choices = [Choice(reason, reason) for reason in _REASONS]

    def chosen(reason: str) -> None:
        _decide(screen, keys, "Retire {n}", lambda targets: change_members("retire", targets, reason))

    ask(screen, f"Retire {_named(keys)}: why", choices, "choose a reason, or type one", "this reason", chosen)


def correct(screen: EvalSetScreen) -> None:
    """Ask for the value that should have been answered."""
    screen.asking.once_row(lambda: _correct(screen))


def _correct(screen: EvalSetScreen) -> None:
    keys, row = screen.aim(), screen.row
    if not keys or row is None:
        return
    kind = screen.services.config.task.kind
    known = [value for value in (*row.expected, row.prediction) if value is not None]

    def keep(value: object) -> None:
        correct = screen.services.decisions.correct
        _decide(screen, keys, "Expect this of {n}", lambda targets: correct(targets, value))

    def chosen(text: str) -> None:
        from regrade.log.typed import typed_value

        try:
            keep(typed_value(text, _type_of(known), kind))
        except UsageError as error:
            screen.say(str(error), trouble=True)

    if kind in ("text", "json"):
        from regrade.tui.commands.rewrite import EXPECTED, PREDICTED, editor

        start = [(value, EXPECTED) for value in row.expected[:1]] + [(row.prediction, PREDICTED)]
        screen.app.push_screen(editor(_named(keys), start if len(keys) == 1 else None, kind, keep))
        return
    choices = []
    if kind == "classification":
        choices = [Choice(safe_text(value), str(value)) for value in dict.fromkeys((*row.classes, *map(str, known)))]
    ask(screen, f"Expected of {_named(keys)}", choices, "what should have been answered", "this value", chosen)


def _type_of(values: Sequence[object]) -> str:
    """Return the DuckDB type of values like these."""
    if values and all(isinstance(value, bool) for value in values):
        return "BOOLEAN"
    if values and all(isinstance(value, int) for value in values):
        return "BIGINT"
    return "DOUBLE" if values and all(isinstance(value, int | float) for value in values) else "VARCHAR"


def note(screen: EvalSetScreen) -> None:
    """Ask for a note."""
    if keys := screen.aim():

        def chosen(text: str) -> None:
            _decide(screen, keys, "Note on {n}", lambda targets: screen.services.decisions.note(targets, text))

        ask(screen, f"Note on {_named(keys)}", [], "Enter keeps it", "keep", chosen)


def label_with(digit: str) -> Callable[[EvalSetScreen], None]:
    """Return the command that labels with the mode that has this digit."""

    def run(screen: EvalSetScreen) -> None:
        mode = screen.services.decisions.decisions.mode_of_digit(digit)
        if mode is None:
            screen.say(f"no failure mode has the key {digit}: l names a new one")
        elif keys := screen.aim():
            _label(screen, keys, mode.id, mode.name)

    return lambda screen: screen.once_read(lambda: run(screen))


def label(screen: EvalSetScreen) -> None:
    """Ask for a mode, new or known, and label with it."""
    screen.once_read(lambda: _ask_mode(screen))


def _ask_mode(screen: EvalSetScreen) -> None:
    from regrade.tui.commands.decide import mode_choices

    decisions = screen.services.decisions.decisions
    if keys := screen.aim():
        hint = "type to look for one, or to name a new one"
        chosen = partial(_chosen_mode, screen, keys)
        ask(screen, f"Failure mode of {_named(keys)}", mode_choices(decisions), hint, "new mode", chosen)


def _chosen_mode(screen: EvalSetScreen, keys: Sequence[str], mode: str) -> None:
    _label(screen, keys, mode, screen.services.decisions.decisions.mode_name(mode))


def _label(screen: EvalSetScreen, keys: Sequence[str], mode: str, name: str) -> None:
    label = screen.services.decisions.label
    _decide(screen, keys, f"Label {{n}} as {safe_text(name, 60)}", lambda targets: label(targets, mode))


def about_one(run: Callable[[EvalSetScreen, str], None]) -> Callable[[EvalSetScreen], None]:
    """Return the command that is about one example, whatever is marked."""

    def one(screen: EvalSetScreen) -> None:
        if screen.list.marked or screen.list.range_from is not None:
            screen.say("this is about one example at a time: Esc unmarks")
        elif key := screen.current:
            run(screen, key)

    return one


def ask(screen: EvalSetScreen, title: str, choices: list[Choice], hint: str, new: str, then: Callable[[str], None]) -> None:
    """Ask for a choice, or for text."""
    from regrade.tui.screens.choose import Choose

    screen.app.push_screen(Choose(title, choices, hint=hint, new=new).asking(lambda value: then(value) if value else None))
