"""Processes: what they are given, how they are started, and that none outlives what it was started for."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pyarrow as pa
import pytest

from regrade.candidates import Pool, ask, launch, member
from regrade.candidates.launch import Launcher
from regrade.errors import CandidateError
from regrade.log.content import Content
from regrade.log.schema import Schema

from .conftest import COUNTING, SCHEMAS, STARTERS, Workspace, contents


@pytest.fixture(autouse=True)
def own_starters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each pool starts what it needs, as it does for people: that is what these tests are about."""
    monkeypatch.setattr(STARTERS, "on", False)


linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

SLEEPS = """
import os, subprocess, time
from pathlib import Path

def predict(frame):
    child = subprocess.Popen(["sleep", "600"])
    Path("pids.part").write_text(f"{os.getpid()} {os.getppid()} {child.pid}")
    os.rename("pids.part", "pids")
    time.sleep(600)
"""


def alive(pid: int) -> bool:
    """Is there such a process, and is it more than an entry that nobody has read yet?"""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition: Callable[[], bool], seconds: float = 30.0) -> bool:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def cold(workspace: Workspace) -> Pool:
    """Return a pool that starts candidates as it would where forking is not safe."""
    pool = workspace.pool()
    pool._launcher = Launcher(workspace.root, warm=False)
    return pool


def test_a_candidate_sees_inputs_and_nothing_else(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKEN", "secret")
    workspace.python(
        "tells", "import os\ndef predict(frame):\n    return [str((list(frame.columns), os.getcwd(), sorted(os.environ)))] * len(frame)"
    )
    asked = contents(1, outcome="late", prediction="late", time="2013-07-01", model="prod", source="x")
    columns, folder, environment = eval(str(workspace.pool().predict("tells", asked, SCHEMAS).predictions[0]))

    assert columns == ["x", "n", "s"]
    assert folder == str(workspace.root)
    assert "API_TOKEN" not in environment
    assert "OMP_NUM_THREADS" in environment
    assert set(environment) <= {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "PYTHONHASHSEED", "ARROW_DEFAULT_MEMORY_POOL"} | {
        name for name in environment if name.endswith("_THREADS")
    }


def test_a_module_named_like_one_of_ours_is_the_candidates_own(workspace: Workspace) -> None:
    (workspace.root / "channel.py").write_text("ANSWER = 'mine'")
    workspace.python("serve", "import channel\ndef predict(frame):\n    return [channel.ANSWER] * len(frame)")

    assert workspace.pool().predict("serve", contents(1), SCHEMAS).predictions == ["mine"]


def test_frames_have_the_dtypes_of_the_log_whatever_the_batch_holds(workspace: Workspace) -> None:
    workspace.python("tells", "def predict(frame):\n    return [str(frame.dtypes['n'])] * len(frame)")
    schema = Schema.of(pa.schema([("n", pa.int64())]), {"n": True})
    asked = [("a", Content(inputs={"n": 1}, schema=schema.hash)), ("b", Content(inputs={"n": None}, schema=schema.hash))]
    pool = workspace.pool()

    assert pool.predict("tells", asked[:1], {schema.hash: schema.encoded}).predictions == ["Int64"]
    assert pool.predict("tells", asked, {schema.hash: schema.encoded}).predictions == ["Int64", "Int64"]


def test_examples_of_several_schemas_are_answered_in_their_order(workspace: Workspace) -> None:
    workspace.python("tells", "def predict(frame):\n    return [str(v) for v in frame['n']]")
    schema = Schema.of(pa.schema([("n", pa.string())]), {})
    other = [(f"o{at}", Content(inputs={"n": f"text {at}"}, schema=schema.hash)) for at in range(2)]
    asked = [contents(1)[0], other[0], contents(1, start=1)[0], other[1], ("gone", Content(inputs={}, schema="f" * 64))]
    outputs = workspace.pool().predict("tells", asked, {**SCHEMAS, schema.hash: schema.encoded})

    assert outputs.predictions == ["0", "text 0", "1", "text 1", None]
    assert "schema" in str(outputs.errors[4])


def test_inputs_that_cannot_be_read_are_errors_of_their_example(workspace: Workspace) -> None:
    workspace.python("count", COUNTING)
    asked = contents(3)
    asked[1] = ("bad", Content(inputs={"x": "no number", "n": 1, "s": ""}, schema=asked[0][1].schema))
    outputs = workspace.pool().predict("count", asked, SCHEMAS)

    assert [error is None for error in outputs.errors] == [True, False, True]
    assert workspace.calls == [2]


def test_a_plain_start_answers_the_same(workspace: Workspace) -> None:
    workspace.python("count", COUNTING)
    warm = workspace.pool()
    plain = cold(workspace)
    warm_outputs, plain_outputs = (pool.predict("count", contents(10), SCHEMAS) for pool in (warm, plain))

    assert plain_outputs.predictions == warm_outputs.predictions
    assert plain.fingerprint("count").parts["files"] == warm.fingerprint("count").parts["files"]
    assert plain.fingerprint("count").hash == warm.fingerprint("count").hash


def test_an_interpreter_that_is_none_is_said(workspace: Workspace) -> None:
    (workspace.root / "python").write_text("#!/bin/sh\necho no python here >&2\nexit 5\n")
    (workspace.root / "python").chmod(0o755)
    workspace.python("count", COUNTING, interpreter="python")

    with pytest.raises(CandidateError, match="exit code 5") as raised:
        workspace.pool().predict("count", contents(1), SCHEMAS)
    assert "no python here" in str(raised.value)


def test_progress_and_cancelling_keep_what_is_there(workspace: Workspace) -> None:
    workspace.python("count", COUNTING)
    told: list[tuple[int, int]] = []
    outputs = workspace.pool().predict(
        "count", contents(3_000), SCHEMAS, progress=lambda done, total: told.append((done, total)), cancelled=lambda: bool(told)
    )

    assert told[0] == (ask.FIRST_CHUNK, 3_000)
    assert outputs.errors[: ask.FIRST_CHUNK] == [None] * ask.FIRST_CHUNK
    assert set(outputs.errors[ask.FIRST_CHUNK :]) == {"not asked: it was cancelled"}
    assert outputs.transient == set(range(ask.FIRST_CHUNK, 3_000))
    assert workspace.calls == [ask.FIRST_CHUNK]


def test_a_request_under_way_is_cancelled_too(workspace: Workspace) -> None:
    workspace.python("sleeps", SLEEPS)
    outputs = workspace.pool().predict("sleeps", contents(1), SCHEMAS, cancelled=(workspace.root / "pids").exists)

    assert outputs.errors == ["not asked: it was cancelled"]


def test_a_candidate_that_never_finishes_loading_is_given_up(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(member, "_LOADING", 1.0)
    workspace.python("stuck", "import time\ntime.sleep(600)", timeout=1.0)

    with pytest.raises(CandidateError, match="cannot be loaded: it gave no answer within 1 s"):
        workspace.pool().predict("stuck", contents(1), SCHEMAS)


def test_closing_while_somebody_waits_for_an_answer_ends_the_wait(workspace: Workspace) -> None:
    workspace.python("sleeps", SLEEPS)
    pool, found = workspace.pool(), []
    thread = threading.Thread(target=lambda: found.append(pool.predict("sleeps", contents(1), SCHEMAS).errors))
    thread.start()
    assert wait_until((workspace.root / "pids").exists)
    pool.close()
    thread.join(20)

    assert "SIGKILL" in str(found)


def test_nothing_is_started_any_more_for_whoever_still_waits_when_it_is_closed(workspace: Workspace) -> None:
    workspace.python("sleeps", SLEEPS)
    pool, found = workspace.pool(), list[str]()

    def ask_about_two() -> None:
        with pytest.raises(CandidateError) as raised:  # after its end it would have been asked about each of them alone
            pool.predict("sleeps", contents(2), SCHEMAS)
        found.append(raised.value.what)

    thread = threading.Thread(target=ask_about_two)
    thread.start()
    assert wait_until((workspace.root / "pids").exists)
    pool.close()
    thread.join(20)

    assert found == ["its interpreter cannot be started: its workspace was closed"] and pool.started == 1


def test_two_candidates_are_asked_at_once(workspace: Workspace) -> None:
    meet = """
    import os, time
    def predict(frame):
        open("NAME.here", "w").close()
        until = time.monotonic() + 30
        while not os.path.exists("OTHER.here"):
            if time.monotonic() > until: return ["alone"]
            time.sleep(0.01)
        return ["together"]
    """
    workspace.python("a", meet.replace("NAME", "a").replace("OTHER", "b"))
    workspace.python("b", meet.replace("NAME", "b").replace("OTHER", "a"))
    pool, found = workspace.pool(), {}
    threads = [threading.Thread(target=lambda n=n: found.update({n: pool.predict(n, contents(1), SCHEMAS).predictions})) for n in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert found == {"a": ["together"], "b": ["together"]}


@linux
def test_closing_the_pool_ends_every_process(workspace: Workspace) -> None:
    workspace.python("sleeps", SLEEPS, timeout=1.0)
    pool = workspace.pool()
    pool.predict("sleeps", contents(1), SCHEMAS)
    pids = [int(pid) for pid in (workspace.root / "pids").read_text().split()]
    assert wait_until(lambda: not alive(pids[0]) and not alive(pids[2]))  # timed out: it and what it started
    assert alive(pids[1])  # the starter

    pool.close()
    assert not alive(pids[1])


@linux
def test_a_starter_that_was_killed_is_replaced(workspace: Workspace) -> None:
    workspace.python("count", COUNTING)
    pool = workspace.pool()
    pool.predict("count", contents(1), SCHEMAS)
    starter = pool._launcher._starters[""]._process
    child = pool._members["count"]._child
    assert child is not None
    starter.kill()
    assert wait_until(lambda: not alive(child.pid))  # its children go with it

    assert pool.predict("count", contents(1), SCHEMAS).errors == [None]
    assert pool.notice == ""


@linux
def test_a_late_answer_of_the_starter_is_not_the_next_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(STARTERS, "on", True)
    starter = STARTERS.prepare(Launcher(tmp_path), "", full=False)
    assert starter is not None
    ended, runs = starter.fork(), starter.fork()
    os.kill(ended.pid, signal.SIGKILL)
    assert wait_until(lambda: not alive(ended.pid))
    os.kill(starter._process.pid, signal.SIGSTOP)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(launch, "_TELLING", 0.05)
            assert starter._status(ended.pid) is None  # nobody could say
    finally:
        os.kill(starter._process.pid, signal.SIGCONT)

    assert starter._status(runs.pid) is None  # and not how the other one ended
    for child in (ended, runs):
        child.kill()


@linux
def test_a_starter_is_asked_through_a_descriptor_of_any_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(STARTERS, "on", True)
    starter = STARTERS.prepare(Launcher(tmp_path), "", full=False)
    assert starter is not None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        many = socket.socket(fileno=fcntl.fcntl(starter._channel, fcntl.F_DUPFD, 1_100))
        with many, pytest.MonkeyPatch.context() as patch:
            patch.setattr(starter, "_channel", many)
            child = starter.fork()
            child.kill()
            assert child._status == -signal.SIGKILL
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@linux
@pytest.mark.parametrize("warm", [True, False])
def test_nothing_is_left_when_regrade_is_killed(workspace: Workspace, warm: bool) -> None:
    workspace.python("sleeps", SLEEPS)
    script = f"""
    import sys
    sys.path.insert(0, {str(Path(__file__).parents[3])!r})
    from pathlib import Path
    from regrade.candidates.launch import Launcher
    from tests.unit.candidates.conftest import SCHEMAS, Workspace, contents
    workspace = Workspace(Path({str(workspace.root)!r}))
    workspace.toml = {workspace.toml!r}
    pool = workspace.pool()
    if not {warm}:
        pool._launcher = Launcher(workspace.root, warm=False)
    pool.predict("sleeps", contents(1), SCHEMAS)
    """
    process = subprocess.Popen([sys.executable, "-c", dedent(script)], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    try:
        assert wait_until((workspace.root / "pids").exists, 60)
        pids = [int(pid) for pid in (workspace.root / "pids").read_text().split()]
        assert all(map(alive, pids))
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()

    assert wait_until(lambda: not any(map(alive, pids))), [pid for pid in pids if alive(pid)]


def test_importing_the_layer_is_light() -> None:
    heavy = ("pandas", "sklearn", "pyarrow", "numpy", "sqlite_utils")
    code = f"import sys, regrade.candidates; print([name for name in {heavy} if name in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)

    assert found.stdout.strip() == "[]", found.stderr
