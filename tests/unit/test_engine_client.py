"""The app's end of the pipe: every question is answered, whatever becomes of who was asked."""

from __future__ import annotations

import io
import queue
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from regrade.engine import client
from regrade.engine.client import EngineClient


class Child:
    """As much of a process as is asked of an engine: what it says and when it is dead, a test decides."""

    made: list[Child] = []

    def __init__(self, *_: object, **__: object) -> None:
        self.stdin, self.stderr, self.code = io.BytesIO(), io.BytesIO(), None
        self.says: queue.Queue[bytes | None] = queue.Queue()
        Child.made.append(self)

    @property
    def stdout(self) -> Iterator[bytes]:
        return iter(self.says.get, None)

    def poll(self) -> int | None:
        return self.code

    def wait(self, timeout: float | None = None) -> int:
        return self.code or 0


@pytest.fixture
def heard() -> queue.Queue[dict[str, Any]]:
    return queue.Queue()


@pytest.fixture
def asking(heard: queue.Queue[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineClient]:
    monkeypatch.setattr(client.subprocess, "Popen", Child)
    monkeypatch.setattr(Child, "made", [])
    yield EngineClient(Path(), heard.put)
    for each in Child.made:
        each.says.put(None)


def test_what_a_dead_child_was_asked_is_lost_though_another_one_was_started_since(
    asking: EngineClient, heard: queue.Queue[dict[str, Any]]
) -> None:
    asked = asking.request("scoreboard")
    first = Child.made[0]
    first.code = -9  # dead, and its end of the pipe not yet read
    again = asking.request("answers", key="a")
    _, second = Child.made
    first.says.put(None)
    assert heard.get(timeout=60)["what"] == "the engine ended (signal 9)"
    answer = heard.get(timeout=60)
    assert (answer["id"], answer["ok"], answer["error"]["lost"]) == (asked, False, True)
    second.says.put(msgspec.json.encode({"id": again, "ok": True, "result": {}}) + b"\n")
    assert heard.get(timeout=60)["id"] == again
