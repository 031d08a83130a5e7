"""Write a file's rows while its lines are still being checked: taken only where the check ends with the very statement that was run."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event
from typing import Self

from regrade.errors import RegradeError
from regrade.log.readers.base import MisfitError
from regrade.log.work import Work


class Ahead:
    """A statement that is likely to be asked for, run in a thread; what it wrote is thrown away where another one is.

    Two statements that are the same read the same file, named by its digest, with the same columns and types: nothing else needs to
    be compared.

    Parameters
    ----------
    work : Work
        A connection of its own.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="regrade-ahead")
        self._planned: Future[str] | None = None
        self._written: Future[bool] | None = None
        self._ended = Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self._pool.shutdown()
        self._work.__exit__()

    def begin(self, plan: Callable[[Work], str]) -> None:
        """Run the statement that ``plan`` returns, in place of the one before; it may wait, ask, and raise what an import raises."""
        self.end()
        self._ended = ended = Event()
        planned: Future[str] = Future()
        self._planned = planned
        self._written = self._pool.submit(self._write, plan, planned, ended)

    def _write(self, plan: Callable[[Work], str], planned: Future[str], ended: Event) -> bool:
        try:
            statement = plan(self._work)
        except (RegradeError, MisfitError) as error:
            planned.set_exception(error)  # said by whoever looks at the file as it really is
            return False
        except BaseException as error:
            planned.set_exception(error)
            raise
        planned.set_result(statement)
        if ended.is_set():
            return False
        self._work.run(statement)
        return True

    def take(self, statement: str, watch: Callable[[float], None]) -> bool:
        """Return True once ``statement`` was run ahead; False where it was not, and is to be run now.

        Raises
        ------
        DataError
            It was run, and DuckDB refuses.
        """
        if self._planned is None or self._written is None:
            return False
        wait([self._planned])
        if self._planned.exception() is not None or self._planned.result() != statement:
            self.end()
            return False
        while not self._written.done():
            wait([self._written], 0.1)
            watch(self._work.progress())
        return self._written.result()

    def end(self) -> None:
        """Stop what runs, and see it stop."""
        self._ended.set()
        while self._written is not None and not self._written.done():
            self._work.connection.interrupt()
            wait([self._written], 0.05)
        self._planned = self._written = None
