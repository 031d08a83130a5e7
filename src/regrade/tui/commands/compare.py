"""Keys of the Compare screen, and the one that opens it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from regrade.compare.wording import level
from regrade.report.comparison_changed import changed_lines
from regrade.safe_text import safe_text
from regrade.tui.actions import FIND, GO, LOOK, MOVE, Action, here
from regrade.tui.commands.copy import gate_command, put
from regrade.tui.commands.switch import switching
from regrade.tui.model import Choice
from regrade.tui.screens.choose import Choose
from regrade.tui.screens.page import Page
from regrade.tui.widgets.compare_lines import full_text, on_record_text
from regrade.tui.widgets.orders import Ordering

if TYPE_CHECKING:
    from regrade.compare.pair_row import PairRow
    from regrade.compare.versus import RunChoice
    from regrade.tui.screens.compare import CompareScreen


NO_MODE, NO_SLICE = "no failure mode yet: l in Triage labels with one", "no slice yet: [slices] in regrade.toml names them"
NO_EXAMPLE = "no example that both answered: p in Triage promotes a failure, `regrade sample 300` draws at random"
_LOGGED = "logged"


def best(board: Mapping[str, Any], baseline: str) -> str:
    """Return the candidate with the best production estimate beside the baseline; empty where none is known."""
    rows = [row for row in board.get("rows", ()) if row["name"] != baseline or row.get("champion")]
    command = gate_command({**board, "rows": rows})
    return shlex.split(command)[-1] if command else ""


def candidates(screen: CompareScreen) -> list[str]:
    """Return every candidate's name, the champion first."""
    config = screen.services.config
    return sorted(config.candidate_names, key=lambda name: name != config.champion)


def sides(screen: CompareScreen) -> tuple[str, str]:
    """Return who is compared: those that were chosen, else the champion and the best of the others, else it and what was logged."""
    before, after = screen.names
    before = before or screen.services.config.champion
    others = [name for name in candidates(screen) if name != before]
    known = best(screen.services.engine.board, before)
    others.sort(key=lambda name: (name != known, name == _LOGGED))
    return before, after or next(iter(others), before)


def alone(screen: CompareScreen, name: str) -> str:
    """Return what to do where ``name`` would be compared with itself."""
    if len(candidates(screen)) > 1:
        return f"{name} against itself: b chooses another baseline, c another candidate"
    return f"nobody to compare {name} with: [candidates] in regrade.toml names who may answer, such as a model or a file of answers"


def hints(screen: CompareScreen) -> list[str]:
    """Return how there would be another candidate, where what was logged stands in for one."""
    found = [name for name in candidates(screen) if name != _LOGGED]
    if len(found) != 1 or screen.names[1] != _LOGGED:
        return []
    return [f"{found[0]} is the only candidate: [candidates] in regrade.toml names others; c, {found[0]}@main: as it was at a git ref"]


def choose(side: int) -> Any:
    """Return the command that asks for another baseline (0) or candidate (1): of the configuration, at a git ref, a run that was kept."""

    def run(screen: CompareScreen) -> None:
        config, what = screen.services.config, ("baseline", "candidate")[side]
        choices = [Choice(name, name, about="champion" if name == config.champion else "") for name in candidates(screen)]
        choices += [_of_run(each, config.primary_metric) for each in screen.runs]

        def chosen(name: str | None) -> None:
            if name:
                screen.compare(*((name, screen.names[1]) if side == 0 else (screen.names[0], name)))

        hint = f"a candidate, {safe_text(config.champion, 30)}@main, a kept run, {safe_text(config.champion, 30)}~1"
        screen.app.push_screen(Choose(f"Another {what}", choices, hint=hint, new="at a git ref, or a run").asking(chosen))

    return run


def _of_run(each: RunChoice, metric: str) -> Choice:
    value = "" if each.value is None else f"{metric} {level(metric, each.value)}"
    about = ", ".join(filter(None, (safe_text(each.note, 100), value, each.at.replace("T", " ")[:16])))
    return Choice(f"{each.name} {safe_text(each.candidate, 40)}", each.name, about=about)


def on_examples(act: Callable[[CompareScreen], object]) -> Callable[[CompareScreen], None]:
    """Return the command that does this where there is a verdict with examples below, and says else why there is none."""

    def run(screen: CompareScreen) -> None:
        if screen.comparison is not None:
            act(screen)
        elif screen.asked:
            screen.say("still comparing: Esc stops")
        else:
            screen.say(
                "nothing is compared yet" if screen.versus.on_record is None else "of runs by what is on record there are no examples"
            )

    return run


def show_why(screen: CompareScreen) -> None:
    """Show all that the verdict rests on, and what changed, to be read."""
    comparison, found = screen.comparison, screen.versus.on_record
    if comparison is not None:
        changed = [] if comparison.changed is None else changed_lines(comparison.changed, values=True)
        text = full_text(comparison, screen.versus.notes, changed)
    elif found is not None:
        text = on_record_text(found, screen.versus.notes)
    else:
        screen.say("nothing is compared yet")
        return
    names = " against ".join(safe_text(name, 40) for name in reversed(screen.names))
    screen.app.push_screen(Page(screen.glyphs, names, text, "j k scroll   Esc back"))


def move(by: int) -> Any:
    """Return the command that moves the cursor."""
    return lambda screen: screen.active.move_to(screen.active.cursor + by)


def page(by: int) -> Any:
    """Return the command that moves the cursor by a page."""
    return lambda screen: screen.active.move_to(screen.active.cursor + by * max(screen.active.page - 1, 1))


def sort(screen: CompareScreen) -> None:
    """Put the part that the keys are in into the next of its orders."""
    screen.order.change(screen.active, Ordering.next)


def reverse(screen: CompareScreen) -> None:
    """Reverse its order."""
    ordering = screen.order.of(screen.active)
    if ordering.by:
        screen.order.change(screen.active, lambda ordering: ordering.press(ordering.by))
    else:
        screen.say("what stands as it came has no reverse: s sorts it")


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
    if screen.pair is None:
        screen.say("there is no example here")
    else:
        put(screen, screen.pair.key, safe_text(screen.pair.key, 60))


def copy_report(screen: CompareScreen) -> None:
    """Copy the report as Markdown with the command that judges these two, for a pull request; of runs whose candidates are gone,
    the command that says what changed.
    """
    comparison, gate = screen.comparison, screen.versus.gate
    if comparison is None and screen.versus.on_record is None:
        screen.say("nothing is compared yet")
        return
    if comparison is not None and gate:  # who answers for a run is a candidate, which a gate knows
        command = f"regrade gate --base {shlex.quote(comparison.baseline)} --head {shlex.quote(comparison.candidate)}"
    else:
        command = f"regrade runs diff {shlex.quote(screen.names[0])} {shlex.quote(screen.names[1])}"
    if comparison is None:
        put(screen, command, safe_text(command, 200))
    else:
        put(screen, f"{screen.versus.markdown}\n```sh\n{command}\n```\n", f"the report as Markdown, with: {safe_text(command, 200)}")


ACTIONS: tuple[Action[CompareScreen], ...] = (
    here("down", "next line", MOVE, move(1)),
    here("up", "previous line", MOVE, move(-1)),
    here("first", "the first", MOVE, move(-1_000_000)),
    here("last", "the last", MOVE, move(1_000_000)),
    here("page_down", "one page down", MOVE, page(1)),
    here("page_up", "one page up", MOVE, page(-1)),
    here("left", "to the part before: modes, slices, examples", MOVE, on_examples(lambda screen: screen.next_part(-1))),
    here("right", "to the next part: modes, slices, examples", MOVE, on_examples(lambda screen: screen.next_part(1))),
    Action("switch_table", "tab", "to the next part, as right does", MOVE, on_examples(lambda screen: screen.next_part(1))),
    here("open", "an example in Triage; a mode's examples; a slice's predictions", FIND, on_examples(lambda screen: screen.open())),
    Action(
        "show_only", "f", "show only broken, fixed, both wrong, both right, or all", FIND, on_examples(lambda screen: screen.next_kind())
    ),
    Action("baseline", "b", "choose the baseline: a candidate, one at a git ref, a run that was kept", LOOK, choose(0)),
    Action("candidate", "c", "choose the candidate, in the same way", LOOK, choose(1)),
    Action("swap", "x", "swap baseline and candidate", LOOK, lambda screen: screen.compare(*reversed(screen.names))),
    Action("why", "w", "why: reasons, every metric, what changed, in full", LOOK, show_why),
    here("sort", "sort modes, slices or examples: by the next of what they can be sorted by", LOOK, on_examples(sort)),
    here("reverse", "reverse the order", LOOK, on_examples(reverse)),
    here("rescore", "compare again", LOOK, lambda screen: screen.ask()),
    here("copy", "copy the key of the example", LOOK, copy_key),
    here("copy_gate", "copy the gate command and the report as Markdown", LOOK, copy_report),
    here("back", "stop comparing; show all; back", LOOK, back),
    here("help", "these keys", LOOK, lambda screen: screen.show_help()),
    here("palette", "all commands", LOOK, lambda screen: screen.show_palette()),
    here("leave", "leave; seals what you decided", LOOK, lambda screen: screen.leave()),
    *GO,
)
