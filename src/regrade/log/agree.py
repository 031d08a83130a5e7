"""Agree on one type for each column, over the files of an import and the log; note the rows that do not fit it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from regrade.errors import DataError
from regrade.log.drift import NO_TYPE
from regrade.log.readers import kinds
from regrade.log.readers.base import Fits, Reject, Row, Source
from regrade.log.readers.parquet import ParquetSource
from regrade.log.work import Work

_BAD_VALUES = 100_000
_ORDER = (*kinds.ORDER[:-1], "JSON", "VARCHAR")


def agree(
    sources: Sequence[Source], fits: Sequence[Fits], there: Mapping[str, str], alike: Mapping[str, str], exact: Collection[str] = ()
) -> dict[str, str]:
    """Return the type of each column: that of the log, else the narrowest that fits all files.

    Parameters
    ----------
    there : mapping
        Column → type, of the log so far.
    alike : mapping
        A column whose values are all missing gets the type of the other: an outcome that of the prediction.
    exact : collection of str
        Columns of the log whose whole numbers become doubles, where a file has others.

    Raises
    ------
    DataError
        A Parquet column has another type than the log.
    """
    names = list(dict.fromkeys(name for source in sources for name in source.taken))
    same = {name.lower(): name for name in there}
    for source in sources:
        for name in source.taken:
            if same.setdefault(name.lower(), name) != name:
                what = f"column {name!r} and column {same[name.lower()]!r} of the log differ in case only"
                raise DataError(what, where=source.path.name)
    types = {name: there.get(name) or _choose(name, sources, fits) for name in names}
    for name in exact:
        known = [each for each in (fit.get(name) for fit in fits) if each is not None]
        if any(types.get(name) not in each for each in known) and all(each & {"DOUBLE", types[name]} for each in known):
            types[name] = "DOUBLE"
    for name, other in alike.items():
        if name in types and name not in there and other in types and all(fit.get(name) is None for fit in fits):
            types[name] = types[other]
    for source, fit in zip(sources, fits, strict=True):
        if isinstance(source, ParquetSource):
            for name in source.taken:
                fitting = fit[name]
                if fitting is not None and types[name] not in fitting:
                    what = f"is {source.types[name]}, and the log has {types[name]}"
                    raise DataError(what, where=f"{source.path.name}: {name}", hint="a column has one type in all files of a log")
    return types


def _choose(name: str, sources: Sequence[Source], fits: Sequence[Fits]) -> str:
    """The narrowest type that fits every file; where values contradict each other, that of the first value."""
    as_stored = {source.types[name] if isinstance(source, ParquetSource) else "" for source in sources if name in source.taken}
    as_stored.discard(NO_TYPE)
    if len(as_stored) == 1 and "" not in as_stored:
        return as_stored.pop()
    known = [each for each in (fit.get(name) for fit in fits) if each is not None]
    common = frozenset.intersection(*known) if known else frozenset({"VARCHAR"})
    if common:
        return next((kind for kind in _ORDER if kind in common), min(common))
    return _first_kind(next(source for source in sources if name in source.taken), name)


def _first_kind(source: Source, name: str) -> str:
    if isinstance(source, ParquetSource):
        return source.types[name]
    first = next((row[name] for _, row, _ in source.rows() if row[name] is not None), None)
    return {'"': "VARCHAR", "t": "BOOLEAN", "f": "BOOLEAN", "{": "JSON", "[": "JSON"}.get(str(first)[:1]) or source.number_kind(name)


def misfits(source: Source, fit: Fits, types: Mapping[str, str]) -> list[str]:
    """Return the columns that hold values which are not of their type."""
    fitting = {name: frozenset({types[name]}) if each is None else each for name, each in fit.items()}
    return [name for name in source.taken if types[name] not in fitting[name]]


def good_rows(source: Source, fit: Fits, types: Mapping[str, str], keys: Sequence[str], work: Work) -> str:
    """Return the SQL condition on the rows of ``source`` whose values fit ``types`` and whose key is there; reject the others."""
    if isinstance(source, ParquetSource):
        return "true"
    bad_columns = misfits(source, fit, types)
    holes = [
        name
        for name in keys
        if name in source.taken and work.ask(f"SELECT 1 FROM {source.relation()} WHERE {source.missing(name)} LIMIT 1")
    ]
    if not bad_columns and not holes:
        return "true"
    wrong = {}
    for name in bad_columns:
        value = source.value(name)
        bad = f"{value} IS NOT NULL AND NOT {source.fits(name, types[name])}"
        found = work.ask(f"SELECT DISTINCT {value} FROM {source.relation()} WHERE {bad} LIMIT {_BAD_VALUES + 1}")
        if len(found) > _BAD_VALUES:
            what = f"over {_BAD_VALUES:,} values are not {kinds.EXPECTED.get(types[name], types[name])}"
            raise DataError(what, where=f"{source.path.name}: {name}", hint="is this the log's column?")
        wrong[name] = {source.as_read(row[0]) for row in found}
    for line, row, text in list(source.rows()):
        problem = _problem(row, wrong, holes, types)
        if problem:
            source.rejects.append(Reject(line, text, problem))
    conditions = [f"({source.value(name)} IS NULL OR {source.fits(name, types[name])})" for name in bad_columns]
    return " AND ".join([*conditions, *(f"NOT {source.missing(name)}" for name in holes)])


def _problem(row: Row, wrong: Mapping[str, set[str | None]], holes: Sequence[str], types: Mapping[str, str]) -> str:
    for name in holes:
        if row[name] in (None, '""'):
            return f"{name}: is empty, expected the id of a prediction"
    for name, values in wrong.items():
        if row[name] is not None and row[name] in values:
            shown = str(row[name])
            return f"{name}: {shown[:60]}{'…' if len(shown) > 60 else ''}, expected {kinds.EXPECTED.get(types[name], types[name])}"
    return ""
