"""Candidates that do everything a candidate can do wrong: each is an error that says so, and no harm to the others."""

from __future__ import annotations

import contextlib
import os
import sys
import time
import unittest.mock
from collections.abc import Iterator
from pathlib import Path

import pytest

from regrade.candidates import Pool, budget, process
from regrade.candidates.worker.answers import Refused
from regrade.candidates.worker.candidate import find_function
from regrade.errors import CandidateError

from .conftest import SCHEMAS, Workspace, contents

CANDIDATES = {
    "exits": "import os\ndef predict(frame):\n    if 7 in list(frame['n']): os._exit(3)\n    return ['late'] * len(frame)",
    "killed": "import os, signal\ndef predict(frame):\n    os.kill(os.getpid(), signal.SIGKILL)",
    "hangs": "import time\ndef predict(frame):\n    time.sleep(600)",
    "few": "def predict(frame):\n    return ['late'] * (len(frame) - 1)",
    "many": "def predict(frame):\n    return ['late'] * (len(frame) + 1)",
    "nan": "def predict(frame):\n    return [float('nan') if n == 2 else 'late' for n in frame['n']]",
    "raises": "def predict(frame):\n    if 5 in list(frame['n']): raise ValueError('five is too much')\n    return ['late'] * len(frame)",
    "always": "def predict(frame):\n    raise KeyError('carrier')",
    "quits": "import sys\ndef predict(frame):\n    sys.exit(4)",
    "prints": "import os\ndef predict(frame):\n    print('rubbish ' * 1000)\n    os.system('echo shell rubbish')\n"
    "    os.write(1, b'\\0' * 100)\n    return ['late'] * len(frame)",
    "floods": "import sys\ndef predict(frame):\n    sys.stderr.write('x' * 2_000_000 + '\\nlast words')\n    return ['late'] * len(frame)",
    "speaks": "import os, sys\ndef predict(frame):\n    print('\\x1b]52;c;evil\\x07 the reason', file=sys.stderr)\n    os._exit(9)",
    "text": "def predict(frame):\n    return 'late'",
    "object": "def predict(frame):\n    return [object()] * len(frame)",
    "matrix": "import numpy as np\ndef predict(frame):\n    return np.zeros((len(frame), 3))",
    "changes": "def predict(frame):\n    frame['n'] = 0\n    frame.drop(columns=['x'], inplace=True)\n"
    "    if len(frame) > 1: raise ValueError('again')\n    return ['late'] * len(frame)",
    "greedy": "def predict(frame):\n    return [str(len(bytearray(3_000_000_000)))] * len(frame)",
    "sorted": "def predict(frame):\n    return frame.sort_values('n', ascending=False)['s']",
    "reindexed": "def predict(frame):\n    return frame.set_index('s')['x']",
    "writes": "import os\ndef predict(frame):\n    for fd in range(3, 40):\n        try: os.write(fd, b'{}' * 50)\n"
    "        except OSError: pass\n    return ['late'] * len(frame)",
    "lies": "import json, os, struct\ndef predict(frame):\n    text = json.dumps({'ok': True, 'values': [1, 2, 3, 4, 5]}).encode()\n"
    "    for fd in range(3, 40):\n        try: os.write(fd, struct.pack('>IQ', len(text), 0) + text)\n        except OSError: pass\n"
    "    import time; time.sleep(600)",
    "closes": "import os\ndef predict(frame):\n    os.closerange(0, 64)\n    import time; time.sleep(600)",
    "forks": "import os, sys, time\nfor _ in range(5):\n    if os.fork() == 0:\n        time.sleep(600)\ndef predict(frame):\n"
    "    for _ in range(5):\n        if os.fork() == 0:\n            os.write(2, b'child'); time.sleep(600)\n"
    "    return [str(os.getpgrp())] * len(frame)",
    "one": "def predict(frame):\n    return ['late'] * len(frame)",
    "ruled": "import os\ndef predict(frame):\n    return ['late'] * len(frame)\ndef apply(frame, predictions):\n    os._exit(3)",
    "outside": "import pandas as pd\ndef predict(frame):\n    return pd.DataFrame({'late': [1.2, 0.5, 0.5], 'on_time': 0.5})",
}
SETTINGS: dict[str, dict[str, object]] = {
    "hangs": {"timeout": 1.0},
    "greedy": {"memory_mb": 1_000},
    "ruled": {"postprocess": "ruled:apply"},
}


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """One pool for all of them: that none harms another is part of the test."""
    workspace = Workspace(tmp_path_factory.mktemp("misbehaviour"))
    for name, code in CANDIDATES.items():
        workspace.python(name, code, **SETTINGS.get(name, {}))
    yield workspace.pool()
    workspace.close()


def test_a_crash_is_an_error_of_the_example_that_causes_it(pool: Pool) -> None:
    outputs = pool.predict("exits", contents(20), SCHEMAS)

    assert [at for at, error in enumerate(outputs.errors) if error] == [7]
    assert "exit code 3" in str(outputs.errors[7])
    assert outputs.transient == {7}
    assert outputs.predictions.count("late") == 19


def test_a_killed_child_is_said_and_does_not_stop_the_next_request(pool: Pool) -> None:
    outputs = pool.predict("killed", contents(2), SCHEMAS)
    assert all("SIGKILL" in str(error) for error in outputs.errors)
    assert outputs.transient == {0, 1}

    assert pool.predict("one", contents(2), SCHEMAS).predictions == ["late", "late"]


def test_a_child_killed_between_two_requests_is_started_again(pool: Pool) -> None:
    pool.predict("one", contents(1), SCHEMAS)
    child = pool._members["one"]._child
    assert child is not None
    started = pool.started
    os.kill(child.pid, 9)

    assert pool.predict("one", contents(3), SCHEMAS).errors == [None] * 3
    assert pool.started == started + 1


def test_a_candidate_that_hangs_is_ended(pool: Pool) -> None:
    outputs = pool.predict("hangs", contents(3), SCHEMAS)

    assert all("within 1 s" in str(error) for error in outputs.errors)
    assert outputs.transient == {0, 1, 2}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("few", "9 predictions for 10 rows"),
        ("many", "11 predictions for 10 rows"),
        ("text", "4 predictions for 10 rows"),
        ("matrix", "shape (10, 3)"),
        ("reindexed", "index"),
    ],
)
def test_an_answer_of_the_wrong_shape_is_refused_as_a_whole(pool: Pool, name: str, said: str) -> None:
    with pytest.raises(CandidateError, match=r"^candidate " + name) as raised:
        pool.predict(name, contents(10), SCHEMAS)
    assert said in raised.value.what
    assert raised.value.exit_code == 3


def test_nan_is_an_error_of_its_example(pool: Pool) -> None:
    outputs = pool.predict("nan", contents(4), SCHEMAS)

    assert outputs.predictions == ["late", "late", None, "late"]
    assert outputs.errors[2] == "no prediction (missing or NaN)"
    assert outputs.transient == set()


def test_only_the_row_that_raises_is_an_error_and_few_calls_find_it(pool: Pool) -> None:
    outputs = pool.predict("raises", contents(1_000), SCHEMAS)

    assert [at for at, error in enumerate(outputs.errors) if error] == [5]
    assert outputs.errors[5] == "ValueError: five is too much (raises.py:2)"
    assert outputs.transient == set()  # it is that example's alone: asking again would say the same
    assert outputs.calls <= 22


def test_a_candidate_that_always_raises_is_given_up(pool: Pool) -> None:
    outputs = pool.predict("always", contents(1_000), SCHEMAS)

    assert all("KeyError: 'carrier'" in str(error) for error in outputs.errors)
    assert outputs.calls <= 210
    assert len(outputs.transient) > 500  # these were not tried alone, so nothing is surely known of them


def test_a_candidate_that_exits_by_itself_is_an_error(pool: Pool) -> None:
    assert pool.predict("quits", contents(1), SCHEMAS).errors == ["SystemExit: 4 (quits.py:3)"]


def test_what_is_printed_does_not_disturb_the_channel(pool: Pool, capfd: pytest.CaptureFixture[str]) -> None:
    assert pool.predict("prints", contents(3), SCHEMAS).predictions == ["late"] * 3
    assert pool.predict("floods", contents(3), SCHEMAS).predictions == ["late"] * 3
    assert capfd.readouterr() == ("", "")


def test_a_flood_of_two_megabytes_keeps_its_end_only(pool: Pool) -> None:
    pool.predict("floods", contents(3), SCHEMAS)
    child = pool._members["floods"]._child
    assert child is not None
    child.kill()
    child._drain.join(10)

    assert child.stderr().endswith("last words")
    assert len(child.stderr()) < 20_000


def test_last_words_reach_the_error_without_their_controls(pool: Pool) -> None:
    error = str(pool.predict("speaks", contents(1), SCHEMAS).errors[0])

    assert "exit code 9" in error
    assert "the reason" in error
    assert "\x1b" not in error
    assert "\x07" not in error


def test_what_is_no_json_is_an_error_of_each_example(pool: Pool) -> None:
    assert pool.predict("object", contents(2), SCHEMAS).errors == ["a prediction of type object"] * 2


def test_a_candidate_that_changes_its_frame_gets_a_fresh_one_for_each_call(pool: Pool) -> None:
    assert pool.predict("changes", contents(4), SCHEMAS).predictions == ["late"] * 4


def test_memory_is_limited(pool: Pool) -> None:
    outputs = pool.predict("greedy", contents(1), SCHEMAS)

    assert "MemoryError" in str(outputs.errors[0])
    assert outputs.transient == {0}


def test_a_sorted_answer_is_put_back_in_order(pool: Pool) -> None:
    assert pool.predict("sorted", contents(5), SCHEMAS).predictions == ["s0", "s1", "s2", "s3", "s4"]


def test_a_probability_that_is_none_is_an_error(pool: Pool) -> None:
    outputs = pool.predict("outside", contents(3), SCHEMAS)

    assert outputs.errors == ["the probability of 'late' is 1.2", None, None]
    assert outputs.scores[1] == {"late": 0.5, "on_time": 0.5}


def test_what_a_candidate_writes_on_the_channel_itself_is_no_answer(pool: Pool) -> None:
    outputs = pool.predict("writes", contents(1), SCHEMAS)
    assert "no answer on the channel" in str(outputs.errors[0])

    outputs = pool.predict("lies", contents(3), SCHEMAS)  # a whole message, but no answer to what was asked
    assert all("no answer on the channel" in str(error) for error in outputs.errors) and outputs.transient == {0, 1, 2}


def test_one_that_closes_its_parents_pipe_is_an_error_and_started_again(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_ENDING", 0.1)  # it does not end by itself
    outputs = pool.predict("closes", contents(2), SCHEMAS)
    assert all(outputs.errors) and outputs.transient == {0, 1}
    assert pool.predict("one", contents(1), SCHEMAS).predictions == ["late"]


def test_what_it_forks_does_not_answer_for_it_and_ends_with_it(pool: Pool) -> None:
    (group,) = pool.predict("forks", contents(1), SCHEMAS).predictions
    assert pool.predict("forks", contents(2), SCHEMAS).predictions == [group, group]
    assert len(members_of(int(group))) > 10
    pool._members["forks"].close()
    deadline = time.monotonic() + 30
    while members_of(int(group)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert members_of(int(group)) == []


def members_of(group: int) -> list[int]:
    """Return the living processes of a group."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, its = path.read_text().rpartition(")")[2].split()[:3]
            if int(its) == group and state != "Z":
                found.append(int(path.parent.name))
    return found


def test_no_file_of_ours_is_left_in_the_workspace(pool: Pool) -> None:
    pool.predict("one", contents(1), SCHEMAS)
    left = {path.name for path in Path(pool.root).iterdir()}

    assert left - {f"{name}.py" for name in CANDIDATES} <= {".regrade"}


def test_a_secret_that_was_cut_in_what_is_shown_is_taken_out_too(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message is cut at 600 characters: here after 30 of the secret."""
    secret = "".join(chr(97 + at * 7 % 26) + str(at % 10) for at in range(50))
    monkeypatch.setenv("SECRET", secret)
    workspace.python("tells", "import os\ndef predict(frame): raise ValueError('x' * 558 + os.environ['SECRET'])", env=["SECRET"])
    error = str(workspace.pool().predict("tells", contents(1), SCHEMAS).errors[0])

    assert "xxx…" in error
    assert not any(secret[at : at + 16] in error for at in range(len(secret)))


def test_what_may_be_spent_on_one_that_fails_is_spent_once_whoever_asks_in_parts(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "CRASHES", 3)
    monkeypatch.setattr(budget, "IN_VAIN", 0.0)
    for name, said in (("killed", "after 3 crashes; it was killed by SIGKILL"), ("hangs", "within 1 s"), ("always", "KeyError: 'carrier'")):
        spent, started = budget.Budget(), pool.started
        parts = [pool.predict(name, contents(2, at), SCHEMAS, budget=spent) for at in range(0, 12, 2)]
        assert said in spent.stopped and all(each.errors == [spent.stopped] * 2 for each in parts[4:]), name
        assert pool.started - started <= 3
    calls = sum(each.calls for each in parts)
    spent, started = budget.Budget(), pool.started
    ruled = [pool.predict("ruled", contents(2, at), SCHEMAS, budget=spent) for at in range(0, 12, 2)]
    assert not spent.stopped and all("after 3 crashes" in str(error) for each in ruled[4:] for error in each.errors)
    assert pool.started - started <= 4  # the model's process, and those of its rules
    assert 3 <= calls <= 9  # of the one that always raises: three requests, about two rows and each alone


def test_a_module_that_another_of_its_name_stands_in_for_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is imported before it goes first: here ``json``, in a warm process all that pandas and scikit-learn import."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in ("json", "only_ours"):
        (tmp_path / f"{name}.py").touch()

    with pytest.raises(Refused, match=r"module 'json' has no 'predict': another module of that name .*json.__init__\.py; give yours"):
        find_function("json", "predict", [str(tmp_path)])
    with unittest.mock.patch.dict(sys.modules), pytest.raises(Refused, match=r"module 'only_ours' has no 'predict'$"):
        find_function("only_ours", "predict", [str(tmp_path)])
