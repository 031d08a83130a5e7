"""What tests of the app share: a workspace, an engine that answers from a script, and waiting for what must come."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import textual._wait
from textual.pilot import Pilot

from regrade.config import load
from regrade.evalset import EvalSet
from regrade.paths import Paths
from regrade.tui.app import RegradeApp
from regrade.tui.screens import in_focus
from regrade.tui.screens.triage import TriageScreen
from tests.conftest import log_lines

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

in_focus.REST_SECONDS = 0.01
"""So long the cursor rests before the detail pane follows; ``settle`` waits for it, so that nothing is asked after it."""

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


def board_row(name: str, passed: int, total: int, *, champion: bool = False, value: float = 0.75, **more: Any) -> dict[str, Any]:
    """Return one row of a scoreboard."""
    return {
        "name": name,
        "champion": champion,
        "estimate": {"value": value, "low": value - 0.05, "high": value + 0.05, "n": 300},
        "delta": None if champion else {"value": value - 0.75, "low": value - 0.8, "high": value - 0.7, "n": 300},
        "known": {"passed": passed, "total": total},
        "pinned": {"passed": 0, "total": 0},
        "fixed": 0 if champion else passed,
        "broken": 0,
        "errors": 0,
        "error": None,
        **more,
    }


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


class FakeEngine:
    """An engine that knows one better candidate; counts what it was asked."""

    made: list[FakeEngine] = []

    def __init__(self, root: Path, hear: Callable[[dict[str, Any]], None]) -> None:
        self.hear = hear
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.closed = False
        self.mute = False
        self.known = 10
        self.results: dict[str, dict[str, Any]] = {}
        FakeEngine.made.append(self)

    def start(self) -> None:
        """Nothing to start."""

    def close(self) -> None:
        """Remember that it was ended."""
        self.closed = True

    def count(self, op: str) -> int:
        """Return how often it was asked this."""
        return sum(1 for each, _ in self.asked if each == op)

    def request(self, op: str, **params: Any) -> int:
        """Answer at once, by message as the real one does."""
        self.asked.append((op, params))
        number = len(self.asked)
        if not self.mute and op != "cancel":
            result = self.result(op, params)
            self.hear({"id": number, "ok": bool(result), "result": result, "error": {"what": f"this engine knows no {op}"}})
        return number

    def result(self, op: str, params: dict[str, Any]) -> dict[str, Any]:
        """Return what it answers."""
        if op in self.results:
            return self.results[op]
        return self.board() if op == "scoreboard" else self.answers(params["key"]) if op == "answers" else {}

    def board(self) -> dict[str, Any]:
        """Return a scoreboard that is better each time."""
        self.known += 1
        rows = [board_row("logged", 0, self.known, champion=True), board_row("better", self.known, self.known, value=0.79)]
        return {"version": "v", "examples": 400 + self.known, "sampled": 300, "primary": "accuracy", "rows": rows}

    def answers(self, key: str) -> dict[str, Any]:
        """Return answers about one prediction."""
        given = [
            {"name": "logged", "prediction": "on_time", "score": 0.3, "right": False, "flip": None, "error": None},
            {"name": "better", "prediction": "late", "score": 0.7, "right": True, "flip": "fixed", "error": None},
        ]
        return {"key": key, "answers": given}


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
        """Wait until no thread is at work and every message was heard."""
        for _ in range(3):
            await self.until(self._calm)
            await self.pilot.pause()

    def _calm(self) -> bool:
        triage = self.triage
        return self.app.services.idle and not self.app._keys and not triage.deciding._asked and triage.in_focus._timer is None

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something that must come."""
        for _ in range(2_000):
            if condition():
                return
            await self.pilot.pause()
            await asyncio.sleep(0.005)
        raise AssertionError("it did not come")

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
