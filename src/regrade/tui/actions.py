"""The one registry of everything that a key can do: bindings, help, palette and keymap are made of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from textual.binding import Binding, BindingType

from regrade.tui.commands import columns, copy, decide, facet, find, move, session, settle, switch, trouble, view
from regrade.tui.places import PLACES

if TYPE_CHECKING:
    from regrade.tui.screens.facets import FacetsScreen
    from regrade.tui.screens.triage import TriageScreen

On = TypeVar("On")


@dataclass(frozen=True)
class Action(Generic[On]):
    """Something that a key does on a screen.

    Attributes
    ----------
    id : str
        Its name in the keymap.
    keys : str
        As Textual names them, separated by commas; none: it is run from the palette, unless the personal settings give it a key.
    text : str
        What it does, in words, for help and palette.
    group : str
        The heading it stands under.
    """

    id: str
    keys: str
    text: str
    group: str
    run: Callable[[On], None]

    @property
    def binding(self) -> Binding:
        """The binding that runs it: at once, before a later key can reach what this one closes or opens."""
        keys = self.keys or f"no-key-{self.id}"  # which no terminal sends, but which a keymap can replace
        return Binding(keys, f"do({self.id!r})", self.text, show=False, priority=True, id=self.id)


MOVE, MARK, FIND, DECIDE, LOOK, SCREENS = "Move", "Mark", "Find", "Decide", "Look", "Screens"

GO: tuple[Action[Any], ...] = (
    *(Action(f"go_{place.id}", place.key, f"go to {place.title}", SCREENS, switch.go(place.id)) for place in PLACES),
    Action("previous_screen", "left_square_bracket", "previous screen", SCREENS, switch.previous),
    Action("next_screen", "right_square_bracket", "next screen", SCREENS, switch.following),
    Action("session", "Q", "this session: what it came to, what you decided; take one back, copy it for a channel", SCREENS, session.show),
    Action("redraw", "ctrl+l", "draw everything anew, where something else wrote over it", SCREENS, switch.redraw),
    Action("copy_session", "", "copy what this session came to, for a channel", SCREENS, session.copy),
)
"""On every screen."""

ACTIONS: tuple[Action[TriageScreen], ...] = (
    Action("down", "j,down", "next row", MOVE, move.down),
    Action("up", "k,up", "previous row", MOVE, move.up),
    Action("first", "g,home", "first row", MOVE, move.first),
    Action("last", "G,end", "last row", MOVE, move.last),
    Action("page_down", "ctrl+d,pagedown", "one page down (in an open prediction: scroll)", MOVE, move.page_down),
    Action("page_up", "ctrl+u,pageup", "one page up", MOVE, move.page_up),
    Action("left", "h,left", "column to the left", MOVE, move.left),
    Action("right", "right", "column to the right", MOVE, move.right),
    Action("next_failure", "e", "next failure", MOVE, move.next_failure),
    Action("previous_failure", "E", "previous failure", MOVE, move.previous_failure),
    Action("next_open", "w", "next row that waits: wrong or unknown, and nothing decided", MOVE, move.next_open),
    Action("previous_open", "W", "previous row that waits", MOVE, move.previous_open),
    Action("next_disputed", "D", "next row that people disagree on", MOVE, settle.next_disputed),
    Action("mark", "space", "mark the row, or unmark it", MARK, move.mark),
    Action("mark_range", "v", "begin a range, then end it", MARK, move.mark_range),
    Action("mark_all", "asterisk", "mark all that match the filter, or none", MARK, move.mark_all),
    Action("filter", "slash", "filter by an expression, or words (in an open prediction: search in it)", FIND, view.edit_filter),
    Action("next_match", "n", "in an open prediction: next place of what is searched for", FIND, view.next_match),
    Action("previous_match", "N", "in an open prediction: the place before", FIND, view.previous_match),
    Action("views", "V", "named views: apply one, or keep this filter under a name", FIND, find.views),
    Action("save_team_view", "", "keep this filter as a named view for the team", FIND, find.save_for_team),
    Action("delete_view", "", "delete a named view", FIND, find.delete_view),
    Action("sort", "s", "sort by this column: up, down, as it was", FIND, view.sort),
    Action("reverse", "S", "reverse the order", FIND, view.reverse),
    Action("columns", "C", "columns: which, in which order, how wide", FIND, columns.choose),
    Action("hide_column", "minus", "hide this column", FIND, columns.hide),
    Action("column_left", "H", "move this column to the left", FIND, columns.move_left),
    Action("column_right", "L", "move this column to the right", FIND, columns.move_right),
    Action("narrower", "less_than_sign", "this column narrower", FIND, columns.narrower),
    Action("wider", "greater_than_sign", "this column wider", FIND, columns.wider),
    Action("automatic_columns", "", "columns as many as fit, each as wide as it needs", FIND, columns.automatic),
    Action("facet", "f", "facets: how often each value of a column fails", FIND, facet.open_facets),
    *(Action(f"label_{digit}", str(digit), f"label with mode {digit}", DECIDE, decide.label_with(str(digit))) for digit in range(1, 10)),
    Action("label", "l", "label with a new mode, or one looked for", DECIDE, decide.label),
    Action("dismiss", "x", "dismiss: needs no label", DECIDE, decide.dismiss),
    Action("correct", "c", "correct the expected value", DECIDE, decide.correct),
    Action("promote", "p", "promote the failure into the eval set", DECIDE, decide.promote),
    Action("promote_pinned", "P", "promote and pin: it must never regress", DECIDE, decide.promote_pinned),
    Action("promote_important", "i", "promote as important, although right", DECIDE, decide.promote_important),
    Action("note", "o", "add a note", DECIDE, decide.note),
    Action("retire", "X", "retire from the eval set", DECIDE, settle.retire),
    Action("restore", "", "put back into the eval set", DECIDE, settle.change("restore", "Restore those among {n} that were in")),
    Action("pin", "", "pin: it must never regress", DECIDE, settle.change("pin", "Pin the examples among {n}")),
    Action("unpin", "", "unpin: it may regress", DECIDE, settle.change("unpin", "Unpin the examples among {n}")),
    Action("resolve", "R", "resolve what people disagree on here", DECIDE, settle.resolve),
    Action("resolve_modes", "", "resolve what people disagree on about failure modes", DECIDE, settle.resolve_modes),
    Action("undo", "u", "undo your last decision", DECIDE, settle.undo),
    Action("take_back", "U", "undo one decision on this row, anybody's", DECIDE, settle.take_back),
    Action("redo", "ctrl+r", "do it again", DECIDE, settle.redo),
    Action("open", "enter", "open the prediction", LOOK, view.open_row),
    Action("back", "escape", "back: close, unmark, stop scoring", LOOK, view.back),
    Action("zoom_in", "plus", "more of the prediction", LOOK, view.zoom_in),
    Action("zoom_out", "underscore", "more of the grid", LOOK, view.zoom_out),
    Action("compare", "d", "compare champion and candidate", LOOK, switch.go("compare")),
    Action("fold", "z", "show nested values and long answers whole, or folded", LOOK, view.fold),
    Action("rescore", "r", "read anew and score again", LOOK, view.rescore),
    Action("stop_scoring", "", "stop scoring; what was answered is kept", LOOK, view.stop_scoring),
    Action("trouble", "t", "what went wrong with a candidate, and what to do", LOOK, trouble.show),
    Action("copy", "y", "copy the key, or what is open", LOOK, copy.copy_key),
    Action("copy_gate", "Y", "copy the gate command", LOOK, copy.copy_gate),
    Action("help", "question_mark", "these keys", LOOK, view.show_help),
    Action("palette", "colon,ctrl+p", "all commands", LOOK, view.show_palette),
    Action("leave", "q", "leave; seals what you decided", LOOK, view.leave),
    *GO,
)

BY_ID: dict[str, Action[TriageScreen]] = {action.id: action for action in ACTIONS}


def here(id: str, text: str, group: str, run: Callable[[On], None]) -> Action[On]:
    """Return an action of another screen that has name and keys of one of Triage: what they mean is much the same."""
    return Action(id, BY_ID[id].keys, text, group, run)


FACET_ACTIONS: tuple[Action[FacetsScreen], ...] = (
    here("down", "next value, or next column", MOVE, facet.down),
    here("up", "previous value, or previous column", MOVE, facet.up),
    here("first", "the first", MOVE, facet.first),
    here("last", "the last", MOVE, facet.last),
    here("page_down", "one page down", MOVE, facet.page_down),
    here("page_up", "one page up", MOVE, facet.page_up),
    here("left", "to the columns", MOVE, facet.left),
    here("right", "to the values", MOVE, facet.right),
    here("open", "drill in: the predictions behind this value", FIND, facet.drill),
    Action("exclude", "exclamation_mark", "all predictions but those behind this value", FIND, facet.exclude),
    here("filter", "find a column by a part of its name", FIND, facet.find),
    here("sort", "sort the values: by n, by rate, by lift, as they were", FIND, facet.sort),
    here("reverse", "reverse the order", FIND, facet.reverse),
    here("back", "back to the grid; there, back to the facets that were drilled into", LOOK, facet.back),
    here("rescore", "count again", LOOK, facet.count_again),
    here("copy", "copy the expression that finds this value", LOOK, facet.copy_term),
    here("help", "these keys", LOOK, facet.show_help),
    here("palette", "all commands", LOOK, facet.show_palette),
    here("leave", "leave; seals what you decided", LOOK, facet.leave),
    *GO,
)

FACETS_BY_ID: dict[str, Action[FacetsScreen]] = {action.id: action for action in FACET_ACTIONS}


def tables() -> dict[str, Sequence[Action[Any]]]:
    """Return the actions of every screen by its title; imports what only other screens than Triage need."""
    found: dict[str, Sequence[Action[Any]]] = {}
    for place in PLACES:
        found[place.title] = place.load_actions()
        if found[place.title] is ACTIONS:
            found["Facets"] = FACET_ACTIONS
    return found


def bindings(actions: Sequence[Action[Any]] = ACTIONS) -> list[BindingType]:
    """Return the bindings of actions."""
    return [action.binding for action in actions]
