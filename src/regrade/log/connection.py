"""DuckDB connections that can read the log's files, and nothing else."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb

from regrade.errors import DataError, ExpressionError
from regrade.expressions import quote_text

MEMORY_LIMIT = "1GB"
_INTERRUPTED = "Query interrupted"
"""What DuckDB makes of Ctrl-C in the middle of a query."""


def locked(files: Sequence[str] = (), temporary: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Return an in-memory connection that may read ``files`` and cannot be talked into anything else.

    ``temporary`` is where a sort that does not fit into memory spills; without it, it fails instead.
    Cursors of the connection share all of this.
    """
    connection = duckdb.connect()
    spill = str(temporary) if temporary else ""
    for setting in (
        f"SET GLOBAL memory_limit = {quote_text(MEMORY_LIMIT)}",
        f"SET GLOBAL temp_directory = {quote_text(spill)}",
        "SET GLOBAL parquet_metadata_cache = true",
        "SET GLOBAL TimeZone = 'UTC'",
        "SET GLOBAL autoinstall_known_extensions = false",
        "SET GLOBAL autoload_known_extensions = false",
        "SET GLOBAL python_enable_replacements = false",
        f"SET GLOBAL allowed_paths = [{', '.join(map(quote_text, files))}]",
        "SET GLOBAL enable_external_access = false",
        "SET GLOBAL lock_configuration = true",
    ):
        connection.execute(setting)
    return connection


_shared: duckdb.DuckDBPyConnection | None = None
_shared_lock = Lock()


def memory_cursor() -> duckdb.DuckDBPyConnection:
    """Return a cursor of this process's one locked connection without files: for expressions on tables in memory."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = locked()
            atexit.register(_close_shared)
        return _shared.cursor()


def _close_shared() -> None:
    global _shared
    with _shared_lock:
        if _shared is not None:
            _shared.close()
            _shared = None


def explain(error: duckdb.Error, where: str = "", *, expression: bool = False) -> DataError | ExpressionError:
    """Return what DuckDB says as an error that a person can read: its first line, without its class."""
    first = str(error).strip().splitlines()[0]
    what = first.partition("Error: ")[2] or first
    what = what[:1].lower() + what[1:].rstrip(".")
    return ExpressionError(what, where=where) if expression else DataError(what, where=where)


@contextmanager
def explained(where: str = "", *, expression: bool = False, unless: Callable[[], object] | None = None) -> Iterator[None]:
    """What DuckDB has against the queries inside becomes a DataError, or an ExpressionError: the one place that translates.

    :class:`duckdb.InterruptException` is passed on: whoever interrupted knows what to do. Ctrl-C is a KeyboardInterrupt again. A
    file that cannot be read is a DataError, whatever was asked of it. ``unless`` is called first, and may raise an error that says
    more.
    """
    try:
        yield
    except duckdb.InterruptException:
        raise
    except RuntimeError as error:
        if str(error) != _INTERRUPTED:
            raise
        raise KeyboardInterrupt from None
    except duckdb.Error as error:
        if unless is not None:
            unless()
        raise explain(error, where, expression=expression and not isinstance(error, duckdb.IOException)) from None


def fetch(
    cursor: duckdb.DuckDBPyConnection,
    query: str,
    parameters: Any = None,
    *,
    where: str = "",
    expression: bool = False,
    unless: Callable[[], object] | None = None,
) -> list[tuple[Any, ...]]:
    """Run one statement and return its rows; raises as :func:`explained` says."""
    with explained(where, expression=expression, unless=unless):
        result = cursor.execute(query, parameters) if parameters is not None else cursor.execute(query)
        return result.fetchall()
