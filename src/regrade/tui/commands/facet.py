"""Keys of the facets screen, and the one that opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regrade.tui.commands.copy import put
from regrade.tui.widgets.facet_lines import ORDERS

if TYPE_CHECKING:
    from regrade.tui.screens.facets import FacetsScreen
    from regrade.tui.screens.triage import TriageScreen


def open_facets(triage: TriageScreen) -> None:
    """Count by the values of the column under the column cursor."""
    triage.faceting.open()


def down(facets: FacetsScreen) -> None:
    """Go to the next value, or column."""
    facets.move(1)


def up(facets: FacetsScreen) -> None:
    """Go to the previous one."""
    facets.move(-1)


def first(facets: FacetsScreen) -> None:
    """Go to the first one."""
    facets.move_end(False)


def last(facets: FacetsScreen) -> None:
    """Go to the last one."""
    facets.move_end(True)


def page_down(facets: FacetsScreen) -> None:
    """Go one page down."""
    facets.move_page(1)


def page_up(facets: FacetsScreen) -> None:
    """Go one page up."""
    facets.move_page(-1)


def left(facets: FacetsScreen) -> None:
    """Go to the columns."""
    facets.enter_pane(values=False)


def right(facets: FacetsScreen) -> None:
    """Go to the values."""
    facets.enter_pane(values=True)


def find(facets: FacetsScreen) -> None:
    """Type the name of a column."""
    facets.find()


def sort(facets: FacetsScreen) -> None:
    """Order the values by the next of n, rate and lift, then as they were counted."""
    facets.sort(ORDERS[(ORDERS.index(facets.state.order) + 1) % len(ORDERS)], reverse=False)


def reverse(facets: FacetsScreen) -> None:
    """Reverse the order."""
    facets.sort(facets.state.order, reverse=not facets.state.reverse)


def drill(facets: FacetsScreen) -> None:
    """Show the predictions behind the value."""
    facets.open()


def exclude(facets: FacetsScreen) -> None:
    """Show all predictions but those behind the value."""
    facets.exclude()


def back(facets: FacetsScreen) -> None:
    """Go back to the grid."""
    facets.answer(None)


def count_again(facets: FacetsScreen) -> None:
    """Count again."""
    facets.count_again()


def copy_term(facets: FacetsScreen) -> None:
    """Copy the expression that finds the value."""
    term = facets.values.term
    if term:
        put(facets, term, term)
    else:
        facets.say("no expression can name this value")


def show_help(facets: FacetsScreen) -> None:
    """Show what the keys do."""
    from regrade.tui.actions import FACET_ACTIONS
    from regrade.tui.screens.help import HelpScreen

    facets.app.push_screen(HelpScreen((), facets.keymap, FACET_ACTIONS))


def show_palette(facets: FacetsScreen) -> None:
    """Look for a command by name."""
    from regrade.tui.actions import FACET_ACTIONS
    from regrade.tui.palette import ask_command

    facets.app.push_screen(ask_command(facets, [(action, action.text) for action in FACET_ACTIONS], facets.keymap))


def leave(facets: FacetsScreen) -> None:
    """Leave the app."""
    facets.app.exit()
