"""What a candidate imports on its first predict is part of what it is: the next process knows it before it starts, CI as well."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from regrade.candidates import Pool
from regrade.candidates.fingerprint import LATE
from regrade.candidates.late import Late, LateImports, fault

from .conftest import Bench

LAZY = """
from pathlib import Path

def predict(frame):
    with Path("calls.txt").open("a") as file:
        file.write(f"{len(frame)}\\n")
    if (frame["n"] >= 2).any():
        import answers_late
        return [answers_late.ANSWER] * len(frame)
    return ["on_time"] * len(frame)
"""


def scored(bench: Bench) -> tuple[int, int, int]:
    """Score in a process of regrade's own, as it were; return answers predicted and cached, and rows that the candidate was asked."""
    for pool in bench.pools:
        pool.close()
    kept = bench.parts["evalset"]
    bench.restart()
    bench.parts["evalset"] = kept
    before = sum(bench.calls)
    run = bench.score(["lazy"]).runs["lazy"]
    assert run.error is None
    return run.predicted, run.cached, sum(bench.calls) - before


@pytest.fixture
def lazy(bench: Bench) -> Bench:
    """A candidate that imports ``answers_late`` for examples from the third on."""
    bench.python("lazy", LAZY)
    (bench.root / "answers_late.py").write_text("ANSWER = 'late'\n")
    bench.promote(3)
    return bench


def test_the_next_process_predicts_nothing_and_a_change_of_the_late_file_everything(lazy: Bench) -> None:
    assert scored(lazy) == (3, 0, 3)
    assert scored(lazy) == (0, 3, 0)
    lazy.promote(1, start=100)
    assert scored(lazy) == (1, 3, 1)
    (lazy.root / "answers_late.py").write_text("ANSWER = 'later'\n")
    assert scored(lazy) == (4, 0, 4)
    assert scored(lazy) == (0, 4, 0)


def test_a_process_that_needs_no_late_file_does_not_forget_it(lazy: Bench) -> None:
    scored(lazy)
    lazy.evalset.retire(["k2"])
    lazy.promote(1, start=-5)  # asked in a process that has imported nothing late
    assert scored(lazy) == (1, 2, 1)
    lazy.evalset.restore(["k2"])
    assert scored(lazy) == (0, 4, 0)


def test_what_a_cache_knows_is_found_after_the_first_requests_where_nobody_said_what_is_imported_late(lazy: Bench) -> None:
    lazy.promote(300, start=3)
    assert scored(lazy) == (303, 0, 303)
    for name in (LATE, "fingerprints.json"):
        (lazy.root / ".regrade/cache" / name).unlink()
    predicted, cached, asked = scored(lazy)
    assert (predicted, predicted + cached) == (asked, 303) and asked <= 32
    assert scored(lazy) == (0, 303, 0)


def test_two_open_workspaces_learn_it_from_each_other(lazy: Bench) -> None:
    lazy.score(["lazy"])
    other = Pool(lazy.root, lazy.config(), allow_code=True)
    other.warm(["lazy"])
    assert other.fingerprint("lazy") == lazy.parts["pool"].fingerprint("lazy")
    assert list(other.fingerprint("lazy").parts["imported"]) == ["answers_late.py"]
    (lazy.root / "answers_late.py").unlink()
    assert other.fingerprint("lazy").parts["imported"] == {}
    other.close()


def test_names_alone_are_remembered_and_rubbish_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "late.json"
    one, two = LateImports(path), LateImports(path)
    one.learn("a" * 64, Late(("x.py", "\udc80.py"), ("numpy",)))
    two.learn("a" * 64, Late(("y.py",)))
    assert one.of("a" * 64) == Late(("x.py", "y.py"), ("numpy",)) == LateImports(path).of("a" * 64)
    assert msgspec.json.decode(path.read_bytes()) == {"a" * 64: {"files": ["x.py", "y.py"], "distributions": ["numpy"]}}
    for rubbish in (b"", b"[]", b'{"a": 3}', b"\xff"):
        path.write_bytes(rubbish)
        assert one.all() == {}
    shutil.rmtree(tmp_path)
    one.learn("b", Late(("x.py",)))


def test_names_from_elsewhere_lead_to_sources_only(tmp_path: Path) -> None:
    assert not fault(Late(("src/x.py", "../beside/y.so"), ("numpy",)))
    for files in (
        ("/etc/x.py",),
        ("/dev/zero",),
        ("x.txt",),
        ("",),
        ("a\n.py",),
        ("x" * 5_000 + ".py",),
        tuple(f"{n}.py" for n in range(10_001)),
    ):
        assert fault(Late(files)), files[:1]
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "link.py").symlink_to("/dev/zero")
    (tmp_path / "there.py").write_text("")
    assert Late(("folder.py", "link.py", "gone.py", "there.py")).found(tmp_path) == (str(tmp_path / "there.py"),)
