"""Every screen as text at two sizes, beside what it was; `REGRADE_UPDATE_SCREENS=1 pytest …` on this file makes the texts anew."""

from __future__ import annotations

import os
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import msgspec
import pytest

from tests.tui.harness import Driver, make_workspace, running
from tests.tui.test_compare import comparison, result
from tests.tui.test_slices import look

SCREENS = Path(__file__).parent / "screens"
SIZES = ((120, 36), (80, 24))
AT = datetime(2026, 1, 5, 12, 30, tzinfo=UTC)
STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("triage", ()),
    ("prediction", ("enter",)),
    ("facets", ("escape", "f", "slash", *"hour", "enter")),
    ("session", ("escape", "Q")),
    ("help", ("escape", "question_mark")),
    ("modes", ("escape", "f3")),
    ("evalset", ("f4",)),
    ("compare", ("f5",)),
    ("slices", ("f6",)),
)
"""Name of the screen, and the keys that lead there from the one before."""


class _Frozen(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> _Frozen:
        return cls(*AT.timetuple()[:6], tzinfo=tz)


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no clock go on."""
    for module in ("regrade.evalset.session", "regrade.tui.describe"):
        monkeypatch.setattr(f"{module}.datetime", _Frozen)


async def _decide(app: Driver) -> None:
    app.triage.look(where="result = 'wrong'")
    await app.settle()
    await app.press("l")
    await app.pilot.press(*"storms")
    await app.press("enter", "p", "x", "enter", "P", "k")


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_every_screen_is_as_it_was(size: tuple[int, int], tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "flights")
    with (folder / "regrade.toml").open("a") as toml:
        toml.write('[slices]\nevening = "hour >= 18"\n')
    shown = {}
    async with running(folder, size) as app:
        app.engine.results |= {"compare": result(comparison()), "look": msgspec.to_builtins(look())}
        session = app.app.services.session
        session.began, session._now, session._seconds = AT, lambda: AT, lambda: session._start + 90
        await _decide(app)
        session.seen = {app.key(at) for at in range(4)}
        app.triage.say("")
        for name, keys in STEPS:
            await app.press(*keys)
            shown[name] = "".join(f"{line.rstrip()}\n" for line in app.screen_text().splitlines())
    differing = [name for name, text in shown.items() if not _same(name, size, text)]
    assert not differing, "\n".join(f"{name}:\n{shown[name]}" for name in differing[:2])


def _same(name: str, size: tuple[int, int], text: str) -> bool:
    file = SCREENS / f"{name}-{size[0]}x{size[1]}.txt"
    if os.environ.get("REGRADE_UPDATE_SCREENS"):
        SCREENS.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return file.read_text(encoding="utf-8") == text
