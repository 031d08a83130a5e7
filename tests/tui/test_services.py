"""The services by themselves: lanes, and decisions against a log that changes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest
from textual.message import Message

from regrade.config import load
from regrade.errors import UsageError
from regrade.paths import Paths
from regrade.tui.services.bundle import Services
from regrade.tui.services.decision_messages import Decision, Targets
from regrade.tui.services.lane import Failed, Lane
from regrade.tui.services.log_messages import LogOpened
from regrade.tui.support import Support
from tests.tui.harness import PATIENCE, FakeEngine, make_workspace


class Heard(list[Message]):
    """Messages that services posted, and waiting for one."""

    def until(self, condition: Callable[[Message], bool]) -> Message:
        end = time.monotonic() + PATIENCE
        while True:
            for message in self:
                if condition(message):
                    return message
            assert time.monotonic() < end, f"it did not come; heard {self}"
            time.sleep(0.005)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def services(workspace: Path, heard: Heard) -> Iterator[Services]:
    paths = Paths(workspace)
    made = Services(paths, load(paths.config), heard.append, Support(paths.support_log), FakeEngine)
    made.begin()
    heard.until(lambda message: isinstance(message, LogOpened))
    yield made
    made.close()


def test_the_newest_job_takes_the_place_of_those_that_wait(heard: Heard, tmp_path: Path) -> None:
    class Said(Message):
        def __init__(self, n: int) -> None:
            super().__init__()
            self.n = n

    began, go, interrupted = threading.Event(), threading.Event(), threading.Event()
    lane = Lane("test", heard.append, Support(tmp_path / "s.log"), interrupt=lambda: (interrupted.set(), go.set()))
    lane.newest(lambda: (began.set(), go.wait(), Said(0))[-1])
    assert began.wait(60)
    for n in range(1, 6):
        lane.newest(lambda n=n: Said(n))
    heard.until(lambda message: message.n == 5)
    lane.close()
    assert interrupted.is_set()
    assert [message.n for message in heard] == [5], "stale results are dropped"


def test_errors_become_messages_and_unforeseen_ones_hold_no_data(heard: Heard, tmp_path: Path) -> None:
    lane = Lane("test", heard.append, Support(tmp_path / "s.log"))

    def refuse() -> None:
        raise UsageError("cannot be", where="here", hint="do that")

    lane.queue(refuse)
    lane.queue(lambda: {}["4111-1111"])
    heard.until(lambda message: isinstance(message, Failed) and "KeyError" in message.what)
    lane.close()
    texts = [message.text for message in heard if isinstance(message, Failed)]
    assert texts[0] == "here: cannot be (do that)"
    assert "KeyError" in texts[1] and "4111" not in texts[1] + (tmp_path / "s.log").read_text()


def test_a_promotion_keeps_the_prediction_it_was_made_on_though_the_log_was_opened_anew(
    services: Services, heard: Heard, workspace: Path
) -> None:
    log = services.log.opened.result()
    with log.reader() as reader:
        (key,) = reader.cells(np.array([0]), ["key"])[0]
        (content,) = reader.contents(np.array([0]))
    targets = Targets((key,), np.array([0]), services.log.epoch)
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * FROM '{workspace / 'log.parquet'}' ORDER BY id DESC) TO '{workspace / 'log.parquet'}' (FORMAT parquet)"
        )
    services.log.open()
    heard.until(lambda message: isinstance(message, LogOpened) and services.log.epoch == 2)
    services.decisions.promote(targets, important=True)
    heard.until(lambda message: isinstance(message, Decision))
    assert services.decisions.decisions.of(key).status == "promoted"
    kept = services.decisions._evalset.state.example(key).content
    assert kept.inputs == content.inputs
    services.decisions.promote(Targets((), np.array([1]), 1), important=True)
    failed = heard.until(lambda message: isinstance(message, Failed))
    assert "read anew" in failed.what


def test_a_key_that_occurs_twice_is_not_decided_on(tmp_path: Path, heard: Heard) -> None:
    folder = make_workspace(tmp_path / "ws", 30)
    with duckdb.connect() as connection:
        source = folder / "log.parquet"
        connection.execute(f"COPY (SELECT * REPLACE (if(id = 'f0003', 'f0004', id) AS id) FROM '{source}') TO '{source}' (FORMAT parquet)")
    paths = Paths(folder)
    services = Services(paths, load(paths.config), heard.append, Support(paths.support_log), FakeEngine)
    services.begin()
    heard.until(lambda message: isinstance(message, LogOpened))
    services.decisions.label(Targets(("f0004",), np.array([4]), 1), "storms")
    failed = heard.until(lambda message: isinstance(message, Failed))
    assert "more than once" in failed.what
    services.decisions.label(Targets(("f0005",), np.array([5]), 1), "storms")
    heard.until(lambda message: isinstance(message, Decision))
    services.close()
    assert services.decisions.decisions.of("f0004").status == "open"


def test_leaving_before_anything_is_open_ends_everything(workspace: Path, heard: Heard) -> None:
    paths = Paths(workspace)
    services = Services(paths, load(paths.config), heard.append, Support(paths.support_log), FakeEngine)
    services.begin()
    services.decisions.promote(Targets(("f0001",), np.array([1]), 1))
    services.close()
    assert not [
        thread for thread in threading.enumerate() if thread.name.startswith("regrade-") and thread.is_alive() and "engine" in thread.name
    ]
