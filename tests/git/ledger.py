"""What a branch must say, computed without the fold: the oracle of the merge tests.

Each register is an observed-remove set of writes (Bieniusa et al. 2012, "An optimized conflict-free replicated set"): a decision
replaces what its branch showed at that moment; a merge keeps what both sides show, and what one shows and the other has never heard
of. Nothing here reads ``over``, files, or the order of events; an undo restores what the register showed before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from regrade.evalset import Event
from regrade.log.content import canonical

Register = tuple[str, str]
Stamp = tuple[str, bytes]
"""An event id, and the canonical value that it wrote."""
NOTHING: frozenset[Stamp] = frozenset()


@dataclass(frozen=True)
class Step:
    """One write of a decision, and what it replaced on its branch."""

    register: Register
    stamp: Stamp
    replaced: frozenset[Stamp]
    gone: frozenset[Stamp] = NOTHING
    """What its writer had seen replaced before: a branch that never heard of the decisions in between shows it no longer either."""

    def without(self, gone: Step) -> Step:
        """Return this step as it is when ``gone``, which it may have replaced, was taken back."""
        if self.register != gone.register or gone.stamp not in self.replaced:
            return self
        return replace(self, replaced=self.replaced - {gone.stamp} | gone.replaced, gone=self.gone | gone.gone)


@dataclass
class Commit:
    """What was decided between two commits: ids of all events, and the writes of those that were not taken back in it."""

    ids: set[str] = field(default_factory=set)
    steps: dict[str, list[Step]] = field(default_factory=dict)


class Ledger:
    """What one branch shows (``shown``) and has heard of (``heard``), by register, and the ids of its events."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self.shown: dict[Register, frozenset[Stamp]] = {}
        self.heard: dict[Register, frozenset[Stamp]] = {}
        self.gone: dict[tuple[Register, Stamp], frozenset[Stamp]] = {}
        self.commits: list[Commit] = [Commit()]

    def copy(self) -> Ledger:
        """Return the ledger of a branch that starts here."""
        new = Ledger()
        new.ids, new.shown, new.heard, new.gone = set(self.ids), dict(self.shown), dict(self.heard), dict(self.gone)
        return new

    def decided(self, event: Event) -> None:
        """Note an acknowledged decision."""
        steps = []
        for write in event.writes:
            register = (write.subject, write.field)
            shown = self.shown.get(register, NOTHING)
            gone = NOTHING.union(*(self.gone.get((register, stamp), NOTHING) for stamp in shown))
            step = Step(register, (event.id, canonical(write.value)), shown, gone)
            self.gone[register, step.stamp] = shown | gone
            steps.append(step)
        self._acknowledge(event.id)
        self.commits[-1].steps[event.id] = steps
        self._apply(steps)

    def undone(self, event: Event, target: str) -> list[Step]:
        """Note that the newest decision since the last commit was taken back; return its steps, which :meth:`redone` wants."""
        self._acknowledge(event.id)
        steps = self.commits[-1].steps.pop(target)
        for step in steps:
            self.shown[step.register] = step.replaced
        return steps

    def undone_below(self, event: Event, target: str) -> None:
        """Note that a decision since the last commit was taken back from under newer ones: they replaced what it had replaced."""
        self._acknowledge(event.id)
        steps = self.commits[-1].steps
        for gone in steps.pop(target):
            shown = self.shown[gone.register]
            if gone.stamp in shown:
                self.shown[gone.register] = shown - {gone.stamp} | gone.replaced
            for id, others in steps.items():
                steps[id] = [step.without(gone) for step in others]

    def redone(self, event: Event, target: str, steps: list[Step]) -> None:
        """Note that it was done again."""
        self._acknowledge(event.id)
        self.commits[-1].steps[target] = steps
        self._apply(steps)

    def committed(self) -> None:
        """Note a commit: what is decided from now on belongs to the next one."""
        self.commits.append(Commit())

    def merge(self, other: Ledger) -> None:
        """Take in another branch, whole: by merge, rebase, squash, or cherry-picks of all its commits."""
        self.ids |= other.ids
        for register in self.shown.keys() | other.shown.keys():
            mine, theirs = self.shown.get(register, NOTHING), other.shown.get(register, NOTHING)
            my_news, their_news = mine - other.heard.get(register, NOTHING), theirs - self.heard.get(register, NOTHING)
            self.shown[register] = (mine & theirs) | my_news | their_news
            self.heard[register] = self.heard.get(register, NOTHING) | other.heard.get(register, NOTHING)
        self.gone |= other.gone

    def pick(self, commits: Iterable[Commit]) -> None:
        """Take in single commits of another branch."""
        for commit in commits:
            for step in (each for steps in commit.steps.values() for each in steps):
                heard = self.heard.get(step.register, NOTHING)
                shown = self.shown.get(step.register, NOTHING) - step.replaced - step.gone
                self.shown[step.register] = shown if step.stamp in heard else shown | {step.stamp}
                self.heard[step.register] = heard | {step.stamp} | step.replaced | step.gone
                self.gone[step.register, step.stamp] = step.replaced | step.gone
            self.ids |= commit.ids

    def values(self) -> dict[Register, set[bytes]]:
        """Return the distinct values that each register says."""
        return {register: {value for _, value in stamps} for register, stamps in self.shown.items()}

    def heads(self) -> dict[Register, set[str]]:
        """Return the ids of the decisions that each register shows."""
        return {register: {id for id, _ in stamps} for register, stamps in self.shown.items()}

    def disputed(self) -> set[Register]:
        """Return the registers that say more than one thing."""
        return {register for register, values in self.values().items() if len(values) > 1}

    def _acknowledge(self, id: str) -> None:
        self.ids.add(id)
        self.commits[-1].ids.add(id)

    def _apply(self, steps: Iterable[Step]) -> None:
        for step in steps:
            self.shown[step.register] = frozenset([step.stamp])
            self.heard[step.register] = self.heard.get(step.register, NOTHING) | {step.stamp}
