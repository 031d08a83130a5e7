"""The eval set: what the team decided, and the verbs that decide more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from regrade.evalset import add_drafts, drafts, mode_drafts, resolving, undo
from regrade.evalset.add_drafts import Added
from regrade.evalset.drafts import Draft
from regrade.evalset.events import Event
from regrade.evalset.files import refuse_link
from regrade.evalset.modes import Mode
from regrade.evalset.session import Session
from regrade.evalset.state import State
from regrade.log.content import JSON, Content

UNSET = msgspec.UNSET


class EvalSet:
    """Decisions of everybody, folded, and this session's journal. A context manager; may be used from several threads.

    Every verb takes ``by``, who decides (default: the actor that the set was opened for), returns the event, and returns only
    when it is on the disk. Each raises UsageError, naming the keys, where it cannot be done for all of them (nothing is done
    then), and DataError where it cannot be saved.
    """

    def __init__(self, session: Session, actor: str) -> None:
        self._session = session
        self._lock = session.lock
        self.actor = actor

    @classmethod
    def open(cls, folder: Path, *, actor: str, task_kind: str, read_only: bool = False, cache: Path | None = None) -> EvalSet:
        """Open the eval set in ``folder``, making the folder, and sealing what dead sessions left, unless ``read_only``.

        A folder that cannot be written is opened for reading; deciding then raises. ``cache`` is a folder that may be deleted at any
        time. Where it knows exactly the files that lie here, status, mode, expected, pins, members, modes, counts and version are
        answered from it, and the files are read, and re-hashed, when anything else is asked or :meth:`read` is called: an edited file
        is found before anything is decided or scored.

        Raises
        ------
        IntegrityError
            A segment is not what its name says, or two events with one id differ.
        DataError
            A file cannot be read, or is of a newer regrade.
        UsageError
            ``folder`` is a symbolic link.
        """
        folder = Path(folder).absolute()
        refuse_link(folder)
        return cls(Session(folder, task_kind, read_only, cache), actor)

    @property
    def state(self) -> State:
        """What was decided, as it reads now. Ask anew after :meth:`refresh`: `git switch` makes it another one."""
        return self._session.state

    @property
    def schemas(self) -> dict[str, str]:
        """Schemas of the examples' inputs: hash to encoded."""
        return self._session.schemas

    @property
    def version(self) -> str:
        """SHA-256, in hex, of what the members are."""
        return self.state.version

    @property
    def unsealed(self) -> int:
        """How many events stand in journals of this folder: safe on this disk, not yet in a segment that git can carry."""
        return self._session.unsealed

    def read(self) -> None:
        """Read every file now, where a snapshot answered so far; raises as :meth:`open` does."""
        self._session.read()

    def refresh(self, *, anew: bool = False) -> bool:
        """Read new segments and new lines of other sessions' journals; return whether there was anything.

        With ``anew`` every file is read and checked again, as it is after an error: what was put right can be decided on. Raises as
        :meth:`open` does; the state then stays what it was.
        """
        with self._lock:
            return self._session.refresh(anew=anew)

    # -- predictions -------------------------------------------------------------------------------------------------

    def label(
        self,
        keys: Sequence[str],
        mode: str | None,
        *,
        expected: JSON | msgspec.UnsetType = UNSET,
        note: str | None = None,
        by: str | None = None,
    ) -> Event:
        """Give predictions a failure mode (by id or name; one that is new is defined in the same decision) and/or an expected value."""

        def draft(state: State) -> Draft:
            id, new_mode = mode_drafts.named(state, mode) if mode is not None else (None, [])
            return drafts.label(state, keys, id, new_mode, expected, note)

        return self._decide(draft, by)

    def dismiss(self, keys: Sequence[str], reason: str, *, by: str | None = None) -> Event:
        """Say that predictions are no failures worth a label, and why; a member of the eval set is refused: retire it."""
        return self._decide(lambda state: drafts.dismiss(state, keys, reason), by)

    def relabel(self, keys: Sequence[str], expected: JSON, *, note: str | None = None, by: str | None = None) -> Event:
        """Say what should have been answered, against the logged outcome; ``None``: nobody can know."""
        return self._decide(lambda state: drafts.relabel(state, keys, expected, note), by)

    def note(self, keys: Sequence[str], text: str, *, by: str | None = None) -> Event:
        """Add a note to predictions."""
        return self._decide(lambda state: drafts.note(keys, text), by)

    def promote(
        self,
        items: Sequence[tuple[str, Content]],
        *,
        origin: str,
        pinned: bool = False,
        partition: str | None = None,
        schemas: Mapping[str, str],
        note: str | None = None,
        by: str | None = None,
    ) -> Event:
        """Put predictions into the eval set.

        Parameters
        ----------
        items : sequence of (key, Content)
        origin : {"failure", "important", "synthetic"}
            Added to the origins that an example has already.
        pinned : bool, default False
            It must never regress; False leaves a pin as it is.
        partition : {"eval", "fix"}, optional
            Default: the one it has, else ``eval``.
        schemas : mapping
            Hash to encoded schema, for the contents' inputs.
        note, by : str, optional
        """
        return self._decide(lambda state: drafts.promote(state, items, origin, pinned, partition, note), by, schemas)

    def sample(
        self,
        items: Sequence[tuple[str, Content]],
        *,
        probabilities: Sequence[float] | float,
        population: JSON,
        schemas: Mapping[str, str],
        by: str | None = None,
    ) -> Event:
        """Put a random sample into the eval set: with what probability each was drawn, and from what (filter, count, time span)."""
        each = [probabilities] * len(items) if isinstance(probabilities, int | float) else probabilities
        return self._decide(lambda state: drafts.sample(state, items, each, population), by, schemas)

    def add(self, items: Sequence[Added], *, schemas: Mapping[str, str], note: str | None = None, by: str | None = None) -> Event:
        """Bring in examples that are no predictions of this log, or an eval set that was kept elsewhere; one decision.

        A key that is in with other content, or that was retired, is refused; one with the same content gains the origin.
        """
        return self._decide(lambda state: add_drafts.add(state, items, note), by, schemas)

    def backfill(
        self, items: Sequence[tuple[str, Content]], *, schemas: Mapping[str, str], note: str | None = None, by: str | None = None
    ) -> Event:
        """Give members new content, as when the log got a column that they lack; nothing else about them changes."""
        return self._decide(lambda state: add_drafts.backfill(state, items, note), by, schemas)

    def pin(self, keys: Sequence[str], *, by: str | None = None) -> Event:
        """Say that examples must never regress."""
        return self._decide(lambda state: drafts.pin(state, keys, True), by)

    def unpin(self, keys: Sequence[str], *, by: str | None = None) -> Event:
        """Say that examples may regress."""
        return self._decide(lambda state: drafts.pin(state, keys, False), by)

    def retire(self, keys: Sequence[str], reason: str | None = None, *, by: str | None = None) -> Event:
        """Take examples out of the eval set."""
        return self._decide(lambda state: drafts.retire(state, keys, reason), by)

    def restore(self, keys: Sequence[str], *, by: str | None = None) -> Event:
        """Put retired examples back in."""
        return self._decide(lambda state: drafts.restore(state, keys), by)

    def resolve(
        self,
        subject: str,
        value: JSON | Content,
        *,
        field: str | None = None,
        schemas: Mapping[str, str] | None = None,
        by: str | None = None,
    ) -> Event:
        """End a dispute about a prediction or a mode by one value; ``field`` may be left out where only one is disputed.

        A content is given as :class:`Content`, so that its schema goes into the same file: one of those that are disputed, or such a
        one with less in it, and then with its schema in ``schemas``.
        """
        return self._decide(lambda state: resolving.resolve(state, subject, value, field), by, schemas)

    # -- failure modes -----------------------------------------------------------------------------------------------

    def define_mode(
        self,
        name: str,
        *,
        digit: int | None = None,
        description: str | None = None,
        owner: str | None = None,
        priority: int | None = None,
        link: str | None = None,
        by: str | None = None,
    ) -> Mode:
        """Define a failure mode; its key is ``digit``, else the next of 1–9 that is free; the rest as in :meth:`describe_mode`."""
        details = {"description": description, "owner": owner, "priority": priority, "link": link}
        said = {field: value for field, value in details.items() if value is not None}
        with self._lock:
            event = self._decide(lambda state: Draft("define", tuple(mode_drafts.define(state, name, digit, said)[1])), by)
            return mode_drafts.require(self.state, event.writes[0].subject)

    def describe_mode(
        self,
        mode: str,
        *,
        description: str | msgspec.UnsetType | None = UNSET,
        owner: str | msgspec.UnsetType | None = UNSET,
        priority: int | msgspec.UnsetType | None = UNSET,
        link: str | msgspec.UnsetType | None = UNSET,
        by: str | None = None,
    ) -> Event:
        """Say more about a mode; ``None``, or an empty text, clears what was said.

        Parameters
        ----------
        mode : str
            Its id or name.
        description : str, optional
            At most 2,000 characters.
        owner : str, optional
            Who looks after it; at most 200 characters.
        priority : {0, 1, 2, 3}, optional
            0 is the most urgent.
        link : str, optional
            Where it is followed up: an address, or a ticket's name; at most 500 characters.
        by : str, optional
        """
        details = {"description": description, "owner": owner, "priority": priority, "link": link}
        said = {field: value for field, value in details.items() if value is not UNSET}
        return self._decide(lambda state: mode_drafts.describe(state, mode, said), by)

    def rename_mode(self, mode: str, name: str, *, by: str | None = None) -> Event:
        """Give a mode another name; its id stays."""
        return self._decide(lambda state: mode_drafts.rename(state, mode, name), by)

    def merge_modes(self, modes: Sequence[str], into: str, *, by: str | None = None) -> Event:
        """Let modes read as another one from now on."""
        return self._decide(lambda state: mode_drafts.merge(state, modes, into), by)

    def close_mode(self, mode: str, *, by: str | None = None) -> Event:
        """Say that a mode is dealt with; its digit becomes free."""
        return self._decide(lambda state: mode_drafts.set_state(state, mode, "closed"), by)

    def reopen_mode(self, mode: str, *, by: str | None = None) -> Event:
        """Open a closed mode again."""
        return self._decide(lambda state: mode_drafts.set_state(state, mode, "open"), by)

    def set_digit(self, mode: str, digit: int, *, by: str | None = None) -> Event:
        """Give a mode another key, for everybody."""
        return self._decide(lambda state: mode_drafts.set_digit(state, mode, digit), by)

    # -- undo --------------------------------------------------------------------------------------------------------

    def undo(self, n: int = 1, *, by: str | None = None) -> list[Event]:
        """Take back this actor's newest ``n`` live decisions in this folder, newest first; fewer where there are fewer."""
        return self._decide_all(lambda state: undo.undo(state, by or self.actor, n), by)

    def undo_event(self, id: str, *, by: str | None = None) -> Event:
        """Take back one decision by its id, whoever made it: ask before another's."""
        return self._decide(lambda state: undo.undo_event(state, id), by)

    def redo(self, n: int = 1, *, by: str | None = None) -> list[Event]:
        """Do again what this actor took back last, ``n`` times; a decision made since ends what can be redone."""
        return self._decide_all(lambda state: undo.redo(state, by or self.actor, n), by)

    # -- end ---------------------------------------------------------------------------------------------------------

    def seal(self) -> None:
        """Move this session's decisions, and those of dead sessions, to immutable segments; a later decision opens a new journal."""
        with self._lock:
            self._session.seal()

    def close(self) -> None:
        """Seal and let go; nothing can be decided after."""
        with self._lock:
            self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

    def _decide(self, draft: Callable[[State], Draft], by: str | None, schemas: Mapping[str, str] | None = None) -> Event:
        return self._decide_all(lambda state: [draft(state)], by, schemas)[0]

    def _decide_all(
        self, draft: Callable[[State], Sequence[Draft]], by: str | None, schemas: Mapping[str, str] | None = None
    ) -> list[Event]:
        with self._lock:
            return self._session.decide(draft, by or self.actor, schemas or {})
