"""Many examples: the next are read and sent, and the last answers checked, while the candidate's process is at work."""

from __future__ import annotations

import threading

import pytest

from regrade.candidates import ask
from regrade.candidates.ask import Asker
from regrade.errors import CandidateError

from .conftest import SCHEMAS, Workspace, contents

MANY, N = 16, 94
CODE = """
def predict(frame):
    return ["late" if n % 3 else 1 for n in frame["n"]]
"""


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Return which threads read inputs and took answers; requests of 16 examples are many here."""
    monkeypatch.setattr(ask, "FIRST_CHUNK", MANY)
    monkeypatch.setattr(ask, "_MANY", MANY)
    monkeypatch.setattr(ask, "LARGEST_CHUNK", MANY)
    monkeypatch.setattr(ask, "_SLOW", 600.0)  # on a busy machine the first waits for the process to start
    found: dict[str, list[str]] = {}
    for name in ("_read", "_take"):
        before = getattr(Asker, name)

        def told(self: Asker, *given: object, name: str = name, before: object = before) -> object:
            found.setdefault(name, []).append(threading.current_thread().name.partition("_")[0])
            return before(self, *given)  # type: ignore[operator]  # a method

        monkeypatch.setattr(Asker, name, told)
    return found


def test_answers_are_in_order_whoever_read_them(workspace: Workspace, threads: dict[str, list[str]]) -> None:
    workspace.python("m", CODE)
    outputs = workspace.pool().predict("m", contents(N), SCHEMAS)

    assert outputs.predictions == ["late" if n % 3 else 1 for n in range(N)]
    assert outputs.errors == [None] * N
    assert threads["_read"][1:] == ["beside"] * 5
    assert threads["_take"][:-1] == ["beside"] * 5


@pytest.fixture
def ahead(threads: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request but the first few is sent before the one before it is answered."""
    before = Asker._following

    def patient(self: Asker) -> object:
        if self._ahead is not None:
            self._ahead[1].result()
        return before(self)

    monkeypatch.setattr(Asker, "_following", patient)


@pytest.mark.usefixtures("ahead")
def test_who_dies_with_two_requests_is_asked_again_one_at_a_time(workspace: Workspace) -> None:
    workspace.python("m", "import os\ndef predict(frame):\n    if 66 in set(frame['n']): os._exit(3)" + CODE.partition(":")[2])
    outputs = workspace.pool().predict("m", contents(N), SCHEMAS)

    assert [at for at, error in enumerate(outputs.errors) if error] == [66] == list(outputs.transient)
    assert "exit code 3" in str(outputs.errors[66])
    assert outputs.predictions == ["late" if n % 3 else 1 if n != 66 else None for n in range(N)]
    assert outputs.fingerprint is not None


@pytest.mark.usefixtures("ahead")
def test_what_is_imported_while_the_next_request_waits_is_known_in_the_end(workspace: Workspace) -> None:
    (workspace.root / "answers_late.py").write_text("LATE = 'late'\n")
    workspace.python("m", "def predict(frame):\n    if 34 in set(frame['n']): import answers_late\n    return ['late'] * len(frame)")
    outputs = workspace.pool().predict("m", contents(N), SCHEMAS)

    assert outputs.errors == [None] * N
    assert outputs.fingerprint is not None and list(outputs.fingerprint.parts["imported"]) == ["answers_late.py"]


@pytest.mark.usefixtures("ahead")
def test_nobody_waits_for_what_was_sent_ahead_of_a_cancel(workspace: Workspace) -> None:
    workspace.python("m", CODE)
    told: list[int] = []
    pool = workspace.pool()
    outputs = pool.predict("m", contents(N), SCHEMAS, progress=lambda done, _: told.append(done), cancelled=lambda: len(told) == 3)

    assert outputs.errors == [None] * 3 * MANY + ["not asked: it was cancelled"] * (N - 3 * MANY)
    assert pool.predict("m", contents(3), SCHEMAS).predictions == [1, "late", "late"]


def test_rubbish_found_beside_is_the_candidates_error(workspace: Workspace, threads: dict[str, list[str]]) -> None:
    workspace.python("m", "import pandas\ndef predict(frame): return pandas.DataFrame({True: frame['x'] * 0, 'true': 0.5})")

    with pytest.raises(CandidateError, match="classes that are none"):
        workspace.pool().predict("m", contents(N), SCHEMAS)
    assert not [each for each in threading.enumerate() if each.name.startswith("beside")]
