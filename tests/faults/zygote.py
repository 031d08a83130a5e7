"""A process that has imported what a writer needs, and forks one on request: a real process, ready in 2 ms instead of 150.

It reads requests (JSON lines) and forks; what writers say goes to standard output, one write a line, so that lines of several never
mix and a killed writer leaves no half line (POSIX: writes to a pipe of up to PIPE_BUF bytes are atomic).
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from typing import Any

from tests.faults import calls, writers

JOBS = {"for_ever": writers.for_ever, "some": writers.some, "meet": writers.meet, "each_call": calls.one}


def say(**said: Any) -> None:
    line = json.dumps(said).encode() + b"\n"
    assert len(line) <= 4096
    os.writev(1, [line])  # not os.write, which tests let fail


def run(job: str, name: str, arguments: dict[str, Any]) -> None:
    def tell(**said: Any) -> None:
        say(writer=name, **said)

    try:
        JOBS[job](tell, **arguments)
    except BaseException:  # noqa: BLE001 - whatever it was, the test shall show it
        say(writer=name, error=traceback.format_exc()[-3000:])
        os._exit(1)
    os._exit(0)


def main() -> None:
    writers.keep_every_snapshot()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            run(**request)
        say(writer=request["name"], pid=pid)


if __name__ == "__main__":
    main()
