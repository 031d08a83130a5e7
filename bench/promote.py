"""Promote, and see the scoreboard: `python bench/promote.py [--examples N] [--promotions N] [--profile]`.

Budget: p50 ≤ 60 ms, p95 ≤ 120 ms from the key to the repainted scoreboard, and at least 4 × faster than scoring all examples again.
Makes a workspace of its own: an eval set of 10,000 examples (half of them sampled, half known failures), five pipelines of scikit-learn
of different kinds, a log with failures left to promote. Opens the app on a pty, waits until every candidate stands on the scoreboard and
nothing moves any more, promotes again and again, and measures until the new count stands there for every candidate: after the cursor
rested, one right after the other, and right after a jump, where nobody could ask the candidates before. Scoring all again is the same
engine, in process, with candidates loaded and an empty cache. `--profile` shows where the engine's part of a promotion goes.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyte
import skops.io
from candidate_rows import NAMES, NUMBERS, flights
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier
from terminal import Terminal

import regrade
from regrade.engine.operations import Operations
from regrade.log.frames import to_frame
from regrade.scoring.remembered import _REMEMBERED

LOG = 60_000
MODELS: dict[str, Any] = {
    "boosted": HistGradientBoostingClassifier(max_iter=60),
    "logistic": LogisticRegression(max_iter=200),
    "tree": DecisionTreeClassifier(max_depth=6),
    "forest": RandomForestClassifier(20, max_depth=8),
    "bayes": GaussianNB(),
}
CONFIG = """
[task]
kind = "classification"
positive = "late"

[log]
paths = ["logs/*.parquet"]
id = "id"
prediction = "prediction"
score = "p_late"
outcome = "outcome"

[gate]
champion = "boosted"
"""


def workspace(root: Path, examples: int) -> None:
    """Make the log, the candidates and the eval set."""
    table = flights(LOG)
    frame = to_frame(table)
    draw = np.random.default_rng(3)
    late = np.where(frame["dep_delay"] + frame["hour"] + draw.normal(0, 12, LOG) > 30, "late", "on_time")
    toml = CONFIG
    (root / "models").mkdir(parents=True)
    (root / "logs").mkdir()
    for at, (name, model) in enumerate(MODELS.items()):
        encoder = OrdinalEncoder() if name == "boosted" else OneHotEncoder(sparse_output=False)
        pipeline = make_pipeline(make_column_transformer((encoder, NAMES), (StandardScaler(), NUMBERS)), model)
        rows = slice(2_000 * at, 2_000 * at + 4_000)
        pipeline.fit(frame.iloc[rows], late[rows])
        skops.io.dump(pipeline, root / "models" / f"{name}.skops")
        toml += f'\n[candidates.{name}]\nmodel = "models/{name}.skops"\n'
        if name == "boosted":
            p_late = pipeline.predict_proba(frame)[:, 0]
    said = np.where(p_late > 0.5, "late", "on_time")
    logged = {"id": [f"f{at:06d}" for at in range(LOG)], "prediction": said.tolist(), "p_late": p_late, "outcome": late.tolist()}
    for name, values in logged.items():
        table = table.append_column(name, pa.array(values))
    pq.write_table(table, root / "logs" / "flights.parquet")
    (root / "regrade.toml").write_text(toml)
    keys, wrong = np.array(logged["id"]), said != late
    with regrade.open(root) as opened:
        opened.sample(examples // 2)
        there = set(opened.evalset.state.members())
        failures = [str(key) for key in keys[wrong] if str(key) not in there]
        missing = examples - len(there)
        # The demo's failures are few: examples that were right fill the eval set up, as important ones.
        opened.promote(failures[:-200][:missing])
        there = set(opened.evalset.state.members())
        right = [str(key) for key in keys[~wrong] if str(key) not in there]
        if missing := examples - len(there):
            opened.promote(right[:missing], origin="important")


Promotions = list[tuple[float, int]]
"""Milliseconds from the key to the scoreboard, and answers that were predicted for it."""
_TELLING = """
import sys
from regrade.tui.services.engine_service import EngineService
heard, told = EngineService._board, sys.argv[2]
def board(self, message):
    with open(told, "a") as file:
        file.write(f"{message['result']['predicted']}\\n")
    return heard(self, message)
EngineService._board = board
from regrade.tui import run
from pathlib import Path
sys.exit(run(Path(sys.argv[1])))
"""
"""The app, which also writes down how many answers were predicted for each scoreboard."""


class Shown:
    """What a terminal shows: only cells that differ are sent to it, so what is sent says too little."""

    def __init__(self, app: Terminal) -> None:
        self._app, self._screen = app, pyte.Screen(140, 40)
        self._stream = pyte.ByteStream(self._screen)

    def catch_up(self) -> None:
        """Take in what was sent by now."""
        self._stream.feed(bytes(self._app.output))
        self._app.output.clear()

    def wait_for(self, text: str, timeout: float = 20) -> None:
        """Wait until the line of each candidate, and of ``logged``, holds a text."""
        end = time.perf_counter() + timeout
        while sum(text in line for line in self._screen.display) <= len(MODELS):
            if time.perf_counter() > end or not self._app._read(end - time.perf_counter()):
                raise SystemExit(f"{text!r} did not appear:\n" + "\n".join(self._screen.display))
            self.catch_up()


def on_a_terminal(root: Path, promotions: int, manner: str) -> Promotions:
    """Promote again and again, and return what each took.

    ``rested``: the cursor rests before each, as somebody's does who reads the prediction first. ``in a row``: the next one is promoted as
    soon as the scoreboard of the last is there. ``jumped``: the key comes right after a jump of two half pages, where nobody foresaw it.
    """
    taken: Promotions = []
    told = root.parent / f"predicted {manner}"
    with regrade.open(root) as opened:
        known = sum("failure" in each.origins for each in opened.evalset.state.examples())
    argv = [sys.executable, "-c", _TELLING, str(root), str(told)]
    with Terminal(argv, columns=140) as app:
        shown = Shown(app)
        shown.wait_for(f"/ {known:,}", 120)
        app.send(b"/result = 'wrong' and status = 'open'\r")
        app.settle(4.0, 60)
        for at in range(promotions):
            if manner != "in a row" or not at:
                app.settle(0.5)
            if manner == "jumped":
                app.send(b"\x04\x04")
                app.settle(0.03)
            shown.catch_up()
            began = time.perf_counter()
            app.send(b"p")
            known += 1
            shown.wait_for(f"/ {known:,}")
            taken.append((1e3 * (time.perf_counter() - began), int(told.read_text().split()[-1])))
        app.leave()
    return taken


def in_process(root: Path, promotions: int, profile: bool) -> tuple[Promotions, float]:
    """Return the milliseconds of the engine's part of each promotion, and of scoring all again."""
    said: list[dict[str, Any]] = []
    operations = Operations(root, said.append)
    asked = {"id": 1, "op": "scoreboard"}
    never: Callable[[], bool] = lambda: False  # noqa: E731
    profiler = cProfile.Profile()
    operations.run(asked, never)
    while operations.unrested:
        operations.rest()
    time.sleep(3.0)  # the threads that warm candidates are nobody's to join
    taken: Promotions = []
    with regrade.open(root) as opened:
        waiting = opened.predictions(where="result = 'wrong' and status = 'open'", limit=promotions).index
        for key in waiting:
            opened.promote([str(key)])
            began = time.perf_counter()
            if profile:
                profiler.enable()
            operations.run(asked, never)
            profiler.disable()
            taken.append((1e3 * (time.perf_counter() - began), predicted(operations)))
    again = []
    assert operations._workspace is not None
    for _ in range(3):
        cache = operations._workspace.cache
        _REMEMBERED.clear()
        cache._known.clear()
        cache._looked_up.clear()
        with operations._workspace.database.immediate() as db:
            db.conn.execute("delete from outputs")
        began = time.perf_counter()
        operations.run(asked, never)
        again.append(1e3 * (time.perf_counter() - began))
    operations.close()
    if profile:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(45)
    return taken, statistics.median(again)


def predicted(operations: Operations) -> int:
    """Return how many answers were predicted for the last scoreboard."""
    assert operations._scored is not None
    return sum(run.predicted for run in operations._scored.runs.values())


def report(name: str, taken: Promotions) -> float:
    """Print the middle and the far end, and how many answers were predicted; return the middle."""
    times = sorted(each for each, _ in taken)
    far, answers, middle = times[int(0.95 * len(times))], sum(each for _, each in taken), statistics.median(times)
    print(
        f"{name:38} p50 {middle:6.1f}  p95 {far:6.1f}  most {times[-1]:6.1f} ms, {len(times)} times, {answers} answers predicted",
        flush=True,
    )
    return middle


def main() -> None:
    """Measure and print."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--examples", type=int, default=10_000)
    ask.add_argument("--promotions", type=int, default=40)
    ask.add_argument("--profile", action="store_true", help="show where the engine's part goes, and open no terminal")
    ask.add_argument("--workspace", type=Path, help="one that was made before, or where to make it")
    given = ask.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = given.workspace or Path(folder) / "made"
        if not (made / "regrade.toml").exists():
            workspace(made, given.examples)
        middles = []
        for manner in ("rested", "in a row", "jumped", "engine"):
            root = Path(folder) / manner
            shutil.copytree(made, root)
            if manner == "engine":
                inside, again = in_process(root, given.promotions, given.profile)
                middles.append(report("the engine's part, predicting", inside))
            elif not given.profile:
                middles.append(report(f"promote → scoreboard, pty, {manner}", on_a_terminal(root, given.promotions, manner)))
        ratios = ", ".join(f"{again / middle:.0f}" for middle in middles)
        print(f"scoring all again {again:.0f} ms: {ratios} × these; load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
