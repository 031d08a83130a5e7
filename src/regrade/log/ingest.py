"""Bring predictions in: every line is checked, and all of it comes in or nothing does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from regrade.config import Config
from regrade.log import changes, segments
from regrade.log.ahead import Ahead
from regrade.log.drift import NO_TYPE, may_drift
from regrade.log.files import Columns, LogFile, column_types, discover
from regrade.log.inputs import open_sources
from regrade.log.keys import check_new, check_unique, written_keys
from regrade.log.quarantine import quarantined
from regrade.log.readers.base import Source
from regrade.log.readers.kinds import WHOLE
from regrade.log.replacing import Replacing
from regrade.log.rewrite import Rewriter
from regrade.log.roles import assign
from regrade.log.target import Meter, Target, names_of, refuse
from regrade.log.work import Progress, Work
from regrade.paths import Paths


@dataclass(frozen=True)
class Added:
    """What an import brought.

    Attributes
    ----------
    rows, rejected : int
        Predictions that came in; lines that went to the quarantine.
    segment : Path or None
        The new Parquet file; None where everything was there already.
    already : tuple of str
        Files that had been imported before, and were left out.
    notes : tuple of str
        What else a person should know: columns that are new or missing.
    replaced : int
        Predictions that were there before, and are now what the files say.
    """

    rows: int
    rejected: int
    segment: Path | None
    already: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    replaced: int = 0


def add(
    paths: Sequence[Path],
    workspace: Paths,
    config: Config,
    *,
    update: bool = False,
    quarantine: Path | None = None,
    progress: Progress | None = None,
) -> Added:
    """Import files (CSV, JSON lines, Parquet; a folder or a pattern stands for what is in it) as one immutable segment.

    Parameters
    ----------
    update : bool, default False
        Let predictions whose key is in the log take the place of those that are there; else they are an error.
    quarantine : Path, optional
        Where lines that cannot be taken in are written, as they are; without it they are an error.
    progress : callable, optional
        Called with (rows so far, rows in all or None).

    Raises
    ------
    DataError
        A file cannot be read, a line is bad (``file:line: field: what, expected what``), a column that ``[log]`` names is not
        there, a key occurs twice or is in the log already, types differ from those of the log, or the disk cannot be written.
    KeyboardInterrupt
        Passed on; nothing was imported.
    """
    sources, notes = open_sources(paths)
    with segments.workbench(workspace.log) as bench, Work(bench) as work, Ahead(Work(bench, beside=work)) as ahead:
        changes.sweep(workspace.log)
        change = changes.read_changes(workspace.log).last + 1
        there = existing(workspace, config)
        known = segments.known_sources(work.connection, [each.path for each in there])
        log = column_types(work.connection, there) if there else Columns({}, False, frozenset())
        ids = frozenset(name for name, role in config.log.roles().items() if role == "id")
        drift = may_drift(work.ask, log, [] if config.log.paths else there, there, ids)
        known_types = {name: kind for name, kind in log.types.items() if name not in drift.empty}
        kept = quarantine is not None
        target = Target(bench / "segment.parquet", known_types, config, kept=kept, change=change, exact=drift.exact)
        target.ahead = ahead
        for source in sources:
            source.verbatim = ids
        if len(sources) == 1:
            sources[0].begin = target.begin
        sources, already = open_new(sources, known, work, progress)
        if not sources:
            return Added(0, 0, None, already, notes)
        total = sum(each.n_lines for each in sources)
        meter = Meter(progress, total, phases=2)
        refuse(sources, kept=kept)
        for source in sources:
            source.keep_good(bench)
        names = dict.fromkeys(name for each in sources for name in (*each.columns, *each.partitions))
        assign(dict.fromkeys([*log.types, *names], ""), config, names_of(sources))
        types = target.write(sources, work, meter)
        rows = target.count(sources, work)
        keys = config.log.key_columns
        check_unique(work, target.path, sources, keys, types)
        replacing = Replacing(work, log, there, keys) if there and all(name in log.types for name in keys) else None
        if replacing is not None and not update:
            check_new(work, target.path, replacing.keys, sources, keys, types)
        retyped = {name: types[name] for name in drift.empty if name in types and NO_TYPE != log.types[name] != types[name]}
        replaced, more = 0, _differences(types, log.types)
        if replacing is not None and update:
            replaced = replacing.find(written_keys(target.path, keys, types))
            lost = replacing.lost(config.log.outcome, target.rows, types, keys)
            more += (f"{lost:,} of the predictions replaced had an outcome, and have none now",) if lost else ()
        rewriter = Rewriter(work, bench, workspace.root, change)
        old = replacing.write(rewriter, retyped) if replacing is not None and (replaced or retyped) else []
        for source in sources:
            source.check_unchanged()
        with quarantined(sources, quarantine) as rejected:
            if old:
                stamps = [each.stamp for each in sources]
                [segment] = changes.commit(workspace.log, bench, "add", sources=stamps, adds=[target.path], replaces=old)
            else:
                segment = segments.publish(target.path, workspace.log)
        meter.finish(rows)
    return Added(rows, rejected, segment, already, (*notes, *more), replaced)


def existing(workspace: Paths, config: Config) -> list[LogFile]:
    """The files of the log so far."""
    if config.log.paths or any(not each.name.startswith(".") for each in workspace.log.glob("*.parquet")):
        return discover(workspace, config)
    return []


def open_new(
    sources: Sequence[Source], known: set[tuple[str, str]], work: Work, progress: Progress | None
) -> tuple[list[Source], tuple[str, ...]]:
    """Open every source; leave out those whose bytes came in before, from where they lie."""
    new: list[Source] = []
    already: list[str] = []
    tick = (lambda lines: progress(lines, None)) if progress is not None else (lambda lines: None)
    for source in sources:
        source.open(work.ask, tick)
        source.forget_partitions()
        origin = segments.origin(source.stamp)
        if origin in known or any(origin == segments.origin(each.stamp) for each in new):
            already.append(source.path.name)
        else:
            new.append(source)
    return new, tuple(already)


def _differences(types: Mapping[str, str], there: Mapping[str, str]) -> tuple[str, ...]:
    if not there:
        return ()
    new = [f"column {name!r} is new: empty in what was there before" for name in types if name not in there]
    wide = [
        f"column {name!r} held whole numbers only: all of it is read as {kind} now"
        for name, kind in types.items()
        if kind == "DOUBLE" and there.get(name) in WHOLE
    ]
    gone = [f"column {name!r} is missing here: empty in these rows" for name in there if name not in types]
    return (*new, *wide, *gone)
