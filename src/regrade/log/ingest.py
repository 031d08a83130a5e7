"""Bring predictions in: every line is checked, and all of it comes in or nothing does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from regrade.config import Config
from regrade.errors import DataError
from regrade.log import segments
from regrade.log.files import LogFile, column_types, discover
from regrade.log.keys import check_keys
from regrade.log.readers import open_source
from regrade.log.readers.base import Reject, Source
from regrade.log.readers.jsonl import JsonLinesSource
from regrade.log.roles import assign
from regrade.log.target import Meter, MisfitError, Target, names_of, refuse
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
    """

    rows: int
    rejected: int
    segment: Path | None
    already: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def add(
    paths: Sequence[Path],
    workspace: Paths,
    config: Config,
    *,
    quarantine: Path | None = None,
    progress: Progress | None = None,
) -> Added:
    """Import files (CSV, JSON lines, Parquet; a pattern stands for what it matches) as one immutable segment.

    Parameters
    ----------
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
    sources = [open_source(each) for each in _expand(paths)]
    with segments.workbench(workspace.log) as bench, Work(bench) as work:
        there = _existing(workspace, config)
        known = segments.known_sources(work.connection, [each.path for each in there])
        sources, already = _new_ones(sources, known, work, progress)
        if not sources:
            return Added(0, 0, None, already)
        total = sum(each.n_lines for each in sources)
        meter = Meter(progress, total, phases=2)
        types_there = column_types(work.connection, there)[0] if there else {}
        refuse(sources, kept=quarantine is not None)
        for source in sources:
            if source.rejects and isinstance(source, JsonLinesSource):
                source.keep_good(bench)
        assign(dict.fromkeys([*types_there, *(name for each in sources for name in each.columns)], ""), config, names_of(sources))
        target = Target(bench / "segment.parquet", there, types_there, config, quarantine is not None)
        types = _write(target, sources, work, meter)
        rows = target.count(sources, work)
        check_keys(work, target.path, there, sources, types, types_there, config)
        rejected = _write_quarantine(sources, quarantine)
        segment = segments.publish(target.path, workspace.log)
        meter.finish(rows)
    return Added(rows, rejected, segment, already, _differences(types, types_there))


def _write(target: Target, sources: Sequence[Source], work: Work, meter: Meter) -> dict[str, str]:
    """Write the rows, return the types; what DuckDB has against a file is given its name."""
    try:
        try:
            return target.write_guessed(sources, work, meter)
        except MisfitError:
            return target.write_thoroughly(sources, work, meter)
    except DataError as error:
        if error.where:
            raise
        if "state machine" in error.what:
            hint = "quote values that hold line breaks, and end all lines alike"
            raise DataError("a carriage return stands inside a line", where=names_of(sources), hint=hint) from None
        raise DataError(error.what, where=names_of(sources), hint=error.hint) from None


def _expand(paths: Sequence[Path]) -> list[Path]:
    """Replace patterns that the shell left alone."""
    found: list[Path] = []
    for path in paths:
        if any(each in path.name for each in "*?[") and not path.exists():
            matches = sorted(path.parent.glob(path.name))
            if not matches:
                raise DataError("no file matches", where=str(path))
            found += matches
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _existing(workspace: Paths, config: Config) -> list[LogFile]:
    """The files of the log so far."""
    if config.log.paths or any(not each.name.startswith(".") for each in workspace.log.glob("*.parquet")):
        return discover(workspace, config)
    return []


def _new_ones(
    sources: Sequence[Source], known: Mapping[str, str], work: Work, progress: Progress | None
) -> tuple[list[Source], tuple[str, ...]]:
    """Open every source; leave out those whose bytes came in before."""
    new: list[Source] = []
    already: list[str] = []
    tick = (lambda lines: progress(lines, None)) if progress is not None else (lambda lines: None)
    for source in sources:
        source.open(work.ask, tick)
        if source.digest in known or any(source.digest == each.digest for each in new):
            already.append(source.path.name)
        else:
            new.append(source)
    return new, tuple(already)


def _write_quarantine(sources: Sequence[Source], quarantine: Path | None) -> int:
    """Write the bad lines as they are; return how many."""
    bad: list[Reject] = [reject for source in sources for reject in sorted(source.rejects, key=lambda each: each.line)]
    if bad and quarantine is not None:
        try:
            with quarantine.open("a", encoding="utf-8", errors="surrogateescape") as file:
                file.writelines(each.text + "\n" for each in bad)
        except OSError as error:
            raise DataError(f"cannot be written: {error.strerror}", where=str(quarantine)) from None
    return len(bad)


def _differences(types: Mapping[str, str], there: Mapping[str, str]) -> tuple[str, ...]:
    if not there:
        return ()
    new = [f"column {name!r} is new: empty in what was there before" for name in types if name not in there]
    gone = [f"column {name!r} is missing here: empty in these rows" for name in there if name not in types]
    return (*new, *gone)
