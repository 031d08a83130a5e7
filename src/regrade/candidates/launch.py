"""Start candidates' processes: forked from one warm starter an interpreter where that works, started plainly elsewhere."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from regrade.candidates.process import Child

_WORKER = str(Path(__file__).with_name("worker"))
_FRAMES = str(Path(__file__).parents[1] / "log" / "frames.py")
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")
_PATIENCE = 120.0
"""Seconds that a starter may take to import pandas and scikit-learn on a busy machine."""
_FORKING, _TELLING = 20.0, 5.0
"""Seconds that a warm one may take to fork, and to say how a child ended."""


class StarterError(Exception):
    """The warm starter does not work here; a plain start may."""


def environment() -> dict[str, str]:
    """Return the whole environment of a candidate: no secret of the user's, one thread (for one row more are slower), one hash seed."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")
    # The system's allocator, since Arrow's own would reserve address space that the memory limit counts.
    return {**kept, **threads, "PYTHONHASHSEED": "0", "ARROW_DEFAULT_MEMORY_POOL": "system"}


class Starter:
    """A process that has imported what is heavy and forks candidates (``worker/starter.py``); thread-safe.

    Raises
    ------
    StarterError
        From every method: it cannot be started, or died.
    """

    def __init__(self, interpreter: str, root: Path, *, full: bool) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = threading.Lock()
        self._channel = ours
        self._ready = False
        self._turn = 0
        """Number of the last request; an answer that came too late has another one."""
        command = [interpreter, _WORKER, "starter", str(theirs.fileno()), _FRAMES, "full" if full else "light"]
        try:
            self._process = subprocess.Popen(  # its own session: Ctrl-C is regrade's to handle
                command,
                cwd=root,
                env=environment(),
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            ours.close()
            raise StarterError(str(error)) from None
        finally:
            theirs.close()

    def fork(self) -> Child:
        """Return a new serving child; waits until the starter is warm."""
        stdin, stdin_ours = os.pipe()
        stdout_ours, stdout = os.pipe()
        stderr_ours, stderr = os.pipe()
        try:
            with self._lock:
                self._wait_until_warm()
                pid = self._ask({"op": "fork"}, _FORKING, [stdin, stdout, stderr])["pid"]
            if not pid:
                raise StarterError("it forked nothing")
        except (OSError, KeyError, ValueError, StarterError) as error:
            for descriptor in (stdin_ours, stdout_ours, stderr_ours):
                os.close(descriptor)
            raise StarterError(str(error)) from None
        finally:
            for descriptor in (stdin, stdout, stderr):
                os.close(descriptor)
        return Child(pid, stdin_ours, stdout_ours, stderr_ours, lambda: self._status(pid))

    def _wait_until_warm(self) -> None:
        if not self._ready:
            self._receive(_PATIENCE)
            self._ready = True

    def _ask(self, request: dict[str, str | int], seconds: float, descriptors: Sequence[int] = ()) -> dict[str, int | None]:
        self._turn += 1
        self._channel.settimeout(seconds)
        socket.send_fds(self._channel, [json.dumps({**request, "turn": self._turn}).encode()], list(descriptors))
        return self._receive(seconds)

    def _receive(self, seconds: float) -> dict[str, int | None]:
        """Return the answer to the last request; those to requests that were given up come first, and are passed over."""
        until = time.monotonic() + seconds
        while True:
            self._channel.settimeout(max(until - time.monotonic(), 0.001))  # no select(), which takes no descriptor over 1,023
            message = self._channel.recv(4_096)
            if not message:
                raise StarterError("it ended")
            found: dict[str, int | None] = json.loads(message)
            if found["turn"] == self._turn:
                return found

    def _status(self, pid: int) -> int | None:
        """Ask how a child ended; a child whose starter is gone is gone too. None: it runs, or nobody could say it in time."""
        with self._lock:
            try:
                return self._ask({"op": "wait", "pid": pid}, _TELLING)["status"]
            except TimeoutError:
                return None
            except (OSError, StarterError):
                return -signal.SIGKILL

    def close(self) -> None:
        """End it; its children end with it."""
        with self._lock:
            self._channel.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(2.0)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def start_plainly(interpreter: str, root: Path) -> Child:
    """Return a serving child that was started on its own: slower by the import of pandas, needs nothing of the system."""
    process = subprocess.Popen(
        [interpreter, _WORKER, "serve", _FRAMES],
        cwd=root,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdin and process.stdout and process.stderr
    stdin, stdout, stderr = (os.dup(stream.fileno()) for stream in (process.stdin, process.stdout, process.stderr))
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()
    return Child(process.pid, stdin, stdout, stderr, process.poll)


class Launcher:
    """Starts candidates for one pool; thread-safe.

    Parameters
    ----------
    root : Path
        Working folder of every candidate.
    warm : bool
        Use starters. They fork, which is safe on Linux only: macOS and others start each candidate plainly.
    """

    def __init__(self, root: Path, *, warm: bool = sys.platform == "linux") -> None:
        self._root = root
        self._warm = warm
        self._starters: dict[str, Starter] = {}
        self._lock = threading.Lock()
        self._closed = False
        self.cold: str = "" if warm else f"candidates are started one by one on {sys.platform}"
        """Why starters are not used; empty while they are."""
        self.started = 0
        """Children started so far."""

    def prepare(self, interpreter: str, *, full: bool) -> Starter | None:
        """Start the starter of an interpreter without waiting for it; ``full``: with scikit-learn. None where there is none.

        Raises OSError as :meth:`start` does.
        """
        with self._lock:
            self._check()
            if self.cold:
                return None
            if interpreter not in self._starters:
                try:
                    self._starters[interpreter] = Starter(interpreter or sys.executable, self._root, full=full)
                except StarterError as error:
                    self.cold = f"the warm starter does not work here: {error}"
                    return None
            return self._starters[interpreter]

    def start(self, interpreter: str, *, full: bool) -> Child:
        """Return a new serving child. A starter that died is replaced once.

        Raises OSError when the interpreter cannot be run, and once this is closed: whoever still asks would leave a process behind.
        """
        with self._lock:
            self._check()
            self.started += 1
        for _ in range(2):
            starter = self.prepare(interpreter, full=full)
            if starter is None:
                break
            began = time.monotonic()
            try:
                return starter.fork()
            except StarterError:
                self._discard(interpreter, starter)
                if time.monotonic() - began > _PATIENCE:
                    break
        return start_plainly(interpreter or sys.executable, self._root)

    def _check(self) -> None:
        if self._closed:
            raise OSError("its workspace was closed")

    def _discard(self, interpreter: str, starter: Starter) -> None:
        with self._lock:
            if self._starters.get(interpreter) is starter:
                del self._starters[interpreter]
        starter.close()

    def close(self) -> None:
        """End all starters, and with them every child that they forked; none is started from now on."""
        with self._lock:
            self._closed = True
            starters, self._starters = list(self._starters.values()), {}
        for starter in starters:
            starter.close()
