"""What one cache's last scoring left behind: members and answers, so that the next one asks and reads what came in since."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from regrade.config import Config
from regrade.errors import CandidateError, ConfigError
from regrade.scoring.answering import FEW, Members
from regrade.scoring.foreign import Notices
from regrade.scoring.frames import Frames
from regrade.scoring.growing import Grown, grow, grown, stretch
from regrade.scoring.outputs import Output, OutputCache, Pace
from regrade.scoring.scored import CandidateRun

if TYPE_CHECKING:
    from regrade.candidates import Fingerprint, Pool
    from regrade.evalset import Example
    from regrade.scoring.hidden import HiddenExamples

_CANDIDATES = 64
"""Candidates whose answers are remembered as a list."""


class Ask(Protocol):
    """Asks a candidate about members, as :class:`regrade.scoring.answering.Answering` does."""

    def __call__(self, part: Members, *, found: Fingerprint | None = None) -> tuple[list[Output], CandidateRun]:
        """``found``: what the candidate is, where somebody has just looked."""


@dataclass(frozen=True)
class _Answered:
    """The answers of one candidate to all members, each of them lasting."""

    members: Grown[Example]
    outputs: Grown[Output]
    fingerprint: str
    errors: int


@dataclass(frozen=True)
class Look:
    """What a candidate is, what it answered, and the members that came in since."""

    before: _Answered
    found: Fingerprint
    at: int
    """Where they came in."""
    fresh: Members

    def at_hand(self, pool: Pool, cache: OutputCache, name: str) -> bool:
        """Need nobody be waited for: is the answer to each of these known, or only looked up?"""
        known = cache.known(self.found.hash, () if pool.by_key(name) else self.fresh.hashes)
        return pool.by_key(name) or all(each in known for each in self.fresh.hashes)


class Remembered:
    """The last scoring with one configuration. Used by one scoring at a time; different candidates from different threads."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.frames = Frames(config)
        self.notices = Notices()
        self._members: Grown[Example] | None = None
        self._before: Grown[Example] | None = None
        self._answered: OrderedDict[str, _Answered] = OrderedDict()

    def members(self, hidden: HiddenExamples) -> Members:
        """Return the members of now; their list knows whether it grew out of the last one."""
        self._before, self._members = self._members, grown(self._members, hidden.examples)
        return Members(self._members, hidden.schemas, hidden.refused)

    def few(self, members: Members) -> bool:
        """Are these the members of the last time, or these and a few more?"""
        examples, before = members.all, self._before
        if not isinstance(examples, Grown) or before is None:
            return False
        return examples is before or (examples.out_of(before) and examples.n <= FEW)

    def look(self, name: str, members: Members, pool: Pool) -> Look | None:
        """Return what there is to ask a candidate about members that came in since the last time; None: nothing is known of it as it is."""
        before = self._answered.get(name)
        grew = stretch((before.members,), (members.all,)) if before is not None and not members.refused else None
        if before is None or grew is None or grew[1] > FEW:
            return None
        found = _found(name, pool)
        if found is None or found.hash != before.fingerprint:
            return None
        at, n = grew
        return Look(before, found, at, Members(members.all[at : at + n], members.schemas))

    def answers(
        self, name: str, members: Members, pool: Pool, cache: OutputCache, ask: Ask, look: Look | None
    ) -> tuple[list[Output], CandidateRun]:
        """Return one output a member, and how they came about: only members that came in since the last time are asked about.

        Nothing is taken from here unless the candidate is still what it was, before (``look``) and after.
        """
        spent: CandidateRun | None = None
        if look is not None:
            before = look.before
            fresh, run = ask(look.fresh, found=look.found)
            if run.fingerprint == before.fingerprint and not run.unasked:
                outputs = grow(before.outputs, look.at, fresh) if fresh else before.outputs
                run.error = run.error if run.raised else None  # that all of a few are errors is no fault of the whole
                run.cached += len(before.outputs)
                run.errors += before.errors
                self._account(run, pool.by_key(name), cache)
                self._keep(name, members, outputs, run, cache)
                return outputs, run
            spent = run
        given, run = ask(members)
        if spent is not None:  # what it turned out to be on the way was looked up as a whole
            run.predicted, run.cached = run.predicted + spent.predicted, run.cached - spent.predicted
            run.seconds, run.calls, run.tokens = run.seconds + spent.seconds, run.calls + spent.calls, run.tokens + spent.tokens
            run.cost += spent.cost
        outputs = Grown(given)
        self._keep(name, members, outputs, run, cache)
        return outputs, run

    def _account(self, run: CandidateRun, by_key: bool, cache: OutputCache) -> None:
        """Say what known answers have saved."""
        if run.fingerprint and run.cached and not by_key:
            pace = Pace.of(run.predicted, run.seconds, run.calls, run.tokens) or cache.pace(run.fingerprint)
            run.saved = run.cached * pace.seconds
            run.saved_cost = self.config.cost.of(run.saved, run.cached * pace.calls, run.cached * pace.tokens)

    def _keep(self, name: str, members: Members, outputs: Grown[Output], run: CandidateRun, cache: OutputCache) -> None:
        """Remember answers, unless some are missing, or are errors that may be none the next time."""
        self._answered.pop(name, None)
        if run.error or run.unasked or run.fingerprint is None or members.refused or not isinstance(members.all, Grown):
            return
        if run.errors:
            known = cache.known(run.fingerprint, ())
            if any(each.error is not None and known.get(hash) is not each for each, hash in zip(outputs, members.hashes, strict=True)):
                return
        self._answered[name] = _Answered(members.all, outputs, run.fingerprint, run.errors)
        while len(self._answered) > _CANDIDATES:
            self._answered.popitem(last=False)


def _found(name: str, pool: Pool) -> Fingerprint | None:
    """Return what the candidate is now. What is wrong with one that cannot say is found when it is asked."""
    try:
        return pool.fingerprint(name)
    except (CandidateError, ConfigError):
        return None


_REMEMBERED: WeakKeyDictionary[OutputCache, Remembered] = WeakKeyDictionary()
"""It lives as long as the cache that its answers come from."""


def remembered(cache: OutputCache, config: Config) -> Remembered:
    """Return what is remembered for this cache under this configuration."""
    found = _REMEMBERED.get(cache)
    if found is None or found.config is not config:
        found = _REMEMBERED[cache] = Remembered(config)
    return found
