"""Workspaces with candidates of every kind, and examples to ask them about."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from regrade.candidates import Pool
from regrade.candidates.launch import Launcher, Starter
from regrade.config import Config, parse
from regrade.log.content import Content
from regrade.log.schema import Schema, encode_table

SCHEMA = Schema.of(pa.schema([("x", pa.float64()), ("n", pa.int64()), ("s", pa.string())]), {"x": False, "n": False})
SCHEMAS = {SCHEMA.hash: SCHEMA.encoded}


def contents(n: int, start: int = 0, **fields: Any) -> list[tuple[str, Content]]:
    """Return examples with inputs x = i / 10, n = i, s = 's<i>'; keys 'k<i>'."""
    numbers = np.arange(start, start + n)
    table = pa.table({"x": numbers / 10, "n": numbers, "s": [f"s{i}" for i in numbers]}, schema=SCHEMA.arrow)
    rows = encode_table(table)
    return [(f"k{start + at}", Content(inputs=row, schema=SCHEMA.hash, **fields)) for at, row in enumerate(rows)]


class Starters:
    """One warm starter for all pools of a test process, instead of one a pool; see ``shared_starters``."""

    def __init__(self) -> None:
        self.on = True
        self._warm: dict[bool, Starter] = {}
        self._prepare = Launcher.prepare

    def prepare(self, launcher: Launcher, interpreter: str, *, full: bool) -> Starter | None:
        """Stand in for ``Launcher.prepare``."""
        if interpreter or launcher.cold or not self.on:
            return self._prepare(launcher, interpreter, full=full)
        known = self._warm.get(full)
        if known is None or known._channel.fileno() < 0 or known._process.poll() is not None:
            known = self._warm[full] = Starter(sys.executable, Path("/"), full=full)
        return known

    def close(self) -> None:
        for each in self._warm.values():
            each.close()


STARTERS = Starters()


@pytest.fixture(scope="session", autouse=True)
def shared_starters() -> Iterator[None]:
    """Import pandas and scikit-learn once for these tests: each candidate still has a process of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Launcher, "prepare", lambda launcher, interpreter, *, full: STARTERS.prepare(launcher, interpreter, full=full))
        yield
    STARTERS.close()


class Workspace:
    """A folder with a ``regrade.toml``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.toml = '[task]\npositive = "late"\n'
        self.pools: list[Pool] = []

    def python(self, name: str, code: str, **settings: object) -> None:
        """Add a candidate ``name`` whose module has the same name and a function ``predict``."""
        (self.root / f"{name}.py").write_text(dedent(code))
        said = "".join(f"{key} = {value!r}\n" for key, value in settings.items())
        self.toml += f'[candidates.{name}]\npython = "{name}:predict"\n{said}'

    def config(self) -> Config:
        return parse(self.toml)

    def pool(self, *, allow_code: bool = True) -> Pool:
        pool = Pool(self.root, self.config(), allow_code=allow_code)
        self.pools.append(pool)
        return pool

    def close(self) -> None:
        for pool in self.pools:
            pool.close()

    @property
    def calls(self) -> list[int]:
        """Rows of each predict call of the candidate ``COUNTING`` so far."""
        path = self.root / "calls.txt"
        return [int(line) for line in path.read_text().split()] if path.exists() else []


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = tmp_path / "workspace"
    root.mkdir()
    made = Workspace(root)
    yield made
    made.close()


COUNTING = """
from pathlib import Path

def predict(frame):
    with Path("calls.txt").open("a") as file:
        file.write(f"{len(frame)}\\n")
    return ["late" if x > 0.45 else "on_time" for x in frame["x"]]
"""
