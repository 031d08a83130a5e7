"""A second process beside this one: forked, which is quick, where nothing else runs in this one; else started anew."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

_THREADS = Path("/proc/self/task")


@contextmanager
def second_process(queue: int, work: Callable[[], bytes], asked: Callable[[], bytes]) -> Iterator[Callable[[], bytes]]:
    """Have something done in a second process; what is yielded waits for what it says, which is nothing where there is none, or it failed.

    Parameters
    ----------
    queue : int
        A descriptor that it shares with this process.
    work : callable
        What it does, where it is forked.
    asked : callable
        What it is given, where it is started anew: see :func:`regrade.evalset.review.reading.answer`.
    """
    with ExitStack() as stack:
        said = None
        with suppress(OSError):
            said = _forked(stack, work) if _is_alone() else _started(stack, queue, asked())
        yield bytes if said is None else said


def _is_alone() -> bool:
    """Return whether this process has one thread, of Python or of a library, and says so: a fork would leave the locks of others locked."""
    try:
        return sum(1 for _ in _THREADS.iterdir()) == 1
    except OSError:
        return False


def _forked(stack: ExitStack, work: Callable[[], bytes]) -> Callable[[], bytes]:
    """Do ``work`` in a copy of this process."""
    answer, end = os.pipe()
    told = stack.enter_context(os.fdopen(answer, "rb"))
    with os.fdopen(end, "wb") as telling:
        process = os.fork()
        if not process:
            try:
                told.close()  # or, if the other one died, this one would wait for itself
                telling.write(work())
                telling.flush()
            finally:
                os._exit(0)  # whatever happened: nothing of what the other one would do at its end may be done twice
    stack.callback(_end, process)
    return told.read


def _end(process: int) -> None:
    """Wait for a forked process, which was read to its end, or is not needed any more."""
    with suppress(ProcessLookupError):
        os.kill(process, 9)
    os.waitpid(process, 0)


def _started(stack: ExitStack, queue: int, asked: bytes) -> Callable[[], bytes]:
    """Start another Python, and give it ``asked``."""
    from tempfile import TemporaryFile

    with TemporaryFile() as given:  # a pipe would make us wait until the process reads
        given.write(asked)
        given.seek(0)
        command = [sys.executable, "-P", "-m", __name__, str(queue)]
        process = subprocess.Popen(command, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, pass_fds=[queue])
    assert process.stdout is not None
    stack.enter_context(process.stdout)
    stack.callback(process.wait)
    stack.callback(process.kill)
    return process.stdout.read


def main() -> None:
    """Be the second process."""
    from regrade.evalset.review.reading import answer

    sys.stdout.buffer.write(answer(sys.stdin.buffer.read(), int(sys.argv[1])))
    sys.stdout.buffer.flush()
    os._exit(0)  # taking down what is in memory takes a tenth of the time


if __name__ == "__main__":
    main()
