"""One candidate's process, as regrade holds it: requests with a deadline, and what happened when it does not answer."""

from __future__ import annotations

import contextlib
import json
import os
import select
import selectors
import signal
import struct
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from regrade.safe_text import safe_lines

_FRAME = struct.Struct(">IQ")
_LONGEST_HEADER = 1 << 28
_LONGEST_PAYLOAD = 1 << 30
"""Bytes of an answer: 65,536 rows of 4 kB, or of probabilities of 2,000 classes. A flood is held to that, too."""
_TAIL = 8_192
_F_SETPIPE_SZ = 1_031
_PIPE = 1 << 20


class Gone(Exception):
    """A candidate's process did not answer; it has been ended. The text says what happened."""

    def __init__(self, what: str, stderr: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.stderr = stderr


class TimedOut(Gone):
    """It gave no answer in time."""


class Cancelled(Gone):
    """Nobody waits for the answer any more."""


class _Message:
    """An answer on its way: ``missing`` bytes of its frame, its header or its payload are still to come."""

    def __init__(self) -> None:
        self._frame, self.header, self.payload = bytearray(), bytearray(), bytearray()
        self._parts = [(self._frame, _FRAME.size)]

    @property
    def missing(self) -> int:
        """Bytes that may be added at once; 0 when it is whole."""
        return self._parts[0][1] - len(self._parts[0][0]) if self._parts else 0

    def add(self, part: bytes) -> None:
        """Take the next bytes, ``missing`` at most. It grows by what is there, whatever it says of its size. Raises ValueError."""
        whole, wanted = self._parts[0]
        whole += part
        if len(whole) < wanted:
            return
        del self._parts[0]
        if whole is self._frame:
            size, more = _FRAME.unpack(whole)
            if size > _LONGEST_HEADER or more > _LONGEST_PAYLOAD:
                raise ValueError("what is no answer on the channel, or more than can be taken,")
            self._parts = [each for each in ((self.header, size), (self.payload, more)) if each[1]]


class Child:
    """A serving process behind three pipes: one request at a time, :meth:`kill` from any thread.

    Parameters
    ----------
    pid : int
        Its process id, which is also the id of its process group.
    stdin, stdout, stderr : int
        Our ends of its pipes; owned from here on.
    ended : callable
        Returns its exit status, negative for a signal, or None while it runs.
    """

    def __init__(self, pid: int, stdin: int, stdout: int, stderr: int, ended: Callable[[], int | None]) -> None:
        self.pid = pid
        self._stdin, self._stdout = stdin, stdout
        self._ended = ended
        self._status: int | None = None
        self.alive = True
        self._asking = threading.Lock()
        self._open: tuple[int, ...] = (stdin, stdout)
        for descriptor in (stdin, stdout):
            os.set_blocking(descriptor, False)
            _widen(descriptor)
        self._tail = bytearray()
        self._drain = threading.Thread(target=self._read_stderr, args=(stderr,), daemon=True, name=f"stderr of {pid}")
        self._drain.start()

    def request(
        self, header: Mapping[str, Any], payload: bytes | memoryview = b"", *, timeout: float, cancelled: Callable[[], bool] | None = None
    ) -> tuple[dict[str, Any], memoryview]:
        """Send a request and return the answer.

        Raises
        ------
        Gone
            It died, hung (TimedOut), wrote what is no message, or ``cancelled`` became true (Cancelled). It is killed.
        """
        try:
            with self._asking:
                if not self._open:
                    raise Gone("it was ended", self.stderr())
                return self._exchange(header, payload, time.monotonic() + timeout, timeout, cancelled)
        except BaseException:
            self.alive = False
            raise
        finally:
            if not self.alive:  # it failed, or another thread killed it meanwhile
                self.kill()

    def _exchange(
        self, header: Mapping[str, Any], payload: bytes | memoryview, deadline: float, timeout: float, cancelled: Callable[[], bool] | None
    ) -> tuple[dict[str, Any], memoryview]:
        text = json.dumps(header).encode()
        unsent = [memoryview(part) for part in (_FRAME.pack(len(text), len(payload)) + text, payload) if len(part)]
        answer = _Message()
        with selectors.DefaultSelector() as selector:
            selector.register(self._stdout, selectors.EVENT_READ)
            selector.register(self._stdin, selectors.EVENT_WRITE)
            while True:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimedOut(f"it gave no answer within {timeout:g} s and was ended", self.stderr())
                if cancelled is not None and cancelled():
                    raise Cancelled("it was cancelled", "")
                for key, _ in selector.select(min(left, 0.2)):
                    if key.fd == self._stdin:
                        self._write(unsent)
                        if not unsent:
                            selector.unregister(self._stdin)
                        continue
                    part = os.read(self._stdout, min(answer.missing, _PIPE))
                    if not part:
                        raise self._died()
                    try:
                        answer.add(part)
                    except ValueError as error:
                        raise Gone(f"it wrote {error} and was ended", self.stderr()) from None
                    if not answer.missing:
                        return self._read(answer)

    def _write(self, unsent: list[memoryview]) -> None:
        try:
            written = os.write(self._stdin, unsent[0][:_PIPE])
        except BlockingIOError:
            return
        except BrokenPipeError:
            raise self._died() from None
        unsent[0] = unsent[0][written:]
        if not unsent[0]:
            del unsent[0]

    def _read(self, answer: _Message) -> tuple[dict[str, Any], memoryview]:
        """Return a whole answer; what is no JSON object, or followed by anything, is none."""
        try:
            header = json.loads(answer.header)
        except (ValueError, RecursionError):
            header = None
        more = b""
        with contextlib.suppress(BlockingIOError):
            more = os.read(self._stdout, 1)
        if not isinstance(header, dict) or more:
            raise Gone("it wrote what is no answer on the channel and was ended", self.stderr())
        return header, memoryview(answer.payload).toreadonly()

    def _died(self) -> Gone:
        """Return what is known about an end that nobody asked for."""
        self._wait(2.0)
        self._drain.join(0.5)
        status = self._status
        if status is None:
            what = "it closed its channel and was ended"
        elif status < 0:
            name = signal.Signals(-status).name if -status in signal.Signals._value2member_map_ else f"signal {-status}"
            what = f"it was killed by {name}" + (" (out of memory?)" if name == "SIGKILL" else "")
        else:
            what = f"its process ended by itself with exit code {status}"
        return Gone(what, self.stderr())

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self._status is None:
            self._status = self._ended()
            if self._status is not None or time.monotonic() > until:
                return
            time.sleep(0.005)

    def serving(self) -> bool:
        """Is it there to be asked? Between two requests there is nothing to read, unless the end of its stream."""
        if not self.alive:
            return False
        idle = select.poll()
        idle.register(self._stdout, select.POLLIN)
        return not idle.poll(0)

    def stderr(self) -> str:
        """Return the last lines that it wrote to standard error, made harmless."""
        lines = safe_lines(self._tail[-_TAIL:].decode("utf-8", "replace"), _TAIL).strip().split("\n")
        return "\n".join(lines[-12:])

    def _read_stderr(self, descriptor: int) -> None:
        with contextlib.suppress(OSError):
            while part := os.read(descriptor, 65_536):
                self._tail += part
                del self._tail[: -2 * _TAIL]
        with contextlib.suppress(OSError):
            os.close(descriptor)

    def kill(self) -> None:
        """End it, with everything that it started, from any thread; no harm if it is gone already."""
        self.alive = False
        if self._status is None:  # once reaped, its id may be another's
            for kill in (os.killpg, os.kill):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    kill(self.pid, signal.SIGKILL)
        # A thread that is waiting for an answer sees the end of the stream, and closes: under it the numbers must stay taken.
        if self._asking.acquire(blocking=False):
            descriptors, self._open = self._open, ()
            for descriptor in descriptors:
                os.close(descriptor)
            self._asking.release()
            self._wait(2.0)


def _widen(descriptor: int) -> None:
    """Let a pipe hold a megabyte: fewer turns for a big frame. Linux only; elsewhere it stays as it is."""
    try:
        import fcntl

        fcntl.fcntl(descriptor, _F_SETPIPE_SZ, _PIPE)
    except (ImportError, OSError):
        return
