"""Read outcomes that came late from files, as keys and values of the log's own types; every line is checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from regrade.config import Config
from regrade.errors import DataError, UsageError, near_names
from regrade.expressions import quote_identifier
from regrade.log.keys import key_sql, lines_of
from regrade.log.readers.base import Source
from regrade.log.target import Meter, Target, names_of, refuse
from regrade.log.work import Progress, Work

_SHOWN = 5


def renamed(config: Config, key: Sequence[str], outcome: str | None) -> Config:
    """Return the configuration as it holds for the columns of a file with outcomes: ``key`` and ``outcome`` where they are given.

    Raises
    ------
    UsageError
        So many columns do not make a key.
    """
    wanted = config.log.key_columns
    if key and len(key) != len(wanted):
        raise UsageError(
            f"{len(key)} columns were named as the key, expected {len(wanted)}", hint=f"the key of the log: {', '.join(wanted)}"
        )
    names = tuple(key) or wanted
    log = msgspec.structs.replace(config.log, id=names[0], key=names, outcome=outcome or config.log.outcome, prediction=None)
    return msgspec.structs.replace(config, log=log)


def read_late(
    sources: Sequence[Source],
    types: Mapping[str, str],
    config: Config,
    work: Work,
    bench: Path,
    *,
    kept: bool,
    progress: Progress | None = None,
) -> tuple[int, int]:
    """Make the table ``late`` (``k``: key, ``v``: outcome), a row a key; return how many rows the files have, and how many say nothing.

    Parameters
    ----------
    types : mapping
        The SQL types of the columns that make the key, and of the outcome, as the files call them.
    config : Config
        As :func:`renamed` made it.
    kept : bool
        Are bad lines put aside rather than an error?

    Raises
    ------
    DataError
        A file cannot be read, lacks a column, a line is bad, or one key has two outcomes.
    """
    names, outcome = config.log.key_columns, config.log.outcome
    assert outcome is not None
    for source in sources:
        source.open(work.ask, (lambda lines: progress(lines, None)) if progress is not None else (lambda lines: None))
        source.partitions = {name: value for name, value in source.partitions.items() if name in names and name not in source.columns}
    refuse(sources, kept=kept)
    for source in sources:
        for name in (*names, outcome):
            if name not in (*source.columns, *source.partitions):
                hint = near_names(name, source.columns)
                what = f"there is no column {name!r}"
                raise DataError(what, where=source.path.name, hint=f"{hint}\n  `--id COLUMN --outcome COLUMN` say what it is called here")
        source.only((*names, outcome))
    for source in sources:
        source.keep_good(bench)
    target = Target(bench / "late.parquet", types, config, kept=kept, change=0)
    meter = Meter(progress, sum(each.n_lines for each in sources), phases=3)
    found = target.write(sources, work, meter)
    rows = target.count(sources, work)
    key, value = key_sql(names, found), quote_identifier(outcome)
    missing = int(work.ask(f"SELECT count(*) FROM {target.rows} WHERE {key} IS NULL")[0][0])
    if missing:
        raise DataError(f"{missing:,} rows have no key", where=f"{names_of(sources)}: {names[0]}", hint="every outcome needs an id")
    work.run(
        f"CREATE OR REPLACE TEMP TABLE late AS SELECT {key} AS k, any_value({value}) AS v, count(DISTINCT {value}) AS n, count(*) AS rows"
        f" FROM {target.rows} WHERE {value} IS NOT NULL GROUP BY k",
        meter.watch,
    )
    _refuse_two(sources, names, found, work)
    said = int(work.ask("SELECT coalesce(sum(rows), 0) FROM late")[0][0])
    return rows, rows - said


def _refuse_two(sources: Sequence[Source], names: Sequence[str], types: Mapping[str, str], work: Work) -> None:
    """Refuse a key with two outcomes: nobody knows which is true."""
    twice = [str(row[0]) for row in work.ask(f"SELECT k FROM late WHERE n > 1 ORDER BY k LIMIT {_SHOWN}")]
    if twice:
        n = int(work.ask("SELECT count(*) FROM late WHERE n > 1")[0][0])
        more = [f"{key}{lines_of(sources, names, types, key)}" for key in twice]
        what = f"{n:,} keys have two outcomes: {', '.join(more)}{', …' if n > len(twice) else ''}"
        raise DataError(what, where=names_of(sources), hint="one outcome a prediction; nothing was changed")
