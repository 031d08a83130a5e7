"""Journals and segments on a real disk: what is sealed, followed, refused, and kept when somebody interferes."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from regrade.errors import DataError, IntegrityError
from regrade.evalset import EvalSet, files, journal
from regrade.evalset.journal import whole_lines

from .conftest import SCHEMAS, item

Opener = Callable[..., EvalSet]


def segments(folder: Path) -> list[Path]:
    return sorted((folder / "segments").rglob("*.jsonl"))


def journals(folder: Path) -> list[Path]:
    return sorted((folder / ".open").glob("*.jsonl"))


def die(evalset: EvalSet) -> None:
    """Let go as a killed process does: nothing sealed."""
    evalset._session._journal.close()
    evalset._session._journal = None
    evalset._session.why_read_only = "it is dead"


def test_opening_writes_no_decision_and_tells_git(evalset: EvalSet, folder: Path) -> None:
    assert (folder / ".gitattributes").read_text() == "* -text\n"
    assert (folder / ".gitignore").read_text() == ".open/\n"
    assert sorted(each.name for each in folder.iterdir()) == [".gitattributes", ".gitignore", ".open"]
    assert list((folder / ".open").iterdir()) == []
    assert evalset.undo() == []
    assert journals(folder) == []


def test_git_ignores_journals_and_carries_segments(evalset: EvalSet, folder: Path) -> None:
    evalset.label(["a"], "m")
    evalset.seal()
    evalset.label(["b"], "m")
    subprocess.run(["git", "init", "-q", folder.parent], check=True)
    listed = subprocess.run(
        ["git", "-C", folder.parent, "ls-files", "-o", "--exclude-standard"], check=True, capture_output=True, text=True
    ).stdout
    assert len(segments(folder)) == len(journals(folder)) == 1
    assert sorted(listed.split()) == ["evalset/.gitattributes", "evalset/.gitignore", f"evalset/{segments(folder)[0].relative_to(folder)}"]


def test_a_sealed_journal_is_one_segment_named_by_its_content(evalset: EvalSet, folder: Path, open_set: Opener) -> None:
    evalset.promote([item("a")], origin="failure", schemas=SCHEMAS)
    evalset.promote([item("b")], origin="failure", schemas=SCHEMAS)
    evalset.label(["a"], "m")
    assert (evalset.unsealed, len(journals(folder))) == (3, 1)
    version = evalset.version
    evalset.seal()
    evalset.seal()
    (path,) = segments(folder)
    lines = path.read_bytes().split(b"\n")
    assert path.stem == hashlib.sha256(path.read_bytes()).hexdigest()
    assert lines[0] == b'{"regrade":"evalset","version":1}'
    assert lines[1] == b'{"encoded":"encoded schema","hash":"s1"}'
    assert [line[:6] for line in lines[2:]] == [b'{"at":'] * 3 + [b""]
    assert path.parent.name == lines[2][7:14].decode()
    assert (evalset.unsealed, journals(folder), evalset.refresh()) == (0, [], False)
    reader = open_set(read_only=True)
    assert (reader.version, reader.schemas, reader.state.n_events) == (version, SCHEMAS, 3)


def test_each_segment_carries_the_schemas_it_needs(evalset: EvalSet, folder: Path) -> None:
    for key in "ab":
        evalset.promote([item(key)], origin="failure", schemas=SCHEMAS if key == "a" else {})
        evalset.seal()
    assert [path.read_bytes().count(b"encoded schema") for path in segments(folder)] == [1, 1]


def test_everything_reads_the_same_after_a_restart(open_set: Opener) -> None:
    first = open_set()
    first.label(["a", "b"], "m", note="n")
    first.promote([item("a")], origin="failure", schemas=SCHEMAS, pinned=True)
    first.undo()
    first.redo()
    first.sample([item("c")], probabilities=0.5, population={"count": 2}, schemas=SCHEMAS)
    seen = first.state.examples(), first.state.modes(), first.state.events(), first.version
    first.close()
    second = open_set("bob")
    assert (second.state.examples(), second.state.modes(), second.state.events(), second.version) == seen
    assert second.state.events()[-1].population == {"count": 2}


def test_the_journal_of_a_dead_session_is_sealed_at_the_next_start(open_set: Opener, folder: Path) -> None:
    first = open_set()
    first.label(["a"], "m")
    with journals(folder)[0].open("ab") as file:
        file.write(b'{"at":"2026-11-22T00:00:00Z","by":"ann","id":"torn')
    die(first)
    second = open_set()
    assert second.state.status("a") == "labelled"
    assert (second.unsealed, second.state.n_events, len(segments(folder)), journals(folder)) == (0, 1, 1, [])


def test_a_crash_between_segment_and_journal_doubles_nothing(open_set: Opener, folder: Path) -> None:
    first = open_set()
    first.label(["a"], "m")
    (journal,) = journals(folder)
    kept = journal.read_bytes()
    first.close()
    journal.write_bytes(kept)
    second = open_set()
    assert (second.state.n_events, len(segments(folder)), journals(folder)) == (1, 1, [])


def test_the_journal_of_a_live_session_is_read_and_left_alone(open_set: Opener, folder: Path) -> None:
    ann, bob = open_set("ann"), open_set("bob")
    ann.label(["a"], "m")
    assert bob.refresh()
    assert (bob.state.status("a"), bob.unsealed) == ("labelled", 1)
    bob.seal()
    assert len(journals(folder)) == 1
    assert not bob.refresh()
    ann.label(["b"], "m")
    ann.close()
    assert bob.refresh()
    assert (bob.state.status("b"), bob.unsealed, bob.state.n_events) == ("labelled", 0, 2)


@pytest.mark.parametrize(("turns", "comes"), [(40, True), (0, False)], ids=["slow", "stopped"])
def test_a_turn_is_waited_for_as_long_as_others_have_theirs(
    turns: int, comes: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others have it one after the other, a second each, as it may be on a busy machine; or one was stopped in the middle."""
    path, seconds = tmp_path / ".lock", [0.0]
    other = os.open(path, os.O_RDWR | os.O_CREAT)
    assert files.try_lock(other)

    def sleep(_: float) -> None:
        seconds[0] += 1.0
        if seconds[0] <= turns:
            os.utime(path, (seconds[0], seconds[0]))
        elif turns:
            fcntl.flock(other, fcntl.LOCK_UN)

    monkeypatch.setattr(files, "time", SimpleNamespace(monotonic=lambda: seconds[0], sleep=sleep))
    with files.turn(path) as came:
        assert (came, seconds[0]) == (comes, turns + 1 if comes else 3.0)
    os.close(other)
    assert not comes or path.stat().st_mtime > turns, "whoever waits sees that we had ours"


def test_a_share_where_a_time_cannot_be_set_refuses_no_decision(open_set: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "utime", refused)
    assert open_set().label(["a"], "m")


def test_a_share_that_cannot_tell_files_apart_is_not_waited_for(open_set: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    evalset = open_set()
    monkeypatch.setattr(journal, "in_place", lambda descriptor, path: False)
    with pytest.raises(DataError, match="cannot tell files apart"):
        evalset.label(["a"], "m")
    monkeypatch.undo()
    assert evalset.label(["a"], "m") and evalset.state.status("a") == "labelled"


@pytest.mark.parametrize("moves", [True, False], ids=["renamed", "left"])
def test_a_file_that_another_session_moves_this_moment_is_its_own(
    moves: bool, open_set: Opener, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_set().close()
    temporary, target = folder / ".open" / "0123.tmp", folder / "target"
    temporary.write_bytes(b"half")
    inode, fstat = temporary.stat().st_ino, os.fstat

    def moved_under_us(descriptor: int) -> os.stat_result:
        found = fstat(descriptor)
        if moves and found.st_ino == inode and temporary.exists():
            temporary.rename(target)
        return found

    monkeypatch.setattr(os, "fstat", moved_under_us)
    open_set().label(["a"], "m")
    assert (target.exists(), temporary.exists()) == (moves, not moves)


def test_reading_only_writes_nothing_and_says_so(open_set: Opener, folder: Path, tmp_path: Path) -> None:
    reader = EvalSet.open(tmp_path / "nowhere", actor="ci", task_kind="classification", read_only=True)
    assert reader.state.members() == []
    assert not (tmp_path / "nowhere").exists()
    ann = open_set()
    ann.label(["a"], "m")
    die(ann)
    reader = open_set(read_only=True)
    assert (reader.state.status("a"), reader.unsealed, len(journals(folder))) == ("labelled", 1, 1)
    with pytest.raises(DataError, match="opened for reading"):
        reader.label(["b"], "m")
    reader.close()
    assert len(journals(folder)) == 1


def test_a_closed_set_takes_no_decision(evalset: EvalSet) -> None:
    evalset.close()
    with pytest.raises(DataError, match="closed"):
        evalset.label(["a"], "m")
    evalset.close()


def test_a_changed_segment_names_itself(evalset: EvalSet, folder: Path, open_set: Opener) -> None:
    evalset.label(["a"], "m")
    evalset.seal()
    (path,) = segments(folder)
    kept = path.read_bytes()
    for changed, word in (
        (kept.replace(b'"m"', b'"n"'), "restore"),
        (kept.replace(b"\n", b"\r\n"), "line ends"),
        (kept[:-20], "restore"),
        (b"", "restore"),
    ):
        path.write_bytes(changed)
        with pytest.raises(IntegrityError, match="has changed") as raised:
            open_set(read_only=True)
        assert raised.value.exit_code == 4
        assert raised.value.where == str(path)
        assert word in raised.value.hint
    path.write_bytes(kept)
    assert open_set(read_only=True).state.status("a") == "labelled"


@pytest.mark.parametrize(
    ("data", "error", "where"),
    [
        (b"", IntegrityError, ":1"),
        (b'{"regrade":"evalset","version":1}\n{"at":"x"}\n', IntegrityError, ":2"),
        (b'{"regrade":"evalset","version":1}\nnonsense\n', IntegrityError, ":2"),
        (b'{"regrade":"evalset","version":1}\n{"at":"x","by":"b","id":"i","kind":"k","seq":"7"}\n', IntegrityError, ":2"),
        (b'{"regrade":"evalset","version":1}\n{"at":"\xff","by":"b","id":"i","kind":"k","seq":7}\n', IntegrityError, ":2"),
        (b'{"regrade":"evalset","version":1}\n{"encoded":1}\n', IntegrityError, ":2"),
        (b'{"regrade":"evalset","version":2}\n{"anything":1}\n', DataError, ":1"),
        (b"\x00" * 100, IntegrityError, ":1"),
    ],
)
def test_a_segment_that_regrade_never_wrote_names_file_and_line(folder: Path, data: bytes, error: type[Exception], where: str) -> None:
    path = folder / "segments" / "2026-11" / (hashlib.sha256(data).hexdigest() + ".jsonl")
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    with pytest.raises(error) as raised:
        EvalSet.open(folder, actor="ann", task_kind="classification", read_only=True)
    assert raised.value.where == str(path) + where


def test_after_an_integrity_error_nothing_can_be_decided(evalset: EvalSet, folder: Path) -> None:
    event = b'{"at":"2026-11-22T00:00:00Z","by":"eve","id":"e:%d","kind":"undo","seq":1,"undoes":["e:%d"]}\n'
    data = b'{"regrade":"evalset","version":1}\n' + event % (1, 2) + event % (2, 1)
    forged = folder / "segments" / "2026-11" / (hashlib.sha256(data).hexdigest() + ".jsonl")
    forged.parent.mkdir(parents=True)
    forged.write_bytes(data)
    for _ in range(2):
        with pytest.raises(IntegrityError, match="not older"):
            evalset.label(["a"], "m")
    assert journals(folder) == []


def test_a_segment_that_came_within_one_tick_of_the_clock_is_found(open_set: Opener, folder: Path) -> None:
    ann, reader = open_set("ann"), open_set(read_only=True)
    for key in "ab":
        stamps = [path.stat().st_mtime_ns for path in folder.glob("segments/*")]
        ann.label([key], "m")
        ann.seal()
        for stamp in stamps:
            os.utime(next(folder.glob("segments/*")), ns=(stamp, stamp))
        assert reader.refresh()
        assert reader.state.status(key) == "labelled"


def test_switching_to_a_branch_without_a_segment_forgets_it(evalset: EvalSet, folder: Path) -> None:
    evalset.label(["a"], "m")
    evalset.seal()
    evalset.label(["b"], "m")
    (path,) = segments(folder)
    kept = path.read_bytes()
    path.unlink()
    assert evalset.refresh()
    assert [evalset.state.status(key) for key in "ab"] == ["open", "labelled"]
    path.write_bytes(kept)
    assert evalset.refresh()
    assert [evalset.state.status(key) for key in "ab"] == ["labelled", "labelled"]


def test_a_journal_that_is_removed_under_a_live_session_is_put_back(evalset: EvalSet, folder: Path, open_set: Opener) -> None:
    evalset.label(["a"], "m")
    shutil.rmtree(folder / ".open")
    evalset.label(["b"], "m")
    assert len(journals(folder)) == 1
    journals(folder)[0].unlink()
    evalset.seal()
    assert [open_set(read_only=True).state.status(key) for key in "ab"] == ["labelled", "labelled"]


def test_leftovers_of_a_killed_seal_are_removed_when_they_are_old(open_set: Opener, folder: Path) -> None:
    (folder / ".open").mkdir(parents=True)
    old, young = folder / ".open" / "x.tmp", folder / ".open" / "y.new"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    open_set()
    assert (old.exists(), young.exists()) == (False, True)


def test_other_files_in_the_folder_are_left_alone(evalset: EvalSet, folder: Path, open_set: Opener) -> None:
    evalset.label(["a"], "m")
    evalset.seal()
    (folder / "segments" / "README.md").write_text("hello")
    (folder / "segments" / "2026-11").mkdir(exist_ok=True)
    (folder / "segments" / "2026-11" / "._x.jsonl").write_bytes(b"macOS")
    (folder / "README.md").write_text("hello")
    assert open_set(read_only=True).state.n_events == 1


@pytest.mark.parametrize(
    ("data", "kept"),
    [(b"", b""), (b"a", b""), (b"a\n", b"a\n"), (b"a\nb", b"a\n"), (b"a\n\x00\x00", b"a\n"), (b"a\nb\x00\n", b"a\n"), (b"\x00\n", b"")],
)
def test_a_torn_end_is_cut(data: bytes, kept: bytes) -> None:
    assert whole_lines(data) == kept


def test_a_file_in_the_place_of_the_folder_is_said(open_set: Opener, folder: Path) -> None:
    folder.write_text("a file in its place")
    for read_only in (False, True):
        with pytest.raises(DataError, match="is a file"):
            open_set(read_only=read_only)


UNWRITABLE = """
import os, sys
from pathlib import Path
from regrade.errors import DataError
from regrade.evalset import EvalSet

os.chdir(sys.argv[1])
if os.geteuid() == 0:
    os.setuid(65534)  # root may write anywhere
for folder in ("evalset", "missing"):
    evalset = EvalSet.open(Path(folder), actor="ci", task_kind="classification")
    print(sorted(evalset.state.decided_keys()))
    try:
        evalset.label(["b"], "m")
    except DataError as error:
        print(error.what)
    evalset.close()
"""


def test_a_folder_that_cannot_be_written_is_opened_for_reading() -> None:
    with tempfile.TemporaryDirectory() as root:  # tmp_path is hidden from whom the subprocess becomes
        folder = Path(root) / "evalset"
        with EvalSet.open(folder, actor="ann", task_kind="classification") as evalset:
            evalset.label(["a"], "m")
        shutil.rmtree(folder / ".open")
        for path in (folder, folder.parent):
            path.chmod(0o555)
        done = subprocess.run([sys.executable, "-c", UNWRITABLE, root], capture_output=True, text=True)
        for path in (folder.parent, folder):
            path.chmod(0o755)
        assert not (folder / ".open").exists()
    assert done.stdout.splitlines() == [
        "['a']",
        "the decision was not saved: Permission denied",
        "[]",
        "nothing can be decided here: the folder cannot be written (Permission denied)",
    ], done.stderr


FULL_DISK = """
import resource, sys
from pathlib import Path
from regrade.errors import DataError
from regrade.evalset import EvalSet

evalset = EvalSet.open(Path(sys.argv[1]), actor="ann", task_kind="classification")
evalset.label(["before"], "m")
size = next(Path(sys.argv[1], ".open").glob("*.jsonl")).stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, resource.RLIM_INFINITY))
try:
    evalset.label([f"lost {n}" for n in range(100)], "m")
except DataError as error:
    print(error.what)
print(sorted(evalset.state.decided_keys()), [path.stat().st_size - size for path in Path(sys.argv[1], ".open").glob("*.jsonl")])
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
evalset.label(["after"], "m")
print(sorted(evalset.state.decided_keys()))
evalset.close()
"""


def test_a_full_disk_loses_no_decision_and_leaves_none_half(folder: Path, open_set: Opener) -> None:
    done = subprocess.run([sys.executable, "-c", FULL_DISK, folder], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["the decision was not saved: File too large", "['before'] [0]", "['after', 'before']"]
    assert sorted(open_set().state.decided_keys()) == ["after", "before"]
    assert len(segments(folder)) == 2
    assert journals(folder) == []


FULL_WHEN_SEALING = """
import resource, sys
from pathlib import Path
from regrade.errors import DataError
from regrade.evalset import EvalSet

evalset = EvalSet.open(Path(sys.argv[1]), actor="ann", task_kind="classification")
evalset.label(["a"], "m")
resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
try:
    evalset.close()
except DataError as error:
    print(error.what)
"""


def test_a_full_disk_when_sealing_leaves_the_journal_to_the_next_start(folder: Path, open_set: Opener) -> None:
    done = subprocess.run([sys.executable, "-c", FULL_WHEN_SEALING, folder], capture_output=True, text=True, check=True)
    assert done.stdout == "could not be sealed: File too large\n"
    assert (len(journals(folder)), segments(folder)) == (1, [])
    assert open_set().state.status("a") == "labelled"
    assert (journals(folder), len(segments(folder))) == ([], 1)
    assert list((folder / ".open").glob("*.tmp")) == []


def test_an_interrupt_in_the_middle_of_a_decision_leaves_none(evalset: EvalSet, open_set: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    evalset.label(["a"], "m")

    def interrupted(descriptor: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(os, "fsync", interrupted)
        evalset.label(["b"], "m")
    evalset.label(["c"], "m")
    reader = open_set(read_only=True)
    assert sorted(evalset.state.decided_keys()) == sorted(reader.state.decided_keys()) == ["a", "c"]


WRITER = """
import sys
from pathlib import Path
from regrade.evalset import EvalSet

folder, actor, n = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with EvalSet.open(folder, actor=actor, task_kind="classification") as evalset:
    for i in range(n):
        evalset.label([f"{actor} {i}", f"shared {i % 10}"], f"mode of {actor}")
        if i % 7 == 6:
            evalset.undo()
        if i % 20 == 19:
            evalset.seal()
"""


def test_two_processes_that_decide_at_once_lose_nothing_and_dispute_nothing(folder: Path, open_set: Opener) -> None:
    n = 60
    running = [subprocess.Popen([sys.executable, "-c", WRITER, folder, actor, str(n)]) for actor in ("ann", "bob")]
    assert [process.wait(60) for process in running] == [0, 0]
    state = open_set("reader").state
    undone = n // 7
    assert state.n_events == 2 * (n + undone)
    assert state.counts()["labelled"] == 2 * (n - undone) + 10
    assert state.counts()["disputed"] == 0
    assert len({event.seq for event in state.events()}) == state.n_events
    assert [mode.digit for mode in state.modes()] == [1, 2]
    assert journals(folder) == []


def test_a_pipe_among_the_journals_is_passed_over(folder: Path) -> None:
    (folder / ".open").mkdir(parents=True)
    os.mkfifo(folder / ".open" / "x.jsonl")
    program = """
import sys
from pathlib import Path
from regrade.evalset import EvalSet
from regrade.evalset.review.past import Past

folder = Path(sys.argv[1])
with EvalSet.open(folder, actor="ann", task_kind="classification") as evalset:
    evalset.label(["a"], "m")
print(Past(folder, "classification").pair("now")[0].state.status("a"))
"""
    done = subprocess.run([sys.executable, "-c", program, folder], capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.stderr) == ("labelled", "")
    assert len(segments(folder)) == 1
