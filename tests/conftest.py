"""Fixtures that every part of the suite uses: a small log, a small workspace, and no memory of the person who runs the tests."""

from __future__ import annotations

import gc
import itertools
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.figures", "tests.quick_folder"]

# In CI a law is tried on the same examples every time, so that a red build is somebody's change; elsewhere on new ones.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("new", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "new")

# Where a machine asks for no bytecode, every worker would rewrite and compile all tests anew, and every process that a test starts the
# whole product: a fifth of the suite's time. What is written is ignored by git, and `make clean` removes it.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A shell that runs the tests in the background has them ignore Ctrl-C, and so would every process that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

LOG_HEADER = "id,time,model,carrier,hour,distance,p_late,prediction,outcome,arr_delay"


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return one worker more than there are cores: many tests wait for a terminal or another process."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over modules and tests, a million objects that stay: it would go through them during every test."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Let go of them at the end: libraries that count what they lent complain of what is left."""
    gc.unfreeze()


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return one new folder after the other, without end; pytest itself lists all that there are for each that it makes."""
    base = tmp_path_factory.mktemp("homes")
    return (base / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch, _homes: Iterator[Path]) -> Iterator[None]:
    """Personal settings, trust and git identity of the machine play no part."""
    home = next(_homes)
    home.mkdir()
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("REGRADE_ACTOR", "ann")
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    yield


def log_lines(n: int = 120) -> list[str]:
    """Return ``n`` lines of a log: production says late from 18 h on; every fifth is wrong, every eleventh unknown."""
    lines = [LOG_HEADER]
    for number in range(n):
        hour = number * 7 % 24
        said = "late" if hour >= 18 else "on_time"
        truth = said if number % 5 else ("on_time" if said == "late" else "late")
        outcome = "" if number % 11 == 10 else truth
        score = 0.8 if said == "late" else 0.2 + (number % 7) / 40
        day = f"2013-07-{1 + number % 28:02d} {hour:02d}:{number % 60:02d}:00"
        lines.append(f"f{number:04d},{day},hgb 1,{'EV' if number % 3 else 'B6'},{hour},{200 + number},{score},{said},{outcome},{number}")
    return lines


@pytest.fixture
def log_csv(tmp_path: Path) -> Path:
    """Return a CSV log of 120 predictions."""
    path = tmp_path / "flights.csv"
    path.write_text("\n".join(log_lines()) + "\n", encoding="utf-8")
    return path
