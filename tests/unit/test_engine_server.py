"""The engine's end of the pipe: what nobody waits for ends nothing."""

from __future__ import annotations

import io
import os
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from regrade.engine import operations, server
from regrade.engine.operations import Operations
from regrade.engine.server import Channel, Requests, _rest
from regrade.errors import DataError


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (DataError("it is full"), "workspace.db is not up to date: it is full"),
        (KeyError("a customer's name"), "a defect in regrade: KeyError at test_engine_server.py:"),
    ],
)
def test_a_chore_that_fails_is_a_notice_and_the_engine_goes_on(error: Exception, said: str) -> None:
    told: list[dict[str, Any]] = []

    class Broken:
        def rest(self) -> None:
            raise error

        def send(self, message: dict[str, Any]) -> None:
            told.append(message)

    broken = Broken()
    _rest(broken, cast(Channel, broken))
    assert [each["event"] for each in told] == ["notice"] and told[0]["what"].startswith(said) and "customer" not in told[0]["what"]


def test_what_nobody_asked_for_gives_way_to_scoring_and_to_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "_AHEAD", -1.0)
    made: Any = Operations(tmp_path, lambda message: None)
    given_up: list[bool] = []
    waiting = [False]

    def step(config: object, pool: object, cache: object, cancelled: Any) -> None:
        given_up.append(cancelled())
        waiting[0] = True
        given_up.append(cancelled())
        waiting[0] = False
        with made._working:
            given_up.append(cancelled())

    made._workspace = SimpleNamespace(config=None, pool=None, cache=None)
    made._foreseeing = SimpleNamespace(pending=True, step=step)
    made.look_ahead(lambda: waiting[0])
    assert given_up == [False, True, True]


def test_answers_that_wait_are_kept_when_the_app_is_gone_and_a_locked_database_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[object] = []
    monkeypatch.setattr(os, "_exit", done.append)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b'{"id":0,"op":"shutdown"}\n')))
    made: Any = Operations(tmp_path, lambda message: None)
    made._workspace = SimpleNamespace(cache=SimpleNamespace(flush=lambda: done.append("kept")))
    requests = Requests()
    requests.leaving = made.keep
    requests._read()
    assert done == ["kept", 0]

    monkeypatch.setattr(server, "_LEAVING", 0.01)
    unlocked = threading.Event()
    requests.leaving = unlocked.wait
    requests._read()
    assert done == ["kept", 0, 0]
    unlocked.set()
