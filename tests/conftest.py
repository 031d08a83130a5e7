"""Fixtures that every part of the suite uses: a small log, a small workspace, and no memory of the person who runs the tests."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.memory import in_memory

pytest_plugins = ["tests.figures", "tests.quick_folder"]

in_memory()

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

_TESTS = Path(__file__).resolve().parent
LOG_HEADER = "id,time,model,carrier,hour,distance,p_late,prediction,outcome,arr_delay"


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return one worker more than there are cores: many tests wait for a terminal or another process."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Begin to import at another test in each worker: in a fresh clone, what one has rewritten and compiled the others need only read."""
    worker = getattr(session.config, "workerinput", None)
    if worker is None or [Path(each).resolve() for each in session.config.args] != [_TESTS]:
        return
    names = sorted(".".join(path.relative_to(_TESTS.parent).with_suffix("").parts) for path in _TESTS.rglob("test_*.py"))
    begin = len(names) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
    for name in names[begin:] if begin else ():
        with contextlib.suppress(Exception):  # collecting it will say
            importlib.import_module(name)


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over modules and tests, a million objects that stay: it would go through them during every test."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Let go of them at the end: libraries that count what they lent complain of what is left."""
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Personal settings, trust, git identity and language of the machine play no part."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("REGRADE_ACTOR", "ann")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"):
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
