"""Keys of predictions are unique: within what is imported, and against what is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from regrade.config import Config
from regrade.errors import DataError
from regrade.expressions import quote_identifier, quote_text
from regrade.log.files import LogFile
from regrade.log.readers.base import Source
from regrade.log.work import Work


def key_sql(names: Sequence[str], types: Mapping[str, str], alias: str = "") -> str:
    """Return the SQL of a key, a text; NULL where a part is missing."""
    prefix = f"{alias}." if alias else ""
    parts = (f"{prefix}{quote_identifier(name)}" for name in names)
    return " || '|' || ".join(
        part if types[name] == "VARCHAR" else f"CAST({part} AS VARCHAR)" for name, part in zip(names, parts, strict=True)
    )


def check_keys(
    work: Work,
    written: Path,
    there: Sequence[LogFile],
    sources: Sequence[Source],
    types: Mapping[str, str],
    types_there: Mapping[str, str],
    config: Config,
) -> None:
    """Refuse a new segment whose keys are not unique.

    Raises
    ------
    DataError
        Names a key that is missing, occurs twice, or is in the log already, and its lines.
    """
    names = config.log.key_columns
    new = f"(SELECT {key_sql(names, types)} AS k FROM read_parquet({quote_text(str(written))}))"
    missing = int(work.ask(f"SELECT count(*) FROM {new} WHERE k IS NULL")[0][0])
    if missing:
        raise DataError(
            f"{missing:,} predictions have no key", where=f"{sources[0].path.name}: {names[0]}", hint="every prediction needs an id"
        )
    twice = work.ask(f"SELECT k, count(*) FROM {new} GROUP BY k HAVING count(*) > 1 ORDER BY k LIMIT 1")
    if twice:
        key, times = twice[0]
        hint = 'one id with the answers of several models: log.key = ["id", "model"] in regrade.toml' if len(names) == 1 else ""
        raise DataError(
            f"the key {key!r} occurs {times} times{_lines(sources, names, types, key)}", where=_where(sources, names), hint=hint
        )
    if there and all(name in types_there for name in names):
        listed = "[" + ", ".join(quote_text(each.path) for each in there) + "]"
        old = f"(SELECT {key_sql(names, types_there)} AS k FROM read_parquet({listed}, union_by_name = true))"
        both = work.ask(f"SELECT count(*), min(k) FROM {new} WHERE k IN (SELECT k FROM {old})")
        count, key = both[0]
        if count:
            what = f"{count:,} keys are in the log already, such as {key!r}{_lines(sources, names, types, key)}"
            raise DataError(what, where=_where(sources, names), hint="a prediction comes in once")


def _where(sources: Sequence[Source], names: Sequence[str]) -> str:
    return f"{', '.join(each.path.name for each in sources[:3])}: {', '.join(names)}"


def _lines(sources: Sequence[Source], names: Sequence[str], types: Mapping[str, str], key: str) -> str:
    """Return where a key stands, as far as its lines can be found."""
    found = []
    for source in sources:
        for line, row, _ in source.rows():
            if "|".join(str(row.get(name)).strip('"') for name in names) == key:
                found.append(f"{source.path.name}:{line}")
                if len(found) > 3:
                    return f" ({', '.join(found[:3])}, …)"
    return f" ({', '.join(found)})" if found else ""
