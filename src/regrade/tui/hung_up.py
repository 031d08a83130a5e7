"""A terminal that has gone ends the app, also where SIGHUP is ignored (`nohup`): Textual would go on reading nothing, on a whole core."""

from __future__ import annotations

import os
import select
import signal
import threading


def end_with_terminal(descriptor: int) -> None:
    """Wait beside everything else until nobody holds the other end of a terminal, and end at once then, as SIGHUP ends a program.

    Every decision is on the disk when it is acknowledged, and the view is kept twice a second: nothing is left to be done.
    """
    if os.isatty(descriptor):
        threading.Thread(target=_wait, args=(descriptor,), name="regrade-terminal", daemon=True).start()


def _wait(descriptor: int) -> None:
    waiting = select.poll()
    waiting.register(descriptor, 0)  # that it was hung up is said unasked
    if any(said & select.POLLHUP for _, said in waiting.poll()):  # where terminals cannot be polled, that is said at once
        os.kill(os.getpid(), signal.SIGKILL)
