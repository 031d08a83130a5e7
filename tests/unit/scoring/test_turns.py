"""Two processes that score at once: what one computes, the other finds."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from regrade.scoring.answering import FEW
from regrade.scoring.turns import turn

from .conftest import COUNTING, Bench

SCORE = """
import sys
import regrade
with regrade.open(sys.argv[1], allow_code=True) as workspace:
    sys.stdin.readline()
    scored = workspace.score(["rules"])
    assert scored.runs["rules"].errors == 0
    print(scored.runs["rules"].predicted)
"""


def test_what_two_processes_want_at_once_is_computed_once(bench: Bench) -> None:
    slow = COUNTING.replace("    return", "    import time; time.sleep(0.5)\n    return")
    bench.python("rules", slow)
    (bench.root / "regrade.toml").write_text(bench.toml)
    bench.promote(FEW + 14, outcome="late")
    bench.evalset.close()
    command = [sys.executable, "-c", SCORE, str(bench.root)]
    both = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for each in both:  # both have imported what they need before either scores
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    said = [each.communicate(timeout=60)[0].strip() for each in both]

    assert sorted(said) == ["0", str(FEW + 14)]
    assert sum(bench.calls) == FEW + 14


def test_a_turn_is_waited_for_until_it_is_free_or_nobody_wants_it(tmp_path: Path) -> None:
    entered, leave, stopped = threading.Event(), threading.Event(), threading.Event()

    def hold() -> None:
        with turn(tmp_path, "ab" * 32, lambda: False, lambda: 0) as waited:
            assert not waited
            entered.set()
            leave.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    assert entered.wait(30)
    with turn(tmp_path, "cd" * 32, lambda: False, lambda: 0) as waited:  # another candidate has a turn of its own
        assert not waited
    stopped.set()
    with turn(tmp_path, "ab" * 32, stopped.is_set, lambda: 0) as waited:  # cancelled: not waited for
        assert waited
    with turn(tmp_path, "ab" * 32, lambda: False, lambda: 0, patience=0.0) as waited:  # nothing moves: computed twice rather than never
        assert waited
    threading.Timer(0.2, leave.set).start()
    with turn(tmp_path, "ab" * 32, lambda: False, lambda: 0) as waited:
        assert waited and leave.is_set()
    holder.join()


def test_where_no_lock_can_be_made_nobody_waits(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with turn(blocked, "ab" * 32, lambda: False, lambda: 0) as waited:
        assert not waited


def test_a_process_that_dies_lets_go(tmp_path: Path) -> None:
    code = "import os,sys; from pathlib import Path; from regrade.scoring.turns import turn\n"
    code += "with turn(Path(sys.argv[1]), 'ab' * 32, lambda: False, lambda: 0): print('in', flush=True); sys.stdin.readline()"
    command = [sys.executable, "-c", code, str(tmp_path)]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None and holder.stdout.readline() == "in\n"
    os.kill(holder.pid, 9)
    holder.communicate()
    with turn(tmp_path, "ab" * 32, lambda: False, lambda: 0, patience=60.0) as waited:
        assert not waited
