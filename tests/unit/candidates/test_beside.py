"""Many examples: the next are read, and the last answers checked, while the candidate's process is at work."""

from __future__ import annotations

import threading

import pytest

from regrade.candidates import ask
from regrade.candidates.ask import Asker
from regrade.errors import CandidateError

from .conftest import SCHEMAS, Workspace, contents

N = 3_000
CODE = """
def predict(frame):
    return ["late" if n % 3 else 1 for n in frame["n"]]
"""


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Return which threads read inputs and took answers; requests of 512 examples are many here."""
    monkeypatch.setattr(ask, "FIRST_CHUNK", 512)
    monkeypatch.setattr(ask, "_MANY", 512)
    monkeypatch.setattr(ask, "LARGEST_CHUNK", 512)
    monkeypatch.setattr(ask, "_SLOW", 600.0)  # on a busy machine the first waits for the process to start
    found: dict[str, list[str]] = {}
    for name in ("_decode", "_take"):
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
    assert threads["_decode"][1:] == ["beside"] * 5
    assert threads["_take"][:-1] == ["beside"] * 5


def test_rubbish_found_beside_is_the_candidates_error(workspace: Workspace, threads: dict[str, list[str]]) -> None:
    workspace.python("m", "import pandas\ndef predict(frame): return pandas.DataFrame({True: frame['x'] * 0, 'true': 0.5})")

    with pytest.raises(CandidateError, match="classes that are none"):
        workspace.pool().predict("m", contents(N), SCHEMAS)
    assert not [each for each in threading.enumerate() if each.name.startswith("beside")]
