"""kill -9 in the middle of labelling: no acknowledged decision is lost, none is half applied."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from regrade.evalset import EvalSet

KILLS = 50

LABELS_FOR_EVER = """
import itertools, sys
from pathlib import Path
from regrade.evalset import EvalSet

evalset = EvalSet.open(Path(sys.argv[1]), actor="ann", task_kind="classification")
for n in itertools.count():
    keys = [f"{sys.argv[2]}.{n}.{part}" for part in range(1 + n % 40)]
    evalset.label(keys, "storm")
    sys.stdout.write(f"{sys.argv[2]}.{n} {len(keys)}\\n")
    sys.stdout.flush()
    if n % 25 == 24:
        evalset.seal()
"""


def test_fifty_kills_lose_nothing(tmp_path: Path) -> None:
    folder, chance = tmp_path / "evalset", random.Random(7)
    acknowledged: dict[str, int] = {}
    for kill in range(KILLS):
        with subprocess.Popen([sys.executable, "-c", LABELS_FOR_EVER, folder, str(kill)], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            said = [process.stdout.readline()]  # it is labelling
            time.sleep(chance.random() * 0.03)
            process.kill()
            said += process.stdout.readlines()
        whole = [line.split() for line in said if line.endswith("\n")]
        acknowledged.update((name, int(size)) for name, size in whole)
    with EvalSet.open(folder, actor="ann", task_kind="classification") as evalset:
        state = evalset.state
        found: dict[str, int] = {}
        for key in state.decided_keys():
            assert state.status(key) == "labelled"
            found[key.rpartition(".")[0]] = found.get(key.rpartition(".")[0], 0) + 1
        n_events, version = state.n_events, evalset.version
    lost = {name for name, size in acknowledged.items() if found.get(name) != size}
    half = {name for name, size in found.items() if size != 1 + int(name.partition(".")[2]) % 40}
    assert (lost, half) == (set(), set())
    assert len(acknowledged) > 2 * KILLS
    assert n_events - len(acknowledged) <= KILLS  # at most the one that each kill met between the disk and the word
    assert not list((folder / ".open").glob("*.jsonl"))
    with EvalSet.open(folder, actor="bob", task_kind="classification", read_only=True) as again:
        assert (again.state.n_events, again.version) == (n_events, version)
