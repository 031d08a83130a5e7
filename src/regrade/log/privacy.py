"""Hide what ``[privacy]`` declares: the one way for columns of a log, of a file, and of examples that were promoted before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from regrade.config_privacy import Privacy
from regrade.errors import ConfigError, near_names
from regrade.log.content import JSON

if TYPE_CHECKING:
    import pyarrow as pa

    from regrade.log.schema import Schema

PREFIX = "hmac:"
"""Tells a hash from a value that is still in clear."""
CHECK_DIGITS = 8
"""Hex digits, the first of every hash, that say under which key it is: another key has the same with a probability of 2^-32."""
DIGITS = 32
"""Hex digits of a hash. Behind those of the key 96 bits are of the value: two of 10^9 distinct values share one with a probability of
10^-11, and a line of git stays short."""

_HASH = re.compile(rf"{PREFIX}[0-9a-f]{{{DIGITS}}}\Z")


def is_hashed(value: JSON) -> bool:
    """Does a value look like one of our hashes?"""
    return isinstance(value, str) and _HASH.match(value) is not None


def key_check_of(value: JSON) -> str:
    """Return the check value of the key that a value was hashed under; empty where it is no hash."""
    return value[len(PREFIX) :][:CHECK_DIGITS] if is_hashed(value) else ""


def check_declared(privacy: Privacy, columns: Iterable[str]) -> None:
    """Make sure that a log has every column that is declared: a name that was mistyped would let its column through.

    Raises
    ------
    ConfigError
        It has not; lists near names, or says that only whole columns can be hidden.
    """
    columns = list(columns)
    name = privacy.missing(columns)
    if name is None:
        return
    whole = name.replace("$", "").lstrip(".").split(".")[0].split("[")[0]
    if whole != name and Privacy(drop=(whole,)).missing(columns) is None:
        hint = f"a part of a column cannot be hidden: name {whole!r}, or write the log with that part in a column of its own"
    else:
        hint = near_names(name, columns)
    key = "drop" if name in privacy.drop else "hash"
    raise ConfigError(f"the log has no column {name!r}", where=f"regrade.toml: privacy.{key}", hint=hint)


def hide_table(table: pa.Table, privacy: Privacy, *, withhold: bool = False) -> pa.Table:
    """Return a table of inputs as a candidate and git may have it: without dropped columns, hashes in hashed ones.

    For whatever brings inputs in from elsewhere than the log, too. Names are matched however they are spelled; a declared column
    that the table lacks is no error; values that are hashes already stay, so that hiding twice is hiding once. Encoded rows:
    ``encode_table(hide_table(decode_rows(rows, schema), privacy))``, with the schema that :func:`hide_schema` returns.

    Parameters
    ----------
    table : pa.Table, shape (n_rows, n_columns)
    withhold : bool, default False
        Make null of what must be hashed: for showing, where there is no key.

    Raises
    ------
    ConfigError
        There are values to hash, and the key is absent or too short.
    """
    if not any(map(privacy.covers, table.schema.names)):
        return table
    import pyarrow as pa

    from regrade.log.keyed_hash import digest_of, hashed, key_of

    key = b""

    def digest(message: bytes) -> str | None:
        nonlocal key
        if withhold:
            return None
        key = key or key_of(privacy)  # asked for only where there is a value to hash
        return digest_of(message, key)

    columns = [
        hashed(column, digest) if privacy.hashes(name) else column
        for name, column in zip(table.schema.names, table.columns, strict=True)
        if not privacy.drops(name)
    ]
    schema = _hidden(table.schema, privacy)
    return pa.Table.from_arrays(columns, schema=schema) if columns else table.select([])


def hide_schema(schema: Schema, privacy: Privacy) -> Schema:
    """Return the schema of what :func:`hide_table` leaves of a table with ``schema``: hashed columns are text. Needs no key."""
    from regrade.log.schema import Schema

    return Schema(_hidden(schema.arrow, privacy)) if any(map(privacy.covers, schema.names)) else schema


def _hidden(schema: pa.Schema, privacy: Privacy) -> pa.Schema:
    import pyarrow as pa

    from regrade.log.frames import DTYPE, default_dtype

    text = pa.string()
    fields = [
        pa.field(each.name, text, True, {DTYPE: default_dtype(text, True).encode()}) if privacy.hashes(each.name) else each
        for each in schema
        if not privacy.drops(each.name)
    ]
    return pa.schema(fields)


def in_clear(inputs: Mapping[str, JSON], privacy: Privacy) -> list[str]:
    """Return the columns of a stored content that ``[privacy]`` would not let in, sorted.

    A dropped column, under any spelling and whatever its value; a hashed one whose value is not null and no hash of ours.
    """
    if not privacy.declared:
        return []
    dropped, hashes = _concerned(tuple(inputs), privacy)
    return sorted({*dropped, *(name for name in hashes if inputs[name] is not None and not is_hashed(inputs[name]))})


@lru_cache(64)
def _concerned(names: tuple[str, ...], privacy: Privacy) -> tuple[frozenset[str], frozenset[str]]:
    """Return those that are dropped, and those that are hashed: most contents have the same names."""
    return frozenset(filter(privacy.drops, names)), frozenset(filter(privacy.hashes, names))


def why_refused(columns: Sequence[str]) -> str:
    """Return what to say of a content that no candidate may be asked about."""
    named = " and ".join(map(repr, columns))
    return f"holds {named} in clear, which [privacy] hides: `regrade evalset backfill` where the key is writes it anew"
