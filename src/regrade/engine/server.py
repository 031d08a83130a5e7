"""The engine's end of the pipe: reads requests, carries them out one after another, dies with the app."""

from __future__ import annotations

import gc
import os
import queue
import sqlite3
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import msgspec

from regrade.errors import RegradeError
from regrade.evalset.collector import no_cycles

Message = dict[str, Any]

_PATIENCE = 0.5
"""Seconds that other requests wait for answers about the row under the cursor: a candidate that hangs must not keep scores back."""
_QUIET = 0.4
"""Seconds without a request after which work is done that nobody waits for: a promotion must not wait behind it."""

_AHEAD = 0.01
"""Seconds between two looks whether a model can be asked about what comes next: while something is scored it cannot."""
_LEAVING = 0.5
"""Seconds that what was answered last may take to be written when the app is gone: a database may be locked."""
_OF_ROWS = ("answers", "ahead")

_SWITCH = 0.001
"""Seconds after which one thread lets another go on: a thread of its own takes each candidate's answer (Python's default is 0.005)."""


class Channel:
    """JSON lines on what was standard output; nothing else in this process can write there."""

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "wb", buffering=0)
        os.dup2(2, 1)
        self._lock = threading.Lock()

    def send(self, message: Message) -> None:
        """Write one message; the app may be gone, and then so are we."""
        line = msgspec.json.encode(message) + b"\n"
        with self._lock:
            try:
                self._out.write(line)
            except OSError:
                os._exit(0)


class Requests:
    """Requests as they come in, by a thread of their own, so that a cancel is heard while work goes on."""

    def __init__(self) -> None:
        self._queue: queue.Queue[Message] = queue.Queue()
        self.answers: queue.Queue[Message] = queue.Queue()
        """Requests for answers about one row: another thread takes them, for they wait for no scoring."""
        self._came: deque[float] = deque()
        """When each request that waits came in."""
        self._cancelled: set[int] = set()
        self._newest: dict[str, int] = {}
        self._last = (0, 0.0)
        """The number of the newest request that is none for answers, and when it came."""
        self.leaving: Callable[[], object] = lambda: None
        """What is still to be done when the app is gone."""

    def listen(self) -> None:
        """Start to read; the end of standard input is the end of the app, and of this process at once."""
        threading.Thread(target=self._read, daemon=True, name="requests").start()

    def next(self, patience: float | None) -> Message | None:
        """Wait for the next request; None when none came within ``patience`` seconds."""
        try:
            request = self._queue.get(timeout=patience)
        except queue.Empty:
            return None
        self._came.popleft()
        return request

    def waited(self) -> float:
        """Return for how many seconds a request has been waiting; 0.0 where none is."""
        try:
            return max(time.monotonic() - self._came[0], 1e-9)
        except IndexError:
            return 0.0

    def is_cancelled(self, request: Message) -> bool:
        """Has the app cancelled this request, or asked the same of something newer, or been kept waiting by it."""
        number, op = int(request["id"]), str(request["op"])
        if op != "answers":
            return number in self._cancelled
        other, came = self._last
        kept_back = other > number and time.monotonic() - came > _PATIENCE
        return number in self._cancelled or kept_back or self._newest.get(op, number) > number

    def _read(self) -> None:
        for line in sys.stdin.buffer:
            try:
                request = msgspec.json.decode(line, type=dict[str, Any])
                number, op = int(request["id"]), str(request["op"])
            except (msgspec.DecodeError, KeyError, ValueError, TypeError):
                continue  # only a broken app could send this; there is no one to answer
            if op == "cancel":
                self._cancelled.add(int(request.get("of", 0)))
            else:
                self._newest[op] = number
                if op in _OF_ROWS:
                    self.answers.put(request)
                else:
                    self._last = (number, time.monotonic())
                    self._came.append(time.monotonic())
                    self._queue.put(request)
        last = threading.Thread(target=self.leaving, daemon=True, name="leaving")
        last.start()
        last.join(_LEAVING)
        os._exit(0)


def serve(root: Path) -> None:
    """Carry out requests on the workspace at ``root`` until told to stop."""
    sys.setswitchinterval(_SWITCH)
    channel, requests = Channel(), Requests()
    requests.listen()
    channel.send({"event": "ready"})
    from regrade.engine.operations import Operations

    operations = Operations(root, channel.send, requests.waited)
    requests.leaving = operations.keep
    threading.Thread(target=_answer, args=(operations, requests, channel), daemon=True, name="answers").start()
    scored = False
    while True:
        request = requests.next(_QUIET if operations.unrested else None)
        if request is None:
            _rest(operations, channel)
            continue
        if request["op"] == "shutdown":
            operations.close()
            return
        # Going through all examples for cycles takes as long as scoring a promotion: that is done once the answer is sent.
        with no_cycles() if request["op"] == "scoreboard" else nullcontext():
            channel.send(_carry_out(operations, requests, request))
            if request["op"] == "scoreboard" and not scored:
                scored = True
                gc.freeze()  # the eval set and its answers stay: no collection needs to go through them


def _answer(operations: Any, requests: Requests, channel: Channel) -> None:
    """Answer about single rows, one after another, whatever else goes on; then have models asked about those that come next."""
    more = False
    while True:
        try:
            request = requests.answers.get(timeout=_AHEAD) if more else requests.answers.get()
        except queue.Empty:
            more = _look_ahead(operations, requests)
            continue
        if request["op"] == "ahead":
            more = _look_ahead(operations, requests, request)
        else:
            channel.send(_carry_out(operations, requests, request))


def _look_ahead(operations: Any, requests: Requests, request: Message | None = None) -> bool:
    try:
        if request is not None:
            operations.foresee(request)
        more: bool = operations.look_ahead(lambda: not requests.answers.empty())
    except Exception:  # noqa: BLE001 - nobody asked: what is wrong is said where the same is asked in earnest
        return False
    return more


def _rest(operations: Any, channel: Channel) -> None:
    """Bring workspace.db up to date; that it could not be is said and stops nothing."""
    try:
        operations.rest()
    except (OSError, RegradeError, sqlite3.Error) as error:
        channel.send({"event": "notice", "what": f"workspace.db is not up to date: {error}"})
    except Exception as error:  # noqa: BLE001 - as in a request: a chore that nobody waits for must not end the engine
        channel.send({"event": "notice", "what": _defect(error)})


def _carry_out(operations: Any, requests: Requests, request: Message) -> Message:
    """Return the reply to one request; no failure of one ends the engine."""
    if requests.is_cancelled(request):
        return {"id": request["id"], "ok": False, "error": {"what": "cancelled", "where": "", "hint": ""}}
    try:
        result = operations.run(request, lambda: requests.is_cancelled(request))
    except RegradeError as error:
        said = {"what": error.what, "where": error.where, "hint": error.hint, "kind": type(error).__name__}
        return {"id": request["id"], "ok": False, "error": said}
    except Exception as error:  # noqa: BLE001 - the engine outlives a defect in one operation, and says where it is, without data
        said = {"what": _defect(error), "where": str(request["op"]), "hint": "please report it"}
        return {"id": request["id"], "ok": False, "error": said}
    return {"id": request["id"], "ok": True, "result": result}


def _defect(error: Exception) -> str:
    """Return where a defect is, without a word of data."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"a defect in regrade: {type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
