"""Find out which type each column of a file is: guessed from the first rows, then held against every row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from regrade.log.readers.base import Source
from regrade.log.readers.parquet import ParquetSource
from regrade.log.work import Work

Fits = dict[str, frozenset[str] | None]
"""Column → the types that it can be read as without loss, empty where values contradict each other; None: every value is missing."""
_SAMPLE = 2_048
_EXACT = "_EXACT"
_Counted = dict[str, tuple[int, dict[str, int]]]


def infer(source: Source, work: Work, watch: Callable[[float], None] | None = None, *, limit: int | None = None) -> Fits:
    """Return what the columns of a file fit.

    Parameters
    ----------
    watch : callable, optional
        Told the share of a pass that is done.
    limit : int, optional
        Look at so many rows only; default: at all.
    """
    source.start(work.ask)
    if isinstance(source, ParquetSource):
        return {name: source.wider(kind) for name, kind in source.types.items()}
    whole = source.relation() if limit is None else f"(SELECT * FROM {source.relation()} LIMIT {limit})"
    first = _count(work, source, f"(SELECT * FROM {source.relation()} LIMIT {_SAMPLE})", dict.fromkeys(source.columns, source.kinds))
    left: dict[str, list[str]] = {}
    found: Fits = {}
    for name, (n, good) in first.items():
        left[name] = [kind for kind in source.kinds if good[kind] == n]
        if n and left[name][:1] == ["VARCHAR"] and source.fits(name, "VARCHAR") == "true":
            found[name] = source.wider("VARCHAR")
    while waiting := {name: tuple(left[name][:1]) for name in source.columns if name not in found}:
        # The narrowest type that is left for each column is tried on all rows at once: one pass, as a rule.
        for name, (n, good) in _count(work, source, whole, waiting, watch).items():
            kind = left[name].pop(0) if left[name] else ""
            if not n:
                found[name] = None
            elif not kind:
                found[name] = frozenset()
            elif good[kind] == n:
                doubles = {"DOUBLE"} if good.get(_EXACT) == n else set()
                found[name] = source.wider(kind) | doubles
    if limit is None:
        source.check(work.ask)
    return found


def _count(
    work: Work, source: Source, relation: str, tried: Mapping[str, Sequence[str]], watch: Callable[[float], None] | None = None
) -> _Counted:
    """Column → (values, kind → how many fit); a whole number that a double holds exactly counts as ``_EXACT`` too."""
    selects: list[str] = []
    labels: list[tuple[str, str]] = []
    for name, each in tried.items():
        value = source.value(name)
        labels.append((name, ""))
        selects.append(f"count({value})")
        for kind in each:
            labels.append((name, kind))
            selects.append(f"count(*) FILTER ({value} IS NOT NULL AND {source.fits(name, kind)})")
        if "BIGINT" in each:
            labels.append((name, _EXACT))
            selects.append(f"count(*) FILTER (TRY_CAST({value} AS BIGINT) BETWEEN -9007199254740992 AND 9007199254740992)")
    row = work.run(f"SELECT {', '.join(selects)} FROM {relation}", watch)[0]
    counted: _Counted = {name: (0, {}) for name in tried}
    for (name, kind), count in zip(labels, row, strict=True):
        counted[name] = (counted[name][0], {**counted[name][1], kind: int(count)}) if kind else (int(count), {})
    return counted
