"""Candidates that are a program: JSON lines in, JSON lines out, in any language, with everything that can go wrong between."""

from __future__ import annotations

import hashlib
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from regrade.candidates import Pool, is_trusted, trust
from regrade.candidates.worker import command as worker_command
from regrade.errors import CandidateError, NotTrustedError

from .conftest import SCHEMAS, Workspace, contents

AWK = """
{
  match($0, /"id": *[0-9]+/); id = substr($0, RSTART, RLENGTH); sub(/.*: */, "", id)
  match($0, /"x": *[0-9.]+/); x = substr($0, RSTART, RLENGTH); sub(/.*: */, "", x)
  printf "{\\"id\\": %s, \\"prediction\\": \\"%s\\", \\"tokens\\": 3, \\"cost\\": 0.5}\\n", id, (x > 0.45 ? "late" : "on_time")
}
"""
NODE = """
const lines = require("fs").readFileSync(0, "utf8").trim().split("\\n").map(JSON.parse)
for (const {id, inputs} of lines.reverse()) {
  const p = Math.min(1, inputs.n / 10)
  console.log(JSON.stringify({id, prediction: p >= 0.5 ? "late" : "on_time", scores: {late: p, on_time: 1 - p}}))
}
"""
HEAD = """
import json, os, sys, time
rows = (json.loads(line) for line in sys.stdin)
def say(**answer): print(json.dumps(answer), flush=True)
"""
PROGRAMS = {
    "order": "for row in rows: say(prediction=row['inputs']['s'])",
    "fields": "for row in rows: say(id=row['id'], prediction=','.join(sorted(row)) + ':' + ','.join(sorted(row['inputs'])))",
    "mixed": "for row in rows:\n    n = row['inputs']['n']\n"
    "    say(**[dict(prediction='late', score=0.7), dict(error='no idea'), dict(predicton='late'),\n"
    "      dict(prediction=None), dict(prediction='late', scores={'late': 2}), dict(prediction='late', scores=[1]),\n"
    "      dict(prediction='late', cost=-1)][n], id=row['id'])",
    "large": "rows = list(rows)\nfor row in rows: say(id=row['id'], prediction='y' * 200_000)",
    "echo": "for row in rows: say(id=row['id'], prediction=row['inputs']['s'], explanation='z' * 5_000)",
    "crash": "rows = list(rows)\nfor row in rows:\n    if row['inputs']['n'] == 7:\n        sys.exit(3)\n"
    "    say(id=row['id'], prediction='late')",
    "killed": "for row in rows:\n    if row['inputs']['n'] == 2: os.kill(os.getpid(), 9)\n    say(prediction='late')",
    "fewer": "for row in list(rows)[1:]: say(prediction='late')",
    "more": "for row in rows:\n    say(prediction='late')\n    say(prediction='late')",
    "twice": "for row in rows:\n    say(id=row['id'], prediction='late')\n    say(id=row['id'], prediction='late')",
    "unknown": "for row in rows: say(id=row['id'] + 1000, prediction='late')",
    "some": "for row in rows: say(**({'id': row['id']} if row['inputs']['n'] % 2 else {}), prediction='late')",
    "rubbish": "print('Loading the \\x1b[31mmodel ...')\nfor row in rows: say(prediction='late')",
    "repeats": 'for row in rows: print(\'{"prediction": "late", "prediction": "on_time"}\')',
    "endless": "while True: sys.stdout.write('x' * 65536)",
    "yes": 'while True: print(\'{"prediction": "late"}\')',
    "floods": "for row in rows:\n    sys.stderr.write('w' * 300_000 + '\\n')\n    say(prediction='late')",
    "fails": "print('\\x1b]0;evil\\x07the key is ' + os.environ['SECRET_KEY'], file=sys.stderr)\nsys.exit(9)",
    "hangs": "say(id=next(rows)['id'], prediction='late')\ntime.sleep(600)",
    "silent": "time.sleep(600)",
    "forks": "import subprocess\nfor row in rows: pass\nif os.fork() == 0:\n    os.setsid()\n    stray = os.fork()\n"
    "    if stray: open('stray.txt', 'w').write(str(stray))\n    else: time.sleep(600)\n    os._exit(0)\nos.wait()\nsay(prediction='late')",
    "patricide": "for row in rows:\n    os.kill(os.getppid(), 9)\n    time.sleep(600)",
    "closes": "os.close(1)\nos.close(0)\ntime.sleep(0.05)\nsys.exit(5)",
    "environment": "for row in rows: say(prediction=','.join(sorted(os.environ)))",
    "given": "for row in rows: say(prediction=os.environ['SECRET_KEY'])",
    "greedy": "for row in rows: say(prediction=str(len(bytearray(3_000_000_000))))",
    "stays": "import random\nme = str(os.getpid())\nfor line in sys.stdin: say(id=json.loads(line)['id'], prediction=me)",
    "folder": "for row in rows: say(prediction=os.getcwd())",
}
SETTINGS = {
    "hangs": "timeout = 3.0",
    "silent": "timeout = 0.4",
    "greedy": "memory_mb = 1000",
    "stays": "keep_running = true",
    "given": 'env = ["SECRET_KEY"]',
    "fails": 'env = ["SECRET_KEY"]',
}


def programs(workspace: Workspace) -> None:
    (workspace.root / "ask.awk").write_text(AWK)
    (workspace.root / "ask.js").write_text(NODE)
    workspace.toml += '[candidates.awk]\ncommand = ["awk", "-f", "ask.awk"]\nversion = "1"\n'
    workspace.toml += '[candidates.node]\ncommand = ["node", "ask.js"]\nversion = "1"\n'
    for name, code in PROGRAMS.items():
        (workspace.root / f"{name}.py").write_text(HEAD + code + "\n")
        said = f'[candidates.{name}]\ncommand = ["{sys.executable}", "-S", "{name}.py"]\nversion = "1"\n'
        workspace.toml += said + SETTINGS.get(name, "") + "\n"


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """One pool for all of them: that none harms another is part of the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET_KEY", "hunter2hunter2")
        workspace = Workspace(tmp_path_factory.mktemp("command"))
        programs(workspace)
        yield workspace.pool()
        workspace.close()


def test_awk_answers(pool: Pool) -> None:
    outputs = pool.predict("awk", contents(10), SCHEMAS)

    assert outputs.errors == [None] * 10
    assert outputs.predictions == ["on_time"] * 5 + ["late"] * 5
    assert (outputs.tokens, outputs.cost, outputs.calls) == (30, 5.0, 1)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed here; awk and Python are")
def test_node_answers_in_another_order_with_probabilities(pool: Pool) -> None:
    outputs = pool.predict("node", contents(10), SCHEMAS)

    assert outputs.predictions == ["on_time"] * 5 + ["late"] * 5
    assert outputs.scores[3] == {"late": 0.3, "on_time": 0.7}


def test_answers_without_an_id_are_in_order(pool: Pool) -> None:
    assert pool.predict("order", contents(4), SCHEMAS).predictions == ["s0", "s1", "s2", "s3"]


def test_it_is_told_inputs_and_a_number_and_nothing_else(pool: Pool) -> None:
    examples = contents(1, outcome="late", prediction="on_time", scores={"late": 0.9})

    assert pool.predict("fields", examples, SCHEMAS).predictions == ["id,inputs:n,s,x"]


def test_each_row_has_its_own_error(pool: Pool) -> None:
    outputs = pool.predict("mixed", contents(7), SCHEMAS)

    assert outputs.predictions == ["late"] + [None] * 6
    assert outputs.scores[0] == {"late": 0.7}
    assert outputs.errors[1:] == [
        "it says: no idea",
        "its answer has no 'prediction', it has 'predicton'",
        "no prediction (missing or NaN)",
        "the probability of 'late' is 2.0",
        "its scores are no object of class and probability: [1]",
        "its cost are no amount: -1",
    ]


def test_more_than_the_pipes_hold_goes_in_and_out_at_once(pool: Pool) -> None:
    large = contents(30)
    for _, content in large:
        content.inputs["s"] = "é" * 100_000
    outputs = pool.predict("echo", large, SCHEMAS)

    assert outputs.errors == [None] * 30
    assert outputs.predictions == ["é" * 100_000] * 30
    assert pool.predict("large", contents(30), SCHEMAS).predictions == ["y" * 200_000] * 30


def test_only_the_row_that_crashes_it_is_an_error_and_nothing_is_asked_twice_in_vain(pool: Pool) -> None:
    outputs = pool.predict("crash", contents(20), SCHEMAS)

    assert [at for at, error in enumerate(outputs.errors) if error] == [7]
    assert outputs.errors[7] == "it ended with exit code 3 before it gave an answer"
    assert outputs.transient == {7}
    assert outputs.calls <= 8

    killed = pool.predict("killed", contents(5), SCHEMAS)
    assert [at for at, error in enumerate(killed.errors) if error] == [2]
    assert "signal 9" in str(killed.errors[2])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("fewer", "4 answers for 5 examples, and no `id`"),
        ("more", "more answers than the 5"),
        ("twice", "`id` 0 twice"),
        ("unknown", "an `id` that it was not asked about: 1000"),
        ("some", "some of its answers have an `id` and some have none"),
        ("rubbish", "no answer on standard output: Loading the ␛[31mmodel"),
        ("repeats", "no answer on standard output"),
        ("endless", "a line of more than 8 MB"),
        ("yes", "more answers than the 5"),
    ],
)
def test_what_is_no_answer_is_refused_as_a_whole(pool: Pool, name: str, said: str) -> None:
    with pytest.raises(CandidateError, match=r"^candidate " + name) as raised:
        pool.predict(name, contents(5), SCHEMAS)
    assert said in raised.value.what
    assert pool.predict("order", contents(1), SCHEMAS).predictions == ["s0"]


def test_a_flood_on_standard_error_holds_nothing_up(pool: Pool, capfd: pytest.CaptureFixture[str]) -> None:
    assert pool.predict("floods", contents(20), SCHEMAS).errors == [None] * 20
    assert capfd.readouterr() == ("", "")


def test_what_was_answered_before_the_time_was_up_is_kept(pool: Pool) -> None:
    outputs = pool.predict("hangs", contents(40), SCHEMAS)

    assert outputs.predictions[0] == "late"
    assert all("no answer within 2.7 s" in str(error) for error in outputs.errors[1:])
    assert outputs.transient == set(range(1, 40))
    assert outputs.calls == 1  # and the second batch was not tried

    assert "no answer within" in str(pool.predict("silent", contents(1), SCHEMAS).errors[0])


def test_its_last_words_are_shown_without_controls_and_without_secrets(pool: Pool) -> None:
    outputs = pool.predict("fails", contents(1), SCHEMAS)
    child = pool._members["fails"]._child
    assert child is not None
    child.kill()
    child._drain.join(5)
    error = str(pool._members["fails"].failed("it failed", child.stderr()))

    assert "exit code 9" in str(outputs.errors[0])
    assert "the key is …" in error
    assert "hunter2" not in error
    assert "\x1b" not in error


def test_it_sees_no_environment_but_what_is_named(pool: Pool) -> None:
    seen = str(pool.predict("environment", contents(1), SCHEMAS).predictions[0]).split(",")

    assert "PATH" in seen
    assert "SECRET_KEY" not in seen
    assert set(seen) <= {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "PYTHONHASHSEED", "ARROW_DEFAULT_MEMORY_POOL"} | {
        each for each in seen if each.endswith("_THREADS")
    }
    assert pool.predict("given", contents(1), SCHEMAS).predictions == ["hunter2hunter2"]


def test_it_runs_in_the_workspace_within_its_memory(pool: Pool) -> None:
    assert pool.predict("folder", contents(1), SCHEMAS).predictions == [str(pool.root)]
    assert "exit code 1" in str(pool.predict("greedy", contents(1), SCHEMAS).errors[0])


def test_one_that_is_kept_running_is_started_once(pool: Pool) -> None:
    first = pool.predict("stays", contents(3), SCHEMAS).predictions
    second = pool.predict("stays", contents(3, start=10), SCHEMAS).predictions

    assert set(first) == set(second)
    assert len(set(first)) == 1


def test_one_that_ends_its_parent_harms_itself_alone(pool: Pool) -> None:
    assert "SIGKILL" in str(pool.predict("patricide", contents(1), SCHEMAS).errors[0])
    assert "exit code 5" in str(pool.predict("closes", contents(1), SCHEMAS).errors[0])
    assert pool.predict("order", contents(1), SCHEMAS).predictions == ["s0"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells whose child an orphan was")
def test_a_process_that_slipped_away_ends_with_its_candidate(workspace: Workspace) -> None:
    programs(workspace)
    pool = workspace.pool()
    assert pool.predict("forks", contents(1), SCHEMAS).predictions == ["late"]
    stray = int((workspace.root / "stray.txt").read_text())

    pool.close()
    until = time.monotonic() + 60
    while time.monotonic() < until and _alive(stray):
        time.sleep(0.01)
    assert not _alive(stray)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_program_that_cannot_be_started_says_why(workspace: Workspace) -> None:
    (workspace.root / "plain").write_text("echo")
    (workspace.root / "empty").write_text("what is this?\n")
    (workspace.root / "empty").chmod(0o755)
    for name, word in (("nowhere", "./nowhere"), ("plain", "./plain"), ("empty", "./empty")):
        workspace.toml += f'[candidates.{name}]\ncommand = ["{word}"]\n'
    pool = workspace.pool()

    for name, said in (("nowhere", "there is no such program"), ("plain", "not executable"), ("empty", "#!/bin/sh")):
        with pytest.raises(CandidateError, match=said):
            pool.predict(name, contents(1), SCHEMAS)


def test_it_needs_trust_and_a_changed_script_needs_it_again(workspace: Workspace) -> None:
    programs(workspace)
    pool = workspace.pool(allow_code=False)
    with pytest.raises(NotTrustedError, match=r"look at ask\.awk"):
        pool.predict("awk", contents(1), SCHEMAS)

    trust(workspace.root, "awk", workspace.config())
    assert pool.predict("awk", contents(1), SCHEMAS).predictions == ["on_time"]
    (workspace.root / "ask.awk").write_text('{ print "{}" > "ran" }')
    with pytest.raises(NotTrustedError, match="changed since"):
        pool.predict("awk", contents(1), SCHEMAS)
    assert not (workspace.root / "ran").exists()


def test_another_command_or_variable_needs_trust_again(workspace: Workspace) -> None:
    programs(workspace)
    trust(workspace.root, "awk", workspace.config())
    before = workspace.toml
    for old, new in (('"ask.awk"]', '"ask.awk", "-v"]'), ('"ask.awk"]\n', '"ask.awk"]\nenv = ["HOME_KEY"]\n')):
        workspace.toml = before.replace(old, new)
        assert not is_trusted(workspace.root, "awk", workspace.config())
    workspace.toml = before.replace('version = "1"', 'version = "2"')
    assert is_trusted(workspace.root, "awk", workspace.config())


def test_a_script_that_is_swapped_between_two_batches_does_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    script = tmp_path / "ask"
    script.write_text('#!/bin/sh\nwhile read line; do echo \'{"prediction": "late"}\'; done\n')
    script.chmod(0o755)
    known = {str(script): hashlib.sha256(script.read_bytes()).hexdigest()}
    asked = worker_command.Command(["./ask"], False, known, 10.0, None)
    assert asked.answer_rows([{"x": 1}]).values == ["late"]

    script.write_text("#!/bin/sh\ntouch ran\n")
    with pytest.raises(worker_command.Refused, match="has changed since it was hashed"):
        asked.answer_rows([{"x": 1}])
    assert not (tmp_path / "ran").exists()


def test_a_variable_that_is_not_set_is_said(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    programs(workspace)
    with pytest.raises(CandidateError, match="the environment variable SECRET_KEY is not set") as raised:
        workspace.pool().predict("given", contents(1), SCHEMAS)
    assert "candidates.given" in raised.value.where


def test_the_worker_itself_does_not_wait_on_a_full_pipe(tmp_path: Path) -> None:
    """Without regrade around it: 20 MB in before the first answer is read, 20 MB out."""
    script = tmp_path / "echo.py"
    script.write_text(
        dedent("import sys\nlines = sys.stdin.buffer.readlines()\nsys.stdout.buffer.write(b'{\"prediction\": 1}\\n' * len(lines))\n")
    )
    asked = worker_command.Command([sys.executable, "-S", str(script)], False, {}, 60.0, None)

    answers = asked.answer_rows([{"text": "x" * 1_000}] * 20_000)
    assert answers.values == [1] * 20_000
    assert answers.calls == 1
