"""Values as a file that people read shows them (dates as dates, every digit), and back: the exact inverse of one another.

An example keeps its inputs *encoded* (``log/values.py``): a date is a count of days. A file shows them *plain*: JSON values with
dates and times in ISO 8601. The Arrow type of the column decides between the two.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from decimal import Decimal, InvalidOperation, localcontext
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from pyarrow import types

from regrade.log.content import JSON

_EXACT = 2**53
_NON_FINITE = ("NaN", "Infinity", "-Infinity")
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_DAY = r"(?:[0-9]{4,12}|-[0-9]{3,12})-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
_DATE = re.compile(_DAY)
_TIME = re.compile(_CLOCK)
_MOMENT = re.compile(f"({_DAY})(?:[ T]({_CLOCK}))?")
_ZONE = re.compile(r"(.*?)(Z|[+-][0-9]{2}(?::?[0-9]{2})?)")
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


class Misfit(Exception):
    """A value is none of its column's type; says what one would be."""


def short(value: JSON) -> str:
    """Return a value for a message: text as it is, everything else as JSON, 40 characters of it."""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= 40 else f"{text[:40]}…"


def show(value: JSON, kind: pa.DataType) -> JSON:
    """Return an encoded value of type ``kind`` as a file shows it."""
    if value is None:
        return None
    if types.is_dictionary(kind):
        return show(value, kind.value_type)
    if types.is_struct(kind):
        return {each.name: show(value[each.name], each.type) for each in kind}
    if types.is_map(kind):
        return [[show(key, kind.key_type), show(item, kind.item_type)] for key, item in value]
    if _is_list(kind):
        return [show(each, kind.value_type) for each in value]
    if types.is_integer(kind) or types.is_duration(kind):
        return int(value)
    if types.is_temporal(kind):
        return _moment(int(value), kind)
    return value


def read(value: Any, kind: pa.DataType, *, text: bool = False) -> JSON:
    """Return what a file shows as an encoded value of type ``kind``.

    Parameters
    ----------
    value : JSON
    kind : DataType
    text : bool, default False
        Everything in the file is text, as in CSV: 5 is a number there, and lists are JSON.

    Raises
    ------
    Misfit
        It is none, or would lose something.
    """
    if value is None:
        return None
    if types.is_dictionary(kind):
        return read(value, kind.value_type, text=text)
    if types.is_nested(kind):
        return _read_nested(_from_json(value) if text else value, kind)
    if types.is_boolean(kind):
        found = _TRUTH.get(value) if text else value
        return _accept(found, isinstance(found, bool), "true or false")
    if types.is_integer(kind) or types.is_duration(kind):
        return _read_whole(value, kind, text)
    if types.is_floating(kind):
        return _read_number(value, kind, text)
    if types.is_decimal(kind):
        return _read_decimal(value, kind)
    if types.is_temporal(kind):
        return _read_moment(value, kind)
    if types.is_null(kind):
        raise Misfit("nothing")
    if _is_text(kind):
        if isinstance(value, (dict, list)):  # the log keeps nested JSON as text too
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return _accept(value, isinstance(value, str), "text")
    return _read_bytes(value, kind)


def _accept(value: JSON, good: bool, expected: str) -> JSON:
    if not good:
        raise Misfit(expected)
    return value


def _from_json(value: str) -> JSON:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise Misfit("an object or a list, as JSON") from None


def _read_nested(value: JSON, kind: pa.DataType) -> JSON:
    if types.is_struct(kind):
        names = {each.name for each in kind}
        if not isinstance(value, dict) or not names >= value.keys():
            raise Misfit(f"an object of {', '.join(sorted(names))}")
        return {each.name: read(value.get(each.name), each.type) for each in kind}
    if not isinstance(value, list):
        raise Misfit("a list")
    if types.is_map(kind):
        if not all(isinstance(pair, list) and len(pair) == 2 for pair in value):
            raise Misfit("a list of pairs")
        return [[read(key, kind.key_type), read(item, kind.item_type)] for key, item in value]
    if types.is_fixed_size_list(kind) and len(value) != kind.list_size:
        raise Misfit(f"a list of {kind.list_size}")
    return [read(each, kind.value_type) for each in value]


def _read_whole(value: Any, kind: pa.DataType, text: bool) -> JSON:
    expected = "a whole number"
    if text:
        if not (isinstance(value, str) and _WHOLE.fullmatch(value)) or value == "-0" or len(value) > 40:
            raise Misfit(expected)
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Misfit(expected)
    bits = 64 if types.is_duration(kind) else kind.bit_width
    low, high = (0, 2**bits) if types.is_unsigned_integer(kind) else (-(2 ** (bits - 1)), 2 ** (bits - 1))
    return _whole(_accept(value, low <= value < high, f"a whole number of {bits} bits" + (", none below 0" if not low else "")))


def _whole(value: int) -> JSON:
    """Encode a whole number as the log does: past 2^53 as text."""
    return value if -_EXACT <= value <= _EXACT else str(value)


def _read_number(value: Any, kind: pa.DataType, text: bool) -> JSON:
    expected = "a plain number that a double holds without loss"
    if isinstance(value, str) and value in _NON_FINITE:
        return value
    if text:
        if not (isinstance(value, str) and _NUMBER.fullmatch(value)):
            raise Misfit(expected)
        digits = re.sub(r"[eE].*|^-?0*\.?0*|\.", "", value)
        if len(digits) > 17 or (not re.search("[.eE]", value) and abs(int(value)) > _EXACT):
            raise Misfit(expected)
    elif isinstance(value, (bool, str)) or not isinstance(value, (int, float)) or (isinstance(value, int) and abs(value) > _EXACT):
        raise Misfit(expected)
    number = float(value)
    if number - number != 0:
        raise Misfit(expected)
    if kind.bit_width == 64:
        return number
    with np.errstate(over="ignore"):
        narrow = np.float32(number) if kind.bit_width == 32 else np.float16(number)
    return float(_accept(float(narrow), float(narrow) == number or float(str(narrow)) == number, f"a number of {kind.bit_width} bits"))


def _read_decimal(value: Any, kind: pa.DataType) -> JSON:
    expected = f"a number with at most {kind.precision} digits, {kind.scale} of them behind the point"
    written = value if isinstance(value, str) else repr(value)
    if isinstance(value, (bool, dict, list)) or not _NUMBER.fullmatch(written):
        raise Misfit(expected)
    try:
        with localcontext(prec=200, Emax=999, Emin=-999):
            number = Decimal(written)
            found = number.quantize(Decimal((0, (1,), -kind.scale)))
            found = found if found else abs(found)
            return str(_accept(found, found == number and len(str(abs(int(found.scaleb(kind.scale))))) <= kind.precision, expected))
    except (InvalidOperation, OverflowError):
        raise Misfit(expected) from None


def _read_bytes(value: Any, kind: pa.DataType) -> JSON:
    expected = "bytes in base64"
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise Misfit(expected) from None
    if types.is_fixed_size_binary(kind) and len(data) != kind.byte_width:
        raise Misfit(f"{kind.byte_width} bytes in base64")
    return base64.b64encode(data).decode()


def _unit(kind: pa.DataType) -> str:
    """Return NumPy's unit of a date, a time or a timestamp."""
    return "D" if types.is_date32(kind) else "ms" if types.is_date64(kind) else str(kind.unit)


def _moment(count: int, kind: pa.DataType) -> str:
    """Return ISO 8601; a fraction of zero is left out."""
    moment = str(np.array(count, np.int64).astype(f"datetime64[{_unit(kind)}]"))
    if types.is_date64(kind) and moment.endswith("T00:00:00.000"):
        return moment[:-13]
    moment = re.sub(r"\.0+$", "", moment)
    if types.is_time(kind):
        return moment.partition("T")[2]
    return moment + ("Z" if types.is_timestamp(kind) and kind.tz else "")


def _read_moment(value: Any, kind: pa.DataType) -> JSON:
    aware = types.is_timestamp(kind) and kind.tz is not None
    if types.is_date(kind):
        expected, pattern = "a date (2013-07-01)", _DATE if types.is_date32(kind) else _MOMENT
    elif types.is_time(kind):
        expected, pattern = "a time of day (05:15:00)", _TIME
    else:
        zone = "with zone (2013-07-01T05:15:00Z)" if aware else "without zone (2013-07-01T05:15:00)"
        expected, pattern = f"a time {zone}", _MOMENT
    if not isinstance(value, str):
        raise Misfit(expected)
    offset = 0
    if aware:
        split = _ZONE.fullmatch(value)
        if split is None:
            raise Misfit(expected)
        value, offset = split[1], _minutes(split[2])
    found = pattern.fullmatch(value)
    if found is None:
        raise Misfit(expected)
    written = f"1970-01-01T{value}" if types.is_time(kind) else value.replace(" ", "T")
    try:
        exact = np.datetime64(written)
        moment = exact.astype(f"datetime64[{_unit(kind)}]")
    except (ValueError, OverflowError):
        raise Misfit(expected) from None
    if moment.astype(exact.dtype) != exact:  # too fine, or out of range
        raise Misfit(f"{expected}, no finer than {_unit(kind)}")
    count = int(moment.astype(np.int64)) - offset * {"s": 60, "ms": 60_000, "us": 60_000_000, "ns": 60_000_000_000}.get(_unit(kind), 0)
    if not -(2**63) < count < 2**63:
        raise Misfit(expected)
    return _whole(count)


def _minutes(zone: str) -> int:
    if zone == "Z":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return (-1 if zone[0] == "-" else 1) * (int(digits[:2]) * 60 + int(digits[2:]))


def _is_list(kind: pa.DataType) -> bool:
    checks = (types.is_list, types.is_large_list, types.is_fixed_size_list, types.is_list_view, types.is_large_list_view)
    return any(check(kind) for check in checks)


def _is_text(kind: pa.DataType) -> bool:
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))
