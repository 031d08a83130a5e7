"""The keyed hash of a value: equal values of a team have equal hashes on every machine, and from every kind of file."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec
import pyarrow as pa

from regrade.config_privacy import Privacy
from regrade.errors import ConfigError
from regrade.log.content import JSON
from regrade.log.privacy import CHECK_DIGITS, DIGITS, PREFIX, is_hashed
from regrade.log.values import encode

LEAST_KEY = 16
"""Characters that a key has at least: below, all keys can be tried on a value that is known."""

_CHECKED = b"regrade privacy check"
"""What every key is tried on, for its check value; no encoded value is like it, for it is no JSON."""

_encoder = msgspec.json.Encoder(order="sorted")
_NANOSECONDS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


def key_of(privacy: Privacy) -> bytes:
    """Return the key of the hashes, blanks around it left out: a secret is often pasted with a line break.

    Raises
    ------
    ConfigError
        The environment variable is not set, is empty, or too short; or ``privacy.check`` is not there, or is another key's.
    """
    name = privacy.key_env
    key = os.environ.get(name, "").strip()
    if len(key) >= LEAST_KEY:
        return _checked(key.encode("utf-8", "surrogateescape"), privacy)
    columns = ", ".join(privacy.hash)
    if key:
        raise ConfigError(
            f"the environment variable {name} has {len(key)} characters, a key has {LEAST_KEY} or more",
            where="regrade.toml: privacy.hash",
            hint=f"`openssl rand -hex 32` makes one; the team must share it, or {columns} would have other hashes for each",
        )
    raise ConfigError(
        f"{columns} cannot be hashed: the environment variable {name} is not set",
        where="regrade.toml: privacy.hash",
        hint=f"export {name}=… with the key that your team shares; `openssl rand -hex 32` makes the first one",
    )


def _checked(key: bytes, privacy: Privacy) -> bytes:
    """Return ``key`` where it is the team's; with another, one customer would have two hashes."""
    check = key_check(key)
    if privacy.check == check:
        return key
    if privacy.check:
        raise ConfigError(
            f"the key in {privacy.key_env} is another one than the team's: its check value is {check}, not {privacy.check}",
            where="regrade.toml: privacy.check",
            hint="ask the team for its key; equal values would have other hashes under yours. Nothing was hashed",
        )
    raise ConfigError(
        f"{', '.join(privacy.hash)} cannot be hashed yet: nothing says which key is the team's",
        where="regrade.toml: [privacy]",
        hint=f'if the key in {privacy.key_env} is, add the line `check = "{check}"` there and commit it: another key is refused then; '
        "nobody learns the key from it",
    )


@lru_cache(4)
def key_check(key: bytes) -> str:
    """Return the check value of a key: it tells keys apart, and is no secret."""
    return hmac.digest(key, _CHECKED, "sha256").hex()[:CHECK_DIGITS]


def hashed(column: pa.ChunkedArray, digest: Callable[[bytes], str | None]) -> pa.ChunkedArray:
    """Return the hash of every value as text; null stays null, and what is a hash already stays as it is.

    ``digest`` is asked once for each distinct value, with its canonical encoding: :func:`digest_of` under a key.
    """
    known: dict[bytes, str | None] = {}
    found: list[str | None] = []
    for value in plain(column):
        if value is None or is_hashed(value):
            found.append(value)
            continue
        message = _encoder.encode(value)
        if message not in known:
            known[message] = digest(message)
        found.append(known[message])
    return pa.chunked_array([pa.array(found, pa.string())])


def digest_of(message: bytes, key: bytes) -> str:
    """Return the hash of an encoded value under ``key``: the key's check value, then HMAC-SHA256 (RFC 2104), as far as it has room."""
    return PREFIX + (key_check(key) + hmac.digest(key, message, "sha256").hex())[:DIGITS]


def plain(column: pa.ChunkedArray | pa.Array) -> list[Any]:
    """Return values as JSON that says what they are and not how a file stores them; what is hashed is its canonical encoding.

    A number is written in digits, the shortest that say it: 7 of any integer, float or decimal type is ``7``. Text is itself, so
    ``"7"`` is another value. A date is ``{"date": days}``; times of day, durations and timestamps count nanoseconds, a timestamp with a
    zone is ``{"instant": …}``, whichever zone; bytes are base64. Null is None.
    """
    if isinstance(column, pa.ChunkedArray):
        return [value for chunk in column.chunks for value in plain(chunk)]
    kind = column.type
    if pa.types.is_dictionary(kind):
        return plain(column.dictionary_decode())
    if isinstance(kind, pa.BaseExtensionType):
        return plain(column.storage)
    return [_plain(value, kind) for value in encode(column)]


def _plain(value: JSON, kind: pa.DataType) -> Any:
    """Return one encoded value of type ``kind`` (``log/values.py``) as :func:`plain` describes."""
    if value is None:
        return None
    if isinstance(kind, pa.BaseExtensionType):
        return _plain(value, kind.storage_type)
    if pa.types.is_dictionary(kind):
        return _plain(value, kind.value_type)
    if pa.types.is_struct(kind):
        return {kind.field(at).name: _plain(value[kind.field(at).name], kind.field(at).type) for at in range(kind.num_fields)}
    if pa.types.is_map(kind):
        return [[_plain(key, kind.key_type), _plain(item, kind.item_type)] for key, item in value]
    if isinstance(value, list):
        return [_plain(each, kind.value_type) for each in value]
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _number(value)
    if pa.types.is_temporal(kind):
        return _moment(int(value), kind)
    return value if isinstance(value, bool) or _is_text(kind) else {"bytes": value}


def _number(value: JSON) -> msgspec.Raw:
    """Return a number as digits, without exponent and without zeros behind: one spelling for each number, whatever its type."""
    digits = str(int(value) if isinstance(value, float) and value.is_integer() else value)
    if digits in ("NaN", "Infinity", "-Infinity"):
        return msgspec.Raw(digits.encode())
    digits = format(Decimal(digits), "f")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return msgspec.Raw(b"0" if digits == "-0" else digits.encode())


def _moment(value: int, kind: pa.DataType) -> dict[str, int]:
    if pa.types.is_date(kind):
        return {"date": value if pa.types.is_date32(kind) else value // 86_400_000}
    name = "duration" if pa.types.is_duration(kind) else "time" if pa.types.is_time(kind) else "instant" if kind.tz else "timestamp"
    return {name: value * _NANOSECONDS[kind.unit]}


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
