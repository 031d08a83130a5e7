"""Writers as processes of their own: start them, hear what they say, kill them."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.faults.checking import Said

ROOT = Path(__file__).parents[2]
PYTHON = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}


class Herd:
    """A zygote and the writers that it forked; a context manager that leaves nothing running."""

    def __init__(self) -> None:
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=PYTHON
        )
        assert self._zygote.stdout is not None
        self._out = self._zygote.stdout.fileno()
        self._rest = b""
        self.pids: dict[str, int] = {}
        """Writers that run, as far as is known."""
        self._started: set[str] = set()
        self.finished: set[str] = set()
        self.said: list[tuple[str, Said]] = []
        """Writer, and what it acknowledged, in the order in which it came."""
        self.other: list[dict[str, Any]] = []
        """Whatever else was said."""

    def __enter__(self) -> Herd:
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self.pids):
            self.kill(name)
        assert self._zygote.stdin is not None and self._zygote.stdout is not None
        self._zygote.stdin.close()
        self._zygote.stdout.close()
        self._zygote.wait()

    def start(self, job: str, name: str, **arguments: Any) -> None:
        """Start a writer and wait until it runs."""
        assert self._zygote.stdin is not None
        self._zygote.stdin.write(json.dumps({"job": job, "name": name, "arguments": arguments}).encode() + b"\n")
        self._zygote.stdin.flush()
        self.until(lambda: name in self._started)

    def kill(self, name: str) -> None:
        """kill -9."""
        with suppress(ProcessLookupError):
            os.kill(self.pids.pop(name), signal.SIGKILL)

    def hear(self, seconds: float) -> bool:
        """Take in what is said within so many seconds; False where nothing was."""
        if not select.select([self._out], [], [], max(seconds, 0))[0]:
            return False
        data = os.read(self._out, 1 << 20)
        assert data, "the zygote died"
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._take(json.loads(line))
        return True

    def listen(self, seconds: float) -> None:
        """Take in what is said in the next so many seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.hear(left)

    def until(self, condition: Callable[[], object], seconds: float = 60.0) -> None:
        """Listen until a condition holds."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"it did not come; last was said {self.other[-3:]}"
            self.hear(0.01)

    def until_gone(self, name: str) -> None:
        """Listen until a writer has ended, however that came about, and all it said is heard."""
        pid = self.pids.get(name)
        if pid is not None:
            self.until(lambda: name not in self.pids or not _exists(pid))
            self.pids.pop(name, None)
            while self.hear(0):
                pass

    def rest(self) -> None:
        """Take in what is still under way from those that were killed."""
        while self.hear(0.05):
            pass

    def of(self, prefix: str) -> list[Said]:
        """Return what the writers whose name begins so acknowledged."""
        return [said for name, said in self.said if name.startswith(prefix)]

    def _take(self, said: dict[str, Any]) -> None:
        name = said["writer"]
        if "error" in said:
            raise AssertionError(f"{name} failed:\n{said['error']}")
        if "pid" in said:
            self._started.add(name)
            if name not in self.finished:
                self.pids[name] = said["pid"]
        elif "sha" in said:
            self.said.append((name, (said["id"], said["sha"])))
        else:
            self.other.append(said)
            if said.get("done"):
                self.finished.add(name)
                self.pids.pop(name, None)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
