"""Start candidates' processes: forked from one warm starter an interpreter where that works, started plainly elsewhere."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from regrade.candidates.process import Child

_WORKER = str(Path(__file__).with_name("worker"))
_FRAMES = str(Path(__file__).parents[1] / "log" / "frames.py")
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")
_PATIENCE = 120.0
"""Seconds that a starter may take to import pandas and scikit-learn on a busy machine."""


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
                socket.send_fds(self._channel, [b'{"op":"fork"}'], [stdin, stdout, stderr])
                pid = int(self._receive(20.0)["pid"] or 0)
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

    def _receive(self, seconds: float) -> dict[str, int | None]:
        ready, _, _ = select.select([self._channel], [], [], seconds)
        message = self._channel.recv(4_096) if ready else b""
        if not message:
            raise StarterError("it ended" if ready else f"no answer within {seconds:g} s")
        found: dict[str, int | None] = json.loads(message)
        return found

    def _status(self, pid: int) -> int | None:
        """Ask how a child ended; a child whose starter is gone is gone too."""
        with self._lock:
            try:
                self._channel.send(json.dumps({"op": "wait", "pid": pid}).encode())
                return self._receive(5.0)["status"]
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
