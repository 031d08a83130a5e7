"""Keys of predictions are unique: within what is imported, and against what is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from regrade.errors import DataError
from regrade.expressions import quote_identifier, quote_text
from regrade.log.readers.base import Source
from regrade.log.work import Work


def key_sql(names: Sequence[str], types: Mapping[str, str], alias: str = "") -> str:
    """Return the SQL of a key, a text; NULL where a part is missing."""
    prefix = f"{alias}." if alias else ""
    parts = (f"{prefix}{quote_identifier(name)}" for name in names)
    return " || '|' || ".join(
        part if types[name] == "VARCHAR" else f"CAST({part} AS VARCHAR)" for name, part in zip(names, parts, strict=True)
    )


def written_keys(written: Path, names: Sequence[str], types: Mapping[str, str]) -> str:
    """Return the SQL of the keys ``k`` of an import's file."""
    return f"(SELECT {key_sql(names, types)} AS k FROM read_parquet({quote_text(str(written))}, hive_partitioning = false))"


def check_unique(work: Work, written: Path, sources: Sequence[Source], names: Sequence[str], types: Mapping[str, str]) -> None:
    """Refuse an import whose keys (columns ``names``) are not unique in itself.

    Raises
    ------
    DataError
        Names a key that is missing or occurs twice, and its lines.
    """
    new = written_keys(written, names, types)
    nothing = "('', 'nan')" if any(types[name] in ("DOUBLE", "FLOAT") for name in names) else "('')"
    missing = int(work.ask(f"SELECT count(*) FROM {new} WHERE k IS NULL OR k IN {nothing}")[0][0])
    if missing:
        raise DataError(
            f"{missing:,} predictions have no key", where=f"{sources[0].path.name}: {names[0]}", hint="every prediction needs an id"
        )
    twice = work.ask(f"SELECT k, count(*) FROM {new} GROUP BY k HAVING count(*) > 1 ORDER BY k LIMIT 1")
    if twice:
        key, times = twice[0]
        hint = 'one id with the answers of several models: log.key = ["id", "model"] in regrade.toml' if len(names) == 1 else ""
        raise DataError(
            f"the key {key!r} occurs {times} times{lines_of(sources, names, types, key)}", where=_where(sources, names), hint=hint
        )


def check_new(work: Work, written: Path, old: str, sources: Sequence[Source], names: Sequence[str], types: Mapping[str, str]) -> None:
    """Refuse an import with keys that the log has; ``old`` is the SQL of the log's keys, ``k``.

    Raises
    ------
    DataError
        Says how many, and names one and its line.
    """
    count, key = work.ask(f"SELECT count(*), min(k) FROM {written_keys(written, names, types)} WHERE k IN (SELECT k FROM {old})")[0]
    if count:
        what = f"{count:,} keys are in the log already, such as {key!r}{lines_of(sources, names, types, key)}"
        raise DataError(what, where=_where(sources, names), hint="a prediction comes in once; `--update` replaces what is there")


def _where(sources: Sequence[Source], names: Sequence[str]) -> str:
    return f"{', '.join(each.path.name for each in sources[:3])}: {', '.join(names)}"


def lines_of(sources: Sequence[Source], names: Sequence[str], types: Mapping[str, str], key: str) -> str:
    """Return where a key stands, as far as its lines can be found."""
    found = []
    for source in sources:
        for line, row, _ in source.rows():
            if "|".join(str(row.get(name, source.partitions.get(name))).strip('"') for name in names) == key:
                found.append(f"{source.path.name}:{line}")
                if len(found) > 3:
                    return f" ({', '.join(found[:3])}, …)"
    return f" ({', '.join(found)})" if found else ""
