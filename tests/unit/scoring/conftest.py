"""Workspaces with an eval set, candidates and a cache, to score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from regrade.evalset import EvalSet
from regrade.scoring import Database, OutputCache, Scored, score
from tests.unit.candidates.conftest import COUNTING, SCHEMAS, Workspace, contents, shared_starters

__all__ = ["COUNTING", "SCHEMAS", "Bench", "contents", "shared_starters"]


class Bench(Workspace):
    """A workspace that can be scored; each part is made on first use, and anew after :meth:`restart`."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.restart()

    def restart(self) -> None:
        """Everything that a new process would make anew."""
        self.parts: dict[str, Any] = {}

    def part(self, name: str, make: Any) -> Any:
        if name not in self.parts:
            self.parts[name] = make()
        return self.parts[name]

    @property
    def evalset(self) -> EvalSet:
        kind = self.config().task.kind
        return self.part("evalset", lambda: EvalSet.open(self.root / "evalset", actor="ann", task_kind=kind))

    @property
    def database(self) -> Database:
        return self.part("database", lambda: Database.open(self.root / ".regrade/cache/workspace.db"))

    @property
    def cache(self) -> OutputCache:
        return self.part("cache", lambda: OutputCache(self.database))

    def settings(self) -> Any:
        return self.part("config", self.config)

    def score(self, names: Sequence[str] | None = None, **how: Any) -> Scored:
        pool = self.part("pool", self.pool)
        return score(self.evalset, self.settings(), pool, self.cache, names, **how)

    def promote(self, n: int = 1, start: int = 0, origin: str = "failure", **fields: Any) -> None:
        self.evalset.promote(contents(n, start, **fields), origin=origin, schemas=SCHEMAS)

    def sample(self, n: int, start: int = 0, probability: float = 0.1, **fields: Any) -> None:
        self.evalset.sample(contents(n, start, **fields), probabilities=probability, population={}, schemas=SCHEMAS)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = tmp_path / "workspace"
    root.mkdir()
    made = Bench(root)
    yield made
    made.close()
