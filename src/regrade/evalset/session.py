"""One process's hold on an eval set's folder: read what is there, append decisions, seal."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from regrade.errors import DataError, RegradeError
from regrade.evalset.drafts import Draft
from regrade.evalset.events import Event, SchemaLine, encode, parse
from regrade.evalset.files import make_folder, try_lock, turn
from regrade.evalset.journal import OPEN, SUFFIX, Journal
from regrade.evalset.reader import Reader
from regrade.evalset.segments import seal
from regrade.evalset.state import State
from regrade.log.content import Content

_STALE_SECONDS = 60.0


class Session:
    """Files and state of one eval set.

    Parameters
    ----------
    folder : Path
        ``evalset``.
    task_kind : str
        See :class:`State`.
    read_only : bool
        Make, seal and write nothing.
    """

    def __init__(self, folder: Path, task_kind: str, read_only: bool) -> None:
        self.folder = folder
        self.task_kind = task_kind
        self.why_read_only = "it was opened for reading" if read_only else ""
        self.schemas: dict[str, str] = {}
        self._journal: Journal | None = None
        self._in_journal = 0
        self._reader = Reader(folder)
        self.state = State(task_kind)
        self._broken: RegradeError | None = None
        if folder.exists() and not folder.is_dir():
            raise DataError("is a file, where the folder of the eval set should be", where=str(folder))
        if not read_only:
            self._prepare()
        self.refresh()

    @property
    def unsealed(self) -> int:
        """How many events stand in journals."""
        return self._reader.unsealed

    def refresh(self, *, anew: bool = False) -> bool:
        """Read what is new; return whether there was anything. With ``anew``, and after an error, read everything again.

        Raises
        ------
        IntegrityError, DataError
            The files are not what regrade wrote. Nothing can be decided here until they are put right; what was known stays.
        """
        try:
            anew = anew or self._broken is not None or self._reader.vanished()
            reader, state = (Reader(self.folder), State(self.task_kind)) if anew else (self._reader, self.state)
            known = state.n_events
            for parsed in reader.new():
                self.schemas.update(parsed.schemas)
                state.apply(parsed.events, parsed.lines)
        except RegradeError as error:
            self._broken = error
            raise
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror}", where=str(error.filename or self.folder)) from None
        self._reader, self.state, self._broken = reader, state, None
        return anew or state.n_events > known

    def decide(self, draft: Callable[[State], Sequence[Draft]], by: str, schemas: Mapping[str, str]) -> list[Event]:
        """Draft decisions on what is known now, and write them: on the disk when this returns, in one piece each.

        Raises
        ------
        UsageError
            As ``draft`` does.
        DataError
            The folder cannot be written, or a schema is missing; nothing was decided.
        """
        if self.why_read_only:
            raise DataError(f"nothing can be decided here: {self.why_read_only}", where=str(self.folder))
        lock = self.folder / OPEN / ".lock"
        try:
            make_folder(lock.parent)
            with turn(lock):
                self.refresh()
                drafts = draft(self.state)
                return self._write(drafts, by, schemas) if drafts else []
        except OSError as error:
            hint = "nothing was decided; free some space, or look after the folder's permissions"
            raise DataError(f"the decision was not saved: {error.strerror}", where=str(error.filename or self.folder), hint=hint) from None

    def seal(self) -> None:
        """Seal this session's journal, and those of sessions that are dead.

        Raises
        ------
        DataError
            A segment cannot be written; the decisions are safe in their journal, and sealed by the next start.
        """
        if self.why_read_only:
            return
        try:
            journal = self._journal
            if journal is not None:
                journal.hold()
                segment = seal(self.folder, journal.path)
                self._reader.sealed(journal.path, segment)
                journal.close()
                self._journal = None
            self._seal_the_dead()
        except OSError as error:
            hint = "no decision is lost: they stand in a journal, which the next start seals"
            raise DataError(f"could not be sealed: {error.strerror}", where=str(error.filename or self.folder), hint=hint) from None

    def close(self) -> None:
        """Seal, and let go of the journal even where sealing fails."""
        try:
            self.seal()
        finally:
            if self._journal is not None:
                self._journal.close()
                self._journal = None
            self.why_read_only = self.why_read_only or "it is closed"

    def _prepare(self) -> None:
        """Make the folder, tell git about it, seal what dead sessions left; where nothing can be written, say so on deciding."""
        try:
            make_folder(self.folder)
            for name, text in ((".gitattributes", "* -text\n"), (".gitignore", f"{OPEN}/\n")):
                if not (self.folder / name).exists():
                    (self.folder / name).write_text(text, encoding="utf-8")
            self._seal_the_dead()
        except OSError as error:
            self.why_read_only = f"the folder cannot be written ({error.strerror})"

    def _write(self, drafts: Sequence[Draft], by: str, schemas: Mapping[str, str]) -> list[Event]:
        journal = self._journal
        if journal is None or journal.failed:
            if journal is not None:
                journal.close()
            journal = self._journal = Journal(self.folder / OPEN)
            self._in_journal = 0
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        seq = self.state.last_seq
        events = [each.signed(f"{journal.id}:{self._in_journal + n}", at, by, seq + n) for n, each in enumerate(drafts, 1)]
        needed = self._needed_schemas(events, schemas, journal.schemas)
        lines = [encode(SchemaLine(hash, encoded)) for hash, encoded in sorted(needed.items())] + [encode(event) for event in events]
        data = b"\n".join([*lines, b""])
        parsed = parse(data, str(journal.path))  # what is in memory is what a reader will read
        self._in_journal += len(events)  # before anything is written: no interrupt makes an id serve twice
        journal.append(data)
        self.state.apply(parsed.events, parsed.lines)
        journal.schemas.update(needed)
        self.schemas.update(needed)
        self._reader.skip(journal.path, journal.size, self._in_journal)
        return parsed.events

    def _needed_schemas(self, events: Sequence[Event], schemas: Mapping[str, str], present: set[str]) -> dict[str, str]:
        """Return the schemas that the contents of ``events`` name and that the journal does not hold yet."""
        named = {write.value.schema for event in events for write in event.writes if isinstance(write.value, Content)}
        needed = {}
        for hash in named - present:
            encoded = schemas.get(hash) or self.schemas.get(hash)
            if encoded is None:
                raise DataError("is the schema of a promoted prediction, but nobody gave it", where=f"schema {hash}")
            needed[hash] = encoded
        return needed

    def _seal_the_dead(self) -> None:
        folder = self.folder / OPEN
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            if path.name.startswith(".") or (self._journal is not None and path == self._journal.path):
                continue
            try:
                descriptor = os.open(path, os.O_RDWR)
            except FileNotFoundError:
                continue
            try:
                # Its lock is free: its session is dead. Still there under its name: nobody else has sealed it meanwhile.
                if try_lock(descriptor) and path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
                    if path.suffix == SUFFIX:
                        seal(self.folder, path)
                    elif time.time() - path.stat().st_mtime > _STALE_SECONDS:
                        path.unlink()
            finally:
                os.close(descriptor)
