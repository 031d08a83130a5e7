"""One candidate's process, as regrade holds it: requests with a deadline, and what happened when it does not answer."""

from __future__ import annotations

import contextlib
import json
import os
import select
import selectors
import signal
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from regrade.candidates.exchange import Asked, Exchange
from regrade.safe_text import safe_lines

_TAIL = 8_192
_F_SETPIPE_SZ = 1_031
_PIPE = 1 << 20
_ENDING = 2.0
"""Seconds that a process which closed its channel, or was killed, is given to end, so that it is known how."""
_SOON = 0.005
"""Seconds after which it is looked again whether the next request is known."""


class Gone(Exception):
    """A candidate's process did not answer; it has been ended. The text says what happened.

    ``shared``: it had the next request as well, so that nobody can say which of the two it died of.
    """

    shared = False

    def __init__(self, what: str, stderr: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.stderr = stderr


class TimedOut(Gone):
    """It gave no answer in time."""


class Cancelled(Gone):
    """Nobody waits for the answer any more."""


class Child:
    """A serving process behind three pipes: one request at a time, and the next on its way meanwhile; :meth:`kill` from any thread.

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
        self._line: list[Exchange] = []
        """What was sent, wholly or in part, and not yet given to who asked: oldest first."""
        self._turns = 0
        self._open: tuple[int, ...] = (stdin, stdout)
        for descriptor in (stdin, stdout):
            os.set_blocking(descriptor, False)
            _widen(descriptor)
        self._tail = bytearray()
        self._drain = threading.Thread(target=self._read_stderr, args=(stderr,), daemon=True, name=f"stderr of {pid}")
        self._drain.start()

    def request(
        self,
        header: Mapping[str, Any],
        payload: bytes | memoryview = b"",
        *,
        timeout: float,
        cancelled: Callable[[], bool] | None = None,
        following: Callable[[], Asked | None] | None = None,
    ) -> tuple[dict[str, Any], memoryview]:
        """Send a request and return the answer.

        Parameters
        ----------
        timeout : float
            Seconds that it may take, from here on: what was sent ahead is computed from here on, too.
        following : callable, optional
            Returns what will be asked next, None while that is not known: it is sent ahead, so that the process need not wait for it.

        Raises
        ------
        Gone
            It died, hung (TimedOut), wrote what is no message, or ``cancelled`` became true (Cancelled). It is killed.
        """
        try:
            with self._asking:
                if not self._open:
                    raise Gone("it was ended", self.stderr())
                return self._exchange((header, payload), following, time.monotonic() + timeout, timeout, cancelled)
        except Gone as gone:
            self.alive = False
            gone.shared = sum(each.begun for each in self._line) > 1
            raise
        except BaseException:
            self.alive = False
            raise
        finally:
            if not self.alive:  # it failed, or another thread killed it meanwhile
                self.kill()

    def _exchange(
        self,
        asked: Asked,
        following: Callable[[], Asked | None] | None,
        deadline: float,
        timeout: float,
        cancelled: Callable[[], bool] | None,
    ) -> tuple[dict[str, Any], memoryview]:
        mine = self._in_line(asked)
        with selectors.DefaultSelector() as selector:
            selector.register(self._stdout, selectors.EVENT_READ)
            writing = False
            while mine.said is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimedOut(f"it gave no answer within {timeout:g} s and was ended", self.stderr())
                if cancelled is not None and cancelled():
                    raise Cancelled("it was cancelled", "")
                if following is not None and (after := following()) is not None:
                    self._in_line(after)
                    following = None
                if writing != (unsent := any(each.unsent for each in self._line)):
                    (selector.register(self._stdin, selectors.EVENT_WRITE) if unsent else selector.unregister(self._stdin))
                    writing = unsent
                for key, _ in selector.select(min(left, 0.2 if following is None else _SOON)):
                    if key.fd == self._stdin:
                        self._write(next(each for each in self._line if each.unsent))
                    else:
                        self._hear(next(each for each in self._line if each.said is None))
        self._line = [each for each in self._line if each is not mine and each.begun]
        return mine.said

    def _in_line(self, asked: Asked) -> Exchange:
        """Return the exchange of a request: one that was sent ahead, or a new one."""
        known = next((each for each in self._line if each.header is asked[0]), None)
        if known is None:
            self._turns += 1
            known = Exchange(asked, self._turns)
            self._line.append(known)
        return known

    def _write(self, exchange: Exchange) -> None:
        unsent, exchange.begun = exchange.unsent, True
        try:
            written = os.write(self._stdin, unsent[0][:_PIPE])
        except BlockingIOError:
            return
        except BrokenPipeError:
            raise self._died() from None
        unsent[0] = unsent[0][written:]
        if not unsent[0]:
            del unsent[0]

    def _hear(self, exchange: Exchange) -> None:
        """Read on in the answer to a request; raises Gone where there is none."""
        part = os.read(self._stdout, min(exchange.answer.missing, _PIPE))
        if not part:
            raise self._died()
        try:
            exchange.answer.add(part)
        except ValueError as error:
            raise Gone(f"it wrote {error} and was ended", self.stderr()) from None
        if not exchange.answer.missing:
            exchange.said = self._read(exchange)

    def _read(self, exchange: Exchange) -> tuple[dict[str, Any], memoryview]:
        """Return a whole answer; what is no JSON object, is to another turn, or comes with more than was asked for, is none."""
        try:
            header = json.loads(exchange.answer.header)
        except (ValueError, RecursionError):
            header = None
        more = b""
        if all(each is exchange or each.said is not None or not each.begun for each in self._line):
            with contextlib.suppress(BlockingIOError):
                more = os.read(self._stdout, 1)
        if not isinstance(header, dict) or header.get("turn") != exchange.turn or exchange.unsent or more:
            raise Gone("it wrote what is no answer on the channel and was ended", self.stderr())
        return header, memoryview(exchange.answer.payload).toreadonly()

    @property
    def has_more(self) -> bool:
        """Is there a request that was sent ahead, and not asked for since?"""
        return bool(self._line)

    def _died(self) -> Gone:
        """Return what is known about an end that nobody asked for."""
        self._wait(_ENDING)
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
        if self._line:  # what was sent ahead may be answered already; that it died is found out by whoever asks for that
            return True
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
            self._wait(_ENDING)


def _widen(descriptor: int) -> None:
    """Let a pipe hold a megabyte: fewer turns for a big frame. Linux only; elsewhere it stays as it is."""
    try:
        import fcntl

        fcntl.fcntl(descriptor, _F_SETPIPE_SZ, _PIPE)
    except (ImportError, OSError):
        return
