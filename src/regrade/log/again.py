"""Parquet in place was changed after outcomes came for it: join what its copy knew to what it holds now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from regrade.config import Config
from regrade.expressions import quote_identifier
from regrade.log import changes, segments
from regrade.log.changes import Changes, Replaced
from regrade.log.files import LogFile, column_types, discover
from regrade.log.keys import key_sql
from regrade.log.rewrite import Outcomes, Rewriter, Written
from regrade.log.work import Work
from regrade.paths import Paths


@dataclass(frozen=True)
class Again:
    """What became of files that were changed.

    Attributes
    ----------
    files : tuple of str
        Their names.
    joined, other, left_out : int
        Outcomes that were joined to them again; that the files have by now, and other ones: those stay; predictions that are left out
        since newer ones with their key were imported.
    """

    files: tuple[str, ...] = ()
    joined: int = 0
    other: int = 0
    left_out: int = 0


def join_again(workspace: Paths, config: Config) -> Again:
    """Join outcomes again to files in place that were changed since; what the files say themselves stays.

    Raises
    ------
    DataError
        A file cannot be read, no longer fits the rest of the log, or the disk cannot be written. Nothing was changed.
    """
    with segments.workbench(workspace.log) as bench, Work(bench) as work:
        known = changes.read_changes(workspace.log)
        stale: list[LogFile] = []
        there = discover(workspace, config, stale=stale)
        if not stale:
            return Again()
        kept = [each for each in there if each not in stale]
        rewriter = Rewriter(work, bench, workspace.root, known.last + 1)
        written: list[Written] = []
        counts = [0, 0, 0]
        for file in stale:
            copy = _copy_of(file, known, workspace)
            made, found = _rewrite(work, rewriter, file, copy, kept, config)
            written.append(made)
            if copy is not None:
                written.append((Replaced(Path(copy.path).name, None), None, None))
            counts = [one + other for one, other in zip(counts, found, strict=True)]
        changes.commit(workspace.log, bench, "again", sources=(), adds=(), replaces=written)
    return Again(tuple(each.name for each in stale), *counts)


def _copy_of(file: LogFile, known: Changes, workspace: Paths) -> LogFile | None:
    was = known.of_path(changes.name_in_place(Path(file.path), workspace.root))
    name = known.end(was.by) if was else None
    return LogFile(str(workspace.log / name), 0, 0, file.partitions) if name else None


def _rewrite(
    work: Work, rewriter: Rewriter, file: LogFile, copy: LogFile | None, kept: Sequence[LogFile], config: Config
) -> tuple[Written, tuple[int, int, int]]:
    """Write one file anew, if anything is to be done about it."""
    outcomes, joined, other = _outcomes(work, file, copy, config)
    left_out = 0
    if kept:
        work.ask(
            f"CREATE OR REPLACE TEMP TABLE newer AS SELECT n FROM {_keyed(work, [file], config)}"
            f" WHERE k IN (SELECT k FROM {_keyed(work, kept, config)})"
        )
        left_out = int(work.ask("SELECT count(*) FROM newer")[0][0])
    if not joined and not left_out:
        return (Replaced(rewriter.replaced(file).file, "", file.size, file.changed), None, None), (0, other, 0)
    made = rewriter.write(file, without="SELECT n FROM newer" if left_out else "", outcomes=outcomes if joined else None)
    return made, (joined, other, left_out)


def _outcomes(work: Work, file: LogFile, copy: LogFile | None, config: Config) -> tuple[Outcomes | None, int, int]:
    """What the copy knew and the file does not; how many outcomes that is, and how many the file has by now that are others."""
    column = config.log.outcome
    if copy is None or column is None:
        return None, 0, 0
    there, now = (column_types(work.connection, [each]).types.get(column) for each in (copy, file))
    if there is None:
        return None, 0, 0
    own = quote_identifier(column)
    has_own = now is not None and bool(work.ask(f"SELECT 1 FROM {_keyed(work, [file], config, own)} WHERE v IS NOT NULL LIMIT 1"))
    kind = now if now is not None and has_own else there
    old = _keyed(work, [file], config, own if now is not None else "NULL")
    work.ask(
        f"CREATE OR REPLACE TEMP TABLE again AS SELECT p.n, CAST(c.v AS {kind}) AS v, CAST(p.v AS {kind}) AS was"
        f" FROM {old} p JOIN {_keyed(work, [copy], config, own)} c ON c.k = p.k WHERE c.v IS NOT NULL"
    )
    joined, other = work.ask("SELECT count(*) FILTER (was IS NULL), count(*) FILTER (was <> v) FROM again")[0]
    return Outcomes("SELECT n, v FROM again WHERE was IS NULL", column, kind), int(joined), int(other)


def _keyed(work: Work, files: Sequence[LogFile], config: Config, value: str = "NULL") -> str:
    """SQL of the rows of files: ``n``, ``k`` (the key), ``v``."""
    columns = column_types(work.connection, files)
    key = key_sql(config.log.key_columns, columns.types, "r")
    value = value if value == "NULL" else f"r.{value}"
    return f"(SELECT r.file_row_number AS n, {key} AS k, {value} AS v FROM {columns.relation(files)} r)"
