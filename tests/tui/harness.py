"""What tests of the app share: a workspace, an engine that answers from a script, and waiting for what must come."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import duckdb
import textual._wait
from textual.pilot import Pilot

from regrade.config import load
from regrade.evalset import EvalSet
from regrade.paths import Paths
from regrade.tui.app import RegradeApp
from regrade.tui.screens import facets_frame, in_focus, panes, place
from regrade.tui.screens.triage import TriageScreen
from tests.conftest import log_lines
from tests.tui.fake_engine import FakeEngine, board_row

__all__ = ["HOSTILE", "PATIENCE", "Branch", "Driver", "FakeEngine", "board_row", "make_workspace", "running"]

TOML = """
[task]
positive = "late"
[log]
paths = ["log.parquet"]
id = "id"
time = "time"
model = "model"
prediction = "prediction"
score = "p_late"
outcome = "outcome"
ignore = ["arr_delay"]
[candidates.better]
predictions = "better.csv"
[gate]
champion = "logged"
"""

textual._wait.SLEEP_GRANULARITY, textual._wait.SLEEP_IDLE = 1 / 200, 1 / 1_000
"""Seconds: after each key Pilot waits so long, and again until it was idle meanwhile; Textual itself waits four times that."""

for _place in (panes, place, facets_frame):  # what is said is there to be read, however slow the machine
    _place._SAID_SECONDS = 600.0
in_focus.REST_SECONDS = 0.01
"""So long the cursor rests before the detail pane follows; ``settle`` waits for it, so that nothing is asked after it."""

PATIENCE = 60.0
"""Seconds for what must come, however busy the machine."""

_TEMPLATES = tempfile.TemporaryDirectory(prefix="regrade-tests-")

HOSTILE = (
    "\x1b]52;c;aGFja2Vk\x07",
    "\x1b]0;owned\x07",
    "\x1b[2J\x1b[H",
    "\x9b31m",
    "[@click=app.quit]leave[/]",
    "[/",
    "\u202egnp.exe",
    "a\nb\tc\rd",
    "漢字と絵文字🙂" * 6,
    "é" * 30,
)


def make_workspace(folder: Path, n: int = 600, *, notes: tuple[str, ...] = ()) -> Path:
    """Make a workspace over a Parquet log of ``n`` predictions; ``notes`` becomes one more input, repeated."""
    shutil.copytree(_template(n, notes), folder, dirs_exist_ok=True)
    return folder


@cache
def _template(n: int, notes: tuple[str, ...]) -> Path:
    """Return a workspace to be copied: made once in each process, for making one takes longer than most tests."""
    folder = Path(_TEMPLATES.name) / f"{n}-{abs(hash(notes))}"
    folder.mkdir()
    (folder / "log.csv").write_text("\n".join(log_lines(n)) + "\n", encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE log AS SELECT * FROM read_csv('{folder / 'log.csv'}')")
        if notes:
            connection.execute("ALTER TABLE log ADD COLUMN remark VARCHAR")
            ids = [row[0] for row in connection.execute("SELECT id FROM log ORDER BY time DESC, id").fetchall()]
            connection.executemany("UPDATE log SET remark = ? WHERE id = ?", [(notes[at % len(notes)], id) for at, id in enumerate(ids)])
        connection.execute(f"COPY log TO '{folder / 'log.parquet'}' (FORMAT parquet)")
    (folder / "regrade.toml").write_text(TOML, encoding="utf-8")
    return folder


class Branch:
    """The eval set as somebody else has it on another branch, from now on.

    Parameters
    ----------
    folder : Path
        The workspace whose sealed decisions both begin with.
    """

    def __init__(self, folder: Path, actor: str = "Grace <grace@x.y>") -> None:
        self._ours, self._theirs = folder / "evalset", folder.parent / f"{actor.partition(' ')[0]}-evalset"
        self._actor = actor
        if self._ours.exists():
            shutil.copytree(self._ours, self._theirs, ignore=shutil.ignore_patterns(".open"))

    def decide(self, *verbs: Callable[[EvalSet], object]) -> None:
        """Decide there, and seal."""
        with EvalSet.open(self._theirs, actor=self._actor, task_kind="classification") as evalset:
            for verb in verbs:
                verb(evalset)

    def merge(self) -> None:
        """Bring its segments to ours, as a merge does: files are added, none changes."""
        shutil.copytree(self._theirs / "segments", self._ours / "segments", dirs_exist_ok=True)


class Driver:
    """A running app, and the keys to drive it with."""

    def __init__(self, app: RegradeApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def triage(self) -> TriageScreen:
        """The screen."""
        return self.app.triage

    @property
    def engine(self) -> FakeEngine:
        """The engine of this app."""
        return FakeEngine.made[-1]

    async def press(self, *keys: str) -> None:
        """Press keys and let everything settle that they set off."""
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        """Type text."""
        names = {" ": "space", "'": "apostrophe", ">": "greater_than_sign", "=": "equals_sign", "_": "underscore", ".": "full_stop"}
        await self.press(*(names.get(character, character) for character in text))

    async def settle(self) -> None:
        """Wait until no thread is at work and every message was heard: none of them set anything off, three times."""
        calm = 0
        while calm < 3:
            await self.until(self._calm)
            await self.pilot.pause()
            calm = calm + 1 if self._calm() else 0

    def _calm(self) -> bool:
        triage = self.triage
        return self.app.services.idle and not self.app._keys and not triage.deciding._asked and triage.in_focus._timer is None

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something that must come."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, "it did not come"
            await self.pilot.pause()
            await asyncio.sleep(0.005)

    def screen_text(self) -> str:
        """Return what is on screen, line by line."""
        width, height = self.app.size
        strips = self.app.screen._compositor.render_strips(self.app.size)
        return "\n".join(strip.text[:width] for strip in strips[:height])

    def status(self, position: int) -> str:
        """Return the status of a row of the view."""
        return self.triage.decisions.of(self.key(position)).status

    def key(self, position: int) -> str:
        """Return the key of a row of the view."""
        key = self.triage.grid.key_at(position)
        assert key is not None
        return key

    async def look_outside(self) -> None:
        """Notice now what others decided, rather than at the next look."""
        await self.settle()
        self.app.services.decisions.look_outside()
        await self.settle()


@asynccontextmanager
async def running(folder: Path, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Driver]:
    """Run the app on a workspace, headless, until its first rows are live."""
    paths = Paths(folder)
    app = RegradeApp(paths, load(paths.config), engine=FakeEngine)
    async with app.run_test(size=size) as pilot:
        driver = Driver(app, pilot)
        await driver.until(lambda: app.triage.looking.addresses is not None)
        await driver.settle()
        yield driver
    app.finish()
