"""The only hand that writes decisions: one after the other, in a thread of its own, said to be done when they are on the disk."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from regrade.config import Config
from regrade.errors import RegradeError, UsageError
from regrade.paths import Paths
from regrade.tui.model import Decisions, Dispute, RowState, View
from regrade.tui.services import told
from regrade.tui.services.decision_messages import Decision, EvalSetOpened, MembersChanged, Refused, Targets
from regrade.tui.services.following import Following
from regrade.tui.services.lane import Lane, Post, wait
from regrade.tui.services.outcome import Outcome, Work, in_words
from regrade.tui.services.tally import Tally
from regrade.tui.services.target_rows import TargetRows
from regrade.tui.support import Support

if TYPE_CHECKING:
    from regrade.evalset import EvalSet, Event
    from regrade.log import Changed
    from regrade.tui.services.log_service import LogService

_REST_SECONDS = 30.0
_WAIT_SECONDS = 1.0


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
        self._rows = TargetRows(log, config)
        self._following = Following(paths.evalset)
        self._history_of = ""
        self._evalset: EvalSet | None = None
        self._last = time.monotonic()
        self.looked = threading.Event()
        """Set once it was looked what is decided, whatever came of it; what came of it is said after that."""
        self.decisions = Decisions(self._row_state)
        """What is decided, as it reads now."""
        self.tally = Tally(lambda: self._evalset, self.decisions)

    def open(self, *, after: threading.Event | None = None) -> None:
        """Read everybody's decisions; says :class:`EvalSetOpened`. Decisions wait for ``after``, for a second at most."""
        if after is not None:
            self._lane.queue(wait(after, _WAIT_SECONDS))
        self._lane.queue(self._begin)
        self._lane.queue(self._read_all)

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
        self._lane.queue(self._rows.close)
        self._lane.queue(lambda: self._evalset.close() if self._evalset is not None else None)
        self._lane.close()

    # --- verbs: each is queued, none waits -----------------------------------------------------------------------------

    def label(self, targets: Targets, mode: str) -> None:
        """Give predictions a failure mode, by id or name; a new name defines it."""
        self._decide("label", targets, lambda evalset, keys: evalset.label(keys, mode))

    def dismiss(self, targets: Targets, reason: str) -> None:
        """Say that predictions need no label."""
        from regrade.tui.services import members

        self.carry_out(targets, lambda evalset, keys: members.dismiss(evalset, keys, reason))

    def correct(self, targets: Targets, expected: object) -> None:
        """Say what should have been answered."""
        self._decide("relabel", targets, lambda evalset, keys: evalset.relabel(keys, expected))

    def note(self, targets: Targets, text: str) -> None:
        """Add a note."""
        self._decide("note", targets, lambda evalset, keys: evalset.note(keys, text))

    def promote(self, targets: Targets, *, important: bool = False, pinned: bool = False) -> None:
        """Put predictions into the eval set: as failures those where production was wrong, as important any."""

        def work(evalset: EvalSet, keys: list[str]) -> Outcome:
            from regrade.tui.services import promotion

            log = self._log.opened.result()
            rows = self._rows.seen(targets) or promotion.read(self._rows.reader(), self._rows.addresses(targets), targets.keys)
            return promotion.carry_out(evalset, log, self._config, rows, important=important, pinned=pinned)

        self.carry_out(targets, work)

    def change_members(self, kind: str, targets: Targets, reason: str = "") -> None:
        """Pin, unpin, retire or restore (``kind``) those of the predictions that it fits."""
        from regrade.tui.services import members

        self.carry_out(targets, lambda evalset, keys: members.carry_out(evalset, kind, keys, reason))

    def resolve(self, targets: Targets, dispute: Dispute, view: View) -> None:
        """End a dispute by one of its views; where it is another dispute by now, nothing is done."""
        from regrade.tui.services import settlement

        names, privacy = self.decisions.names, self._config.privacy
        self.carry_out(targets, lambda evalset, keys: settlement.resolve(evalset, dispute, view, names, privacy), keyless=not targets.keys)

    def carry_out(self, targets: Targets, work: Work, *, keyless: bool = False) -> None:
        """Queue a decision: ``work`` writes it, in the thread. Whoever waits for it hears of a refusal too."""

        def run() -> Message:
            try:
                evalset = self._opened()
                keys = [] if keyless else self._rows.keys(targets)
                disputed = [key for key in keys if evalset.state.status(key) == "disputed"]
                outcome = work(evalset, keys)
            except BaseException:
                self._post(Refused(targets.ticket))
                raise
            if not outcome.events:
                return Refused(targets.ticket, outcome.said)
            return self._done(outcome, targets.ticket, disputed)

        self._lane.queue(run)

    def undo(self) -> None:
        """Take back this person's newest decision."""
        self._lane.queue(lambda: self._step(-1))

    def redo(self) -> None:
        """Do again what was taken back last."""
        self._lane.queue(lambda: self._step(+1))

    def undo_event(self, id: str) -> None:
        """Take back one decision, whoever made it."""
        self._lane.queue(lambda: self._step(-1, id))

    def refresh(self) -> None:
        """Read what others decided."""
        self._lane.queue(lambda: self._refresh(anew=False))

    def look_outside(self) -> None:
        """Read what others decided where the folder looks different from last time; left out while decisions are on their way."""
        if self._lane.idle:
            self._lane.queue(self._look_outside)

    def seal_at_rest(self) -> None:
        """Seal once nothing was decided for half a minute."""
        if self.unsealed and self._lane.idle and time.monotonic() - self._last > _REST_SECONDS:
            self._last = time.monotonic()
            self._lane.queue(lambda: self._opened().seal())

    # --- questions -----------------------------------------------------------------------------------------------------

    def history(self, key: str) -> None:
        """Look up what happened to one prediction; says :class:`History`, of the last one asked for only."""
        self._history_of = key
        self._lane.queue(lambda: self._history(key))

    def ask_disputes(self, key: str) -> None:
        """Look up what people disagree on about a prediction, or about failure modes where ``key`` is empty; says :class:`Disputed`."""
        self._lane.queue(lambda: told.disputes(self._opened().state, key, self.decisions, self._config.privacy))

    def ask_deeds(self, key: str) -> None:
        """Look up what can be taken back of a prediction; says :class:`Deeds`."""
        self._lane.queue(lambda: told.deeds(self._opened(), key, self.decisions.names))

    @property
    def evalset(self) -> EvalSet | None:
        """The eval set, to be read from any thread; None until it is open. Only this service writes to it."""
        return self._evalset

    def decided(self, since: object) -> Changed:
        """Return what expressions see of the decisions, of those that came ``since`` a mark; from any thread."""
        from regrade.evalset import decided_since
        from regrade.log import Changed

        return Changed((), True, None) if self._evalset is None else decided_since(self._evalset.state, since)

    # --- in the thread -------------------------------------------------------------------------------------------------

    def _begin(self) -> Message:
        self._following.begin()
        try:
            return self._open()
        finally:
            self.looked.set()

    def _open(self) -> Message:
        from regrade.actor import current_actor
        from regrade.evalset import EvalSet

        actor = current_actor(self._paths.root)
        try:
            self._evalset = EvalSet.open(self._paths.evalset, actor=actor, task_kind=self._config.task.kind, cache=self._paths.cache)
        except RegradeError as error:
            self._following.failed(error)
            raise
        self._following.opened(self._evalset)
        self._read_modes()
        return EvalSetOpened(self._evalset.version)

    def _read_all(self) -> None:
        """Read every file, where a snapshot answered so far: an edited one is said now, and no decision waits for it later."""
        if self._evalset is None:
            return
        try:
            self._evalset.read()
        except RegradeError as error:
            self._following.failed(error)
            raise
        self._following.opened(self._evalset)

    def _opened(self) -> EvalSet:
        if self._evalset is None:
            raise UsageError("the eval set could not be opened, so nothing can be decided", hint="`regrade status` says why")
        return self._evalset

    def _row_state(self, key: str) -> RowState | None:
        return None if self._evalset is None else told.row_state(self._evalset.state, key, self.decisions)

    def _read_modes(self) -> None:
        from regrade.tui.services import past

        modes = self._opened().state.modes()
        self.decisions.modes = past.mode_keys(modes)
        self.decisions.names = {mode.id: mode.name for mode in modes}
        self.decisions.disputed = self._following.disputed

    def _decide(self, kind: str, targets: Targets, write: Callable[[EvalSet, Sequence[str]], Event]) -> None:
        def work(evalset: EvalSet, keys: list[str]) -> Outcome:
            event = write(evalset, keys)
            scores = kind != "note" and any(evalset.state.is_member(key) for key in keys)
            return Outcome(kind, tuple(keys), (event.id,), in_words(kind, keys), scores=scores)

        self.carry_out(targets, work)

    def _step(self, direction: int, id: str = "") -> Message:
        evalset = self._opened()
        if begun := told.taking_back(evalset, direction, id):
            self._post(begun)
        events = [evalset.undo_event(id)] if id else evalset.undo() if direction < 0 else evalset.redo()
        if not events:
            raise UsageError("there is nothing to undo here" if direction < 0 else "there is nothing to redo here")
        return self._taken(events, direction)

    def _taken(self, events: Sequence[Event], direction: int) -> Message:
        """Tell what was undone (direction -1), or done again."""
        from regrade.tui.services import past

        outcome = past.taken_back(self._opened().state, events, direction, self.decisions.names)
        return self._done(outcome)

    def _done(self, outcome: Outcome, ticket: int = 0, disputed: Sequence[str] = ()) -> Message:
        from regrade.tui.services import settlement

        if outcome.scores:
            self._post(MembersChanged())  # the engine begins while we find out what to say
        self._last = time.monotonic()
        evalset = self._opened()
        outside = self._following.came(evalset, outcome.events)
        self._read_modes()
        self.tally.add(outcome.events)
        settled = settlement.settled(evalset.state, disputed, outcome) if disputed else ""
        return Decision(outcome.kind, outcome.keys, outcome.scores, evalset.version, outcome.said, ticket, outcome.again, settled, outside)

    def _refresh(self, *, anew: bool) -> Message | None:
        evalset = self._opened()
        changed, said = self._following.read(evalset, anew=anew)
        if not changed:
            return None
        self._post(MembersChanged())
        self._read_modes()
        return Decision("refresh", (), True, evalset.version, said)

    def _look_outside(self) -> Message | None:
        return self._following.look(lambda anew: self._open() if self._evalset is None else self._refresh(anew=anew))

    def _history(self, key: str) -> Message | None:
        if self._evalset is None or key != self._history_of:
            return None
        return told.history(self._evalset.state, key, self.decisions.names, self._config.privacy)
