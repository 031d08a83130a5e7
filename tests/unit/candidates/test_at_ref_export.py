"""An export is whole or not there, whoever writes at the same time, and whatever is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from regrade.candidates import at_ref_export
from regrade.candidates.at_ref_export import Exports
from regrade.errors import CandidateError

from .past import PastWorkspace

# Exports HEAD; says when the files are written, and goes on when it is told to.
OTHER = """
import sys
from pathlib import Path
from regrade.candidates.at_ref_export import Exports

def wait(tree):
    print("written", flush=True)
    sys.stdin.readline()

root, commit = Path(sys.argv[1]), sys.argv[2]
print(Exports(root / "refs").get(root, commit, "one", ["a.py", "b/c.txt"], wait), flush=True)
"""


@pytest.fixture
def past(tmp_path: Path) -> PastWorkspace:
    made = PastWorkspace.init(tmp_path / "repository")
    assert isinstance(made, PastWorkspace)
    made.write(".gitignore", "refs/\n")
    made.write("a.py", "A = 1\n")
    made.write("b/c.txt", "c\n")
    made.commit("base")
    return made


def export(past: PastWorkspace, name: str = "one") -> Path:
    commit = past.git("rev-parse", "HEAD").strip()
    return Exports(past.root / "refs").get(past.root, commit, name, ["a.py", "b/c.txt"], lambda tree: None)


def content(tree: Path) -> dict[str, str]:
    return {str(path.relative_to(tree)): path.read_text() for path in sorted(tree.rglob("*")) if path.is_file()}


def names(past: PastWorkspace) -> list[str]:
    return sorted(each.name for each in (past.root / "refs").iterdir())


def other(past: PastWorkspace) -> subprocess.Popen[str]:
    commit = past.git("rev-parse", "HEAD").strip()
    command = [sys.executable, "-c", OTHER, str(past.root), commit]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "written\n"
    return process


def test_two_processes_at_once_and_one_that_is_killed(past: PastWorkspace) -> None:
    first, second = other(past), other(past)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert "one" not in names(past)  # nothing half done has the name

    tree = export(past)
    inode = tree.stat().st_ino
    said, _ = second.communicate("\n")
    assert (second.returncode, said.strip()) == (0, str(tree))
    assert tree.stat().st_ino == inode  # theirs was as good: the one in use stays
    assert content(tree) == {"a.py": "A = 1\n", "b/c.txt": "c\n"}

    left = [each for each in names(past) if each != "one"]
    assert len(left) == 1  # what was killed lies about for an hour, then goes
    os.utime(past.root / "refs" / left[0], (0, 0))
    export(past, "two")
    assert names(past) == ["one", "two"]
    assert past.changes() == ""


def test_it_is_written_once_and_again_when_somebody_changed_it(past: PastWorkspace) -> None:
    tree = export(past)
    written = (tree / "a.py").stat()
    assert written.st_mode & 0o222 == 0
    assert export(past) == tree
    assert (tree / "a.py").stat().st_ino == written.st_ino

    def change() -> None:
        (tree / "a.py").chmod(0o644)
        (tree / "a.py").write_text("A = 2\n")

    for damage in (
        change,
        (tree / "b/c.txt").unlink,
        lambda: (tree / "new.py").write_text("B = 1\n"),
        (tree.parent / "manifest.json").unlink,
    ):
        damage()
        assert content(export(past)) == {"a.py": "A = 1\n", "b/c.txt": "c\n"}
    (tree / "notes.txt").write_text("what a candidate leaves in its working folder\n")
    inode = (tree / "a.py").stat().st_ino
    export(past)
    assert (tree / "a.py").stat().st_ino == inode


def test_the_least_recently_used_go_when_there_is_no_room(past: PastWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("old", "older", "used"):
        export(past, name)
    refs, hours_ago = past.root / "refs", time.time() - 36_000
    os.utime(refs / "old", (hours_ago, hours_ago))
    os.utime(refs / "older", (hours_ago - 1, hours_ago - 1))
    monkeypatch.setattr(at_ref_export, "LARGEST", 4 * len("A = 1\nc\n") - 1)
    export(past, "new")
    assert names(past) == ["new", "old", "used"]

    monkeypatch.setattr(at_ref_export, "LARGEST", 0)
    export(past, "newer")
    assert names(past) == ["new", "newer", "used"]


def test_what_cannot_be_written_or_finished_leaves_nothing(past: PastWorkspace) -> None:
    commit = past.git("rev-parse", "HEAD").strip()

    def fail(tree: Path) -> None:
        raise CandidateError("it lacks something")

    exports = Exports(past.root / "refs")
    with pytest.raises(CandidateError, match="lacks"):
        exports.get(past.root, commit, "one", ["a.py"], fail)
    with pytest.raises(CandidateError, match="cannot be exported: "):
        exports.get(past.root, "0" * 40, "one", ["a.py"], lambda tree: None)
    assert names(past) == []

    past.write("file", "in the way\n")
    with pytest.raises(CandidateError, match="cannot be exported to"):
        Exports(past.root / "file").get(past.root, commit, "one", ["a.py"], lambda tree: None)
