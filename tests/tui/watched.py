"""The real app with a witness in its process: what was visited is counted, widgets that cover each other are noted.

Asked by a file (:data:`ASKED`) it writes what it has drawn, once all keys are done with, to be compared with what the terminal shows.
Which keys these are :data:`BEHIND_KEYS` says, which is sent behind the last one: others may be on their way from the terminal.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

from textual.events import AppFocus
from textual.message import Message
from textual.screen import Screen

PROGRAM = "from tests.tui.watched import main; main()"
"""For a :class:`tests.tui.terminal.Terminal`; its arguments: the workspace, and the file that the witness writes."""

ASKED, DRAWN = ".asked", ".drawn"
"""Suffixes of the files in which it is asked what is drawn, and says so."""
BEHIND_KEYS = b"\x1b[I"
"""The terminal has the focus: an app that had it does nothing about it."""
LOST_SECONDS = 5.0
"""So long after it was asked that was lost, with bytes that are no UTF-8."""
PATIENCE = 1_000
"""So often it is looked whether all keys are done with, before what is drawn is told all the same."""
WRITE_EVERY, LOOK_EVERY = 0.25, 0.05


class Witness:
    """Counts what it sees.

    Attributes
    ----------
    seen : Counter
        Screens, dialogs, actions, decisions: how often.
    wrong : list of str
        What must not be.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written = 0
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._shown = ""
        self._suspects: set[str] = set()

    def look(self, app: Any) -> None:
        """Note which place is shown by now, and in which state it is."""
        screen, triage = app.screen, app.triage
        if screen is not triage and not hasattr(screen, "PLACE"):
            return  # a dialog: it was counted when it was opened
        shown = app.current_mode
        if screen is triage:
            bar = triage.filter_bar
            states = {
                "filter": bar.typing,
                "search in a prediction": triage.searching.typing,
                "prediction alone": triage.zoomed,
                "grid alone": triage.zoom_level < 0,
                "marks": triage.grid.marks.count > 0,
            }
            shown += "".join(f", {name}" for name, holds in states.items() if holds)
        if shown != self._shown:
            self._shown = shown
            self.seen[shown] += 1

    def heard(self, message: Message) -> None:
        """Note what services say: decisions by their kind, and failures."""
        kind = type(message).__name__
        if kind == "Decision":
            many = " many" if len(getattr(message, "keys", ())) > 1 else ""
            self.seen[f"decided: {getattr(message, 'kind', '')}{many}"] += 1
        elif kind == "Failed":
            self.seen[f"said: {getattr(message, 'what', '')[:60]}"] += 1

    def measure(self, screen: Screen[Any]) -> None:
        """Note widgets that cover each other, or that stand beyond the terminal, at two looks: a new size may be half laid out at one."""
        found = set(overlaps(screen))
        self.wrong += sorted(found & self._suspects - set(self.wrong))
        self._suspects = found

    def write(self) -> None:
        """Write what was counted, in one piece."""
        now = self.seen.total() + len(self.wrong)
        if now != self._written:
            self._written = now
            write_json(self._path, {"seen": self.seen, "wrong": self.wrong})


def overlaps(screen: Screen[Any]) -> list[str]:
    """Return which siblings in one layer cover each other, and which parts of a screen stand beyond it."""
    found = []
    for parent in screen.walk_children(with_self=True):
        shown = [child for child in parent.children if child.display and child.is_attached and child.region.area]
        for one, other in combinations(shown, 2):
            if one.layer == other.layer and one.region.overlaps(other.region):
                found.append(f"{screen!r} {screen.size}: {one!r} {one.region} covers {other!r} {other.region}")
        if parent is screen:
            beyond = [child for child in shown if not screen.region.contains_region(child.region)]
            found += [f"{screen!r} {screen.size}: {child!r} {child.region} stands beyond it" for child in beyond]
    return found


def drawn(app: Any) -> dict[str, Any]:
    """Return what the app believes to be on the terminal."""
    width, height = app.size
    strips = app.screen._compositor.render_strips(app.size)
    return {"size": [width, height], "lines": [strip.crop(0, width).text for strip in strips[:height]]}


def write_json(path: Path, what: object) -> None:
    """Write a file in one piece."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(what), encoding="utf-8")
    new.replace(path)


def _name(screen: Screen[Any]) -> str:
    """Return the name of a dialog: its kind, and the first word of its title; the others may be data."""
    kind, title = type(screen).__name__, getattr(screen, "_title", None) or getattr(screen, "_question", None)
    return f"{kind} {title.split()[0]}" if kind in ("Choose", "Confirm") and isinstance(title, str) else kind


def main() -> None:
    """Run the app on ``sys.argv[1]``; the witness writes ``sys.argv[2]``."""
    from regrade.tui import app as module
    from regrade.tui import run
    from regrade.tui.screens.facets import FacetsScreen
    from regrade.tui.screens.place import PlaceScreen
    from regrade.tui.screens.triage import TriageScreen
    from regrade.tui.widgets.completions import Completions

    path = Path(sys.argv[2])
    witness = Witness(path)

    class Watched(module.RegradeApp):
        """The app, watched."""

        CSS_PATH = Path(module.__file__).with_name("app.tcss")

        def on_mount(self) -> None:  # beside the app's own: Textual calls both
            self.set_interval(WRITE_EVERY, self._write)
            self.set_interval(LOOK_EVERY, self._look)
            self._look()
            witness.write()  # from now on it answers

        def push_screen(self, screen: Any, *given: Any, **named: Any) -> Any:
            witness.seen[_name(screen)] += 1
            return super().push_screen(screen, *given, **named)

        async def on_event(self, event: Any) -> None:
            self._look()  # a dialog may be there only for this key
            await super().on_event(event)
            self._look(behind_keys=isinstance(event, AppFocus))

        def _look(self, *, behind_keys: bool = False) -> None:
            if self.is_running and self.screen_stack:
                witness.look(self)
                asked = path.with_suffix(ASKED)
                if asked.exists() and (behind_keys or time.time() - asked.stat().st_mtime > LOST_SECONDS):
                    asked.unlink()
                    self._tell()

        def _post(self, message: Message) -> None:
            witness.heard(message)
            super()._post(message)

        def _write(self) -> None:
            if self.screen.is_mounted and self.screen.size == self.size:
                witness.measure(self.screen)
            witness.write()

        def _tell(self, tries: int = PATIENCE) -> None:
            if tries and (self._keys or not self.services.idle or self.triage.holding or getattr(self.screen, "holding", False)):
                self.set_timer(0.02, lambda: self._tell(tries - 1))
            elif self.screen_stack:
                write_json(path.with_suffix(DRAWN), drawn(self))

    def counted(kind: type[Any]) -> None:
        do = kind.action_do

        def action_do(self: Any, id: str) -> None:
            witness.seen[f"action {id}"] += 1
            do(self, id)

        kind.action_do = action_do

    show = Completions.show

    def offered(self: Completions, offers: Any, x: int) -> None:
        witness.seen["completions"] += bool(offers)
        show(self, offers, x)

    Completions.show = offered  # type: ignore[method-assign]
    for each in (TriageScreen, PlaceScreen, FacetsScreen):
        counted(each)
    module.RegradeApp = Watched  # type: ignore[misc]  # the one that is run
    code = run(Path(sys.argv[1]))
    witness.write()
    sys.exit(code)
