"""Imports that are interrupted, killed, or run out of disk; run as a program, it says what each left behind.

``python -m tests.faults.importing FOLDER ROUNDS SEED``: makes a workspace with a log of two segments and a Parquet file in place, and
lets forked children add predictions, replace some, and join outcomes to them, each in a copy of it, while one of three things happens
to the child: SIGINT or SIGKILL at a random moment, or a limit on the size of each file that it writes. This process itself never uses
DuckDB: what a copy holds is read by a child, too. ``… SEED full``: where it may mount, each copy also stands on a small disk of its own
that is full but for a few kB.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow  # imported before the forks, used after them only

from regrade.config import parse
from regrade.errors import RegradeError
from regrade.log import PredictionLog, add
from regrade.log.outcomes import join
from regrade.paths import Paths

CONFIG = parse('[log]\npaths = ["logs/*.parquet"]\nid = "id"\nprediction = "said"\noutcome = "truth"\n')
ROWS = 4_000
DONE, REFUSED, INTERRUPTED = 0, 3, 2


def _csv(path: Path, start: int, stop: int, said: str, truth: str = "") -> None:
    lines = "".join(f"{n},{said},{truth},{n * 7919 % 10_007}.5\n" for n in range(start, stop))
    path.write_text("id,said,truth,x\n" + lines, encoding="utf-8")


def _make(folder: Path) -> None:
    (folder / "logs").mkdir(parents=True)
    query = f"SELECT i AS id, 'a' AS said, NULL::VARCHAR AS truth, i * 0.5::DOUBLE AS x FROM range({ROWS}) t(i)"
    duckdb.connect().execute(f"COPY ({query}) TO '{folder / 'logs/there.parquet'}' (FORMAT parquet)")
    for at, name in enumerate(("one", "two"), 1):
        _csv(folder / f"{name}.csv", at * ROWS, (at + 1) * ROWS, "a")
        add([folder / f"{name}.csv"], Paths(folder), CONFIG)
    _csv(folder / "more.csv", 3 * ROWS, 4 * ROWS, "b")
    _csv(folder / "newer.csv", ROWS // 2, 2 * ROWS + 5, "c", "a")
    _csv(folder / "late.csv", 100, 3 * ROWS - 100, "", "b")


OPERATIONS: dict[str, Callable[[Path], object]] = {
    "add": lambda folder: add([folder / "more.csv"], Paths(folder), CONFIG),
    "update": lambda folder: add([folder / "newer.csv"], Paths(folder), CONFIG, update=True),
    "outcomes": lambda folder: join([folder / "late.csv"], Paths(folder), CONFIG),
}


def _state(folder: Path) -> dict[str, Any]:
    """What the log says, and what lies in its folder."""
    with PredictionLog.open(Paths(folder), CONFIG) as log, log.reader() as reader:
        rows = reader.cells(reader.view().addresses, ["id", "said", "truth", "x"])
        log.check_keys()
    names = sorted(each.name for each in Paths(folder).log.iterdir())
    untouched = hashlib.sha256((folder / "logs/there.parquet").read_bytes()).hexdigest()
    rows.sort()
    return {"rows": hashlib.sha256(repr(rows).encode()).hexdigest(), "n": len(rows), "files": names, "there": untouched}


def _fork(work: Callable[[], Any]) -> tuple[int, int]:
    """Run ``work`` in a child; return its id and the pipe that its answer comes through."""
    read, write = os.pipe()
    child = os.fork()
    if child:
        os.close(write)
        return child, read
    code = 1
    try:
        os.close(read)
        os.write(write, json.dumps(work()).encode())
        code = DONE
    except RegradeError as error:
        os.write(write, json.dumps(str(error)).encode())
        code = REFUSED
    except KeyboardInterrupt:
        code = INTERRUPTED
    finally:
        if code == 1:
            os.write(write, json.dumps(traceback.format_exc()).encode())
        os._exit(code)


def _answer(child: int, pipe: int) -> tuple[int, Any]:
    with os.fdopen(pipe, "rb") as file:
        said = file.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code, json.loads(said) if said else None


def _in_child(work: Callable[[], Any]) -> Any:
    code, said = _answer(*_fork(work))
    if code != DONE:
        raise RuntimeError(f"a child ended with {code}: {said}")
    return said


def _limited(work: Callable[[], Any], size: int) -> Any:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    return work()


def _fill(here: Path, base: Path, free: int) -> None:
    """Put a copy of the workspace on a disk of its own that takes ``free`` bytes more."""
    here.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(here)], check=True)
    shutil.copytree(base, here, dirs_exist_ok=True)
    disk = os.statvfs(here)
    (here / "ballast").write_bytes(bytes(max(0, disk.f_bavail * disk.f_bsize - free)))


def main(folder: Path, rounds: int, seed: int, *, full: bool) -> None:
    rng = random.Random(seed)
    base = folder / "base"
    _in_child(lambda: _make(base))
    old = _in_child(lambda: _state(base))
    for name, operation in OPERATIONS.items():
        clean = folder / f"clean-{name}"
        shutil.copytree(base, clean)
        begun = time.perf_counter()
        _in_child(lambda operation=operation, clean=clean: operation(clean) and None)
        seconds = time.perf_counter() - begun
        new = _in_child(lambda clean=clean: _state(clean))
        for at in range(rounds):
            for how in ("SIGINT", "SIGKILL", "limit", *(["full"] if full else [])):
                here = folder / f"{name}-{how}-{at}"
                size = rng.randrange(0, 60_000)
                if how == "full":
                    _fill(here, base, at * 40_000)
                else:
                    shutil.copytree(base, here)
                work = lambda operation=operation, here=here: operation(here) and None  # noqa: E731
                child, pipe = _fork(lambda work=work, how=how, size=size: _limited(work, size) if how == "limit" else work())
                if how.startswith("SIG"):
                    time.sleep(rng.uniform(0, seconds))
                    os.kill(child, getattr(signal, how))
                code, said = _answer(child, pipe)
                (here / "ballast").unlink(missing_ok=True)
                state = _in_child(lambda here=here: _state(here))
                again = None
                if state["rows"] == old["rows"]:
                    _in_child(work)
                    again = _in_child(lambda here=here: _state(here))
                line = {"what": name, "how": how, "code": code, "said": said, "state": state, "again": again, "old": old, "new": new}
                sys.stdout.write(json.dumps(line) + "\n")
                if how == "full":
                    subprocess.run(["umount", str(here)], check=True)
                else:
                    shutil.rmtree(here)


if __name__ == "__main__":
    assert pyarrow
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), full=sys.argv[4:] == ["full"])
