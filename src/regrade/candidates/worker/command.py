"""A program that answers: JSON lines in, JSON lines out; started for each batch, or kept running where it flushes its answers."""

from __future__ import annotations

import hashlib
import json
import os
import selectors
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .answers import Refused
from .json_answers import Answers, parse, shown
from .processes import kill_tree

CRASHES = 24
"""Restarts that one request may spend on finding the rows that make the program crash."""
LONGEST_LINE = 8 << 20
"""Bytes of one answer."""
LARGEST = 256 << 20
"""Bytes of all answers of one batch."""


class Command:
    """A command line, asked with batches of rows.

    Parameters
    ----------
    files : dict
        Path to SHA-256 of what it is made of: looked at before and after each batch, so that what answers is what was trusted.
    timeout : float
        Seconds that one request may take; a little less is left to the program, so that what it did answer is kept.
    """

    takes_rows = True
    model: Any = None

    def __init__(self, command: list[str], keep_running: bool, files: dict[str, str], timeout: float, positive: str | None) -> None:
        if shutil.which(command[0]) is None:
            reason = "is not executable: chmod +x" if Path(command[0]).is_file() else "there is no such program"
            raise Refused(f"{command[0]}: {reason}")
        self._command, self._keep, self._files, self._positive = command, keep_running, files, positive
        self._patience = max(timeout * 0.9, timeout - 2.0)
        self._process: subprocess.Popen[bytes] | None = None
        self._asked = 0

    def answer_rows(self, rows: list[dict[str, Any]], fields: Sequence[str] = ()) -> Answers:
        """Ask about rows; where the program dies, about halves of those without an answer, until the guilty ones stand alone."""
        answers = Answers(len(rows), self._positive, fields)
        deadline = time.monotonic() + self._patience
        pending, crashes = [list(range(len(rows)))], 0
        while pending:
            part = pending.pop()
            if answers.stop:
                for row in part:
                    answers.fail(row, answers.stop)
                continue
            ended = self._exchange(part, rows, answers, deadline)
            left = [row for row in part if not answers.done[row]]
            if not left:
                continue
            crashes += 1
            if time.monotonic() >= deadline:
                answers.stop = f"it gave no answer within {self._patience:g} s and was ended"
            elif crashes >= CRASHES:
                answers.stop = f"not asked: after {CRASHES} crashes; {ended}"
            if answers.stop or len(left) == 1:
                for row in left:
                    answers.fail(row, answers.stop or ended)
            else:
                middle = len(left) // 2
                pending += [left[middle:], left[:middle]]
        return answers

    def _exchange(self, part: list[int], rows: list[dict[str, Any]], answers: Answers, deadline: float) -> str:
        """Ask about some rows; returns how the program ended where an answer is missing."""
        self._check_files()
        process = self._process
        if process is None or process.poll() is not None:
            process = self._process = self._start()
        answers.calls += 1
        first, self._asked = self._asked, self._asked + len(part)
        lines = [json.dumps({"id": first + at, "inputs": rows[row]}, ensure_ascii=False, allow_nan=False) for at, row in enumerate(part)]
        exchange = _Exchange(process, ("\n".join(lines) + "\n").encode("utf-8", "replace"), part, first, answers, close=not self._keep)
        try:
            whole = exchange.run(deadline)
        except BaseException:
            self._end()
            raise
        if self._keep and whole:
            self._check_files()
            return ""
        code = self._wait(process, deadline)
        self._end()
        self._check_files()
        missing = sum(not answers.done[row] for row in part)
        if code == 0 and missing and exchange.by_order:
            raise Refused(f"it gave {len(part) - missing} answers for {len(part)} examples, and no `id` that says which")
        how = "by itself" if code == 0 else f"with exit code {code}" if code is not None and code >= 0 else f"by signal {-(code or 9)}"
        return f"it ended {how} before it gave an answer"

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        except OSError as error:
            hint = " (has it a first line like #!/bin/sh?)" if error.strerror == "Exec format error" else ""
            raise Refused(f"{self._command[0]} cannot be started: {error.strerror}{hint}") from None
        assert process.stdin and process.stdout
        for stream in (process.stdin, process.stdout):
            os.set_blocking(stream.fileno(), False)
        return process

    def _wait(self, process: subprocess.Popen[bytes], deadline: float) -> int | None:
        try:
            return process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return None

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            kill_tree(process.pid, itself=process.poll() is None)
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()

    def _check_files(self) -> None:
        for path, known in self._files.items():
            try:
                with Path(path).open("rb") as file:
                    same = hashlib.file_digest(file, "sha256").hexdigest() == known
            except OSError:
                same = False
            if not same:
                self._end()
                raise Refused(f"{Path(path).name} has changed since it was hashed")


class _Exchange:
    """One batch: lines are written while answers are read, so that neither side waits for the other with a full pipe."""

    def __init__(
        self, process: subprocess.Popen[bytes], lines: bytes, part: list[int], first: int, answers: Answers, *, close: bool
    ) -> None:
        assert process.stdin and process.stdout
        self._process, self._stdin, self._stdout = process, process.stdin, process.stdout
        self._unsent = memoryview(lines)
        self._part, self._first, self._answers, self._close = part, first, answers, close
        self._taken = 0
        self._size = 0
        self._line = bytearray()
        self.by_order: bool | None = None

    def run(self, deadline: float) -> bool:
        """Return whether every row has an answer and the program still runs. Raises Refused for what is no answer."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._stdout, selectors.EVENT_READ)
            selector.register(self._stdin, selectors.EVENT_WRITE)
            quiet = False
            while (left := deadline - time.monotonic()) > 0:
                ready = selector.select(min(left, 0.1))
                for key, _ in ready:
                    if key.fileobj is self._stdin:
                        if self._write():
                            selector.unregister(self._stdin)
                            if self._close:
                                self._stdin.close()
                    elif not self._read():
                        return False
                if not self._close and not self._unsent and self._taken == len(self._part) and not self._line:
                    return True
                # A process that it left behind may hold the pipe open: what has ended says no more.
                ended = self._process.poll() is not None
                if ended and quiet and not any(key.fileobj is self._stdout for key, _ in ready):
                    return False
                quiet = ended
        return False

    def _write(self) -> bool:
        """Write what the pipe takes; returns whether no more is to be written."""
        try:
            self._unsent = self._unsent[os.write(self._stdin.fileno(), self._unsent[:65_536]) :]
        except BlockingIOError:
            return False
        except BrokenPipeError:
            self._unsent = memoryview(b"")
        return not self._unsent

    def _read(self) -> bool:
        """Read what is there; returns whether more may come."""
        try:
            data = os.read(self._stdout.fileno(), 1 << 20)
        except BlockingIOError:
            return True
        self._size += len(data)
        if self._size > LARGEST:
            raise Refused(f"it wrote more than {LARGEST >> 20} MB of answers for {len(self._part)} examples")
        start = 0
        while (end := data.find(b"\n", start)) >= 0:
            self._line += data[start:end]
            self._take(bytes(self._line))
            self._line.clear()
            start = end + 1
        self._line += data[start:]
        if len(self._line) > LONGEST_LINE:
            raise Refused(f"it wrote a line of more than {LONGEST_LINE >> 20} MB")
        if not data and self._line:
            self._take(bytes(self._line))
            self._line.clear()
        return bool(data)

    def _take(self, line: bytes) -> None:
        if not line.strip():
            return
        try:
            entry = parse(line)
        except ValueError:
            entry = None
        if not isinstance(entry, dict):
            hint = "; what is no answer belongs on standard error"
            raise Refused(f"it wrote what is no answer on standard output: {shown(line)}{hint}")
        if self.by_order is None:
            self.by_order = "id" not in entry
        if self.by_order != ("id" not in entry):
            raise Refused("some of its answers have an `id` and some have none, so which belongs to which is not known")
        if self._taken >= len(self._part):
            raise Refused(f"it gave more answers than the {len(self._part)} examples that it was asked about")
        at = self._taken if self.by_order else self._place(entry["id"])
        self._taken += 1
        self._answers.take(self._part[at], entry)

    def _place(self, given: Any) -> int:
        if isinstance(given, bool) or not isinstance(given, int) or not self._first <= given < self._first + len(self._part):
            raise Refused(f"it answered an `id` that it was not asked about: {shown(given)}")
        at = given - self._first
        if self._answers.done[self._part[at]]:
            raise Refused(f"it answered `id` {given} twice")
        return at
