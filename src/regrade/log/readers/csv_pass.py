"""Look a CSV file's bytes over: count its lines, and find those that a CSV reader would pass over, change or choke on."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from regrade.errors import DataError
from regrade.log.readers.base import Reject, blocks, split_lines

_BLANK_BEFORE_QUOTE = re.compile(rb'[,;\t|\r\n] +"')
_OVERLAP = 64

NUL = "holds a NUL byte, expected text"
RETURN = "a carriage return stands inside a line, expected quotes around a value that holds one"
BLANK = "a blank stands before a quote, expected the quote right after the delimiter"


@dataclass
class Looked:
    """What the bytes of a file tell.

    Attributes
    ----------
    n_lines : int
        Zero for a file without a byte.
    most_rows : int
        Lines behind the first, blank ones too; as many rows, or fewer.
    is_utf8 : bool
    is_odd : bool
        Does it hold what :func:`records` must look at: a NUL, line ends of two sorts, a blank before a quote?
    """

    n_lines: int = 0
    most_rows: int = 0
    is_utf8: bool = True
    is_odd: bool = False


def look(path: Path) -> Looked:
    """Return what one pass over the bytes of a file tells.

    Raises
    ------
    DataError
        It cannot be read, or is no text at all.
    """
    found = Looked()
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    lines = returns = both = 0
    last = b""
    for block in blocks(path):
        if not found.n_lines and b"\0" in block.partition(b"\n")[0]:
            raise DataError("holds a NUL byte", where=f"{path.name}:1", hint="is it UTF-16, or no text? save it as UTF-8")
        lines += block.count(b"\n")
        if b"\r" in block:
            returns += block.count(b"\r")
            both += block.count(b"\r\n")
        both += last.endswith(b"\r") and block.startswith(b"\n")
        found.is_odd = found.is_odd or b"\0" in block or _has_blank_before_quote(last, block)
        found.is_utf8 = found.is_utf8 and _decodes(decoder, block)
        found.n_lines = max(1, lines)
        last = block[-_OVERLAP:]
    found.most_rows = lines - last.endswith(b"\n")
    found.is_odd = found.is_odd or (returns > 0 and not lines == returns == both)
    return found


def _has_blank_before_quote(last: bytes, block: bytes) -> bool:
    """Look with the slow pattern only where the quick one finds something."""
    if b'"' not in block or (b' "' not in block and not (block.startswith(b'"') and last.endswith(b" "))):
        return False
    return _BLANK_BEFORE_QUOTE.search(last + block) is not None


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes) -> bool:
    try:
        decoder.decode(block)
    except UnicodeDecodeError:
        return False
    return True


def records(path: Path, delimiter: str) -> Iterator[tuple[int, int, bytes, str]]:
    """Yield first line, number of lines, bytes without the last line end, and what is wrong (or nothing), of each row and the header."""
    mark = delimiter.encode()
    kept: list[bytes] = []
    first, quoted, problem = 1, False, ""
    for number, raw in enumerate(split_lines(path), 1):
        quoted, found = _look_at(raw, mark, quoted)
        kept.append(raw)
        problem = problem or found
        if not quoted:
            yield first, len(kept), _body(kept), problem
            kept, first, problem = [], number + 1, ""
    if kept:
        yield first, len(kept), _body(kept), problem


def _body(lines: list[bytes]) -> bytes:
    body = b"".join(lines)
    return body[:-2] if body.endswith(b"\r\n") else body.removesuffix(b"\n")


def _look_at(raw: bytes, mark: bytes, quoted: bool) -> tuple[bool, str]:
    """Follow the quotes of one line, which begins inside of some where ``quoted``; return whether it ends inside, and what is wrong."""
    problem = NUL if b"\0" in raw else ""
    line = raw[:-2] if raw.endswith(b"\r\n") else raw.removesuffix(b"\n")
    if b'"' not in line:
        return quoted, problem or (RETURN if b"\r" in line and not quoted else "")
    at = 0
    while True:
        if quoted:
            at = _closing_quote(line, at)
            if at < 0:
                return True, problem
        else:
            begun = at + len(line[at:]) - len(line[at:].lstrip(b" "))
            if line[begun : begun + 1] == b'"':
                problem = problem or (BLANK if begun > at else "")
                quoted, at = True, begun + 1
                continue
        end = line.find(mark, at)
        problem = problem or (RETURN if b"\r" in line[at : end if end >= 0 else None] else "")
        if end < 0:
            return False, problem
        quoted, at = False, end + len(mark)


def _closing_quote(line: bytes, at: int) -> int:
    """Return the place behind the quote that ends a value, -1 where it goes on in the next line; two quotes are one of the value's."""
    while True:
        at = line.find(b'"', at)
        if at < 0 or line[at + 1 : at + 2] != b'"':
            return at + 1 if at >= 0 else -1
        at += 2


def odd_rows(path: Path, delimiter: str) -> list[Reject]:
    """Return the rows that something is wrong with."""
    found = ((line, body, problem) for line, _, body, problem in records(path, delimiter) if problem)
    return [Reject(line, body.decode("utf-8", "surrogateescape"), problem) for line, body, problem in found]


def copy_good(path: Path, delimiter: str, target: Path) -> None:
    """Copy the rows that nothing is wrong with, one line end for all; blank lines stand in place of the others.

    The names of columns are known: a carriage return in one, behind which DuckDB would look for the first row, becomes a blank.
    """
    with target.open("wb") as file:
        for line, n, body, problem in records(path, delimiter):
            body = body.replace(b"\r", b" ") if line == 1 else body
            file.write(b"\n" * n if problem else body + b"\n")
