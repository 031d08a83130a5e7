"""Answers out of workspace.db and into it: all of a file or nothing, and never over another answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from regrade.candidates.late import Late
from regrade.errors import IntegrityError
from regrade.scoring.cache_file import Answer, read_answers, write_answers
from regrade.scoring.database import Database
from regrade.scoring.findings import Pair

_BATCH = 500
_SAME = 1e-6
"""Difference of two probabilities that another processor may make."""
_COLUMNS = "fingerprint, content_hash, prediction, scores, error"


@dataclass(frozen=True)
class Imported:
    """What came in: answers of the file, those that are new, and how many candidates (fingerprints) they are of."""

    answers: int
    new: int
    fingerprints: int
    late: dict[str, Late] = field(default_factory=dict)
    """What candidates import after they were loaded, by what they were then."""
    pairs: dict[str, Pair] = field(default_factory=dict)
    """Where two candidates part."""

    @property
    def findings(self) -> int:
        """Examples of which is said where two candidates part."""
        return sum(len(pair.found) for pair in self.pairs.values())


def export_answers(
    database: Database,
    path: Path,
    task: str,
    fingerprints: Sequence[str] | None = None,
    late: Mapping[str, Late] = {},
    pairs: Mapping[str, Pair] = {},
) -> int:
    """Write the answers of these fingerprints, or all, to a file; returns how many. Raises UsageError where it cannot be written.

    ``late``: what candidates import after they were loaded, so that they are known for what they are where the file is imported.
    ``pairs``: where two of them part, so that nobody is asked for that there.
    """
    return write_answers(path, task, _answers(database, fingerprints), late, pairs)


def _answers(database: Database, fingerprints: Sequence[str] | None) -> Iterator[Answer]:
    if fingerprints is None:
        fingerprints = [str(row[0]) for row in database.rows("select distinct fingerprint from outputs")]
    for fingerprint in sorted(set(fingerprints)):
        last = ""
        while True:
            sql = f"select {_COLUMNS} from outputs where fingerprint = ? and content_hash > ? order by content_hash limit ?"
            rows = database.rows(sql, (fingerprint, last, 10 * _BATCH))
            if not rows:
                break
            for row in rows:
                yield Answer(*(each if each is None else str(each) for each in row))  # type: ignore[arg-type]  # keys are not null
            last = str(rows[-1][1])


def import_answers(database: Database, path: Path, task: str, *, progress: Callable[[int, int | None], None] | None = None) -> Imported:
    """Bring the answers of a file in, in one transaction; those that are here already stay as they are.

    Raises
    ------
    DataError
        The file is not what it must be; nothing was brought in.
    IntegrityError
        Some answers are not those that are here, of the same candidate on the same inputs; nothing was brought in.
    """
    answers, new, fingerprints = 0, 0, set()
    conflicts: list[Answer] = []
    n_conflicts = 0
    late: dict[str, Late] = {}
    pairs: dict[str, Pair] = {}
    rows = read_answers(path, task, late, pairs)
    with database.immediate() as db:
        while batch := list(islice(rows, _BATCH)):
            here = _here(database, batch)
            missing = [each for each in batch if each[:2] not in here]
            other = [each for each in batch if each[:2] in here and not _same(each, here[each[:2]])]
            n_conflicts += len(other)
            conflicts = [*conflicts, *other][:3]
            db.conn.executemany(f"insert into outputs ({_COLUMNS}) values (?, ?, ?, ?, ?)", missing)
            answers, new = answers + len(batch), new + len(missing)
            fingerprints |= {each.fingerprint for each in batch}
            if progress is not None:
                progress(answers, None)
        if n_conflicts:
            raise _conflict(path, n_conflicts, conflicts)
    return Imported(answers, new, len(fingerprints), late, pairs)


def _here(database: Database, batch: Sequence[Answer]) -> dict[tuple[str, str], Answer]:
    found = {}
    for fingerprint in {each.fingerprint for each in batch}:
        wanted = [each.content for each in batch if each.fingerprint == fingerprint]
        marks = ",".join("?" * len(wanted))
        for row in database.rows(
            f"select {_COLUMNS} from outputs where fingerprint = ? and content_hash in ({marks})", (fingerprint, *wanted)
        ):
            answer = Answer(*row)  # type: ignore[arg-type]  # the columns are texts
            found[answer[:2]] = answer
    return found


def _same(one: Answer, other: Answer) -> bool:
    """Are two answers the same, but for what another processor makes of the last digits of a number?"""
    if one[2:] == other[2:]:
        return True
    if one.error != other.error:
        return False
    return _close(_loads(one.prediction), _loads(other.prediction)) and _close(_loads(one.scores), _loads(other.scores))


def _close(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= _SAME * max(1.0, abs(one), abs(other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_close(one[name], other[name]) for name in one)
    return bool(one == other)


def _loads(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def _conflict(path: Path, n: int, first: Sequence[Answer]) -> IntegrityError:
    shown = ", ".join(f"{each.fingerprint[:12]} on {each.content[:12]}" for each in first)
    hint = (
        "equal fingerprints promise equal answers: a candidate that answers otherwise each time has no version to be cached under, "
        "or one of the two caches is wrong; `regrade cache clear` here, then import again, takes those of the file"
    )
    what = f"{n:,} answer{'' if n == 1 else 's'} in conflict with those that are here ({shown}); nothing was imported"
    return IntegrityError(what, where=str(path), hint=hint)
