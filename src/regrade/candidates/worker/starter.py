"""Import what is heavy once, then fork one serving child for each request: milliseconds instead of seconds.

Linux only: elsewhere (macOS: a fork after Accelerate was imported may hang) each candidate is started plainly.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import signal
import socket
import sys
from typing import Any

from .processes import adopt_orphans, end_strays
from .serve import main as serve

LIGHT = ("numpy", "pyarrow", "pyarrow.ipc", "pandas")
FULL = (*LIGHT, "sklearn.pipeline", "sklearn.compose", "skops.io")
PR_SET_PDEATHSIG = 1


def main(descriptor: int, frames: str, full: bool) -> None:
    """Serve ``fork`` and ``wait`` over the socket until regrade closes it; then end every child, with what they started."""
    channel = socket.socket(fileno=descriptor)
    libc = ctypes.CDLL(None, use_errno=True)
    adopt_orphans()
    for name in FULL if full else LIGHT:
        try:
            importlib.import_module(name)
        except ImportError:
            continue  # the candidate that needs it will say so
    already = frozenset(sys.modules)
    gc.collect()
    gc.freeze()
    channel.sendall(json.dumps({"ready": os.getpid(), "turn": 0}).encode())
    children: set[int] = set()
    while True:
        message, descriptors, _, _ = socket.recv_fds(channel, 4_096, 3)
        if not message:
            for child in children:
                end(child)
            end_strays(set())
            os._exit(0)
        request = json.loads(message)
        if request["op"] == "fork":
            starter = os.getpid()
            child = os.fork()
            if child == 0:
                try:
                    channel.close()
                    become(descriptors, libc, starter)
                    serve(frames, already)
                finally:
                    os._exit(1)  # never back into the starter's loop
            for each in descriptors:
                os.close(each)
            children.add(child)
            reply: dict[str, Any] = {"pid": child}
        else:
            reply = wait(int(request["pid"]), children)
        channel.sendall(json.dumps({**reply, "turn": request["turn"]}).encode())


def become(descriptors: list[int], libc: ctypes.CDLL, starter: int) -> None:
    """Turn the forked process into a candidate's: a group of its own, its pipes as standard streams, dead when the starter dies."""
    os.setpgid(0, 0)
    adopt_orphans()
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != starter:
        os._exit(0)
    for target, descriptor in enumerate(descriptors):
        os.dup2(descriptor, target)
        os.close(descriptor)


def wait(child: int, children: set[int]) -> dict[str, Any]:
    """Say how a child ended: ``status`` is negative for a signal, null while it runs. Its id stays taken until then."""
    if child not in children:
        return {"status": -signal.SIGKILL}  # somebody has asked before, or it was never ours
    pid, status = os.waitpid(child, os.WNOHANG)
    if pid == 0:
        return {"status": None}
    children.discard(child)
    end_strays(children)
    return {"status": os.waitstatus_to_exitcode(status)}


def end(child: int) -> None:
    """Kill a child and its group."""
    for kill in (os.killpg, os.kill):
        try:
            kill(child, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
