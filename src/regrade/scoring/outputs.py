"""The cache of answers: by what the candidate is (fingerprint) and what it was asked (content hash)."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from regrade.errors import DataError, RegradeError
from regrade.scoring.database import Database
from regrade.scoring.turns import turn

_CHUNK = 500
"""Hashes in one query; SQLite takes 32,766 parameters, old ones 999."""
_REMEMBERED = 64
"""Fingerprints whose answers stay in memory."""
_PENDING = 2_000
"""Answers that are worth a transaction of their own; fewer wait for :meth:`OutputCache.flush`, one fsync for all candidates."""


class Output(NamedTuple):
    """One answer: a JSON value and class probabilities, or the text of an error."""

    prediction: Any
    scores: Mapping[str, float] | None
    error: str | None


class Pace(NamedTuple):
    """What one answer takes, on average."""

    seconds: float = 0.0
    calls: float = 0.0
    tokens: float = 0.0

    @classmethod
    def of(cls, answers: float, seconds: float, calls: float, tokens: float) -> Pace | None:
        """Return the pace of so many answers; None of none."""
        return cls(seconds / answers, calls / answers, tokens / answers) if answers else None


class OutputCache:
    """Answers that were computed before, in ``outputs`` of workspace.db; what was read once stays in memory. Thread-safe.

    A database that cannot be read or written under it costs time only: answers are computed again, ``trouble`` says why.
    """

    def __init__(self, database: Database) -> None:
        self.trouble = ""
        self._database = database
        self._lock = threading.RLock()
        self._known: dict[str, dict[str, Output]] = {}
        self._looked_up: dict[str, dict[str, tuple[object, Output]]] = {}
        self._paces: dict[str, Pace] = {}
        self._pending: list[tuple[str | None, ...]] = []

    def get(self, fingerprint: str, content_hashes: Iterable[str]) -> dict[str, Output]:
        """Return content hash to answer, for those that are known."""
        wanted = dict.fromkeys(content_hashes)
        known = self.known(fingerprint, wanted.keys())
        return {each: known[each] for each in wanted if each in known}

    def known(self, fingerprint: str, content_hashes: Iterable[str]) -> Mapping[str, Output]:
        """Return all answers of a fingerprint that are in memory, these among them where they are known; not a copy."""
        with self._lock:
            known = self._memory(fingerprint)
            missing = [each for each in content_hashes if each not in known]
            for start in range(0, len(missing), _CHUNK):
                chunk = missing[start : start + _CHUNK]
                marks = ",".join("?" * len(chunk))
                sql = f"select content_hash, prediction, scores, error from outputs where fingerprint = ? and content_hash in ({marks})"
                try:
                    for content_hash, prediction, scores, error in self._database.rows(sql, (fingerprint, *chunk)):
                        known[str(content_hash)] = Output(_loads(prediction), _loads(scores), None if error is None else str(error))
                except (sqlite3.Error, ValueError) as error:
                    self.trouble = f"answers cannot be read from the cache: {error}"
                    break
            return known

    def looked_up(self, fingerprint: str) -> dict[str, tuple[object, Output]]:
        """Return the answers of a candidate that is looked up by key, to be added to: key to (content, answer); not on disk."""
        with self._lock:
            if fingerprint not in self._looked_up:
                self._looked_up = dict(list(self._looked_up.items())[-_REMEMBERED:])
            return self._looked_up.setdefault(fingerprint, {})

    def pace(self, fingerprint: str) -> Pace:
        """Return what one answer took in the runs on record; nothing where there is none."""
        with self._lock:
            if fingerprint not in self._paces:
                sql = "select sum(predicted), sum(seconds), sum(calls), sum(tokens) from runs where fingerprint = ? and predicted > 0"
                try:
                    found = self._database.rows(sql, (fingerprint,))[0]
                except sqlite3.Error as error:
                    self.trouble = f"earlier runs cannot be read: {error}"
                    return Pace()
                pace = Pace.of(*(each if isinstance(each, (int, float)) else 0 for each in found))
                if pace is None:
                    return Pace()
                self._paces[fingerprint] = pace
            return self._paces[fingerprint]

    def put(self, fingerprint: str, outputs: Mapping[str, Output], *, lasting: bool = True) -> None:
        """Keep answers; in memory alone where they are not ``lasting``. Errors that may be none the next time: leave them out.

        A few wait in memory for :meth:`flush`; many are written at once, so that a run that is killed has lost little.
        """
        with self._lock:
            self._memory(fingerprint).update(outputs)
            if not lasting:
                return
            self._pending += [(fingerprint, at, _dumps(each.prediction), _dumps(each.scores), each.error) for at, each in outputs.items()]
            if len(self._pending) >= _PENDING:
                self.flush()

    @contextmanager
    def turn(self, fingerprint: str, stopped: Callable[[], bool]) -> Iterator[None]:
        """Be the only process that asks this candidate, if need be after waiting for another; see :mod:`regrade.scoring.turns`.

        What was put is on the disk when the turn ends, where the next one finds it.
        """
        with turn(self._database.path.parent, fingerprint, stopped, lambda: self._count(fingerprint)):
            try:
                yield
            finally:
                self.flush()

    def _count(self, fingerprint: str) -> int:
        try:
            return int(str(self._database.rows("select count(*) from outputs where fingerprint = ?", (fingerprint,))[0][0]))
        except sqlite3.Error:
            return 0

    def flush(self) -> None:
        """Write what is not written yet, in one transaction."""
        with self._lock:
            rows, self._pending = self._pending, []
            if not rows:
                return
            for last in (False, True):
                try:
                    with self._database.immediate() as db:
                        db.conn.executemany("insert or replace into outputs values (?, ?, ?, ?, ?)", rows)
                    break
                except (sqlite3.Error, RegradeError) as error:
                    if last or not isinstance(error, DataError):  # somebody removed the file this moment: it is made anew
                        self.trouble = f"answers cannot be kept in the cache: {error}"
                        break

    def _memory(self, fingerprint: str) -> dict[str, Output]:
        known = self._known.pop(fingerprint, {})
        self._known[fingerprint] = known  # the last used stands last
        while len(self._known) > _REMEMBERED:
            del self._known[next(iter(self._known))]
        return known


def _dumps(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _loads(text: Any) -> Any:
    return None if text is None else json.loads(text)
