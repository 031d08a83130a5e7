"""What every key does, made of the registry of actions and of the modes that have a digit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from regrade.safe_text import safe_text
from regrade.tui.cells import fit
from regrade.tui.keymap import keys_of
from regrade.tui.model import ModeKey
from regrade.tui.screens.dialog import Dialog
from regrade.tui.widgets.lines import wrap

if TYPE_CHECKING:
    from regrade.tui.actions import Action

_GLYPHS = (
    "✗ wrong   ✓ right   ? unknown: no outcome yet",
    "○ open   ◐ labelled   ● promoted   – dismissed   ◌ retired   ≠ disputed   ⚑ pinned",
    "▲ fixed, ▼ broken against the champion",
    "p99.4 behind a value: larger than 99.4% of the log; p0.3: only 0.3% are as small; 0.2%: so few have this value",
)

_TYPING = (
    ('storm "at night"', "words are searched for; !word: rows without it"),
    ("!carrier = 'EV'", "in front of an expression: all but what it finds"),
    ("Tab", "take what is offered below; on an empty line, list the columns"),
    ("up down", "choose what is offered; on an unchanged line, filters of before"),
    ("Enter Esc", "take what is chosen, or apply; close the list, or leave it as it was"),
)
_WIDEST, _FRAME, _KEYS = 84, 7, 16
"""Cells of the page (app.tcss), of what stands around its text, of the column of keys."""


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
        self._said = Static(markup=False)
        self._said.styles.text_wrap = "nowrap"  # it is wrapped here; doing it again takes longer than all else
        self._width = 0
        self._page = VerticalScroll(self._said, id="help")

    def compose(self) -> ComposeResult:
        """Make the page."""
        yield self._page

    def on_mount(self) -> None:
        """Fill it."""
        self.on_resize()

    def on_resize(self) -> None:
        """Wrap it for the room that there is."""
        width = max(min(_WIDEST, self.app.size.width * 96 // 100) - _FRAME, 20)
        if width != self._width:
            self._width = width
            self._said.update(Content(self.text(width)))

    def text(self, width: int = _WIDEST) -> str:
        """Return everything it says, in lines of at most ``width`` cells."""
        from regrade.tui.actions import ACTIONS

        names = {mode.digit: safe_text(mode.name, 40) for mode in self._modes if mode.digit}
        groups: dict[str, list[str]] = {}
        for action in ACTIONS if self._actions is None else self._actions:
            digit = action.id.removeprefix("label_")
            if digit.isdigit():
                if digit not in names:
                    continue
                groups.setdefault(action.group, []).extend(_entry(keys_of(action, self._keymap), f"label: {names[digit]}", width))
            else:
                groups.setdefault(action.group, []).extend(_entry(keys_of(action, self._keymap), action.text, width))
        parts = [f"{group}\n" + "\n".join(lines) for group, lines in groups.items()]
        typing = "\n".join(["While a filter is typed", *(line for each in _TYPING for line in _entry(*each, width))])
        signs = "\n".join(["Signs", *(line for each in _GLYPHS for line in wrap(f"  {each}", width))])
        keys = 'Keys are changed in the personal settings: [keys] label = "m"; the names are those in the palette.'
        keys = "\n".join(wrap(keys, width))
        return "\n\n".join([*parts, typing, signs, keys] if self._actions is None else [*parts, keys])

    def action_close(self) -> None:
        """Go back."""
        self.answer(None)

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self._page.scroll_to(y=self._page.scroll_offset.y + by, animate=False)


def _entry(keys: str, words: str, width: int) -> list[str]:
    """Return keys and what they do; what does not fit goes on below the words, not below the keys."""
    first, *more = wrap(words, max(width - _KEYS - 3, 8))
    return [f"  {fit(keys, _KEYS)} {first}", *(" " * (_KEYS + 3) + line for line in more)]
