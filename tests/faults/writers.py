"""What the processes do that are killed, stopped and starved: they decide, and say so only once it was acknowledged."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import random
import time
from collections.abc import Callable
from pathlib import Path

from regrade.errors import UsageError
from regrade.evalset import EvalSet, Event, session
from regrade.evalset.events import encode
from regrade.log.content import Content
from tests.faults.naps import nap_at_calls

TASK = "classification"
SCHEMA = {hashlib.sha256(b"hour").hexdigest(): "aG91cg=="}

Say = Callable[..., None]


def keep_every_snapshot() -> None:
    """Let small sets, too, be reopened from a snapshot: one more thing to be caught writing. For processes of their own only."""
    session.WORTH_IT = 0


def open_set(folder: Path, actor: str) -> EvalSet:
    """Open the eval set as the app does, with a cache beside it."""
    return EvalSet.open(folder, actor=actor, task_kind=TASK, cache=folder.parent / "cache")


def acknowledge(say: Say, event: Event) -> None:
    say(id=event.id, sha=hashlib.sha256(encode(event)).hexdigest()[:16])


def contents(keys: list[str]) -> list[tuple[str, Content]]:
    return [(key, Content({"key": key}, next(iter(SCHEMA)), outcome="late", prediction="on_time")) for key in keys]


def decide(evalset: EvalSet, chance: random.Random, token: str, keys: list[str]) -> list[Event]:
    """Make one decision on ``keys``; its note or reason is a name of its own, with the number of keys."""
    name = f"{token}:{len(keys)}"
    match chance.choices(("label", "relabel", "promote", "note", "retire", "undo", "redo"), (50, 10, 15, 5, 5, 10, 5))[0]:
        case "relabel":
            return [evalset.relabel(keys, chance.choice(["late", "on_time", None]), note=name)]
        case "promote":
            return [evalset.promote(contents(keys), origin="failure", schemas=SCHEMA, note=name)]
        case "note":
            return [evalset.note(keys, name)]
        case "retire" if all(map(evalset.state.is_member, keys)):
            with contextlib.suppress(UsageError):  # another process may have taken one out since
                return [evalset.retire(keys, name)]
        case "undo":
            return evalset.undo(chance.randint(1, 3))
        case "redo":
            return evalset.redo()
    return [evalset.label(keys, chance.choice(["storm", "crew", "short hop"]), note=name)]


def for_ever(say: Say, folder: str, actor: str, seed: int) -> None:
    """Decide on keys of one's own and on keys that all have, singly and in bulk; seal and open again now and then."""
    chance = random.Random(seed)
    numbers = itertools.count()
    while True:
        with open_set(Path(folder), actor) as evalset:
            for _ in range(chance.randint(1, 40)):
                size = 1 if chance.random() < 0.6 else chance.randint(2, 40)
                whose = actor if chance.random() < 0.7 else "all"
                keys = [f"{whose}.{n}" for n in chance.sample(range(60), size)]
                for event in decide(evalset, chance, f"{actor}#{next(numbers)}", keys):
                    acknowledge(say, event)
                if chance.random() < 0.05:
                    evalset.seal()


def meet(say: Say, root: str, actor: str, seed: int, at: list[float]) -> None:
    """Open a new folder, decide and seal, twice, when others do, and open the next one at its time; nap at the calls in between."""
    chance = random.Random(seed)
    nap_at_calls(seed)
    for n, then in enumerate(at):
        time.sleep(max(0.0, then - time.time()))
        for turn in range(2):
            with open_set(Path(root) / f"{n}" / "evalset", actor) as evalset:
                for each in range(chance.randint(0, 2)):
                    for event in decide(evalset, chance, f"{actor}#{turn}{each}", [f"all.{chance.randint(0, 5)}"]):
                        acknowledge(say, event)
                    if chance.random() < 0.3:
                        evalset.seal()
    say(done=True)


def some(say: Say, folder: str, actor: str, seed: int, decisions: int, keys: int) -> None:
    """Make so many decisions on a few keys that all have, and leave."""
    chance = random.Random(seed)
    with open_set(Path(folder), actor) as evalset:
        for n in range(decisions):
            which = [f"all.{key}" for key in chance.sample(range(keys), 1 if n % 4 else chance.randint(2, 12))]
            acknowledge(say, evalset.label(which, chance.choice(["storm", "crew", "short hop"]), note=f"{actor}#{n}:{len(which)}"))
            if chance.random() < 0.02:
                evalset.seal()
    say(done=True)
