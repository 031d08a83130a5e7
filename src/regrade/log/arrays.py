"""Arrow columns out of plain values without ``pyarrow.array``, which imports pandas: that takes longer than most of what they are for."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

import pyarrow as pa

_NUMBERS: dict[pa.DataType, tuple[str, float, set[type]]] = {pa.int64(): ("q", 0, {int}), pa.float64(): ("d", 0.0, {float})}
_NOTHING = type(None)
_DIGITS = bytes.maketrans(b"\0\1", b"01")


def column_of(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Return ``pyarrow.array(values, kind)``; text, numbers of 64 bits and truth values are put together here."""
    kinds = set(map(type, values))
    nulls = _NOTHING in kinds
    kinds.discard(_NOTHING)
    try:
        if kind in _NUMBERS and kinds <= _NUMBERS[kind][2]:
            code, zero, _ = _NUMBERS[kind]
            numbers = array(code, [zero if value is None else value for value in values] if nulls else values)
            return pa.Array.from_buffers(kind, len(values), [_valid(values, nulls), pa.py_buffer(numbers)])
        if kind == pa.bool_() and kinds <= {bool}:
            bits = _bits((value is True for value in values), len(values))
            return pa.Array.from_buffers(kind, len(values), [_valid(values, nulls), bits])
        if kind == pa.string() and kinds <= {str}:
            texts = [b"" if value is None else value.encode() for value in values]
            ends = array("i", accumulate(map(len, texts), initial=0))
            return pa.Array.from_buffers(kind, len(values), [_valid(values, nulls), pa.py_buffer(ends), pa.py_buffer(b"".join(texts))])
    except (OverflowError, UnicodeEncodeError):
        pass  # Arrow says what is wrong with them
    return pa.array(values, kind, from_pandas=False)


def _valid(values: Sequence[Any], nulls: bool) -> pa.Buffer | None:
    return _bits((value is not None for value in values), len(values)) if nulls else None


def _bits(flags: Iterable[bool], n: int) -> pa.Buffer:
    """Return ``n`` truth values as Arrow keeps them: eight in a byte, the first in the lowest bit. (``cast`` brings pyarrow.compute.)"""
    digits = bytes(flags)[::-1].translate(_DIGITS)
    return pa.py_buffer(int(digits or b"0", 2).to_bytes((n + 7) // 8, "little"))
