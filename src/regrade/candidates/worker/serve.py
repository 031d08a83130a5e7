"""The loop of a candidate's process: requests in, answers out, and gone as soon as regrade is."""

from __future__ import annotations

import importlib.util
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from .about import about
from .answers import Refused
from .asking import describe, predict
from .at_ref import move
from .candidate import load
from .channel import receive, send
from .from_source import install
from .imported import imported
from .measuring import measure
from .stages import stages


def main(frames: str, already: frozenset[str] = frozenset()) -> None:
    """Serve on the standard streams until they close. ``already``: modules that the starter, not the candidate, imported."""
    inbox, outbox = _take_streams()
    requests: queue.SimpleQueue[tuple[dict[str, Any], memoryview]] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(inbox, requests), daemon=True).start()
    candidate: Any = None
    to_frame: Any = None
    while True:
        request, payload = requests.get()
        answer: dict[str, Any] = {"ok": True}
        data: list[Any] = []
        try:
            if request["op"] == "load":
                limit_memory(int(request["memory_mb"]))
                to_frame = _load_frames(frames)
                already = already or frozenset(sys.modules)
                install(request.get("trusted"), request.get("root", ""))
                os.chdir(request["root"])  # a starter may serve several folders
                if request.get("at"):
                    move(**request["at"])
                candidate = load(request)
                answer["modules"] = len(sys.modules)
            elif request["op"] == "imported":
                answer.update(imported(already, request.get("also", ())), modules=len(sys.modules))
                if candidate is not None and candidate.model is not None:
                    answer["about"] = about(candidate.model)
            elif candidate is None:
                raise Refused("nothing is loaded")
            elif request["op"] == "measure":
                answer = {**measure(candidate, request, payload, to_frame), "modules": len(sys.modules)}
            elif request["op"] == "stages":
                answer = stages(candidate, request, payload, to_frame)
            else:
                answer, *data = predict(candidate, request, payload, to_frame)
                answer["modules"] = len(sys.modules)
        except Refused as error:
            answer, data = {"ok": False, "error": str(error)}, []
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a candidate may raise anything; it goes to regrade as data
            answer, data = {"ok": False, "error": describe(error)}, []
        sys.stdout.flush()
        send(outbox, {**answer, "turn": request.get("turn")}, *data)


def _take_streams() -> tuple[int, int]:
    """Keep the channel for ourselves: what a candidate, or a shell that it starts, prints goes to standard error."""
    inbox, outbox = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return inbox, outbox


def _read(inbox: int, requests: queue.SimpleQueue[tuple[dict[str, Any], memoryview]]) -> None:
    """Hand requests over, while another is carried out perhaps; at the end of the stream regrade is gone, and so is this process.

    Where there is no memory for the next one it ends too, with all that it started: regrade asks the two one after the other then.
    """
    while True:
        try:
            requests.put(receive(inbox))
        except (EOFError, OSError, MemoryError):
            leave()


def leave() -> None:
    """End at once, with the whole process group where it is ours."""
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def limit_memory(megabytes: int) -> None:
    """Let the address space grow by so much from here. Nothing happens where the system does not enforce it (macOS)."""
    try:
        import resource

        now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if megabytes > 0:
            hard = resource.getrlimit(resource.RLIMIT_AS)[1]
            wanted = now + megabytes * 1_048_576
            resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
    except (ImportError, OSError, ValueError):
        return


def _load_frames(path: str) -> Any:
    """Return ``to_frame`` of regrade's own file: the one way from Arrow to pandas, here as there."""
    try:
        import pandas  # noqa: F401
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise Refused(f"the interpreter {sys.executable} lacks what a candidate is handed its inputs with: {error}") from None
    spec = importlib.util.spec_from_file_location("_regrade_frames", path)
    if spec is None or spec.loader is None:
        raise Refused(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.to_frame
