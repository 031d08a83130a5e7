"""Find out which type each column of a file is: guessed from the first rows, or held against every row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from regrade.expressions import quote_identifier
from regrade.log.readers.base import Fits, Source
from regrade.log.work import Work

_SAMPLE = 2_048
_AT_ONCE = 128
"""Columns whose types are tested in one pass."""
_SAME_TEXT = ("BIGINT", "DATE", "VARCHAR")
"""Types whose values are written back as they were read: 1.10 and 1.1 are one number, but two ids."""
_Counted = dict[str, tuple[int, dict[str, int]]]
Watch = Callable[[float], None]


def guess_fits(source: Source, work: Work) -> Fits:
    """Return what the columns fit in the first 2,048 rows; a column without a value there is looked at as a whole."""
    seen = source.seen()
    first = _count_first(work, source, [name for name in source.taken if name not in seen])
    found = {**seen, **{name: _fit(source, name, n, good) for name, (n, good) in first.items()}}
    empty = [name for name, fit in found.items() if fit is None and name not in seen] if source.n_lines > _SAMPLE else []
    return {**found, **_narrowest(source, work, empty)}


def all_fits(source: Source, work: Work, watch: Watch | None = None) -> Fits:
    """Return what the columns fit in every row; ``watch`` is told the share of a pass that is done."""
    seen = source.seen()
    found = {**seen, **_narrowest(source, work, [name for name in source.taken if name not in seen], watch)}
    whole = [name for name, fit in found.items() if fit and {"BIGINT", "DOUBLE"} <= fit and name not in seen]
    few = source.n_lines <= _SAMPLE
    counted = _count_first(work, source, whole) if few else _count(work, source, dict.fromkeys(whole, ("DOUBLE",)))
    too_long = {name for name, (n, good) in counted.items() if good["DOUBLE"] < n}
    return {name: fit - {"DOUBLE"} if fit and name in too_long else fit for name, fit in found.items()}


def _narrowest(source: Source, work: Work, names: Sequence[str], watch: Watch | None = None) -> Fits:
    """Try the narrowest type that the first rows leave for each column on all rows at once: one pass, as a rule."""
    found: Fits = {}
    sample = _count_first(work, source, names)
    if source.n_lines <= _SAMPLE:
        return {name: _fit(source, name, n, good) for name, (n, good) in sample.items()}
    left = {name: [kind for kind in _kinds(source, name) if good[kind] == n] for name, (n, good) in sample.items()}
    while waiting := {name: tuple(left[name][:1]) for name in names if name not in found}:
        for name, (n, good) in _count(work, source, waiting, watch).items():
            kind = left[name].pop(0) if left[name] else ""
            if not n:
                found[name] = None
            elif not kind:
                found[name] = frozenset()
            elif good[kind] == n:
                found[name] = source.wider(kind)
    return found


def _kinds(source: Source, name: str) -> Sequence[str]:
    """What a column may turn out to be, the narrowest first."""
    return [kind for kind in source.kinds if kind in _SAME_TEXT] if name in source.verbatim else source.kinds


def _fit(source: Source, name: str, n: int, good: Mapping[str, int]) -> frozenset[str] | None:
    """What a column of ``n`` values fits, all of which were tried as every kind."""
    kind = next((each for each in _kinds(source, name) if good[each] == n), "")
    return None if not n else source.wider(kind) if kind else frozenset()


def _count_first(work: Work, source: Source, names: Sequence[str]) -> _Counted:
    """Column → (values, kind → how many fit) in the first rows: every value is a row, so that each test is written once only."""
    if not names:
        return {}
    columns = ", ".join(map(quote_identifier, names))
    tests = ", ".join(f"count(*) FILTER ({source.fits('v', kind)})" for kind in source.kinds)
    first = f"UNPIVOT (SELECT {columns} FROM {source.relation()} LIMIT {_SAMPLE}) ON {columns} INTO NAME n VALUE v"
    rows = work.run(f"SELECT n, count(*), {tests} FROM ({first}) WHERE {source.value('v')} IS NOT NULL GROUP BY n")
    found = {str(name): (int(n), dict(zip(source.kinds, map(int, counts), strict=True))) for name, n, *counts in rows}
    return {name: found.get(name, (0, dict.fromkeys(source.kinds, 0))) for name in names}


def _count(work: Work, source: Source, tried: Mapping[str, Sequence[str]], watch: Watch | None = None) -> _Counted:
    """Column → (values, kind → how many fit); some columns at a time, as every test of every column has vectors of its own."""
    counted: _Counted = {}
    names = list(tried)
    for start in range(0, len(names), _AT_ONCE):
        counted |= _count_some(work, source, {name: tried[name] for name in names[start : start + _AT_ONCE]}, watch)
    return counted


def _count_some(work: Work, source: Source, tried: Mapping[str, Sequence[str]], watch: Watch | None) -> _Counted:
    selects: list[str] = []
    labels: list[tuple[str, str]] = []
    for name, each in tried.items():
        value = source.value(name)
        labels.append((name, ""))
        selects.append(f"count({value})")
        for kind in each:
            labels.append((name, kind))
            selects.append(f"count(*) FILTER ({value} IS NOT NULL AND {source.fits(name, kind)})")
    row = work.run(f"SELECT {', '.join(selects)} FROM {source.relation()}", watch)[0]
    counted: _Counted = {name: (0, {}) for name in tried}
    for (name, kind), count in zip(labels, row, strict=True):
        counted[name] = (counted[name][0], {**counted[name][1], kind: int(count)}) if kind else (int(count), {})
    return counted
