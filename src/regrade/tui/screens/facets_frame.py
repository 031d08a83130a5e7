"""The frame of the facets screen: its panes and lines, how they share the room, words to the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Static

from regrade.safe_text import safe_text
from regrade.tui.actions import FACET_ACTIONS
from regrade.tui.facet_columns import FacetColumn
from regrade.tui.glyphs import Glyphs
from regrade.tui.screens.facet_values import FacetValues
from regrade.tui.screens.pressing import Pressing, hints
from regrade.tui.widgets.bars import Bar, Rule
from regrade.tui.widgets.facet_column_list import FacetColumnList

_SMALLEST = (40, 10)
_SAID_SECONDS = 6.0
_NARROW, _LIST_WIDTH = 80, (16, 22, 34)
KEYS = (("Enter", "drill in"), ("!", "exclude"), ("s", "sort"), ("/", "column"), ("Esc", "back"), ("?", "help"))


class FacetsFrame(Pressing):
    """Columns on the left, values on the right, a line above that says which, one below that says the keys."""

    AUTO_FOCUS = None

    def __init__(self, glyphs: Glyphs, columns: Sequence[FacetColumn]) -> None:
        super().__init__()
        self._glyphs = glyphs
        self.values = FacetValues(glyphs)
        self.columns = FacetColumnList(glyphs, columns)
        self.top, self._filter, self._keys = Bar(glyphs, id="top"), Bar(glyphs, id="facet-filter"), Bar(glyphs, id="modes", firm=True)
        self._rule, self._lower_rule = Rule(glyphs, id="rule", downwards=True), Rule(glyphs, id="lower-rule", downwards=False)
        self._silence: Timer | None = None

    def compose(self) -> ComposeResult:
        """Make the screen."""
        yield self.top
        yield self._filter
        yield self._rule
        yield Horizontal(self.columns, self.values, id="panes")
        yield self._lower_rule
        yield self._keys
        yield Static("This terminal is too small: 40×10 is the least.", id="too-small", markup=False)

    def show_frame(self, where: str, keymap: Mapping[str, str]) -> None:
        """Say under which filter it is counted, and what the keys do here."""
        self._filter.show([[("/ ", "accent"), (safe_text(where, 2_000) or "all predictions", "strong" if where else "dim")]])
        self._keys.show([[("f ", "accent"), ("facets", "text")]], hints(KEYS, FACET_ACTIONS, keymap))

    def on_resize(self, event: events.Resize) -> None:
        """Share the room anew."""
        self.set_class(event.size.width < _SMALLEST[0] or event.size.height < _SMALLEST[1], "-too-small")
        least, narrow, most = _LIST_WIDTH
        self.columns.styles.width = least if event.size.width < _NARROW else max(narrow, min(event.size.width * 24 // 100, most))
        self.call_after_refresh(self.laid_out)

    def laid_out(self) -> None:
        """Draw what depends on the room."""
        self._rule.join(self.values.region.x)
        self._lower_rule.join(self.values.region.x)
        self.values.draw_again()

    def say(self, text: str, *, trouble: bool = False) -> None:
        """Tell the person something for a few seconds."""
        self._lower_rule.say(text, trouble=trouble)
        if self._silence is not None:
            self._silence.stop()
        self._silence = self.set_timer(_SAID_SECONDS * (2 if trouble else 1), partial(self._lower_rule.say, ""))

    @property
    def said(self) -> str:
        """What the person is being told."""
        return self._lower_rule.said
