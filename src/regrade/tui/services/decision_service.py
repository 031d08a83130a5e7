"""The only hand that writes decisions: one after the other, in a thread of its own, said to be done when they are on the disk."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from textual.message import Message

from regrade.config import Config
from regrade.errors import UsageError
from regrade.paths import Paths
from regrade.safe_text import safe_text
from regrade.tui.describe import clock, decision, person, subjects
from regrade.tui.model import Decisions, ModeKey, RowState
from regrade.tui.services.decision_messages import Decision, EvalSetOpened, History, Refused, Targets
from regrade.tui.services.lane import Lane, Post
from regrade.tui.support import Support

if TYPE_CHECKING:
    from regrade.evalset import EvalSet, Event
    from regrade.log import Decided, PredictionLog, Reader
    from regrade.tui.services.log_service import LogService

_REST_SECONDS = 30.0


class DecisionService:
    """The eval set behind the screen.

    Parameters
    ----------
    log : LogService
        Promotions wait until it is open: they keep what the log says of a prediction.
    """

    def __init__(self, paths: Paths, config: Config, post: Post, support: Support, log: LogService) -> None:
        self._paths, self._config, self._log = paths, config, log
        self._post = post
        self._lane = Lane("decision", post, support)
        self._history_of = ""
        self._evalset: EvalSet | None = None
        self._reader: tuple[PredictionLog, Reader] | None = None
        self._epoch = 0
        self._single: set[str] = set()
        """Keys that are known to occur once in this epoch's log."""
        self._last = time.monotonic()
        self.decisions = Decisions(self._row_state)
        """What is decided, as it reads now."""
        self.done: Counter[str] = Counter()
        """Decisions of this session by kind: predictions, less those undone."""

    def open(self) -> None:
        """Read everybody's decisions; says :class:`EvalSetOpened`."""
        self._lane.queue(self._open)

    @property
    def idle(self) -> bool:
        """Whether every decision is on the disk."""
        return self._lane.idle

    @property
    def unsealed(self) -> int:
        """Decisions that no segment holds yet."""
        return self._evalset.unsealed if self._evalset else 0

    def close(self) -> None:
        """Wait for the decisions under way, seal them, let go."""
        self._lane.queue(self._close)
        self._lane.close()

    # --- verbs: each is queued, none waits -----------------------------------------------------------------------------

    def label(self, targets: Targets, mode: str) -> None:
        """Give predictions a failure mode, by id or name; a new name defines it."""
        self._decide("label", targets, lambda evalset, keys: evalset.label(keys, mode))

    def dismiss(self, targets: Targets, reason: str) -> None:
        """Say that predictions need no label."""
        self._decide("dismiss", targets, lambda evalset, keys: evalset.dismiss(keys, reason))

    def correct(self, targets: Targets, expected: object) -> None:
        """Say what should have been answered."""
        self._decide("relabel", targets, lambda evalset, keys: evalset.relabel(keys, expected))

    def note(self, targets: Targets, text: str) -> None:
        """Add a note."""
        self._decide("note", targets, lambda evalset, keys: evalset.note(keys, text))

    def promote(self, targets: Targets, *, important: bool = False, pinned: bool = False) -> None:
        """Put predictions into the eval set: as failures those where production was wrong, as important any."""
        self._carry_out(targets, lambda: self._promote(targets, important, pinned))

    def undo(self) -> None:
        """Take back this person's newest decision."""
        self._lane.queue(lambda: self._step(-1))

    def redo(self) -> None:
        """Do again what was taken back last."""
        self._lane.queue(lambda: self._step(+1))

    def refresh(self) -> None:
        """Read what others sealed."""
        self._lane.queue(self._refresh)

    def seal_at_rest(self) -> None:
        """Seal once nothing was decided for half a minute."""
        if self.unsealed and self._lane.idle and time.monotonic() - self._last > _REST_SECONDS:
            self._last = time.monotonic()
            self._lane.queue(self._seal)

    def history(self, key: str) -> None:
        """Look up what happened to one prediction; says :class:`History`, of the last one asked for only."""
        self._history_of = key
        self._lane.queue(lambda: self._history(key))

    def decided(self) -> list[Decided]:
        """Return what expressions see of the decisions; from any thread."""
        from regrade.evalset import decided_rows

        return [] if self._evalset is None else decided_rows(self._evalset.state)

    # --- in the thread -------------------------------------------------------------------------------------------------

    def _open(self) -> Message:
        from regrade.actor import current_actor
        from regrade.evalset import EvalSet

        actor = current_actor(self._paths.root)
        self._evalset = EvalSet.open(self._paths.evalset, actor=actor, task_kind=self._config.task.kind)
        self._read_modes()
        return EvalSetOpened(self._evalset.version)

    def _opened(self) -> EvalSet:
        if self._evalset is None:
            raise UsageError("the eval set could not be opened, so nothing can be decided", hint="`regrade status` says why")
        return self._evalset

    def _row_state(self, key: str) -> RowState | None:
        if self._evalset is None:
            return None
        state = self._evalset.state
        status = state.status(key)
        mode = state.mode(key)
        name = self.decisions.mode_name(mode) if mode else None
        expected = tuple(state.values(key, "expected"))
        if status == "open" and not expected:
            return None
        return RowState(status, name, expected, bool(state.is_member(key) and True in state.values(key, "pinned")))

    def _read_modes(self) -> None:
        modes = self._opened().state.modes()
        self.decisions.modes = [
            ModeKey(mode.id, mode.name, str(mode.digit) if mode.digit else None) for mode in modes if mode.state == "open"
        ]
        self.decisions.names = {mode.id: mode.name for mode in modes}

    def _keys(self, targets: Targets) -> list[str]:
        """Return the keys; raises DataError on a key that occurs twice in the log.

        What was imported has unique keys. Files that are read in place are looked through for each key once: a decision on a key that
        two predictions share would be about either.
        """
        keys = list(targets.keys)
        if not keys:
            keys = [str(row[0]) for row in self._log_reader().cells(self._addresses(targets), ["key"])]
        if self._config.log.paths and self._log.opened.done() and self._log.opened.exception() is None:
            if self._epoch != self._log.epoch:
                self._epoch, self._single = self._log.epoch, set()
            fresh = [key for key in keys if key not in self._single]
            if fresh:
                self._log_reader().find(fresh)
                self._single.update(fresh)
        return keys

    def _addresses(self, targets: Targets) -> Any:
        """Return the rows of the targets in the log as it is open now."""
        reader = self._log_reader()
        if targets.epoch == self._log.epoch and targets.addresses is not None:
            return targets.addresses
        if not targets.keys:
            raise UsageError("the log was read anew in the meantime", hint="mark the rows again")
        import numpy as np

        found = reader.find(targets.keys)
        missing = [key for key in targets.keys if key not in found]
        if missing:
            raise UsageError("is not in the log", where=missing[0])
        return np.array([found[key] for key in targets.keys], dtype=np.int64)

    def _log_reader(self) -> Reader:
        log = self._log.opened.result()
        if self._reader is None or self._reader[0] is not log:
            if self._reader is not None:
                self._reader[1].close()
            self._reader = (log, log.reader())
        return self._reader[1]

    def _carry_out(self, targets: Targets, job: Callable[[], Message]) -> None:
        """Queue a decision; whoever waits for it hears of a refusal too."""

        def run() -> Message:
            try:
                return job()
            except BaseException:
                self._post(Refused(targets.ticket))
                raise

        self._lane.queue(run)

    def _decide(self, kind: str, targets: Targets, write: Callable[[EvalSet, Sequence[str]], Event]) -> None:
        def job() -> Message:
            evalset = self._opened()
            keys = self._keys(targets)
            write(evalset, keys)
            return self._done(kind, keys, kind != "note" and any(evalset.state.is_member(key) for key in keys), ticket=targets.ticket)

        self._carry_out(targets, job)

    def _promote(self, targets: Targets, important: bool, pinned: bool) -> Message:
        from regrade.tui.services import promotion

        evalset, log, task = self._opened(), self._log.opened.result(), self._config.task
        self._keys(targets)  # refuses keys that occur twice
        rows = promotion.read(self._log_reader(), self._addresses(targets), targets.keys)
        wrong = promotion.failures(rows, evalset.state, task.kind, task.tolerance)
        kept, origin = (rows, "important") if important else (wrong, "failure")
        if not kept:
            right = all(row.result == "right" for row in rows)
            what = "production was right here" if right else "no outcome says that production was wrong here"
            raise UsageError(what, hint="i promotes it as important; c says what should have been answered")
        fresh = promotion.fresh(kept, evalset.state, origin, pinned)
        if not fresh:
            return Refused(targets.ticket, f"{promotion.named([row.key for row in kept])}: already in the eval set")
        keys = [row.key for row in fresh]
        if pinned and not promotion.fresh(kept, evalset.state, origin, False):
            evalset.pin(keys)
            return self._done("pin", keys, True, f"pinned {promotion.named(keys)}", ticket=targets.ticket)
        schemas = {log.schema.hash: log.schema.encoded}
        evalset.promote([(row.key, row.content) for row in fresh], origin=origin, pinned=pinned, schemas=schemas)
        said = promotion.said(fresh, rows, wrong, important, pinned)
        return self._done("promote", keys, True, said, targets.ticket, again=important and bool(wrong))

    def _step(self, direction: int) -> Message:
        evalset = self._opened()
        events = evalset.undo() if direction < 0 else evalset.redo()
        if not events:
            raise UsageError("there is nothing to undo here" if direction < 0 else "there is nothing to redo here")
        state = evalset.state
        target = state.event(events[0].undoes[0])
        if direction > 0 and target is not None and target.undoes:
            target = state.event(target.undoes[0])
        keys = subjects(target) if target is not None else []
        kind = target.kind if target is not None else ""
        self.done[kind] += direction * len(keys)
        said = f"{'undid' if direction < 0 else 'did again'}: {self._words(target, keys[0]) if target is not None and keys else kind}"
        said += f" ({len(keys):,} predictions)" if len(keys) > 1 else f", {safe_text(keys[0], 60)}" if keys else ""
        return self._done("undo" if direction < 0 else "redo", keys, kind != "note", said)

    def _done(self, kind: str, keys: Sequence[str], scores: bool, said: str = "", ticket: int = 0, again: bool = False) -> Message:
        self._last = time.monotonic()
        self.done[kind] += len(keys)
        self._read_modes()
        return Decision(kind, tuple(keys), scores, self._opened().version, said, ticket, again)

    def _refresh(self) -> Message | None:
        if not self._opened().refresh():
            return None
        self._read_modes()
        return Decision("refresh", (), True, self._opened().version)

    def _seal(self) -> None:
        self._opened().seal()

    def _close(self) -> None:
        if self._reader is not None:
            self._reader[1].close()
        if self._evalset is not None:
            self._evalset.close()

    def _history(self, key: str) -> Message | None:
        if self._evalset is None or key != self._history_of:
            return None
        state = self._evalset.state
        lines = [
            f"{clock(event.at)} {person(event.by)} {self._words(event, key)}" + ("" if state.is_live(event.id) else " (undone)")
            for event in state.history(key)
            if not event.undoes
        ]
        return History(key, tuple(lines), tuple(state.notes(key)))

    def _words(self, event: Event, key: str) -> str:
        writes = {write.field: write.value for write in event.writes if write.subject == key}
        return decision(event.kind, writes, event.reason, self.decisions.names)
