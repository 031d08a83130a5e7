"""Whatever goes wrong in a thread of the app is said in words, with what to do; keys go on; the support log holds no data."""

from __future__ import annotations

import errno
import os
import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from regrade.tui.screens.place import PlaceScreen
from regrade.tui.screens.triage import TriageScreen
from regrade.tui.services.decision_service import DecisionService
from regrade.tui.services.example_service import ExampleService
from regrade.tui.services.find_service import FindService
from regrade.tui.services.lane import Failed
from regrade.tui.services.log_service import LogService
from regrade.tui.services.mode_service import ModeService
from regrade.tui.services.survey_service import SurveyService
from tests.tui.harness import Driver, running

SECRET = "4111-1111"
BREAKS: tuple[tuple[str, type[Any], str, tuple[str, ...], Exception], ...] = (
    ("view", LogService, "_look", ("right", "s"), KeyError(SECRET)),
    ("rows", LogService, "_fetch", ("s", "G"), duckdb.IOException(SECRET)),
    ("detail", LogService, "_whole_row", ("g", "j"), ValueError(SECRET)),
    ("results", LogService, "_count_results", ("r",), duckdb.InternalException(SECRET)),
    ("decided", LogService, "_locate_decided", ("r",), KeyError(SECRET)),
    ("facets", LogService, "_facets", ("f",), KeyError(SECRET)),
    ("open", LogService, "_open", ("r",), MemoryError(SECRET)),
    ("count", FindService, "_count", ("slash", *"hour", "space", *"=1"), KeyError(SECRET)),
    ("values", FindService, "_values", ("slash", *"carrier", "space", "=", "space", "down"), KeyError(SECRET)),
    ("filters", FindService, "_shelf", ("V",), OSError(28, "No space left on device", "views.toml")),
    ("usual", SurveyService, "_usual", ("r", "j", "k"), KeyError(SECRET)),
    ("decision", DecisionService, "_opened", ("1",), KeyError(SECRET)),
    ("modes", ModeService, "_read", ("f3",), KeyError(SECRET)),
    ("evalset", ExampleService, "_list", ("f4",), KeyError(SECRET)),
)
"""By lane: what fails in it, the keys that set it off, and with what."""


async def test_an_error_in_any_thread_is_said_with_what_to_do_and_the_app_goes_on(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Failed] = []
    for screen in (TriageScreen, PlaceScreen):

        def complain(self: Any, message: Failed, complain: Any = screen.complain) -> None:
            said.append(message)
            complain(self, message)

        monkeypatch.setattr(screen, "complain", complain)
    async with running(workspace) as app:
        await _labelled(app)
        for lane, service, job, keys, error in BREAKS:

            def fail(*_: object, error: Exception = error) -> None:
                raise error

            with monkeypatch.context() as broken:
                broken.setattr(service, job, fail)
                said.clear()
                for key in keys:
                    await app.press(key)
                if lane == "facets":
                    await app.until(lambda: "r counts again" in app.screen_text())
                else:
                    await app.until(lambda lane=lane: [each for each in said if each.lane == lane and each.hint])
            assert SECRET not in app.screen_text(), lane
            await app.press("f2", "escape", "escape", "escape")
            await app.settle()
            assert not app.app._keys and not app.triage.holding, lane
        await app.press("r", "g", "j")
        await app.settle()
        assert app.triage.grid.cursor == 1 and app.triage.grid.current_key is not None
        await app.press("1")
        assert app.status(1) == "labelled"
    noted = (workspace / ".regrade" / "support.log").read_text()
    assert SECRET not in noted and "hour" not in noted and str(workspace) not in noted and "views.toml" not in noted
    for lane, *_ in BREAKS:
        assert f"in the {lane} lane" in noted, lane
    assert re.search(r"KeyError in the view lane\n    Python [\d.]+, .*textual [\d.]+.*duckdb [\d.]+", noted)
    assert re.search(r"    regrade/tui/services/log_service.py:\d+ _view\n", noted)


async def _labelled(app: Driver) -> None:
    """Have one failure mode, so that 1 is a key."""
    await app.press("l")
    await app.type("storms")
    await app.press("enter", "g")


async def test_the_disk_the_folder_and_the_settings_may_break_under_the_app(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(workspace, (160, 36)) as app:
        await _labelled(app)

        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as disk:
            disk.setattr("regrade.evalset.journal.write_all", full)
            await app.press("1")
            assert "the decision was not saved: No space left on device" in app.triage.said and app.status(1) == "open"
            assert "free some space" in "".join(note.message for note in app.app._notifications)
            disk.setattr(Path, "write_bytes", full)
            app.app.save_view()  # a cache: nobody is disturbed
        await app.press("g", "j", "1")
        assert app.status(1) == "labelled", "with room again it goes on"

        (workspace / "regrade.toml").write_text("[log\n", encoding="utf-8")
        await app.press("r", "V")
        await app.until(lambda: "regrade.toml" in app.triage.said)
        await app.press("escape", "1")
        assert app.status(2) == "labelled", "what was read when the app began holds"

        shutil.rmtree(workspace)
        await app.press("r", "s", "G", "1", "f3", "f4", "f5", "f6", "f2", "escape", "f", "escape")
        await app.settle()
        assert "log.parquet" in app.triage.said or app.triage.said
        assert "log.parquet: is gone since the log was opened" in app.triage.said
        assert not app.app._keys and not app.triage.holding
        assert app.app.services.decisions.evalset is not None and app.app.services.decisions.unsealed, "what was decided is put back"
    noted = workspace / ".regrade" / "support.log"
    assert not noted.exists() or "OSError" not in noted.read_text(), "all of this was foreseen"
