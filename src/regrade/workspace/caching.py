"""The cache of answers: what it holds and what that saves; out to a file and in again; emptied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from regrade.candidates import Fingerprint
from regrade.candidates.fingerprint import LATE
from regrade.candidates.late import LateImports
from regrade.errors import RegradeError
from regrade.workspace.judge import check_names

if TYPE_CHECKING:
    from regrade.compare.stage_cache import StageCache
    from regrade.scoring.exchange import Imported
    from regrade.workspace.facade import Workspace


class CachedCandidate(msgspec.Struct, frozen=True):
    """The answers of one fingerprint."""

    fingerprint: str
    candidate: str | None
    """Whose it was in the newest run; None: no run is on record."""
    answers: int
    errors: int
    last: str | None
    """When it was scored last."""
    seconds: float
    """What these answers took, at the pace of the runs on record; 0 where none is known."""
    cost: float
    """The same at the rates of ``[cost]``."""


class CacheInfo(msgspec.Struct, frozen=True):
    """What the cache holds; the keys of `regrade cache info --json`."""

    path: str
    bytes: int
    answers: int
    currency: str
    rows: list[CachedCandidate]


def info(workspace: Workspace) -> CacheInfo:
    """Return what the cache holds, by fingerprint, the newest first."""
    sql = """
    select outputs.fingerprint, count(*), sum(outputs.error is not null),
           (select candidate from runs where runs.fingerprint = outputs.fingerprint order by id desc limit 1),
           (select max(at) from runs where runs.fingerprint = outputs.fingerprint)
    from outputs group by outputs.fingerprint order by 5 desc, 1
    """
    rows = []
    for fingerprint, answers, errors, candidate, at in workspace.database.rows(sql):
        assert isinstance(answers, int) and isinstance(errors, int)
        pace = workspace.cache.pace(str(fingerprint))
        seconds = answers * pace.seconds
        cost = workspace.config.cost.of(seconds, answers * pace.calls, answers * pace.tokens)
        name, last = (None if each is None else str(each) for each in (candidate, at))
        rows.append(CachedCandidate(str(fingerprint), name, answers, errors, last, seconds, cost))
    path = workspace.paths.database
    shown = str(path.relative_to(workspace.paths.root))
    return CacheInfo(shown, path.stat().st_size, sum(row.answers for row in rows), workspace.config.business.currency, rows)


def export(workspace: Workspace, path: Path, names: Sequence[str]) -> tuple[int, list[str]]:
    """Write the answers of candidates as they stand now, or without names all that there are; how many, and who has none."""
    from regrade.scoring.exchange import export_answers
    from regrade.scoring.findings import between

    check_names(workspace, names)
    late, task = _late_imports(workspace).all(), workspace.config.task.kind
    pairs = _stages(workspace).all()
    if not names:
        return export_answers(workspace.database, path, task, late=late, pairs=pairs), []
    wanted = {name: fingerprints_of(workspace, name) for name in names}
    empty = [name for name, each in wanted.items() if not any(_answers(workspace, found.hash) for found in each)]
    every = [found for each in wanted.values() for found in each]
    bases = {base for found in every for base in found.bases}
    mine = {base: each for base, each in late.items() if base in bases}
    prints = {found.hash for found in every}
    return export_answers(workspace.database, path, task, sorted(prints), mine, between(pairs, prints)), empty


def fingerprints_of(workspace: Workspace, name: str) -> list[Fingerprint]:
    """Return what a candidate's answers are kept under now; nothing for one that is looked up by key."""
    if workspace.pool.by_key(name):
        return []
    found = workspace.pool.fingerprint(name)
    return [each for each in (found, found.raw) if each is not None]


def _late_imports(workspace: Workspace) -> LateImports:
    return LateImports(workspace.paths.cache / LATE)


def _stages(workspace: Workspace) -> StageCache:
    from regrade.compare.stage_cache import STAGES, StageCache

    return StageCache(workspace.paths.cache / STAGES)


def _answers(workspace: Workspace, fingerprint: str) -> int:
    return int(str(workspace.database.rows("select count(*) from outputs where fingerprint = ?", (fingerprint,))[0][0]))


def bring(workspace: Workspace, path: Path, progress: Callable[[int, int | None], None] | None = None) -> Imported:
    """Bring in the answers of a file; see :func:`regrade.scoring.exchange.import_answers`."""
    from regrade.scoring.exchange import import_answers

    found = import_answers(workspace.database, path, workspace.config.task.kind, progress=progress)
    _late_imports(workspace).merge(found.late)
    if found.pairs:
        _stages(workspace).merge(found.pairs)
    return found


def clear(workspace: Workspace, names: Sequence[str]) -> int:
    """Forget the answers of candidates, of now and of every run on record, or without names all; returns how many."""
    check_names(workspace, names)
    gone = {fingerprint for name in names for fingerprint in (*_before(workspace, name), *_now(workspace, name))}
    with workspace.database.immediate() as db:
        if not names:
            return int(db.conn.execute("delete from outputs").rowcount)
        return sum(int(db.conn.execute("delete from outputs where fingerprint = ?", (each,)).rowcount) for each in gone)


def _before(workspace: Workspace, name: str) -> list[str]:
    sql = "select distinct fingerprint from runs where candidate = ? and fingerprint is not null"
    return [str(row[0]) for row in workspace.database.rows(sql, (name,))]


def _now(workspace: Workspace, name: str) -> list[str]:
    try:
        return [each.hash for each in fingerprints_of(workspace, name)]
    except RegradeError:
        return []  # one that cannot be loaded any more has the answers of its runs
