"""The columns of a Parquet file as the file itself names them, and which of them would be read as something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from regrade.errors import DataError
from regrade.expressions import quote_text

Ask = Callable[[str], list[tuple[Any, ...]]]
_DIGITS = 38
"""Of a decimal number; DuckDB reads one of more as a double, without a word."""


class _Field(NamedTuple):
    name: str
    fields: list[_Field]


def parquet_names(ask: Ask, path: str) -> list[str]:
    """Return the columns as the file calls them: DuckDB renames the second of two names that differ in case only."""
    return [name for name, _ in _fields(ask, path)]


def _fields(ask: Ask, path: str) -> list[_Field]:
    elements = iter(ask(f"SELECT name, coalesce(num_children, 0) FROM parquet_schema({quote_text(path)})"))

    def take(n: int) -> list[_Field]:
        found = []
        for _ in range(n):
            name, children = next(elements)
            found.append(_Field(str(name), take(children)))
        return found

    return take(next(elements)[1])


def check_nested_names(ask: Ask, path: str) -> None:
    """Refuse objects with two fields that differ in case only, or one without a name: DuckDB calls them otherwise. Raises DataError."""
    waiting = [(each.name, each) for each in _fields(ask, path)]
    while waiting:
        place, field = waiting.pop()
        names = [each.name for each in field.fields]
        odd = next((each for at, each in enumerate(names) if not each or each.lower() in map(str.lower, names[:at])), None)
        if odd is not None:
            what = f"two fields are called {odd!r}, as far as DuckDB can tell" if odd else "a field has no name"
            raise DataError(what, where=f"{path}: {place}", hint="write the file with one of them renamed")
        waiting += [(f"{place}.{each.name}", each) for each in field.fields]


def check_types(ask: Ask, path: str) -> None:
    """Refuse numbers that would lose digits. Raises DataError."""
    wide = ask(f"SELECT name, precision, scale FROM parquet_schema({quote_text(path)}) WHERE precision > {_DIGITS} LIMIT 1")
    if wide:
        name, precision, scale = wide[0]
        what = f"is DECIMAL({precision}, {scale}), expected at most {_DIGITS} digits"
        raise DataError(what, where=f"{path}: {name}", hint="write it as text, or as a plainer number")
