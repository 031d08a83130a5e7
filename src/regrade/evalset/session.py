"""One process's hold on an eval set's folder: read what is there, append decisions, seal."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from regrade.errors import DataError, RegradeError
from regrade.evalset.collector import no_cycles
from regrade.evalset.drafts import Draft
from regrade.evalset.events import Event, SchemaLine, encode, parse
from regrade.evalset.files import again, in_place, make_folder, try_lock, turn
from regrade.evalset.journal import OPEN, SUFFIX, Journal
from regrade.evalset.kept import forget, put_back
from regrade.evalset.reader import Reader, stand
from regrade.evalset.reopening.reopened import ReopenedState
from regrade.evalset.reopening.snapshot import load, save
from regrade.evalset.reopening.snapshot_of import snapshot_of
from regrade.evalset.segments import place, seal
from regrade.evalset.state import State
from regrade.log.content import Content

_STALE_SECONDS = 60.0
FULL = 45_000_000
"""Bytes of a journal, and so of a segment, that the next decision goes beyond into another: git hosts warn of files over 50 MB."""
MOST = 95_000_000
"""Bytes of one decision, which is one line: GitHub, GitLab.com and Bitbucket take no file over 100 MB."""
WORTH_IT = 500
"""Events, or predictions that they decided on (one may be on all of them); fewer are read in no time, and need no snapshot."""


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
    cache : Path, optional
        A folder that may be deleted at any time: keeps a snapshot for the next opening.
    """

    def __init__(self, folder: Path, task_kind: str, read_only: bool, cache: Path | None = None) -> None:
        self.folder = folder
        self.task_kind = task_kind
        self.lock = threading.RLock()
        """Held while files are read or written."""
        self.why_read_only = "it was opened for reading" if read_only else ""
        self._cache = cache
        self._journal: Journal | None = None
        self._in_journal = 0
        self._schemas: dict[str, str] = {}
        self._reader = Reader(folder)
        self._state = State(task_kind)
        self._reopened: ReopenedState | None = None
        """What stands for the state until the files are read."""
        self._kept = ("", "")
        """Stand and version of the snapshot in the cache."""
        self._broken: RegradeError | None = None
        if folder.exists() and not folder.is_dir():
            raise DataError("is a file, where the folder of the eval set should be", where=str(folder))
        if not read_only:
            self._prepare()
        snapshot = load(cache, task_kind) if cache is not None else None
        if snapshot is not None and snapshot.stand == stand(folder):
            self._kept = (snapshot.stand, snapshot.version)
            self._unsealed = snapshot.unsealed
            self._reopened = ReopenedState(snapshot, self.read)
        else:
            self.refresh()

    @property
    def state(self) -> State:
        """What was decided, as it reads now."""
        return self._reopened or self._state

    @property
    def schemas(self) -> dict[str, str]:
        """Schemas of the examples' inputs: hash to encoded."""
        self.read()
        return self._schemas

    @property
    def unsealed(self) -> int:
        """How many events stand in journals."""
        return self._unsealed if self._reopened is not None else self._reader.unsealed

    def read(self) -> State:
        """Read every file, where only a snapshot was; raises as :meth:`refresh` does."""
        with self.lock:
            if self._reopened is not None:
                self._read_new(anew=True)
            return self._state

    def refresh(self, *, anew: bool = False) -> bool:
        """Read what is new; return whether there was anything. With ``anew``, and after an error, read everything again.

        Raises
        ------
        IntegrityError, DataError
            The files are not what regrade wrote. Nothing can be decided here until they are put right; what was known stays.
        """
        with self.lock:
            if self._reopened is None:
                return self._read_new(anew)
            unchanged = stand(self.folder) == self._kept[0]
            if anew or not unchanged or self._broken is not None:
                self._read_new(anew=True)
            return not unchanged

    def _read_new(self, anew: bool) -> bool:
        try:
            if self._journal is not None:
                self._journal.hold()  # whoever removed it must not take what was decided here and is not sealed yet
            gone = self._reader.vanished()
            # Behind a snapshot nothing was read yet, and so nothing is missed.
            if (gone or self._reopened is not None) and not self.why_read_only:
                again(lambda: put_back(self.folder))
            anew = anew or self._broken is not None or gone
            reader, state = (Reader(self.folder), State(self.task_kind)) if anew else (self._reader, self._state)
            known = state.n_events
            with no_cycles():
                for parsed in reader.new():
                    self._schemas.update(parsed.schemas)
                    state.apply(parsed.events, parsed.lines)
        except RegradeError as error:
            self._broken = error
            raise
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror}", where=str(error.filename or self.folder)) from None
        self._reader, self._state, self._broken = reader, state, None
        if self._reopened is not None:
            self._reopened.became(state, same=reader.stand() == self._kept[0])
            self._reopened = None
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
        try:
            return again(lambda: self._decide(draft, by, schemas))
        except OSError as error:
            hint = "nothing was decided; free some space, or look after the folder's permissions"
            raise DataError(f"the decision was not saved: {error.strerror}", where=str(error.filename or self.folder), hint=hint) from None

    def _decide(self, draft: Callable[[State], Sequence[Draft]], by: str, schemas: Mapping[str, str]) -> list[Event]:
        lock = self.folder / OPEN / ".lock"
        make_folder(lock.parent)
        with turn(lock):
            self.read()
            self.refresh()
            drafts = draft(self._state)
            return self._write(drafts, by, schemas) if drafts else []

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
            again(self._seal_own)
            again(self._seal_the_dead)
            again(lambda: forget(self.folder))
        except OSError as error:
            hint = "no decision is lost: they stand in a journal, which the next start seals"
            raise DataError(f"could not be sealed: {error.strerror}", where=str(error.filename or self.folder), hint=hint) from None

    def _seal_own(self) -> None:
        journal = self._journal
        if journal is not None:
            journal.hold()
            segment = seal(self.folder, journal.path)
            self._reader.sealed(journal.path, segment)
            journal.close()
            self._journal = None

    def close(self) -> None:
        """Seal, keep a snapshot, and let go of the journal even where sealing fails."""
        try:
            self.seal()
            self._keep()
        finally:
            if self._journal is not None:
                with suppress(OSError):
                    self._journal.hold()  # where sealing could not put it back, this is the last chance
                self._journal.close()
                self._journal = None
            self.why_read_only = self.why_read_only or "it is closed"

    def _keep(self) -> None:
        """Keep a snapshot for the next opening, where that reads enough files to be worth it."""
        state, cache = self._state, self._cache
        if cache is None or self._reopened is not None or self._broken is not None:
            return
        if state.n_events <= WORTH_IT and len(state.decided_keys()) <= WORTH_IT:
            return
        try:
            if self._reader.stand() != stand(self.folder):
                self.refresh()  # another session's journal was sealed, at least
                state = self._state
            now = self._reader.stand()
            if (now, state.known_version) != self._kept:
                snapshot = snapshot_of(state, stand=now, task_kind=self.task_kind, unsealed=self.unsealed)
                save(cache, snapshot, make=not self.why_read_only)
        except RegradeError:
            return  # what is wrong with the files is said when somebody asks something of them

    def _prepare(self) -> None:
        """Make the folder, tell git about it, seal what dead sessions left; where nothing can be written, say so on deciding."""
        try:
            again(self._tell_git)
            again(lambda: put_back(self.folder))
            again(self._seal_the_dead)
        except OSError as error:
            self.why_read_only = f"the folder cannot be written ({error.strerror})"

    def _tell_git(self) -> None:
        make_folder(self.folder)
        for name, text in ((".gitattributes", b"* -text\n"), (".gitignore", f"{OPEN}/\n".encode())):
            if not (self.folder / name).exists():
                make_folder(self.folder / OPEN)
                place(self.folder, self.folder / name, text)

    def _write(self, drafts: Sequence[Draft], by: str, schemas: Mapping[str, str]) -> list[Event]:
        journal = self._journal
        if journal is None or journal.failed:
            if journal is not None:
                journal.close()
            journal = self._journal = Journal(self.folder / OPEN)
            self._in_journal = 0
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        seq = self._state.last_seq
        events = [each.signed(f"{journal.id}:{self._in_journal + n}", at, by, seq + n) for n, each in enumerate(drafts, 1)]
        needed = self._needed_schemas(events, schemas, journal.schemas)
        lines = [encode(SchemaLine(hash, encoded)) for hash, encoded in sorted(needed.items())] + [encode(event) for event in events]
        data = b"\n".join([*lines, b""])
        if len(data) > MOST and (largest := max(map(len, lines))) > MOST:
            what = f"one decision of {largest / 1e6:,.0f} MB: many git hosts refuse files over 100 MB"
            raise DataError(what, where=str(self.folder), hint="nothing was decided; decide on fewer predictions at a time")
        if journal.size and journal.size + len(data) > FULL:
            self.seal()
            return self._write(drafts, by, schemas)
        parsed = parse(data, str(journal.path))  # what is in memory is what a reader will read
        self._in_journal += len(events)  # before anything is written: no interrupt makes an id serve twice
        journal.append(data)
        self._state.apply(parsed.events, parsed.lines)
        journal.schemas.update(needed)
        self._schemas.update(needed)
        self._reader.skip(journal.path, journal.size, self._in_journal)
        return parsed.events

    def _needed_schemas(self, events: Sequence[Event], schemas: Mapping[str, str], present: set[str]) -> dict[str, str]:
        """Return the schemas that the contents of ``events`` name and that the journal does not hold yet."""
        named = {write.value.schema for event in events for write in event.writes if isinstance(write.value, Content)}
        needed = {}
        for hash in named - present:
            encoded = schemas.get(hash) or self._schemas.get(hash)
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
                if not stat.S_ISREG(path.stat().st_mode):
                    continue  # somebody else's: whoever reads a pipe waits for ever
                descriptor = os.open(path, os.O_RDWR)
            except FileNotFoundError:
                continue
            try:
                # Its lock is free: its session is dead. Still there under its name: nobody else has sealed it meanwhile.
                if try_lock(descriptor) and in_place(descriptor, path):
                    if path.suffix == SUFFIX:
                        seal(self.folder, path)
                    elif time.time() - os.fstat(descriptor).st_mtime > _STALE_SECONDS:
                        path.unlink(missing_ok=True)
            finally:
                os.close(descriptor)
