"""Keys that choose what is looked at: filter, order, zoom, help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regrade.tui.commands import switch

if TYPE_CHECKING:
    from regrade.tui.screens.triage import TriageScreen


def edit_filter(triage: TriageScreen) -> None:
    """Type a filter; in an open prediction, what to search for in it."""
    if triage.zoomed:
        triage.searching.open()
    else:
        triage.filter_bar.edit()


def next_match(triage: TriageScreen) -> None:
    """Go to the next place of what is searched for."""
    triage.searching.step(1)


def previous_match(triage: TriageScreen) -> None:
    """Go to the place before."""
    triage.searching.step(-1)


def fold(triage: TriageScreen) -> None:
    """Show nested values and long answers whole, or folded."""
    triage.say("shown whole" if triage.in_focus.fold() else "folded: z shows all of it")


def sort(triage: TriageScreen) -> None:
    """Sort by the column under the column cursor: ascending, then descending, then as the log has it."""
    column = triage.grid.columns.current
    if column is None:
        return
    following = {column.asked: f"-{column.asked}", f"-{column.asked}": ""}
    triage.look(sort=following.get(triage.looking.sort, column.asked))


def reverse(triage: TriageScreen) -> None:
    """Reverse the order."""
    sort = triage.looking.sort
    if sort:
        triage.look(sort=sort[1:] if sort.startswith("-") else f"-{sort}")
    elif triage.looking.time_column:
        triage.look(sort=triage.looking.time_column)
    else:
        triage.say("the log's own order has no reverse: choose a column with left and right, then s")


def rescore(triage: TriageScreen) -> None:
    """Read the decisions of others and the order of the view anew, and score again."""
    triage.read_again()


def open_row(triage: TriageScreen) -> None:
    """Show the prediction alone."""
    triage.zoom(1)


def back(triage: TriageScreen) -> None:
    """Close what is open; then unmark; then go back to what was drilled into; then stop what is being scored."""
    if triage.zoomed and triage.searching.clear():
        return
    if triage.zoomed:
        triage.zoom(0)
    elif triage.grid.marks.count or triage.grid.marks.anchor is not None:
        triage.grid.marks.clear()
        triage.grid.refresh()
        triage.show_marks()
    elif triage.faceting.back() or switch.switching(triage).back():
        return
    elif triage.services.engine.scoring:
        stop_scoring(triage)


def stop_scoring(triage: TriageScreen) -> None:
    """Stop what is being scored."""
    if triage.services.engine.stop_scoring():
        triage.say("stopping: what was answered by now is kept")
    elif not triage.services.engine.scoring:
        triage.say("nothing is being scored")


def zoom_in(triage: TriageScreen) -> None:
    """Give the prediction more room."""
    triage.zoom(min(triage.zoom_level + 1, 1))


def zoom_out(triage: TriageScreen) -> None:
    """Give the grid more room."""
    triage.zoom(max(triage.zoom_level - 1, -1))


def show_help(triage: TriageScreen) -> None:
    """Show what the keys do."""
    from regrade.tui.screens.help import HelpScreen

    triage.app.push_screen(HelpScreen(triage.decisions.modes, triage.keymap))


def show_palette(triage: TriageScreen) -> None:
    """Look for a command by name."""
    from regrade.tui.actions import ACTIONS
    from regrade.tui.palette import ask_command, commands

    triage.app.push_screen(ask_command(triage, commands(ACTIONS, triage.decisions.modes), triage.keymap))


def leave(triage: TriageScreen) -> None:
    """Leave the app."""
    triage.leave()
