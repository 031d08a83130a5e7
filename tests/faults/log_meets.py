"""A process that imports predictions, replaces some, joins outcomes or reads the log while others do, napping between its calls.

``python -m tests.faults.log_meets FOLDER NUMBER SECONDS``: the number says what it does. Each line it prints is a key that it added.
"""

from __future__ import annotations

import random
import sys
import time
from contextlib import suppress
from pathlib import Path

from regrade.config import parse
from regrade.errors import DataError
from regrade.log import PredictionLog, add
from regrade.log.outcomes import join
from regrade.paths import Paths
from tests.faults.naps import nap_at_calls

CONFIG = parse('[log]\nid = "id"\nprediction = "said"\noutcome = "truth"\n')
BASE = [f"base.{n}" for n in range(100)]


def write(path: Path, keys: list[str], said: str) -> Path:
    path.write_text("id,said,truth\n" + "".join(f"{key},{said},\n" for key in keys), encoding="utf-8")
    return path


def change(folder: Path, number: int, turn: int, chance: random.Random) -> None:
    """Bring predictions in, put others in the place of some, or join outcomes; another import may be at work."""
    path, some, paths = folder / f"{number}.{turn}.csv", chance.sample(BASE, 5), Paths(folder)
    try:
        if number % 3 == 0:
            keys = [f"{number}.{turn}.{n}" for n in range(3)]
            add([write(path, keys, "a")], paths, CONFIG)
            print(*keys, sep="\n", flush=True)
        elif number % 3 == 1:
            assert add([write(path, some, f"{number}.{turn}")], paths, CONFIG, update=True).replaced == 5
        else:
            path.write_text("id,truth\n" + "".join(f"{key},{chance.choice('ab')}\n" for key in some), encoding="utf-8")
            assert join([path], paths, CONFIG, update=True).matched == 5
    except DataError as error:
        if "another import" not in error.what:
            raise


def read(folder: Path, least: int) -> int:
    """Open the log and ask it for what there is; its files may go meanwhile, which is said, but not while it is opened."""
    with PredictionLog.open(Paths(folder), CONFIG) as log, log.reader() as reader:
        assert log.n_rows >= least, f"{log.n_rows} of {least} rows"
        try:
            assert len(reader.find(BASE)) == len(BASE)
            log.check_keys()
            reader.counts()
        except DataError as error:
            assert "since the log was opened" in error.what, error
        return log.n_rows


def main(folder: Path, number: int, seconds: float) -> None:
    nap_at_calls(number)
    chance, until, turn, least = random.Random(number), time.monotonic() + seconds, 0, len(BASE)
    while time.monotonic() < until:
        turn += 1
        if number < 3:
            change(folder, number, turn, chance)
        else:
            least = read(folder, least)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
