"""Answers as one file, for CI: JSON lines compressed with Zstandard, the same bytes for the same answers. See docs/runs.md.

The first line says what it is. Then come lines that say what candidates import after they were loaded (`regrade.candidates.late`), lines
that say where two candidates part (`findings.py`), and one line an answer, sorted by fingerprint and content; the last counts the answers
and holds the SHA-256 of all before it, so that a file that was cut or changed is known for what it is.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

from regrade.candidates.late import Late, fault
from regrade.candidates.values import LONGEST, BadValue, check_prediction, check_scores
from regrade.errors import DataError, UsageError
from regrade.log.content import too_deep
from regrade.scoring.findings import Found, Pair
from regrade.scoring.findings import fault as fault_of_pair

FORMAT = 3
_OLDER = (1, 2)
"""The same without lines of what is imported late; without lines of findings, which is written where there are none."""
_LEVEL = 9
_BLOCK = 1 << 20
_LONGEST_LINE = 4 * LONGEST + 100_000
"""Bytes; the longest prediction, every character of it four bytes, and room for probabilities."""
_LARGEST = 16 << 30
"""Bytes of all lines: thirty million answers."""
_MOST_FINDINGS = 100_000
_HASH = re.compile(r"[0-9a-f]{64}")
_CONTENT = re.compile(r"[0-9a-f]{64}(#([2-9]|[1-9][0-9]|100))?")
"""As `repeats.repeat_hash` spells what a further answer to the same example is kept under."""
_LONGEST_ERROR = 100_000
_ANSWER, _IMPORTS, _LAST, _PAIR, _FOUND = b'{"content":', b'{"base":', b'{"answers":', b'{"order":', b'{"check":'
"""How lines begin: keys are sorted."""


class Answer(NamedTuple):
    """One answer as it stands in workspace.db: JSON as text."""

    fingerprint: str
    content: str
    prediction: str | None
    scores: str | None
    error: str | None


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    regrade: str
    format: int
    task: str


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    fingerprint: str
    content: str
    prediction: msgspec.Raw
    scores: dict[str, float] | None
    error: str | None


class _Late(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    base: str
    files: tuple[str, ...]
    distributions: tuple[str, ...]


class _PairLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pair: str
    sides: tuple[str, str]
    order: list[str]
    other: str


class _FoundLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    finding: str
    stage: str | None
    why: str
    check: str | None
    failed: bool


class _Footer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    answers: int
    sha256: str


def write_answers(path: Path, task: str, answers: Iterable[Answer], late: Mapping[str, Late] = {}, pairs: Mapping[str, Pair] = {}) -> int:
    """Write answers, which come sorted by fingerprint and content, beside and then under their name; returns how many.

    ``late``: what candidates import late, by what they are when they are loaded. ``pairs``: where candidates part.

    Raises
    ------
    UsageError
        The file cannot be written; what was there under its name is as it was.
    """
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    digest, n = hashlib.sha256(), 0
    codec = pa.Codec("zstd", compression_level=_LEVEL)
    try:
        with temporary.open("xb") as raw:
            # A frame for each block: the level cannot be set on a stream, and readers take frames one after the other.
            block = bytearray()
            for line in _lines(task, answers, late, pairs):
                digest.update(line)
                block += line
                n += line.startswith(_ANSWER)
                if len(block) >= _BLOCK:
                    raw.write(codec.compress(bytes(block), asbytes=True))
                    block.clear()
            block += _dumps({"answers": n, "sha256": digest.hexdigest()})
            raw.write(codec.compress(bytes(block), asbytes=True))
            raw.flush()
            os.fsync(raw.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True) if temporary.parent.is_dir() else None
        raise UsageError(f"cannot be written: {error.strerror}", where=str(path)) from None
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return n


def _lines(task: str, answers: Iterable[Answer], late: Mapping[str, Late], pairs: Mapping[str, Pair]) -> Iterator[bytes]:
    pairs = {name: pair for name, pair in pairs.items() if not fault_of_pair(name, pair)}
    yield _dumps({"regrade": "answers", "format": FORMAT if pairs else _OLDER[-1], "task": task})
    for base, imports in sorted(late.items()):
        if not fault(imports):
            yield _dumps({"base": base, "files": imports.files, "distributions": imports.distributions})
    for name, pair in sorted(pairs.items()):
        yield _dumps({"pair": name, "sides": pair.sides, "order": pair.order, "other": pair.other})
        for finding, found in sorted(pair.found.items()):
            yield _dumps({"finding": finding, "stage": found.stage, "why": found.why, "check": found.check, "failed": found.failed})
    for each in answers:
        try:
            prediction, scores = (None if text is None else json.loads(text) for text in (each.prediction, each.scores))
            line = {"fingerprint": each.fingerprint, "content": each.content, "prediction": prediction, "scores": scores}
            yield _dumps({**line, "error": each.error})
        except (ValueError, RecursionError) as error:
            raise DataError(f"an answer in the cache is no JSON: {error}", hint="`regrade cache clear` and score again") from None


def _dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("utf-8", "replace") + b"\n"


def read_answers(path: Path, task: str, late: dict[str, Late] | None = None, pairs: dict[str, Pair] | None = None) -> Iterator[Answer]:
    """Yield the answers of a file, each held to what an answer must be; the last check, of the whole, comes at its end.

    What candidates import late is put into ``late``, where they part into ``pairs``.

    Raises
    ------
    DataError
        It cannot be read, is no such file, was cut or changed, or is of another kind of task; names the line. What was yielded
        before is not to be kept then.
    """
    digest, last, n, where = hashlib.sha256(), ("", ""), 0, str(path)
    findings = 0
    footer: _Footer | None = None
    pairs = {} if pairs is None else pairs
    for number, line in enumerate(_split(path), 1):
        place = f"{where}:{number}"
        if footer is not None:
            raise DataError("goes on after its last line", where=place, hint=_AGAIN)
        if number == 1:
            _check_header(line, task, where)
        elif line.startswith(_IMPORTS):
            base, found = _imports(_decode(line, _Late, place), place)
            if late is not None:
                late[base] = found
        elif line.startswith((_PAIR, _FOUND)):
            findings += 1
            if findings > _MOST_FINDINGS:
                raise DataError(f"says where more than {_MOST_FINDINGS:,} examples part", where=place, hint=_AGAIN)
            _put_finding(line, pairs, place)
        elif line.startswith(_LAST):
            footer = _decode(line, _Footer, place)
            if footer.answers != n or footer.sha256 != digest.hexdigest():
                raise DataError("has changed: its lines are not those that its last line is the hash of", where=where, hint=_AGAIN)
        else:
            answer = _answer(_decode(line, _Line, place), task, place)
            if (answer.fingerprint, answer.content) <= last:
                raise DataError("answers are not in order, or one stands twice", where=place, hint=_AGAIN)
            last = (answer.fingerprint, answer.content)
            n += 1
            yield answer
        digest.update(line)
    if footer is None:
        raise DataError("was cut: its last line is missing", where=where, hint=_AGAIN)


_AGAIN = "export it again: `regrade cache export FILE`"


def _check_header(line: bytes, task: str, where: str) -> None:
    try:
        header = msgspec.json.decode(line, type=_Header)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise DataError("holds no exported answers", where=f"{where}:1", hint=_AGAIN) from None
    if header.regrade != "answers" or header.format not in (*_OLDER, FORMAT):
        what = f"is of format {header.regrade} {header.format}; this regrade reads answers {FORMAT}"
        raise DataError(what, where=f"{where}:1", hint="a newer regrade wrote it: upgrade")
    if header.task != task:
        raise DataError(f"holds answers to a {header.task} task; this workspace is about {task}", where=f"{where}:1")


def _decode(line: bytes, kind: type[Any], place: str) -> Any:
    try:
        if too_deep(line):
            raise DataError("is nested too deeply", where=place)
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"is no answer: {error}", where=place, hint=_AGAIN) from None


def _imports(line: _Late, place: str) -> tuple[str, Late]:
    found = Late(line.files, line.distributions)
    if what := "base is no SHA-256" if not _HASH.fullmatch(line.base) else fault(found):
        raise DataError(f"says what is imported late: {what}" if what.startswith("a ") else what, where=place, hint=_AGAIN)
    return line.base, found


def _put_finding(line: bytes, pairs: dict[str, Pair], place: str) -> None:
    """Take a line that says what was found of two candidates: them, or an example of the two named last."""
    if line.startswith(_PAIR):
        said: _PairLine = _decode(line, _PairLine, place)
        name, pair = said.pair, Pair(said.sides, said.order, said.other)
        new = name not in pairs
        pairs[name] = pair
    else:
        one: _FoundLine = _decode(line, _FoundLine, place)
        name, whole = next(reversed(pairs.items()), ("", Pair((None, None))))
        new = one.finding not in whole.found
        whole.found[one.finding] = Found(one.stage, one.why, one.check, one.failed)
        pair = Pair(whole.sides, found={one.finding: whole.found[one.finding]})
    if what := fault_of_pair(name, pair) or ("" if new else "a finding that stands twice"):
        raise DataError(f"says where candidates part: {what}", where=place, hint=_AGAIN)


def _answer(line: _Line, task: str, place: str) -> Answer:
    for name, hash, spelt in (("fingerprint", line.fingerprint, _HASH), ("content", line.content, _CONTENT)):
        if not spelt.fullmatch(hash):
            raise DataError(f"{name} is no SHA-256", where=place)
    prediction = json.loads(bytes(line.prediction))
    try:
        if line.error is not None:
            if prediction is not None or line.scores is not None or len(line.error) > _LONGEST_ERROR:
                raise BadValue("an error comes with no prediction and no probabilities")
        elif type(check_prediction(task, prediction)) is not type(prediction):
            raise BadValue("a number was expected")
        check_scores(line.scores)
    except BadValue as error:
        raise DataError(str(error), where=place) from None
    scores = None if line.scores is None else _dumps(line.scores).decode().rstrip("\n")
    return Answer(
        line.fingerprint, line.content, None if prediction is None else _dumps(prediction).decode().rstrip("\n"), scores, line.error
    )


def _split(path: Path) -> Iterator[bytes]:
    """Yield the lines of a compressed file, however long it claims to be: a line, and all of them, have a most."""
    total, rest = 0, b""
    try:
        with pa.OSFile(str(path), "rb") as raw, pa.CompressedInputStream(raw, "zstd") as stream:
            while block := stream.read(_BLOCK):
                total += len(block)
                if total > _LARGEST:
                    raise DataError(f"holds more than {_LARGEST >> 30} GB", where=str(path), hint="this is no cache that regrade wrote")
                *lines, rest = (rest + block).split(b"\n")
                if len(rest) > _LONGEST_LINE:
                    raise DataError("a line is longer than any answer", where=str(path), hint="this is no cache that regrade wrote")
                for line in lines:
                    yield line + b"\n"
    except OSError as error:
        if not path.is_file():
            raise DataError("there is no such file" if not path.exists() else "is no file", where=str(path)) from None
        what = "is no Zstandard file, or was cut" if "ZSTD" in str(error).upper() else f"cannot be read: {error}"
        raise DataError(what, where=str(path), hint=_AGAIN) from None
    if rest:
        raise DataError("was cut in the middle of a line", where=str(path), hint=_AGAIN)
