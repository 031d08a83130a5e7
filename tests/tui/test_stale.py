"""What was asked about one view, or before a decision, is not shown for another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from regrade.config import load
from regrade.paths import Paths
from regrade.tui.services.bundle import Services
from regrade.tui.services.decision_messages import Decision, EvalSetOpened, Refused, Targets
from regrade.tui.services.lane import Failed
from regrade.tui.services.log_messages import BlocksReady, LogOpened, ViewReady
from regrade.tui.support import Support
from tests.tui.harness import FakeEngine, running
from tests.tui.test_services import Heard


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def services(workspace: Path, heard: Heard) -> Iterator[Services]:
    paths = Paths(workspace)
    made = Services(paths, load(paths.config), heard.append, Support(paths.support_log), FakeEngine)
    made.begin()
    heard.until(lambda message: isinstance(message, LogOpened))
    heard.until(lambda message: isinstance(message, EvalSetOpened))
    yield made
    made.close()


def test_rows_of_the_view_before_carry_its_generation_though_another_was_asked_for(services: Services, heard: Heard) -> None:
    first = services.log.view("", "", [], page=10)
    view = heard.until(lambda message: isinstance(message, ViewReady) and message.generation == first)
    second = services.log.view("hour > 12", "", [], page=10)
    services.log.fetch([[0]], view.addresses, ["carrier"], view.epoch, view.generation)
    blocks = heard.until(lambda message: isinstance(message, BlocksReady))
    assert blocks.generation == first != second, "the screen tells it from the view it shows then"


def test_fetches_for_the_view_before_do_not_keep_blocks_of_the_new_one_waiting(services: Services, heard: Heard) -> None:
    first = services.log.view("", "", [], page=10)
    view = heard.until(lambda message: isinstance(message, ViewReady) and message.generation == first)
    services.log.fetch([[0], [1], [2]], view.addresses, ["carrier"], view.epoch, view.generation)
    assert services.log.busy_blocks(first + 1) == set()


async def test_rows_are_fetched_though_a_view_was_given_up(workspace: Path) -> None:
    async with running(workspace) as app:
        app.triage.looking.look(where="hour > 12")
        app.triage.looking.give_up()
        await app.press("G")
        await app.until(lambda: app.triage.grid.current_key is not None)


async def test_blocks_of_another_view_are_not_drawn(workspace: Path) -> None:
    async with running(workspace) as app:
        looking = app.triage.looking
        before = app.triage.grid.rows.block(0)["key"]
        stale = {0: {"key": ("other",) * 200, "result": ("wrong",) * 200}}
        app.triage.reading.hear(BlocksReady(looking.generation - 1, stale))
        assert app.triage.grid.rows.block(0)["key"] == before
        app.triage.reading.hear(BlocksReady(looking.generation, stale))
        assert app.triage.grid.key_at(0) == "other"


def test_a_promotion_refuses_a_row_that_has_another_key_than_the_screen_says(services: Services, heard: Heard) -> None:
    with services.log.opened.result().reader() as reader:
        (key,), (other,) = reader.cells(np.array([0, 1]), ["key"])
    services.decisions.promote(Targets((key,), np.array([1]), services.log.epoch, ticket=7), important=True)
    refused = heard.until(lambda message: isinstance(message, Refused))
    failed = heard.until(lambda message: isinstance(message, Failed))
    assert refused.ticket == 7
    assert failed.where == key and "not the prediction" in failed.what
    assert not [message for message in heard if isinstance(message, Decision)]
    assert services.decisions._evalset.state.members() == []
    services.decisions.promote(Targets((other,), np.array([1]), services.log.epoch), important=True)
    heard.until(lambda message: isinstance(message, Decision))
    assert services.decisions._evalset.state.members() == [other]
