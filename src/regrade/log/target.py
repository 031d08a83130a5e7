"""Write the rows of an import to one Parquet file: types guessed and checked in one pass, or found first where the guess fails."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from pathlib import Path

from regrade.config import Config
from regrade.errors import DataError
from regrade.expressions import quote_text
from regrade.log import segments
from regrade.log.agree import agree, good_rows, misfits
from regrade.log.ahead import Ahead
from regrade.log.infer import all_fits, guess_fits
from regrade.log.keys import key_sql
from regrade.log.path_columns import rows_sql, with_paths
from regrade.log.readers import kinds
from regrade.log.readers.base import Fits, Likely, MisfitError, Source
from regrade.log.readers.csv import CsvSource
from regrade.log.work import Progress, Work

_SHOWN = 5
"""Bad lines that an error lists."""
_WIDE = 400
"""Columns of a file whose types are found before anything is cast."""


class Meter:
    """Turns shares of phases into rows."""

    def __init__(self, progress: Progress | None, total: int, *, phases: int) -> None:
        self._progress, self._total, self._phases, self._phase = progress, total, phases, 0

    def watch(self, share: float) -> None:
        """Say how much of this phase is done, in [0, 1]."""
        if self._progress is not None:
            self._progress(int(self._total * min(1.0, (self._phase + share) / self._phases)), self._total)

    def next(self) -> None:
        """Begin the next phase."""
        self._phase += 1
        self.watch(0.0)

    def finish(self, rows: int) -> None:
        """Say that all is done."""
        if self._progress is not None:
            self._progress(rows, rows)


class Target:
    """The file that an import writes before it becomes a segment.

    Parameters
    ----------
    types_there :
        The log so far: column → type.
    kept : bool
        Are bad lines put aside rather than an error?
    change : int
        The number of the change that the file may become part of.
    exact : collection of str
        Columns of the log whose whole numbers become doubles, where a file has others.
    """

    def __init__(
        self, path: Path, types_there: Mapping[str, str], config: Config, *, kept: bool, change: int, exact: Collection[str] = ()
    ) -> None:
        self.path = path
        self._change, self._exact = change, exact
        self._types_there, self._config, self._kept = types_there, config, kept
        outcome, prediction = config.log.outcome, config.log.prediction
        self._alike = {outcome: prediction} if outcome and prediction else {}
        self.ahead: Ahead | None = None
        """What may have been written already."""

    def write(self, sources: Sequence[Source], work: Work, meter: Meter) -> dict[str, str]:
        """Write the rows, return the type of each column; what DuckDB has against a file is given its name.

        Raises
        ------
        DataError
            A line is bad, or files do not fit together.
        """
        try:
            try:
                return self._write_guessed(sources, work, meter)
            except MisfitError:
                return self._write_thoroughly(sources, work, meter)
        except DataError as error:
            for source in sources:
                source.check_unchanged()  # says more
            if error.where:
                raise
            raise DataError(error.what, where=names_of(sources), hint=error.hint) from None

    def _write_guessed(self, sources: Sequence[Source], work: Work, meter: Meter) -> dict[str, str]:
        """Write in one pass, every value held against the type that the first rows have; return the types.

        Raises
        ------
        MisfitError
            A value does not fit, or a key is missing.
        DataError
            A line is bad.
        """
        if any(isinstance(each, CsvSource) and len(each.taken) > _WIDE for each in sources):
            raise MisfitError  # a checked cast of each of thousands of columns would need gigabytes
        fits = [guess_fits(each, work) for each in sources]
        types = self._agree(sources, fits)
        for source, fit in zip(sources, fits, strict=True):
            # What is written in CSV can become anything that it looks like; a text in JSON is no number.
            if not isinstance(source, CsvSource) and misfits(source, fit, types):
                raise MisfitError
        meter.next()
        try:
            self._copy(sources, types, [""] * len(sources), work, meter)
        except DataError as error:
            if kinds.MISFIT in error.what:
                raise MisfitError from None
            raise
        for source in sources:
            if isinstance(source, CsvSource):
                source.find_rejects(work.ask, scanned=True)
        refuse(sources, kept=self._kept)
        key = key_sql(self._config.log.key_columns, types)
        if work.ask(f"SELECT 1 FROM {self.rows} WHERE {key} IS NULL OR {key} = '' LIMIT 1"):
            raise MisfitError
        return types

    def _write_thoroughly(self, sources: Sequence[Source], work: Work, meter: Meter) -> dict[str, str]:
        """Find the types by looking at every value, put the rows aside that contradict them, then write; return the types.

        Raises
        ------
        DataError
            A line is bad.
        """
        for source in sources:
            if isinstance(source, CsvSource):
                source.find_rejects(work.ask, scanned=False)
        refuse(sources, kept=self._kept)
        fits = [all_fits(each, work, meter.watch) for each in sources]
        types = self._agree(sources, fits)
        keys = self._config.log.key_columns
        conditions = [good_rows(source, fit, types, keys, work) for source, fit in zip(sources, fits, strict=True)]
        refuse(sources, kept=self._kept)
        self._copy(sources, types, conditions, work, meter)
        return types

    def _agree(self, sources: Sequence[Source], fits: Sequence[Fits]) -> dict[str, str]:
        return with_paths(sources, agree(sources, fits, self._types_there, self._alike, self._exact), self._types_there)

    def _copy(self, sources: Sequence[Source], types: Mapping[str, str], conditions: Sequence[str], work: Work, meter: Meter) -> None:
        statement = self._statement(sources, types, conditions)
        if self.ahead is not None and self.ahead.take(statement, meter.watch):
            return
        self.path.unlink(missing_ok=True)
        work.run(statement, meter.watch)

    def _statement(self, sources: Sequence[Source], types: Mapping[str, str], conditions: Sequence[str]) -> str:
        query = " UNION ALL BY NAME ".join(f"({rows_sql(source, types, where)})" for source, where in zip(sources, conditions, strict=True))
        return segments.copy_statement(query, self.path, [each.stamp for each in sources], self._change)

    def begin(self, likely: Likely) -> None:
        """Begin to write the one file that there is, as it may turn out to be."""
        if self.ahead is not None:
            self.ahead.begin(partial(self._plan, likely))

    def _plan(self, likely: Likely, work: Work) -> str:
        """The statement that :meth:`write` runs first for one file."""
        source = likely()
        types = self._agree([source], [guess_fits(source, work)])
        return self._statement([source], types, [""])

    @property
    def rows(self) -> str:
        """SQL of the rows that were written."""
        return f"read_parquet({quote_text(str(self.path))}, hive_partitioning = false)"

    def count(self, sources: Sequence[Source], work: Work) -> int:
        """Return the number of rows written. Raises DataError where there are none."""
        rows = int(work.ask(f"SELECT count(*) FROM {self.rows}")[0][0])
        if not rows:
            raise DataError("not one good line", where=names_of(sources))
        return rows


def refuse(sources: Sequence[Source], *, kept: bool) -> None:
    """Raise DataError on bad lines, unless they are kept aside."""
    lines = [f"{source.path.name}:{reject.line}: {reject.problem}" for source in sources for reject in source.rejects]
    if lines and not kept:
        where, _, what = lines[0].partition(": ")
        more = [*lines[1:_SHOWN], *([f"and {len(lines) - _SHOWN:,} more"] if len(lines) > _SHOWN else [])]
        hint = "nothing was imported; `--quarantine FILE` puts bad lines aside and imports the rest"
        raise DataError(what, where=where, hint="\n  ".join([*more, hint]))


def names_of(sources: Sequence[Source]) -> str:
    """Return the files' names, for an error."""
    return ", ".join(each.path.name for each in sources)
