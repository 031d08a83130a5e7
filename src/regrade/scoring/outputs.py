"""The cache of answers: by what the candidate is (fingerprint) and what it was asked (content hash)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from regrade.scoring.database import Database

_CHUNK = 500
"""Hashes in one query; SQLite takes 32,766 parameters, old ones 999."""
_REMEMBERED = 64
"""Fingerprints whose answers stay in memory."""


class Output(NamedTuple):
    """One answer: a JSON value and class probabilities, or the text of an error."""

    prediction: Any
    scores: Mapping[str, float] | None
    error: str | None


class OutputCache:
    """Answers that were computed before, in ``outputs`` of workspace.db; what was read once stays in memory.

    A database that cannot be read or written under it costs time only: answers are computed again, ``trouble`` says why.
    """

    def __init__(self, database: Database) -> None:
        self.trouble = ""
        self._database = database
        self._known: dict[str, dict[str, Output]] = {}

    def get(self, fingerprint: str, content_hashes: Iterable[str]) -> dict[str, Output]:
        """Return content hash to answer, for those that are known."""
        known = self._memory(fingerprint)
        wanted = list(dict.fromkeys(content_hashes))
        missing = [each for each in wanted if each not in known]
        for start in range(0, len(missing), _CHUNK):
            chunk = missing[start : start + _CHUNK]
            marks = ",".join("?" * len(chunk))
            sql = f"select content_hash, prediction, scores, error from outputs where fingerprint = ? and content_hash in ({marks})"
            try:
                for content_hash, prediction, scores, error in self._database.rows(sql, (fingerprint, *chunk)):
                    known[str(content_hash)] = Output(_loads(prediction), _loads(scores), None if error is None else str(error))
            except (sqlite3.Error, ValueError) as error:
                self.trouble = f"answers cannot be read from the cache: {error}"
        return {each: known[each] for each in wanted if each in known}

    def put(self, fingerprint: str, outputs: Mapping[str, Output]) -> None:
        """Keep answers, in one transaction. Errors that may be none the next time are not for the cache: leave them out."""
        rows = [
            (fingerprint, content_hash, _dumps(each.prediction), _dumps(each.scores), each.error) for content_hash, each in outputs.items()
        ]
        if not rows:
            return
        self._memory(fingerprint).update(outputs)
        try:
            with self._database.immediate() as db:
                db.conn.executemany("insert or replace into outputs values (?, ?, ?, ?, ?)", rows)
        except sqlite3.Error as error:
            self.trouble = f"answers cannot be kept in the cache: {error}"

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
