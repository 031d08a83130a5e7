"""The orders of the three lists of Compare: failure modes, slices, examples; each is sorted by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from msgspec import structs

from regrade.compare.comparison import GroupRow
from regrade.tui.widgets.lines import shown
from regrade.tui.widgets.orders import AS_IT_CAME, Order, Ordering

if TYPE_CHECKING:
    from regrade.compare.comparison import Comparison
    from regrade.tui.screens.compare import CompareScreen
    from regrade.tui.widgets.line_list import LineList

_NAMED = Order("by failure mode", lambda row: row.name.casefold())
_COUNTED = [Order(name, attrgetter(name), largest_first=True) for name in ("n", "fixed", "broken")]
MODES = (AS_IT_CAME, _NAMED, *_COUNTED, Order("now", lambda row: row.now_right / row.n if row.n else None))
SLICES = (
    AS_IT_CAME,
    Order("by slice", _NAMED.key),
    _COUNTED[0],
    Order("delta", lambda row: row.delta, largest_first=True),
    Order("p Holm", lambda row: row.p_adjusted),
)


def apart(row: Mapping[str, Any]) -> float | None:
    """Return how far the answers to an example are apart, by their scores or as numbers; None where they are neither."""
    for names in (("baseline_score", "candidate_score"), ("baseline", "candidate")):
        before, after = (row.get(name) for name in names)
        if all(isinstance(each, int | float) and not isinstance(each, bool) for each in (before, after)):
            return abs(float(after) - float(before))  # type: ignore[arg-type]  # numbers, as was just asked
    return None


EXAMPLES = (
    AS_IT_CAME,
    Order("key", lambda row: row["key"]),
    Order("expected", lambda row: None if row.get("expected") is None else shown(row["expected"]).casefold()),
    Order("mode", lambda row: row["mode"].casefold() if row.get("mode") else None),
    Order("difference", apart, largest_first=True),
)
"""An example is a mapping, as it came: it is made when it is looked at."""


class ComparingOrder:
    """Sorts what the keys are in, or what a heading is of."""

    def __init__(self, screen: CompareScreen, kept: object) -> None:
        self._screen = screen
        told = kept if isinstance(kept, dict) else {}
        self.modes, self.slices = Ordering(MODES, told.get("modes")), Ordering(SLICES, told.get("slices"))
        self.examples = Ordering(EXAMPLES, told.get("examples"))
        self._came: tuple[list[GroupRow], list[GroupRow]] = ([], [])

    def kept(self) -> dict[str, Any]:
        """Return what is to be found again at the next start."""
        return {"modes": self.modes.kept(), "slices": self.slices.kept(), "examples": self.examples.kept()}

    def of(self, part: LineList) -> Ordering:
        """Return the order of one of the lists."""
        screen = self._screen
        return self.modes if part is screen.modes else self.slices if part is screen.slices else self.examples

    def came(self, found: Comparison) -> Comparison:
        """Return a comparison that came with its modes and slices in order."""
        self._came = (found.modes, found.slices)
        return self._arranged(found)

    def _arranged(self, found: Comparison) -> Comparison:
        modes, slices = self._came
        return structs.replace(found, modes=self.modes.arranged(modes), slices=self.slices.arranged(slices))

    def change(self, part: LineList, change: Callable[[Ordering], object]) -> None:
        """Put a list into another order; examples are looked at from the first one on, as in Triage, for they are many."""
        screen, found = self._screen, self._screen.comparison
        if found is None:
            return
        names = self._names(part)
        here = names[part.cursor] if part.cursor < len(names) else ""
        change(self.of(part))
        screen.versus = structs.replace(screen.versus, comparison=self._arranged(found))
        screen.draw()
        names = self._names(part)
        what = "failure modes" if part is screen.modes else "slices" if part is screen.slices else "examples"
        by = self.of(part).by.removeprefix("by ")
        screen.say(f"{what} by {by} {self.of(part).arrow(screen.glyphs)}" if by else f"{what} as they came")
        part.move_to(0 if part is screen.pairs else names.index(here) if here in names else part.cursor)

    def _names(self, part: LineList) -> list[str]:
        """Return what the lines of a list are of, as it stands."""
        screen, found = self._screen, self._screen.comparison
        if part is screen.pairs or found is None:
            return [str(row["key"]) for row in screen.shown]
        return [row.name for row in (found.modes if part is screen.modes else found.slices)]
