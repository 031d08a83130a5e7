"""Calls of the operating system: let the n-th fail, or let the process die before, in the middle of, or after it.

A fixed script of decisions goes through every kind of writing there is; with n from 1 to the number of its calls, each place where a
disk can fail or a process can die is met once.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from regrade.errors import RegradeError
from regrade.evalset import EvalSet, Event
from tests.faults.writers import SCHEMA, Say, acknowledge, contents, open_set

CALLS = ("open", "write", "pread", "fsync", "ftruncate", "rename", "replace", "unlink", "link", "mkdir", "scandir")
WAYS = ("fail", "fail half", "fail after", "fail from here on", "die before", "die half", "die after")


class Faults:
    """Counts calls; what happens at call ``n`` is ``way``. Half is of a write: the first half of the bytes."""

    def __init__(self, way: str, n: int) -> None:
        self.way, self.n, self.on = way, n, True
        self.names: list[str] = []
        """The calls that were made."""

    def wrap(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``call`` with the fault in it."""

        def wrapped(*arguments: Any, **named: Any) -> Any:
            if not self.on:
                return call(*arguments, **named)
            self.names.append(name)
            met = len(self.names) >= self.n if self.way == "fail from here on" else len(self.names) == self.n
            if not met:
                return call(*arguments, **named)
            if self.way.endswith("half") and name == "write":
                descriptor, data = arguments
                call(descriptor, bytes(data)[: len(data) // 2])
            elif self.way.endswith("after"):
                call(*arguments, **named)
            if self.way.startswith("die"):
                os._exit(9)
            code = errno.ENOSPC if name in ("open", "write", "mkdir") else errno.EIO
            raise OSError(code, os.strerror(code), arguments[0] if isinstance(arguments[0], str) else None)

        return wrapped

    @contextmanager
    def everywhere(self) -> Iterator[None]:
        """Let the whole process meet the fault."""
        kept = {name: getattr(os, name) for name in CALLS}
        for name, call in kept.items():
            setattr(os, name, self.wrap(name, call))
        try:
            yield
        finally:
            for name, call in kept.items():
                setattr(os, name, call)


def script(folder: Path, faults: Faults, say: Say, removed: bool) -> None:
    """Open, decide singly and in bulk, seal, perhaps have the journal removed under the session, leave.

    A step that is refused is tried again, then once more in a session of its own, as a person would.
    """

    def step(number: int, decide: Callable[[EvalSet, str], list[Event]]) -> None:
        for attempt in range(3):
            try:
                if attempt == 2:
                    leave()
                open_()
                events = decide(evalset[0], f"s{number}.{attempt}#{number}")
            except RegradeError as error:
                say(refused=f"s{number}.{attempt}", why=str(error)[:300])
                continue
            for event in events:
                acknowledge(say, event)
            return

    def open_() -> None:
        if not evalset:
            evalset.append(open_set(folder, "ann"))

    def keys(name: str, n: int) -> list[str]:
        return [f"{name}.{each}" for each in range(n)]

    def seal() -> None:
        try:
            if evalset:
                evalset[0].seal()
        except RegradeError as error:
            say(refused="seal", why=str(error)[:300])

    def leave() -> None:
        try:
            if evalset:
                evalset.pop().close()
        except RegradeError as error:
            say(refused="leave", why=str(error)[:300])

    evalset: list[EvalSet] = []
    step(1, lambda it, name: [it.label(keys("one", 1), "storm", note=f"{name}:1")])
    step(2, lambda it, name: [it.label(keys("bulk", 40), "crew", note=f"{name}:40")])
    step(3, lambda it, name: [it.promote(contents(keys("bulk", 20)), origin="failure", schemas=SCHEMA, note=f"{name}:20")])
    step(4, lambda it, name: it.undo(2))
    step(5, lambda it, name: it.redo())
    seal()
    step(6, lambda it, name: [it.label(keys("after", 5), "storm", note=f"{name}:5")])
    if removed:
        _without_faults(faults, lambda: shutil.rmtree(folder / ".open", ignore_errors=True))
    step(7, lambda it, name: [it.label(keys("bulk", 3), "short hop", note=f"{name}:3")])
    leave()


def _without_faults(faults: Faults, act: Callable[[], object]) -> None:
    faults.on = False
    act()
    faults.on = True


def one(say: Say, folder: str, way: str, n: int, removed: bool) -> None:
    """Run the script with one fault; job of the zygote."""
    faults = Faults(way, n)
    with faults.everywhere():
        script(Path(folder), faults, say, removed)
    say(done=True, calls=" ".join(faults.names))
