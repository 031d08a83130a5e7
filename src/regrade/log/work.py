"""Run long queries so that they can be watched, and ended by Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

import duckdb

from regrade.errors import DataError
from regrade.expressions import quote_text
from regrade.log.connection import MEMORY_LIMIT, explain, explained

_BEGINS = 1.0
"""Seconds after which a thread that Ctrl-C met while it was started has begun, if it ever does."""
Progress = Callable[[int, int | None], None]


class Work:
    """A connection of its own for an import; queries run in a thread while the caller's thread watches.

    Parameters
    ----------
    spill : Path
        Where a query that does not fit into memory may write.
    beside : Work, optional
        Work of another thread, whose memory it shares.
    """

    def __init__(self, spill: Path, *, beside: Work | None = None) -> None:
        self.folder = spill
        with explained():
            self._connection = self._connected(spill, duckdb.connect() if beside is None else beside.connection.cursor())

    @staticmethod
    def _connected(spill: Path, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
        for setting in (
            f"memory_limit = {quote_text(MEMORY_LIMIT)}",
            f"temp_directory = {quote_text(str(spill))}",
            "TimeZone = 'UTC'",
            "autoinstall_known_extensions = false",
            "enable_progress_bar = true",
            "enable_progress_bar_print = false",
            "python_enable_replacements = false",
        ):
            connection.execute(f"SET {setting}")
        return connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """For short queries about metadata."""
        return self._connection

    def progress(self) -> float:
        """Return the share of the query that runs now, in any thread, that is done, in [0, 1]."""
        return max(0.0, self._connection.query_progress()) / 100

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query and return its rows. Raises as :meth:`run` does."""
        return self.run(query)

    def run(self, query: str, watch: Callable[[float], None] | None = None) -> list[tuple[Any, ...]]:
        """Run a query and return its rows; ``watch`` is told the share that is done, in [0, 1].

        Raises
        ------
        DataError
            DuckDB refuses, or the disk is full.
        KeyboardInterrupt
            Passed on after the query has ended.
        """
        rows: list[tuple[Any, ...]] = []
        failed: list[BaseException] = []

        def work() -> None:
            begun.set()
            try:
                rows.extend(self._connection.execute(query).fetchall())
            except (duckdb.Error, RuntimeError, ValueError) as error:
                failed.append(error)
            finally:
                done.set()

        # An event, as a thread whose join() was interrupted by Ctrl-C looks dead while it is not.
        begun, done = Event(), Event()
        try:
            Thread(target=work, daemon=True).start()
            while not done.wait(0.1):
                if watch is not None:
                    watch(self.progress())
        except BaseException:
            while begun.wait(_BEGINS) and not done.wait(0.05):
                self._connection.interrupt()
            raise
        if failed:
            error = failed[0]
            for what in ("No space left on device", "File too large", "Disk quota exceeded"):
                if what in str(error):
                    raise DataError(f"cannot be written: {what}", where=str(self.folder.parent)) from None
            raise explain(error) if isinstance(error, duckdb.Error) else DataError(str(error)) from None
        return rows
