"""Runs whose candidates are gone answer once more: out of the cache of answers, by their fingerprint. Nothing is started."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, cast

from regrade.candidates import Fingerprint
from regrade.errors import CandidateError

if TYPE_CHECKING:
    from regrade.candidates import RefPool
    from regrade.scoring.run_record import RunRecord
    from regrade.workspace.facade import Workspace


def answered(workspace: Workspace, record: RunRecord) -> tuple[int, int]:
    """Return how many members of the eval set the cache has the run's answers to, and how many there are."""
    from regrade.scoring.hidden import hidden_examples

    hashes = [each.content_hash for each in hidden_examples(workspace.evalset, workspace.config).examples]
    known = workspace.cache.known(record.model.fingerprint or "", hashes)
    return sum(each in known for each in hashes), len(hashes)


@contextmanager
def recalling(workspace: Workspace, records: Mapping[str, RunRecord]) -> Iterator[None]:
    """Let these names, each of a run, be scored as candidates are; what the cache lacks are errors."""
    if not records:
        yield
        return
    pool = workspace.pool
    workspace.__dict__["pool"] = cast("RefPool", _Recalling(pool, records))
    try:
        yield
    finally:
        workspace.__dict__["pool"] = pool


class _Recalling:
    """A pool with some more names; everything else is asked of the pool."""

    def __init__(self, pool: RefPool, records: Mapping[str, RunRecord]) -> None:
        self._pool, self._records = pool, records

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)

    def look_up(self, names: Sequence[str]) -> None:
        self._pool.look_up([name for name in names if name not in self._records])

    def fingerprint(self, name: str) -> Fingerprint:
        record = self._records.get(name)
        return self._pool.fingerprint(name) if record is None else Fingerprint(record.model.fingerprint or "", {})

    def by_key(self, name: str) -> bool:
        return name not in self._records and self._pool.by_key(name)

    def repeats(self, name: str) -> int:
        return 1 if name in self._records else self._pool.repeats(name)

    def at(self, name: str) -> Any:
        return None if name in self._records else self._pool.at(name)

    def has_stages(self, name: str, declared: Mapping[str, str]) -> bool:
        return name not in self._records and self._pool.has_stages(name, declared)

    def interrupt(self, name: str) -> None:
        if name not in self._records:
            self._pool.interrupt(name)

    def predict(self, name: str, *given: Any, **more: Any) -> Any:
        return self._pool.predict(name, *given, **more) if name not in self._records else _gone()


def _gone() -> NoReturn:
    raise CandidateError("it is gone, and the cache has no answer of it", hint="the example came in since, or the cache was emptied")
