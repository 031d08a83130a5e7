"""What each column of a log is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from regrade.config import Config
from regrade.errors import DataError, near_names
from regrade.expressions import BUILT_IN_COLUMNS
from regrade.log.privacy import check_declared

RESERVED = ("file_row_number", "file_index")
"""Names that DuckDB gives to where a row stands: a log's own column of such a name would hide it."""


@dataclass(frozen=True)
class Column:
    """One column of a log."""

    name: str
    type: str
    """DuckDB's name of the type, of the whole column."""
    role: str
    """``id``, ``time``, ``model``, ``prediction``, ``score``, ``outcome``, ``feedback``, ``text``, ``ignore`` or ``input``."""

    @property
    def is_input(self) -> bool:
        """Is it handed to candidates?"""
        return self.role in ("input", "text")


def assign(types: Mapping[str, str], config: Config, where: str) -> tuple[Column, ...]:
    """Return the columns with their roles.

    Parameters
    ----------
    types : mapping
        Column to DuckDB's type.
    config : Config
        What ``[log]`` says.
    where : str
        The log, for errors.

    Raises
    ------
    DataError
        A column that ``[log]`` names is not there, no column makes the key, or a name is reserved.
    ConfigError
        A column that ``[privacy]`` names is not there.
    """
    named = config.log.roles()
    for column, role in named.items():
        if column not in types:
            what = f"there is no column {column!r}, which [log] in regrade.toml names as {role}"
            raise DataError(what, where=where, hint=near_names(column, types))
    if not config.log.key_columns:
        raise DataError("no column is the id of a prediction", where="regrade.toml: log.id", hint=near_names("id", types))
    lower = {each.lower() for each in types}
    for column in types:
        if column.lower() in RESERVED:
            raise DataError(f"a column cannot be called {column!r}", where=where, hint="rename it")
        if f"log.{column}".lower() in lower and column.lower() in (*BUILT_IN_COLUMNS, "key"):
            what = f"an expression could not tell the columns {column!r} and 'log.{column}' apart"
            raise DataError(what, where=where, hint="rename one of them")
    check_declared(config.privacy, types)
    named |= {name: "ignore" for name in types if config.privacy.drops(name)}
    stages = frozenset(config.stages.values())  # what production computed on the way is for no candidate to see
    named |= {name: "ignore" for name in types if name in stages and named.get(name, "text") == "text"}
    return tuple(Column(name, kind, named.get(name, "input")) for name, kind in types.items())


def is_number(kind: str) -> bool:
    """Is ``kind`` one of DuckDB's numbers?"""
    return kind.split("(")[0] in _NUMBERS


_NUMBERS = frozenset(
    {
        "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
        "FLOAT", "DOUBLE", "DECIMAL",
    }
)  # fmt: skip
