"""Columns that stand in the path: ``dt=2026-11-01/part-0.parquet`` holds the predictions whose ``dt`` is 2026-11-01."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from urllib.parse import unquote

from regrade.expressions import quote_identifier, quote_text

Partitions = tuple[tuple[str, str | None], ...]
"""Column and value, the outermost folder first; None: no value."""

_MISSING = "__HIVE_DEFAULT_PARTITION__"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WHOLE = re.compile(r"0|-?[1-9]\d{0,18}", re.ASCII)


def partitions_of(path: Path) -> Partitions:
    """Return what the folders right above a file say, as far up as they are called ``name=value``."""
    found: list[tuple[str, str | None]] = []
    for folder in path.parents:
        name, mark, value = folder.name.partition("=")
        if not mark or not name:
            break
        found.append((unquote(name), None if value in (_MISSING, "") else unquote(value)))
    return tuple(reversed(dict(reversed(found)).items()))


def types_of(values: Mapping[str, Iterable[str | None]]) -> dict[str, str]:
    """Return the type of each column that stands in paths: whole numbers and dates if all values are, else text ("007" is text)."""
    return {name: _type([each for each in said if each is not None]) for name, said in values.items()}


def fits(value: str, kind: str) -> bool:
    """Return whether a value in a path is one of SQL type ``kind``, and nothing is lost."""
    if kind in ("BIGINT", "INTEGER"):
        return bool(_WHOLE.fullmatch(value)) and -(2**63) <= int(value) < 2**63 and (kind == "BIGINT" or abs(int(value)) < 2**31)
    if kind == "DATE":
        return bool(_DAY.fullmatch(value)) and _is_day(value)
    return kind == "VARCHAR"


def _type(values: Sequence[str]) -> str:
    return next((kind for kind in ("BIGINT", "DATE") if values and all(fits(each, kind) for each in values)), "VARCHAR")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def literal(value: str | None, kind: str) -> str:
    """Return a value as SQL of type ``kind``."""
    return f"CAST({'NULL' if value is None else quote_text(value)} AS {kind})"


def with_partitions(relation: str, partitions: Sequence[Partitions], types: Mapping[str, str], stored: frozenset[str]) -> str:
    """Return the SQL of a relation over files to which the columns in their paths are added.

    Parameters
    ----------
    relation : str
        ``read_parquet(…)`` of the files.
    partitions : sequence
        What each file's path says, in the order of the files.
    types : mapping
        Column to SQL type.
    stored : frozenset of str
        Names that files have as a column too: what stands in a file goes before what its path says.
    """
    names = list(dict.fromkeys(name for each in partitions for name, _ in each))
    if not names:
        return relation
    added: list[str] = []
    replaced: list[str] = []
    for name in names:
        said = ", ".join("NULL" if (value := dict(each).get(name)) is None else quote_text(value) for each in partitions)
        value = f"CAST([{said}] AS {types[name]}[])[CAST(p.file_index AS BIGINT) + 1]"
        column = quote_identifier(name)
        (replaced if name in stored else added).append(
            f"coalesce(p.{column}, {value}) AS {column}" if name in stored else f"{value} AS {column}"
        )
    star = f"p.* REPLACE ({', '.join(replaced)})" if replaced else "p.*"
    return f"(SELECT {', '.join([star, 'p.file_index', 'p.file_row_number', *added])} FROM {relation} p)"
