"""Candidates asked side by side: none waits for another that hangs, and what is not wanted any more is ended."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from regrade.scoring.watching import PATIENCE, Watching

Answer = TypeVar("Answer")

_LONG = 2.0
"""Seconds in which no candidate finished, after which one more is asked besides: one that hangs keeps nobody waiting."""
_LOOK = 0.2
_GRACE = 0.7
"""Seconds after which a candidate that does not stop (it may be loading) is ended."""


class SideBySide(Generic[Answer]):
    """Asks every candidate, in threads; as many at once as there are cores, more where that is wanted or they take long.

    Parameters
    ----------
    answer : callable
        Asks one candidate, by name; called from several threads.
    stop : Event
        Set where somebody must stop asking: an error, Ctrl-C.
    stopped : callable
        Whether nothing more is wanted.
    interrupt : callable
        Ends the process of one candidate, from any thread.
    at_once : int, optional
        Candidates that are asked at once at first; as many as there are cores where it is 0.
    meanwhile : callable, optional
        Is called once they are being asked, in the thread that waits for them.
    """

    def __init__(
        self,
        names: Sequence[str],
        answer: Callable[[str], Answer],
        stop: threading.Event,
        stopped: Callable[[], bool],
        interrupt: Callable[[str], None],
        watching: Watching,
        at_once: int = 0,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> None:
        self._waiting = deque(names)
        self._left = set(names)
        self._answer, self._stop, self._stopped, self._interrupt = answer, stop, stopped, interrupt
        self._watching = watching
        self._at_once, self._meanwhile = at_once or os.cpu_count() or 1, meanwhile
        self._results: queue.SimpleQueue[tuple[str, Answer | None, BaseException | None]] = queue.SimpleQueue()

    def each(self) -> Generator[dict[str, Answer], None, None]:
        """Yield the answers of candidates as they finish: at first all that are there within PATIENCE, then one or few at a time.

        Raises
        ------
        BaseException
            What asking one of them raised; the others are stopped.
        """
        if not self._left:
            self._meanwhile()
            return
        with ThreadPoolExecutor(len(self._left), thread_name_prefix="score") as threads:
            for _ in range(min(len(self._left), self._at_once)):
                threads.submit(self._work)
            try:
                self._meanwhile()
                yield from self._hear(threads)
            except BaseException:
                self._stop.set()  # on Ctrl-C too: nobody waits for the others
                self._end_all()
                raise

    def _hear(self, threads: ThreadPoolExecutor) -> Iterator[dict[str, Answer]]:
        began = moved = time.monotonic()
        opened, unwanted = False, None
        found: dict[str, Answer] = {}
        while self._left:
            now = time.monotonic()
            try:
                patience = _LOOK if opened else max(0.0, began + PATIENCE - now)
                found.update([self._next(patience)])
                moved = time.monotonic()
                if self._left and not (opened and self._results.empty()):
                    continue
            except queue.Empty:
                if not opened:
                    opened = True
                    self._watching.open()
                self._watching.tick()
            if found and (opened or not self._left):
                yield found
                found = {}
            if self._waiting and now - moved > _LONG:
                moved = now
                threads.submit(self._work)
            if self._stopped():
                unwanted = unwanted or now
                if now - unwanted > _GRACE:
                    self._end_all()

    def _next(self, patience: float) -> tuple[str, Answer]:
        name, answer, error = self._results.get(timeout=patience)
        self._left.discard(name)
        if error is not None:
            raise error
        return name, answer  # type: ignore[return-value]  # there is one where there is no error

    def _work(self) -> None:
        while True:
            try:
                name = self._waiting.popleft()
            except IndexError:
                return
            try:
                self._results.put((name, self._answer(name), None))
            except BaseException as error:  # noqa: BLE001 - raised again in the thread that asked for it
                self._results.put((name, None, error))

    def _end_all(self) -> None:
        for name in tuple(self._left):
            self._interrupt(name)
