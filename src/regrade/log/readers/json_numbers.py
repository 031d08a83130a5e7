"""Which numbers of a JSON line a double does not hold: more digits than it has, or so small that they vanish."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from functools import partial

import msgspec
import numpy as np
import numpy.typing as npt

_DIGITS = 17
"""Significant digits that writers of doubles write at most: as many are taken at their word."""
_WHOLE_DIGITS = 16
"""Digits before the point of a number that may lie past 2^53, where not even whole ones are held."""
_SMALLEST = 2.2250738585072014e-308
_TINY = re.compile(rb"[eE]-0*(?:[3-9]\d\d|\d{4})")
_ODD = re.compile(rb"0\.0*[1-9][0-9]{17}|[1-9](?=[0-9]*\.)[0-9.]{18}|[0-9]{16,}\.|[0-9]{18,}[eE]")
_MOST = 18
"""Signs from which on a number may have too many digits."""
_LONG = re.compile(rb"[0-9.]{%d}" % _MOST)
_raw_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])


class LossError(Exception):
    """A double would hold less of a number than what is written, down to none of it."""


def are_plain(data: bytes, signs: npt.NDArray[np.uint8]) -> bool:
    """May all numbers be taken as doubles? No where one may have too many digits, or be too small; also of digits in a text.

    By numpy, in few passes, and without a look at numbers as doubles are usually written.

    Parameters
    ----------
    data : bytes
    signs : array, shape (n,)
        The same bytes.
    """
    if (((signs[:-1] | 0x20) == ord("e")) & (signs[1:] == ord("-"))).any() and _TINY.search(data):
        return False
    run = (signs - np.uint8(ord("."))) < 12  # digits, the point, and a slash, which no number has
    for step in (1, 2, 4, 8, 2):
        run = run[:-step] & run[step:]
    if len(run) < 2:
        return len(data) < _MOST or _ODD.search(data) is None
    # Of 18 signs or more, where they begin: those of a number begin with it.
    starts = np.flatnonzero(run[1:] > run[:-1]) + 1
    starts = np.append(0, starts) if run[0] else starts
    longer = np.append(run, [False, False])
    zero = signs[starts] == ord("0")
    long = np.where(zero, longer[starts + 2], longer[starts + 1] | (signs[starts + 16] == ord(".")))
    long |= (signs[np.minimum(starts + 18, len(signs) - 1)] | 0x20) == ord("e")
    return not any(_ODD.match(data, at) for at in starts[long].tolist())


def check_numbers(raw: bytes) -> None:
    """Raise LossError, which says field and number, where a double would not hold a number of this line, at any depth."""
    if not _LONG.search(raw) and not _TINY.search(raw):
        return
    for name, value in _raw_decoder.decode(raw).items():
        text = bytes(value).decode().strip()
        if text[:1] in "{[":
            json.loads(text, parse_float=partial(_check, name))
        elif text[:1] in "-0123456789" and not text.removeprefix("-").isdecimal() and not is_held(text):
            raise LossError(f"{name}: {text}")


def is_held(text: str) -> bool:
    """Does a double hold this number, which has a fraction or an exponent?

    It does where the number has at most 17 digits, or is what the double is written as: the shortest way, or with as many digits.
    Past 2^53, and below the smallest normal number, where there are fewer digits to hold, only the latter counts.
    """
    value = float(text)
    mantissa = text.lower().partition("e")[0].removeprefix("-")
    digits = mantissa.replace(".", "").strip("0")
    if not value or not digits:
        return not digits
    if len(digits) <= _DIGITS and abs(value) >= _SMALLEST and mantissa.find(".") < _WHOLE_DIGITS:
        return True
    return Decimal(text) in (Decimal(repr(value)), Decimal(f"{value:.{len(digits) - 1}e}"))


def _check(name: str, text: str) -> float:
    if not is_held(text):
        raise LossError(f"{name}: {text}")
    return 0.0
