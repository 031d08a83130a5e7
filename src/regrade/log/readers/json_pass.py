"""Decode every line of a JSON lines file strictly, and note what sort of value each field holds: one pass, no rows kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np

from regrade.errors import DataError
from regrade.log.readers.base import Reject, Tick, blocks, count_lines
from regrade.log.readers.json_numbers import LossError, are_plain, check_numbers

_PIECE = 256
"""Lines that are tried at once where a block of them holds something odd."""
_BLOCK = 2**18
"""Bytes that are decoded at once: what comes of them stays in the processor's cache, which takes 0.6 of the time of 2**22."""
LONG = 2**20
"""Bytes that no line has where no block with all of its last line has as many."""
_PATIENCE = 16
"""Fields for each of which one line is looked at closely before the row type is made anew."""
_HEAD = 2**22
"""Bytes after which the rest of a file is likely to be like what was seen."""
_EXACT = 2**53
_Whole = Annotated[int, msgspec.Meta(ge=-_EXACT, le=_EXACT)]
_Long = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_COLON_APART = re.compile(rb'"[ \t\r]+:')
_UNNAMEABLE = re.compile(r'[\\"\x00-\x1f]')
"""What msgspec takes in no field's name."""
_ACCEPTED: dict[str, Any] = {
    "bool": bool, "whole": _Whole, "long": _Long, "number": float, "text": str, "object": dict[str, Any], "list": list[Any],
}  # fmt: skip


Sorts = dict[str, set[str]]
"""Field → sorts of value; see :class:`JsonPass`."""


class DuplicateKeyError(Exception):
    """A key occurs twice in one object."""


class JsonPass:
    """The sorts of value of each field, and the lines that are no objects.

    Parameters
    ----------
    likely : callable, optional
        Is told, as soon as the first blocks of a large file were seen, what the whole of it may turn out to hold; again where that
        turns out to be otherwise.

    Attributes
    ----------
    sorts : dict
        Field → sorts seen: ``bool whole long big number text object list``; ``long`` lies past 2^53, ``big`` past 64 bits.
    has_long : bool
        May a line have more than :data:`LONG` bytes?
    """

    def __init__(self, path: Path, likely: Callable[[Sorts], None] | None = None) -> None:
        self.path = path
        self.sorts: Sorts = {}
        self.rejects: list[Reject] = []
        self.n_lines = 0
        self.has_long = False
        self._n_rows = 0
        self._decoder = self._row_decoder()
        self._n_fields = self._n_learned = 0
        self._has_reals = False
        self._likely = likely
        self._said: Sorts = {}
        self._say_at = _HEAD

    def run(self, tick: Tick) -> None:
        """Look at every line. Raises DataError where the file as a whole is none of JSON lines."""
        done = 0
        for data in _whole_lines(self.path):
            before = self.n_lines
            if not self._is_plain(data):
                lines = data.split(b"\n") if not data.endswith(b"\n") else data[:-1].split(b"\n")
                for start in range(0, len(lines), _PIECE):
                    piece = lines[start : start + _PIECE]
                    if not self._is_plain(b"\n".join(piece)):
                        self._look_at_each(piece)
            if self.n_lines // 65_536 > before // 65_536:
                tick(self.n_lines)
            done += len(data)
            self.has_long = self.has_long or len(data) > LONG
            self._say(done)
        if not self._n_rows and not self.rejects:
            self.n_lines = 0

    def _say(self, done: int) -> None:
        """Tell what the file is likely to hold, and something else only after twice as much."""
        if self._likely is not None and done >= self._say_at and not self.rejects and self.sorts != self._said:
            self._said, self._say_at = {name: set(sorts) for name, sorts in self.sorts.items()}, 2 * done
            self._likely({name: set(sorts) for name, sorts in self.sorts.items()})

    def _is_plain(self, data: bytes) -> bool:
        """Are all lines objects of the fields known so far, each of them once? Then they are counted as seen.

        All fields are required, and others forbidden: so as many colons as fields in all lines together are as many in each, unless a
        blank stands before one.
        """
        n = count_lines(data) + (not data.endswith(b"\n"))
        try:
            if len(self._decoder.decode_lines(data)) != n:
                return False
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return False
        if not _has_colons(data, n * self._n_fields, self._has_reals):
            return False
        self.n_lines += n
        self._n_rows += n
        return True

    def _look_at_each(self, lines: Sequence[bytes]) -> None:
        decode = self._decoder.decode
        for raw in lines:
            self.n_lines += 1
            if not raw or raw.isspace():
                continue
            self._n_rows += 1
            try:
                decode(raw)
                plain = _has_colons(raw, self._n_fields, self._has_reals)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                plain = False
            if not plain and self._look_closely(self.n_lines, raw):
                # The row type is made anew when a field turns out to hold something else: at once while the fields are few; of many,
                # which may come one a line, some are waited for, as to make it takes as long as it has fields.
                self._n_learned += 1
                if self._n_learned > len(self.sorts) // _PATIENCE:
                    self._decoder = self._row_decoder()
                    self._n_fields, self._n_learned = len(self.sorts), 0
                    self._has_reals = any(sorts & {"number", "object", "list"} for sorts in self.sorts.values())
                    decode = self._decoder.decode

    def _row_decoder(self) -> msgspec.json.Decoder[Any]:
        """A decoder that accepts what was seen so far, at the speed of C, and nothing else."""
        if any(_UNNAMEABLE.search(name) for name in self.sorts):
            return msgspec.json.Decoder(None)  # every line is looked at closely
        fields = []
        for at, sorts in enumerate(self.sorts.values()):
            # A whole number passes as a float too, where it would lose digits without a word: its range is held beside it.
            wanted = sorts | ({"whole"} if "number" in sorts else set())
            wanted -= {"big", *({"whole"} if "long" in wanted else ())}
            kind: Any = None
            for each in sorted(wanted):
                kind = _ACCEPTED[each] | kind
            # Every field is required: only then does the number of colons tell that no key occurs twice.
            fields.append((f"f{at}", type(None) if kind is None else kind))
        names = {f"f{at}": name for at, name in enumerate(self.sorts)}
        row = msgspec.defstruct("Row", fields, rename=names, forbid_unknown_fields=True, gc=False)
        return msgspec.json.Decoder(row)

    def _look_closely(self, number: int, raw: bytes) -> bool:
        """Decode one line as whatever it is: reject it, or learn from it; return whether there was something to learn."""
        try:
            row = _object_decoder.decode(raw)
            if raw.count(b'":') != len(row) or _COLON_APART.search(raw):
                check_duplicates(raw)
            check_numbers(raw)
        except (msgspec.MsgspecError, DuplicateKeyError, LossError, UnicodeDecodeError, RecursionError) as error:
            self.rejects.append(Reject(number, raw.decode("utf-8", "surrogateescape").rstrip("\r\n"), _explain(error, raw)))
            return False
        learned = not self.sorts.keys() >= row.keys()
        for name, value in row.items():
            known, sort = self.sorts.setdefault(name, set()), sort_of(value)
            if sort and sort not in known:
                known.add(sort)
                learned = True
        return learned


def sort_of(value: Any) -> str:
    """Return the sort of a decoded value, empty for null."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "whole" if abs(value) <= _EXACT else "long" if -(2**63) <= value < 2**63 else "big"
    named = {float: "number", str: "text", dict: "object", list: "list"}
    return named.get(type(value), "")


_object_decoder = msgspec.json.Decoder(dict[str, Any])


def _has_colons(data: bytes, n: int, has_reals: bool) -> bool:
    """Do exactly ``n`` colons follow a quote at once, none of them a blank after a quote, and does a double hold all real numbers?

    By numpy: looking for two bytes in ``bytes`` takes as long as decoding them.
    """
    signs = np.frombuffer(data, np.uint8)
    before, colons = signs[:-1], signs[1:] == ord(":")
    if np.count_nonzero((before == ord('"')) & colons) != n:
        return False
    if ((before <= ord(" ")) & colons).any() and _COLON_APART.search(data):
        return False
    return not has_reals or are_plain(data, signs)


def _whole_lines(path: Path) -> Iterator[bytes]:
    """Yield the file in blocks that end with a line. Raises DataError as :func:`numbered_lines` does."""
    rest: list[bytes] = []
    first = True
    for block in blocks(path, _BLOCK):
        end = block.rfind(b"\n") + 1
        if not end:
            rest.append(block)
            continue
        data, rest = b"".join([*rest, block[:end]]), [block[end:]]
        if first:
            _check_start(path, data)
            first = False
        yield data
    if last := b"".join(rest):
        if first:
            _check_start(path, last)
        yield last


def numbered_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield number and bytes of each line that is not blank.

    Raises
    ------
    DataError
        The file starts with a byte order mark or is one JSON list.
    """
    number, rest = 0, b""
    for block in blocks(path):
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        for raw in lines:
            number += 1
            if number == 1:
                _check_start(path, raw)
            if raw and not raw.isspace():
                yield number, raw
    if rest:
        if not number:
            _check_start(path, rest)
        if not rest.isspace():
            yield number + 1, rest


def _check_start(path: Path, raw: bytes) -> None:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff", b"{\0", b"\0{")):
        raise DataError("holds bytes that no UTF-8 has", where=f"{path.name}:1", hint="is it UTF-16, or no text? save it as UTF-8")
    if raw.startswith(b"\xef\xbb\xbf"):
        raise DataError("starts with a byte order mark", where=f"{path.name}:1", hint="save it as UTF-8 without one")
    if raw.lstrip()[:1] == b"[":
        hint = "write one object a line: jq -c '.[]' file.json > file.jsonl"
        raise DataError("is a JSON list, expected one object a line", where=f"{path.name}:1", hint=hint)


def check_duplicates(raw: bytes) -> None:
    """Raise DuplicateKeyError where an object, at any depth, has a key twice."""

    def hook(pairs: list[tuple[str, Any]]) -> None:
        names = [name for name, _ in pairs]
        if len(set(names)) < len(names):
            raise DuplicateKeyError(next(name for at, name in enumerate(names) if name in names[:at]))

    json.loads(raw, object_pairs_hook=hook)


def _explain(error: Exception, raw: bytes) -> str:
    """Return ``field: what, expected what``."""
    if isinstance(error, DuplicateKeyError):
        return f"{error}: occurs twice in one object, expected once"
    if isinstance(error, RecursionError):
        return "nests too deeply, expected a plain object"
    if isinstance(error, LossError) or "out of range" in str(error):
        number = str(error) if isinstance(error, LossError) else "a number is out of range"
        return f"{number}, expected a number that a double holds"
    if found := re.match(r"Expected `object`, got `(\w+)`$", str(error)):
        return f"is {found[1]}, expected an object"
    try:
        text = raw.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as fault:
        return f"is no UTF-8 at byte {fault.start + 1}, expected UTF-8"
    try:
        row = json.loads(text, parse_constant=_Constant)
    except json.JSONDecodeError as fault:
        return f"broken JSON at character {fault.colno} ({fault.msg[:1].lower()}{fault.msg[1:]}), expected one object a line"
    except RecursionError:
        return "nests too deeply, expected a plain object"
    return _more_than_json(row) or f"broken JSON ({error}), expected one object a line"


class _Constant(str):
    """``NaN``, ``Infinity`` or ``-Infinity``."""


def _more_than_json(row: Any) -> str:
    """What Python reads and JSON has not, in the first field that holds it; empty for a line that holds nothing of the kind."""
    for name, value in row.items() if isinstance(row, dict) else ():
        waiting = [name, value]
        while waiting:
            each = waiting.pop()
            if isinstance(each, _Constant):
                return f"{name}: {each} is no JSON, expected a number or null"
            if isinstance(each, str) and any("\ud800" <= letter <= "\udfff" for letter in each):
                return f"{ascii(name)[1:-1]}: holds half a character (a lone surrogate), expected text"
            waiting += [*each, *each.values()] if isinstance(each, dict) else each if isinstance(each, list) else []
    return ""
