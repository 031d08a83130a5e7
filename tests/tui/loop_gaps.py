"""A watchdog on the event loop: how long it was away between two turns, by the clock and in CPU, and what ran meanwhile."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

BEAT = 0.002
"""Seconds between two beats of a loop that has nothing to do."""
_FRAMES = 6


@dataclass
class Gap:
    """A time in which the loop did not turn.

    Attributes
    ----------
    at : float
        When it ended, by ``time.perf_counter``.
    wall, cpu : float
        Seconds by the clock, and of the main thread's CPU: the second is what the loop's own work cost, however busy the machine is.
    others : dict
        Seconds of CPU of the other threads, by name.
    seen : list of str
        Where the main thread was, as it was seen from outside while the gap lasted.
    """

    at: float
    wall: float
    cpu: float
    others: dict[str, float] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)


class LoopGaps:
    """Beats in a loop, and keeps the gaps between two beats.

    Parameters
    ----------
    least : float
        Seconds from which on a gap is kept.
    closely : bool
        Look at every thread as well: what each took of the CPU, and where the main one was.
    told : callable, optional
        Called with each gap that is kept.
    collected : callable, optional
        Called with each pause for Python's collector that took two milliseconds or more.
    """

    def __init__(
        self,
        least: float = 0.02,
        *,
        closely: bool = False,
        told: Callable[[Gap], None] | None = None,
        collected: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        self.gaps: list[Gap] = []
        self.longest = Gap(0.0, 0.0, 0.0)
        """By the main thread's CPU."""
        self.longest_collection = 0.0
        """Seconds of CPU that Python's collector took at once, in whichever thread: nothing else runs meanwhile."""
        self._least, self._closely, self._told, self._tell_collected = least, closely, told, collected
        self._task: asyncio.Task[None] | None = None
        self._main = threading.get_ident()
        self._beat = 0.0
        self._seen: list[str] = []
        self._ended = threading.Event()
        self._collecting = 0.0

    def begin(self) -> None:
        """Begin to beat; called in the loop's thread."""
        self._main = threading.get_ident()
        self._task = asyncio.get_running_loop().create_task(self._run())
        gc.callbacks.append(self._collected)
        if self._closely:
            threading.Thread(target=self._look, daemon=True, name="watchdog").start()

    def end(self) -> None:
        """Beat no longer."""
        self._ended.set()
        if self._task is not None:
            self._task.cancel()
        if self._collected in gc.callbacks:
            gc.callbacks.remove(self._collected)

    def forget(self) -> None:
        """Begin anew: what was kept is gone."""
        self.gaps, self.longest, self.longest_collection = [], Gap(0.0, 0.0, 0.0), 0.0

    async def _run(self) -> None:
        before, cpu, others = time.perf_counter(), time.thread_time(), self._threads()
        while True:
            self._beat = before
            await asyncio.sleep(BEAT)
            now, spent = time.perf_counter(), time.thread_time()
            after = self._threads()
            gap = Gap(now, now - before, spent - cpu)
            if gap.cpu > self.longest.cpu:
                self.longest = gap
            if max(gap.wall, gap.cpu) >= self._least:
                taken = {name: seconds - others.get(name, 0.0) for name, seconds in after.items()}
                gap.others = {name: seconds for name, seconds in taken.items() if seconds > 0.001}
                gap.seen, self._seen = self._seen + self._busy(gap.others), []
                self.gaps.append(gap)
                if self._told is not None:
                    self._told(gap)
            self._seen.clear()
            before, cpu, others = now, spent, after

    def _threads(self) -> dict[str, float]:
        """Return the CPU that each other thread has taken so far."""
        if not self._closely:
            return {}
        found: dict[str, float] = {}
        for thread in threading.enumerate():
            if thread.ident not in (None, self._main) and thread.name != "watchdog":
                found[thread.name] = time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
        return found

    def _busy(self, others: dict[str, float]) -> list[str]:
        """Return where the threads are that took most: one that held the interpreter gave it up just now, at that very line."""
        if not others:
            return []
        names = {thread.ident: thread.name for thread in threading.enumerate()}
        busy = [name for name, seconds in others.items() if seconds > 0.01]
        frames = sys._current_frames()
        return [f"{names[ident]}: {_where(frame)}" for ident, frame in frames.items() if names.get(ident or 0) in busy]

    def _look(self) -> None:
        """Look where the main thread is, whenever its beat is overdue."""
        while not self._ended.wait(0.005):
            if time.perf_counter() - self._beat > max(self._least * 0.6, 0.01):
                frame = sys._current_frames().get(self._main)
                if frame is not None:
                    self._seen.append(f"main: {_where(frame)}")

    def _collected(self, phase: str, about: dict[str, Any]) -> None:
        if phase == "start":
            self._collecting = time.thread_time()
            return
        taken = time.thread_time() - self._collecting
        self.longest_collection = max(self.longest_collection, taken)
        if taken > 0.002 and self._tell_collected is not None:
            self._tell_collected({"collected": taken, "generation": about["generation"], "thread": threading.current_thread().name})


def _where(frame: FrameType) -> str:
    calls = traceback.extract_stack(frame)[-_FRAMES:]
    return " < ".join(f"{'/'.join(call.filename.split('/')[-2:])}:{call.lineno} {call.name}" for call in reversed(calls))
