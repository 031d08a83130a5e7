"""Columns that the paths of an import's files hold (``dt=2026-11-01/…``): their types, and the rows with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from regrade.errors import DataError
from regrade.expressions import quote_identifier
from regrade.log import partitions
from regrade.log.readers import kinds
from regrade.log.readers.base import Source


def with_paths(sources: Sequence[Source], types: Mapping[str, str], there: Mapping[str, str]) -> dict[str, str]:
    """Return ``types`` with those of the columns that stand in paths; in the log so far (``there``) they have one already.

    Raises
    ------
    DataError
        A path says what is none of its column's type, or a name that differs from a column's in case only.
    """
    found = dict(types)
    lower = {name.lower(): name for name in (*there, *types)}
    said: dict[str, list[str | None]] = {}
    for source in sources:
        for name, value in source.partitions.items():
            other = lower.setdefault(name.lower(), name)
            if other != name:
                what = f"the path says {name!r}, and a column is called {other!r}"
                raise DataError(what, where=str(source.path), hint="write one name one way")
            kind = types.get(name) or there.get(name)
            if kind is None:
                said.setdefault(name, []).append(value)
                continue
            found[name] = kind
            if value is not None and not partitions.fits(value, kind):
                what = f"{value}, expected {kinds.EXPECTED.get(kind, kind)}"
                raise DataError(what, where=f"{source.path.name}: {name} (in its path)")
    return found | partitions.types_of(said)


def rows_sql(source: Source, types: Mapping[str, str], where: str) -> str:
    """Return the SQL of the rows of a file (see :meth:`Source.select`), with what its path says of them."""
    rows = source.select(types, where)
    said = [f"{partitions.literal(value, types[name])} AS {quote_identifier(name)}" for name, value in source.partitions.items()]
    return f"SELECT *, {', '.join(said)} FROM ({rows})" if said else rows
