"""The app's end of the engine: starts it, asks it, hears it, and starts it again when it died."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import msgspec

from regrade.safe_text import safe_text

Message = dict[str, Any]

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode

_NO_REPLY = ("ahead", "cancel")
_MAX_QUICK_DEATHS = 3
"""An engine that dies this often without one reply is not started again by itself: something is wrong with it."""


class EngineClient:
    """One engine child for one workspace.

    Parameters
    ----------
    root : Path
        The workspace.
    on_message : callable
        Called with each message, **from a reader thread**: replies ``{"id", "ok", "result" | "error"}``, and unsolicited
        ``{"event": "progress" | "ready" | "exited" | "notice", …}``. An ``error`` with ``lost`` comes of the child's end: asked again,
        another child answers.
    """

    def __init__(self, root: Path, on_message: Callable[[Message], None]) -> None:
        self._root = root
        self._on_message = on_message
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._next_id = 0
        self._waiting: dict[int, subprocess.Popen[bytes] | None] = {}
        """Numbers that are not answered yet, each with the child that was asked."""
        self._quick_deaths = 0
        self._closing = False
        self.last_words: deque[str] = deque(maxlen=20)
        """The last lines the engine wrote on standard error."""

    @property
    def alive(self) -> bool:
        """Is there a child, and does it run."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The child's process id."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the child unless it runs."""
        with self._lock:
            self._start()

    def request(self, op: str, **params: Any) -> int:
        """Ask for ``op`` and return the request's id at once; the reply comes as a message. Starts a dead child again."""
        with self._lock:
            self._next_id += 1
            number = self._next_id
            if self._closing:
                return number
            self._start()
            process = self._process
            if op not in _NO_REPLY:
                self._waiting[number] = process
        line = _encode({"id": number, "op": op, **params}) + b"\n"
        if process is None or process.stdin is None or not _write(process.stdin, line):
            self._answer_lost(process, "the engine did not take the request")
        return number

    def close(self) -> None:
        """End the child: it is asked, then told."""
        with self._lock:
            self._closing = True
            process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            _write(process.stdin, b'{"id":0,"op":"shutdown"}\n')
            with contextlib.suppress(OSError):  # it may be gone already, which is what is wanted
                process.stdin.close()
        try:
            process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=5)

    def _start(self) -> None:
        if self.alive or self._closing or self._quick_deaths >= _MAX_QUICK_DEATHS:
            return
        # -P: the workspace is no import root of ours; a `queue.py` there is somebody's data.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "regrade.engine.server", str(self._root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self._root,
        )
        for target in (self._read_messages, self._read_last_words):
            threading.Thread(target=target, args=(self._process,), daemon=True, name=f"engine-{target.__name__}").start()

    def _read_messages(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            try:
                message = _decode(line)
            except msgspec.DecodeError:
                self.last_words.append(safe_text(line.decode("utf-8", "replace").rstrip(), 300))
                continue
            if "id" in message:
                self._quick_deaths = 0
                with self._lock:
                    self._waiting.pop(message["id"], None)
            self._on_message(message)
        code = process.wait()
        if not self._closing:  # also where another one was started before this was noticed: what this one was asked is lost
            self._quick_deaths += 1
            said = f": {self.last_words[-1]}" if self.last_words else ""
            how = f"signal {-code}" if code < 0 else f"code {code}"
            self._answer_lost(process, f"the engine ended ({how}){said}")

    def _read_last_words(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            self.last_words.append(safe_text(line.decode("utf-8", "replace").rstrip(), 300))

    def _answer_lost(self, process: subprocess.Popen[bytes] | None, what: str) -> None:
        """Say that a child died, and answer every request that it will never answer."""
        with self._lock:
            lost = [number for number, asked in self._waiting.items() if asked is process]
            for number in lost:
                del self._waiting[number]
        again = self._quick_deaths < _MAX_QUICK_DEATHS
        hint = "it starts again at the next request" if again else "it is not started again; `regrade score` shows what is wrong"
        self._on_message({"event": "exited", "what": what, "hint": hint})
        for number in sorted(lost):
            self._on_message({"id": number, "ok": False, "error": {"what": what, "where": "", "hint": hint, "lost": again}})


def _write(pipe: IO[bytes], line: bytes) -> bool:
    try:
        pipe.write(line)
        pipe.flush()
    except (OSError, ValueError):
        return False
    return True
