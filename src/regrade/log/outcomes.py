"""Join ground truth that came late to the predictions it is about, by key: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from regrade.config import Config
from regrade.log import changes, segments
from regrade.log.content import JSON
from regrade.log.files import discover
from regrade.log.inputs import open_sources
from regrade.log.late import read_late, renamed
from regrade.log.matching import Matching
from regrade.log.quarantine import quarantined
from regrade.log.rewrite import Rewriter
from regrade.log.work import Progress, Work
from regrade.paths import Paths


@dataclass(frozen=True)
class Joined:
    """What files with outcomes brought.

    Attributes
    ----------
    rows, empty, rejected : int
        Rows of the files; those without an outcome; bad lines that went to the quarantine.
    matched : int
        Outcomes whose prediction is in the log: ``new`` of them were unknown before, ``same`` were known, ``changed`` were others.
    turns : tuple of (from, to, count)
        What outcomes were changed from and to, the most frequent first.
    unmatched, unmatched_keys : int, tuple of str
        Outcomes of predictions that are not in the log, and the first of their keys.
    touched : dict
        Those of the keys asked about whose outcome is new or another: key to outcome, encoded as in examples.
    files, copied : int
        How many files of the log were written anew; how many of them stand in place of Parquet that is read in place.
    """

    rows: int
    empty: int
    rejected: int
    matched: int
    new: int
    same: int
    changed: int
    turns: tuple[tuple[str, str, int], ...] = ()
    unmatched: int = 0
    unmatched_keys: tuple[str, ...] = ()
    touched: Mapping[str, JSON] = field(default_factory=dict)
    files: int = 0
    copied: int = 0
    notes: tuple[str, ...] = ()


def join(
    paths: Sequence[Path],
    workspace: Paths,
    config: Config,
    *,
    update: bool = False,
    key: Sequence[str] = (),
    outcome: str | None = None,
    about: Sequence[str] = (),
    quarantine: Path | None = None,
    progress: Progress | None = None,
) -> Joined:
    """Give logged predictions the outcomes that files say; Parquet read in place is never touched: a copy stands in its place.

    Parameters
    ----------
    update : bool, default False
        Let outcomes replace others that are logged; else a second, different outcome is an error.
    key, outcome : str, optional
        What the columns are called in the files, where that is not what the log calls them.
    about : sequence of str
        Keys that somebody decided on: the result says which of them are touched.

    Raises
    ------
    DataError
        There is no log, a file cannot be read, a line is bad (``file:line: field: what, expected what``), a key has two outcomes,
        occurs twice in the log, or has another outcome there; or the disk cannot be written. Nothing was changed.
    ConfigError
        ``[log]`` names no outcome.
    KeyboardInterrupt
        Passed on; nothing was changed.
    """
    sources, notes = open_sources(paths)
    theirs = renamed(config, key, outcome)
    with segments.workbench(workspace.log) as bench, Work(bench) as work:
        changes.sweep(workspace.log)
        log = Matching(work, config, discover(workspace, config))
        names = theirs.log.key_columns
        types = {**dict(zip(names, log.key_types, strict=True)), str(theirs.log.outcome): log.kind}
        rows, empty = read_late(sources, types, theirs, work, bench, kept=quarantine is not None, progress=progress)
        counts = log.match(update=update)
        for source in sources:
            source.check_unchanged()
        with quarantined(sources, quarantine) as rejected:
            written = log.write(Rewriter(work, bench, workspace.root, changes.read_changes(workspace.log).last + 1))
            if written:
                changes.commit(workspace.log, bench, "outcomes", sources=[each.stamp for each in sources], adds=(), replaces=written)
        copies = [path for what, path, _ in written if what.in_place and path is not None]
        return Joined(
            rows=rows,
            empty=empty,
            rejected=rejected,
            matched=counts.matched,
            new=counts.new,
            same=counts.matched - counts.new - counts.changed,
            changed=counts.changed,
            turns=counts.turns,
            unmatched=counts.unmatched,
            unmatched_keys=counts.unmatched_keys,
            touched=log.touched(about),
            files=len(written),
            copied=len(copies),
            notes=notes,
        )
