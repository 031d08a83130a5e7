"""A repository, and for each of its branches the ledger of what it must say."""

from __future__ import annotations

import random
from pathlib import Path

from regrade.log.content import canonical
from tests.git.ledger import Ledger, Register
from tests.git.person import KEYS, MODES, Person
from tests.git.repository import Repository


class Team:
    """Several people on branches of one repository; every number that the tests print is counted here."""

    def __init__(self, root: Path, chance: random.Random) -> None:
        self.chance = chance
        self.repository = Repository.init(root)
        self.ledgers = {"main": Ledger()}
        self.decisions = self.surfaced = 0
        self.conflicts = self.lost = self.missed = self.false = 0
        with self.repository.open() as evalset:
            for mode in MODES:
                evalset.define_mode(mode)
            for event in evalset.state.events():
                self.ledgers["main"].decided(event)
        self.ledgers["main"].committed()
        self.repository.commit("begin")

    def branch(self, name: str) -> None:
        """Start a branch at main."""
        self.repository.git("switch", "-q", "-c", name, "main")
        self.ledgers[name] = self.ledgers["main"].copy()

    def work(self, branch: str, decisions: int, commits: int = 1) -> None:
        """Decide on a branch, in as many sessions and commits, by different people."""
        self.repository.git("switch", "-q", branch)
        ledger = self.ledgers[branch]
        for part in range(commits):
            with self.repository.open(self.chance.choice(["ann", "bob", "cem"])) as evalset:
                person = Person(self.chance, evalset, ledger)
                before = len(ledger.ids)
                upto = before + decisions * (part + 1) // commits - decisions * part // commits
                while len(ledger.ids) < upto:
                    person.decide()
                    if self.chance.random() < 0.01:
                        evalset.seal()
                person.commit()
                self.decisions += len(ledger.ids) - before
            self.repository.commit(f"{branch} {part}")

    def check(self, branch: str) -> None:
        """Hold the files of a branch to its ledger: nothing lost, nothing invented, each register as it must be."""
        assert self.repository.changes() == ""
        self.conflicts += len(self.repository.git("ls-files", "--unmerged").splitlines())
        ledger = self.ledgers[branch]
        with self.repository.open(read_only=True) as evalset:
            state = evalset.state
            known = {event.id for event in state.events()}
            registers: set[Register] = {(write.subject, write.field) for event in state.events() for write in event.writes}
            heads = {register: set(state.heads(*register)) for register in registers}
            values = {register: {canonical(value) for value in state.values(*register)} for register in registers}
            shown = {key for key in KEYS if state.status(key) == "disputed"}
        expected = {subject for subject, _ in ledger.disputed() if subject in KEYS}
        self.lost += len(ledger.ids - known)
        self.missed += len(expected - shown)
        self.false += len(shown - expected)
        assert (ledger.ids - known, known - ledger.ids) == (set(), set())
        assert (expected - shown, shown - expected) == (set(), set())
        assert _nonempty(values) == _nonempty(ledger.values())
        assert _nonempty(heads) == _nonempty(ledger.heads())

    def count_disputes(self, branch: str, before: set[Register]) -> None:
        """Count the disagreements that a merge brought to light."""
        self.surfaced += len(self.ledgers[branch].disputed() - before)


def _nonempty(found: dict[Register, set[str]] | dict[Register, set[bytes]]) -> dict[Register, object]:
    """Leave out what was undone wholly."""
    return {register: each for register, each in found.items() if each}
