"""A fingerprint changes with everything that answers depend on, and costs no process while nothing has changed."""

from __future__ import annotations

import importlib.metadata
import os
import time

import pytest

from regrade.candidates import RefPool
from regrade.errors import CandidateError

from .conftest import COUNTING, SCHEMAS, Workspace, contents


def test_an_unchanged_candidate_is_known_without_a_process(workspace: Workspace) -> None:
    workspace.python("rules", COUNTING)
    first = workspace.pool()
    found = first.fingerprint("rules")
    assert first.started == 1

    second = workspace.pool()
    assert second.fingerprint("rules") == found
    assert second.started == 0


def test_what_must_be_asked_what_it_is_is_started_beside_our_imports(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.python("rules", COUNTING)
    workspace.python("elsewhere", COUNTING, interpreter="env/bin/python")
    workspace.toml += '[candidates.file]\npredictions = "answers.csv"\n'
    names = ["logged", "file", "elsewhere", "nobody", "rules"]
    prepared: list[str] = []
    with RefPool(workspace.root, workspace.config(), allow_code=True) as pool:
        monkeypatch.setattr(pool._launcher, "prepare", lambda interpreter, *, full: prepared.append(interpreter))
        pool.prepare(names[:-1])
        assert prepared == []  # another interpreter is the candidate's choice: it is not run before trust is asked
        pool.prepare(names)
        assert prepared == [""] and pool.started == 0
    workspace.pool().fingerprint("rules")
    with RefPool(workspace.root, workspace.config()) as pool:
        monkeypatch.setattr(pool._launcher, "prepare", lambda interpreter, *, full: prepared.append(interpreter))
        pool.prepare(names)
        assert prepared == [""]  # what is known needs no process


def test_memory_may_be_deleted(workspace: Workspace) -> None:
    workspace.python("rules", COUNTING)
    found = workspace.pool().fingerprint("rules")
    (workspace.root / ".regrade/cache/fingerprints.json").write_text("[]")

    assert workspace.pool().fingerprint("rules") == found


def test_it_changes_with_file_parameters_and_function(workspace: Workspace) -> None:
    workspace.python("rules", "def predict(frame, limit=0): return [0] * len(frame)\nother = predict\n")
    found = {workspace.pool().fingerprint("rules").hash}
    before = workspace.toml
    for changed in (before + "parameters = { limit = 3 }\n", before.replace(":predict", ":other"), before.replace("late", "early")):
        workspace.toml = changed
        found.add(workspace.pool().fingerprint("rules").hash)
    workspace.toml = before
    (workspace.root / "rules.py").write_text("def predict(frame, limit=0): return [1] * len(frame)\n")
    found.add(workspace.pool().fingerprint("rules").hash)

    assert len(found) == 5


def test_it_does_not_change_with_limits_or_the_folder(workspace: Workspace, tmp_path) -> None:
    workspace.python("rules", COUNTING)
    found = workspace.pool().fingerprint("rules").hash
    workspace.toml += "timeout = 5.0\nmemory_mb = 3000\n"
    assert workspace.pool().fingerprint("rules").hash == found

    workspace.root = workspace.root.rename(tmp_path / "elsewhere")
    assert workspace.pool().fingerprint("rules").hash == found


def test_a_module_beside_it_counts_and_a_change_of_it_is_noticed_while_warm(workspace: Workspace) -> None:
    (workspace.root / "shared.py").write_text("ANSWER = 'late'\n")
    fake = (
        "import sys, types\nsys.modules['torch.classes'] = fake = types.ModuleType('x')\nfake.__file__ = '_classes.py'\n"  # as torch does
    )
    workspace.python("rules", fake + "import shared\ndef predict(frame): return [shared.ANSWER] * len(frame)\n")
    pool = workspace.pool()
    before = pool.fingerprint("rules")
    assert list(before.parts["imported"]) == ["shared.py"]
    assert pool.predict("rules", contents(1), SCHEMAS).predictions == ["late"]

    (workspace.root / "shared.py").write_text("ANSWER = 'soon'\n")
    assert pool.fingerprint("rules").hash != before.hash
    assert pool.predict("rules", contents(1), SCHEMAS).predictions == ["soon"]
    assert workspace.pool().fingerprint("rules").hash == pool.fingerprint("rules").hash


def test_what_is_imported_on_the_first_predict_counts_from_then_on(workspace: Workspace) -> None:
    (workspace.root / "late_module.py").write_text("ANSWER = 'late'\n")
    workspace.python("rules", "def predict(frame):\n    import late_module\n    return [late_module.ANSWER] * len(frame)\n")
    pool = workspace.pool()
    before = pool.fingerprint("rules")
    pool.predict("rules", contents(1), SCHEMAS)

    after = pool.fingerprint("rules")
    assert list(after.parts["imported"]) == ["late_module.py"]
    assert after.hash != before.hash
    assert workspace.pool().fingerprint("rules") == after


def test_distributions_that_it_imports_count(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.python("rules", "import msgspec\ndef predict(frame): return [0] * len(frame)\n")
    found = workspace.pool().fingerprint("rules").parts["distributions"]
    assert found["msgspec"] == importlib.metadata.version("msgspec")
    assert "textual" not in found

    version = importlib.metadata.PathDistribution.version.fget
    assert version is not None
    renamed = property(lambda self: "99" if self.name == "msgspec" else version(self))
    monkeypatch.setattr(importlib.metadata.PathDistribution, "version", renamed)
    pool = workspace.pool()
    pool.fingerprint("rules")
    assert pool.started == 1  # another version than last time: asked again, not believed


def test_default_files_are_the_package(workspace: Workspace) -> None:
    package = workspace.root / "src" / "flights"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "rules.py").write_text("def predict(frame): return [0] * len(frame)\n")
    (package / "unused.py").write_text("")
    workspace.toml += '[candidates.rules]\npython = "flights.rules:predict"\npythonpath = ["src"]\n'

    files = workspace.pool().fingerprint("rules").parts["files"]
    assert sorted(files) == ["src/flights/__init__.py", "src/flights/rules.py", "src/flights/unused.py"]


def test_a_file_that_changes_within_one_tick_is_read_again(workspace: Workspace) -> None:
    path = workspace.root / "answers.csv"
    workspace.toml += '[candidates.file]\npredictions = "answers.csv"\n'
    pool = workspace.pool()
    now = time.time_ns()
    found = []
    for answer in ("a", "b"):
        path.write_text(f"key,prediction\nk0,{answer}\n")
        os.utime(path, ns=(now, now))
        found.append(pool.predict("file", contents(1), SCHEMAS).predictions)

    assert found == [["a"], ["b"]]


def test_a_candidate_that_cannot_be_loaded_has_no_fingerprint(workspace: Workspace) -> None:
    workspace.python("broken", "def predict(frame:\n")
    with pytest.raises(CandidateError, match="SyntaxError"):
        workspace.pool().fingerprint("broken")
