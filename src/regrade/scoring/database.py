"""workspace.db: a cache that any SQLite tool can open; opened safely, rebuilt when it is broken."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

import sqlite_utils

from regrade.alone import alone
from regrade.errors import DataError, UsageError
from regrade.scoring.tables import NAMES, migrations

_SAFE_WAL = (3, 51, 3)
"""The first SQLite without the race that can lose a write in WAL mode (3.7.0 to 3.51.2)."""
_WAIT = 30.0
"""Seconds to wait for another process's transaction."""
_TRIES = 20
"""Of opening it while somebody removes it, or makes it anew."""
_PAUSE = 0.005
"""Seconds between them."""


class Database:
    """workspace.db and its transactions; use :meth:`open`. May be used from several threads, one transaction at a time.

    Attributes
    ----------
    db : sqlite_utils.Database
        For reading and, inside :meth:`immediate`, for writing.
    path : Path
    rebuilt : str
        Why the file was made anew when it was opened; empty when it was not.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, file: tuple[int, int] | None, rebuilt: str) -> None:
        self.path = path
        self.rebuilt = rebuilt
        self.db = sqlite_utils.Database(connection)
        self._lock = threading.RLock()
        self._file = file

    @classmethod
    def open(cls, path: Path, *, warn: Callable[[str], None] | None = None) -> Database:
        """Open the database, making it, its folder and its tables where they are not there.

        A file that is broken, or of a newer regrade, is deleted and made anew: nothing in it was decided by a person.
        ``warn`` is told.

        Raises
        ------
        UsageError
            It cannot be written.
        """
        try:
            try:
                database = cls._open(path)
            except sqlite3.DatabaseError as error:
                if not _is_broken(error):
                    raise
                database = cls._anew(path)
        except (OSError, sqlite3.DatabaseError) as error:
            hint = "the folder must be writable; everything in it may be deleted, which costs time only"
            raise UsageError(f"cannot be written: {error}", where=str(path), hint=hint) from None
        if warn is not None and database.rebuilt:
            warn(database.rebuilt)
        return database

    @classmethod
    def _anew(cls, path: Path) -> Database:
        """Make a broken file anew, unless another process did by now: what that one has written since stays."""
        with alone(path.parent):
            try:
                return cls._open(path)
            except sqlite3.DatabaseError as error:
                if not _is_broken(error):
                    raise
                rebuilt = f"{path.name} was broken ({error}) and was made anew: scores are computed again, nothing was lost"
            for suffix in ("-journal", "-wal", "-shm", ""):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            return cls._open(path, rebuilt)

    @classmethod
    def _open(cls, path: Path, rebuilt: str = "") -> Database:
        """Open the file that has the name now, begun where there is none; again where it lost its name meanwhile."""
        for _ in range(_TRIES):
            with contextlib.suppress(FileNotFoundError, FileExistsError):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.open("xb").close()  # so that it can be told from another; never one that is there: SQLite's locks of it would go
            file = _identity(path)
            try:
                database = cls._connect(path, file, rebuilt)
            except sqlite3.DatabaseError as error:
                if file == _identity(path) and not _cannot(error):
                    raise
                time.sleep(_PAUSE)  # its journal or its folder is gone already, and the file goes next
                continue
            if file == _identity(path):
                return database
            database.close()
        return cls._connect(path, _identity(path), rebuilt)

    @classmethod
    def _connect(cls, path: Path, file: tuple[int, int] | None, rebuilt: str) -> Database:
        connection = sqlite3.connect(path, timeout=_WAIT, check_same_thread=False)
        try:
            wal = sqlite3.sqlite_version_info >= _SAFE_WAL
            connection.execute(f"PRAGMA journal_mode = {'WAL' if wal else 'DELETE'}")
            connection.execute(f"PRAGMA synchronous = {'NORMAL' if wal else 'FULL'}")
            if broken := next((row[0] for row in connection.execute("PRAGMA quick_check(1)") if row[0] != "ok"), None):
                raise sqlite3.DatabaseError(f"malformed: {broken}")
            database = cls(path, connection, file, rebuilt)
            database._migrate()
        except BaseException:
            connection.close()
            raise
        return database

    def _migrate(self) -> None:
        """Bring the tables up to date, in one transaction, so that two processes that open a new workspace cannot clash."""
        known = {migration.name for migration in migrations.pending(self.db)}
        applied = {migration.name for migration in migrations.applied(self.db)}
        if not known and applied <= NAMES:
            return
        if applied - NAMES:
            raise sqlite3.DatabaseError("malformed: made by a newer regrade")
        with _transaction(self.db.conn):
            migrations.apply(self.db)

    @contextlib.contextmanager
    def immediate(self) -> Iterator[sqlite_utils.Database]:
        """Run the block as one transaction that has the write lock from its start; rolled back when the block raises.

        A transaction that begins with a read and writes later is refused under contention, whatever the time-out. A file that
        somebody has removed since it was opened is made anew.

        Raises
        ------
        DataError
            The file was removed in the middle of the transaction, was found to be broken, or the disk did not take it.
        UsageError
            It was removed, and cannot be made anew.
        """
        with self._lock:
            if self.db.conn.in_transaction:
                yield self.db
                return
            if self._removed():
                anew = Database.open(self.path)
                self.db, self._file = anew.db, anew._file
            try:
                with _transaction(self.db.conn):
                    yield self.db
            except sqlite3.DatabaseError as error:
                if self._removed():
                    what = "was removed while it was written"
                elif _is_broken(error) or _cannot(error):
                    what = f"cannot be written: {error}"
                else:
                    raise
                hint = "try again: everything in it is computed anew, and no decision stood in it"
                raise DataError(what, where=str(self.path), hint=hint) from None

    def _removed(self) -> bool:
        now = _identity(self.path)
        return now is None or now != self._file

    def rows(self, sql: str, parameters: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        """Return the rows of a query."""
        with self._lock:
            return list(self.db.conn.execute(sql, parameters))

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another one under its name; ``None`` where there is none."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino


def _cannot(error: sqlite3.DatabaseError) -> bool:
    """Is it the disk, or did somebody remove the folder, or the journal, this moment?"""
    return getattr(error, "sqlite_errorname", "").startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN"))


def _is_broken(error: sqlite3.DatabaseError) -> bool:
    """Is it the file that is wrong, rather than the disk, the permissions, or another process's lock?"""
    text = str(error)
    return type(error) is sqlite3.DatabaseError and ("malformed" in text or "not a database" in text or "corrupt" in text)
