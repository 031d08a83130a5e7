"""Find out which type each column of a file is: guessed from the first rows, or held against every row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from regrade.log.readers.base import Fits, Source
from regrade.log.work import Work

_SAMPLE = 2_048
_Counted = dict[str, tuple[int, dict[str, int]]]


def guess_fits(source: Source, work: Work) -> Fits:
    """Return what the columns fit in the first 2,048 rows; a column without a value there is looked at as a whole."""
    seen = source.seen()
    sample = f"(SELECT * FROM {source.relation()} LIMIT {_SAMPLE})"
    found = {**seen, **_narrowest(source, work, sample, [name for name in source.taken if name not in seen])}
    empty = [name for name, fit in found.items() if fit is None and name not in seen]
    return {**found, **(_narrowest(source, work, source.relation(), empty) if empty else {})}


def all_fits(source: Source, work: Work, watch: Callable[[float], None] | None = None) -> Fits:
    """Return what the columns fit in every row; ``watch`` is told the share of a pass that is done."""
    seen = source.seen()
    found = {**seen, **_narrowest(source, work, source.relation(), [name for name in source.taken if name not in seen], watch)}
    whole = [name for name, fit in found.items() if fit and {"BIGINT", "DOUBLE"} <= fit and name not in seen]
    counted = _count(work, source, source.relation(), dict.fromkeys(whole, ("DOUBLE",))) if whole else {}
    too_long = {name for name, (n, good) in counted.items() if good["DOUBLE"] < n}
    return {name: fit - {"DOUBLE"} if fit and name in too_long else fit for name, fit in found.items()}


def _narrowest(source: Source, work: Work, relation: str, names: Sequence[str], watch: Callable[[float], None] | None = None) -> Fits:
    """Try the narrowest type that the first rows leave for each column on all rows at once: one pass, as a rule."""
    found: Fits = {}
    if not names:
        return found
    sample = _count(work, source, f"(SELECT * FROM {relation} LIMIT {_SAMPLE})", dict.fromkeys(names, source.kinds))
    left = {name: [kind for kind in source.kinds if good[kind] == n] for name, (n, good) in sample.items()}
    while waiting := {name: tuple(left[name][:1]) for name in names if name not in found}:
        for name, (n, good) in _count(work, source, relation, waiting, watch).items():
            kind = left[name].pop(0) if left[name] else ""
            if not n:
                found[name] = None
            elif not kind:
                found[name] = frozenset()
            elif good[kind] == n:
                found[name] = source.wider(kind)
    return found


def _count(
    work: Work, source: Source, relation: str, tried: Mapping[str, Sequence[str]], watch: Callable[[float], None] | None = None
) -> _Counted:
    """Column → (values, kind → how many fit)."""
    selects: list[str] = []
    labels: list[tuple[str, str]] = []
    for name, each in tried.items():
        value = source.value(name)
        labels.append((name, ""))
        selects.append(f"count({value})")
        for kind in each:
            labels.append((name, kind))
            selects.append(f"count(*) FILTER ({value} IS NOT NULL AND {source.fits(name, kind)})")
    row = work.run(f"SELECT {', '.join(selects)} FROM {relation}", watch)[0]
    counted: _Counted = {name: (0, {}) for name in tried}
    for (name, kind), count in zip(labels, row, strict=True):
        counted[name] = (counted[name][0], {**counted[name][1], kind: int(count)}) if kind else (int(count), {})
    return counted
