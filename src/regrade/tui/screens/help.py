"""What every key does, made of the registry of actions and of the modes that have a digit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from regrade.safe_text import safe_text
from regrade.tui.cells import fit
from regrade.tui.keymap import keys_of
from regrade.tui.model import ModeKey
from regrade.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from regrade.tui.actions import Action

_GLYPHS = (
    "✗ wrong   ✓ right   ? unknown: no outcome yet",
    "○ open   ◐ labelled   ● promoted   – dismissed   ◌ retired   ≠ disputed   ⚑ pinned",
    "▲ fixed, ▼ broken against the champion",
    "p99.4 behind a value: larger than 99.4% of the log; p0.3: only 0.3% are as small; 0.2%: so few have this value",
)

_TYPING = (
    'storm "at night"   words are searched for; !word: rows without it',
    "!carrier = 'EV'    in front of an expression: all but what it finds",
    "Tab               take what is offered below; on an empty line, list the columns",
    "up down           choose what is offered; on an unchanged line, filters of before",
    "Enter Esc         take what is chosen, or apply; close the list, or leave it as it was",
)


class HelpScreen(Dialog[None]):
    """The keys of the screen behind it.

    Parameters
    ----------
    actions : sequence of Action, optional
        What they do there; default: on the Triage screen.
    """

    BINDINGS = [
        Binding("escape,q,question_mark,enter", "close", "back", id="help.close", priority=True),
        Binding("j,down", "scroll(1)", "down", id="help.down", priority=True),
        Binding("k,up", "scroll(-1)", "up", id="help.up", priority=True),
        Binding("ctrl+d,pagedown,space", "scroll(15)", "page down", id="help.page_down", priority=True),
        Binding("ctrl+u,pageup", "scroll(-15)", "page up", id="help.page_up", priority=True),
    ]

    def __init__(
        self, modes: Sequence[ModeKey], keymap: Mapping[str, str] | None = None, actions: Sequence[Action[Any]] | None = None
    ) -> None:
        super().__init__()
        self._actions = actions
        self._modes = modes
        self._keymap = keymap or {}
        self._page = VerticalScroll(Static(Text(self.text()), markup=False), id="help")

    def compose(self) -> ComposeResult:
        """Make the page."""
        yield self._page

    def text(self) -> str:
        """Return everything it says."""
        from regrade.tui.actions import ACTIONS

        names = {mode.digit: safe_text(mode.name, 40) for mode in self._modes if mode.digit}
        groups: dict[str, list[str]] = {}
        for action in ACTIONS if self._actions is None else self._actions:
            digit = action.id.removeprefix("label_")
            if digit.isdigit():
                if digit not in names:
                    continue
                groups.setdefault(action.group, []).append(f"  {fit(keys_of(action, self._keymap), 16)} label: {names[digit]}")
            else:
                groups.setdefault(action.group, []).append(f"  {fit(keys_of(action, self._keymap), 16)} {action.text}")
        parts = [f"{group}\n" + "\n".join(lines) for group, lines in groups.items()]
        typing = "While a filter is typed\n" + "\n".join(f"  {line}" for line in _TYPING)
        signs = "Signs\n" + "\n".join(f"  {line}" for line in _GLYPHS)
        keys = 'Keys are changed in the personal settings: [keys] label = "m"; the names are those in the palette.'
        return "\n\n".join([*parts, typing, signs, keys] if self._actions is None else [*parts, keys])

    def action_close(self) -> None:
        """Go back."""
        self.answer(None)

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self._page.scroll_to(y=self._page.scroll_offset.y + by, animate=False)
