"""Somebody who decides at random, and writes down in a ledger what was acknowledged."""

from __future__ import annotations

import random

from regrade.evalset import EvalSet, Event
from regrade.log.content import Content, canonical
from tests.git.ledger import Ledger, Step

KEYS = [f"f{n:03d}" for n in range(400)]
MODES = ["storm", "short hop", "first of the day", "crew", "ground stop"]
NEW_MODES = [f"mode {n}" for n in range(12)]
EXPECTED = ["late", "on_time", None]
SCHEMAS = {"s": "encoded"}
VERBS = {
    "label": 44,
    "relabel": 12,
    "dismiss": 8,
    "promote": 14,
    "pin": 4,
    "unpin": 2,
    "retire": 4,
    "restore": 2,
    "note": 3,
    "undo": 5,
    "undo one": 4,
    "resolve": 2,
}


class Person:
    """Decides in an open eval set, as ``evalset.actor``."""

    def __init__(self, chance: random.Random, evalset: EvalSet, ledger: Ledger) -> None:
        self._chance = chance
        self._evalset = evalset
        self._ledger = ledger
        self._done: list[str] = []

    def decide(self) -> None:
        """Make one decision that can be made now."""
        verb = self._chance.choices(list(VERBS), list(VERBS.values()))[0]
        while (event := self._try(verb)) is None:
            verb = "label"
        if not verb.startswith("undo"):
            self._note(event)

    def commit(self) -> None:
        """Nothing from before this moment is taken back."""
        self._done.clear()
        self._ledger.committed()

    def _note(self, event: Event) -> None:
        self._ledger.decided(event)
        self._done.append(event.id)

    def _try(self, verb: str) -> Event | None:
        chance, evalset, state = self._chance, self._evalset, self._evalset.state
        keys = chance.sample(KEYS, 1 if chance.random() < 0.8 else chance.randint(2, 12))
        members = [key for key in keys if state.is_member(key)]
        match verb:
            case "label":
                mode = chance.choice(NEW_MODES if chance.random() < 0.03 else MODES)
                if chance.random() < 0.2:
                    return evalset.label(keys, mode, expected=chance.choice(EXPECTED))
                return evalset.label(keys, mode, note="seen" if chance.random() < 0.1 else None)
            case "relabel":
                return evalset.relabel(keys, chance.choice(EXPECTED))
            case "dismiss":
                outside = [key for key in keys if not state.is_member(key)]
                return evalset.dismiss(outside, "entered wrongly") if outside else None
            case "promote":
                return evalset.promote([(key, self._content(key)) for key in keys], origin="failure", schemas=SCHEMAS)
            case "pin" | "unpin" | "retire":
                return getattr(evalset, verb)(members) if members else None
            case "restore":
                kept = [key for key in keys if state.values(key, "content")]
                return evalset.restore(kept) if kept else None
            case "note":
                return evalset.note(keys, "look again")
            case "undo":
                return self._undo() if self._done else None
            case "undo one":
                return self._undo_one() if self._done else None
        return self._resolve()

    def _content(self, key: str) -> Content:
        """What the log says of a prediction; now and then another log says something else."""
        return Content({"hour": int(key[1:]) % 24, "again": self._chance.random() < 0.02}, "s", outcome="late", prediction="on_time")

    def _resolve(self) -> Event | None:
        registers = sorted(register for register in self._ledger.disputed() if register[0] in KEYS)
        if not registers:
            return None
        subject, field = self._chance.choice(registers)
        value = self._chance.choice(sorted(self._evalset.state.values(subject, field), key=canonical))
        return self._evalset.resolve(subject, value, field=field)

    def _undo_one(self) -> Event:
        """Take back a decision by its id, with newer ones above it."""
        target = self._done.pop(self._chance.randrange(len(self._done)))
        event = self._evalset.undo_event(target)
        self._ledger.undone_below(event, target)
        return event

    def _undo(self) -> Event:
        """Take back a few decisions, and do some of them again."""
        ledger, taken = self._ledger, []
        n = self._chance.randint(1, min(4, len(self._done)))
        events = self._evalset.undo(n)
        assert len(events) == n
        for event in events:
            target = self._done.pop()
            assert event.undoes == (target,)
            taken.append((target, ledger.undone(event, target)))
        back: list[tuple[str, list[Step]]] = taken[::-1][: self._chance.randint(0, n)]
        if back:
            for event, (target, steps) in zip(self._evalset.redo(len(back)), back, strict=True):
                ledger.redone(event, target, steps)
                self._done.append(target)
        return events[0]
