"""The engine's end of the pipe: what nobody waits for ends nothing."""

from __future__ import annotations

from typing import Any, cast

import pytest

from regrade.engine.server import Channel, _rest
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
