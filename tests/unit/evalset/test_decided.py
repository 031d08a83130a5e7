"""What expressions see of decisions, of those alone that changed: the same as looking at all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from regrade.evalset import EvalSet, State, decided_rows, decided_since, session
from regrade.evalset.reopening.reopened import ReopenedState
from regrade.log import Changed, Decided, PredictionLog, Reader
from regrade.paths import Paths
from tests.unit.log.logs import PLAIN, config, small, write

from .histories import act
from .replicas import PEOPLE, Replica, Story, steps

IDS = (["b", "da", "a"], ["db", "b", "e"])
"""Of two files; one key is there twice, and nobody predicted ``c``."""


class Followed:
    """A log that follows one person's decisions, and one that is told all of them each time."""

    def __init__(self, files: list[Path]) -> None:
        self.log, self.full = (PredictionLog.open(Paths(files[0].parent), config(files, PLAIN)) for _ in range(2))
        self.readers: list[Reader] = [self.log.reader(), self.full.reader()]

    def close(self) -> None:
        for each in [*self.readers, self.log, self.full]:
            each.close()

    def check(self, state: State, *, tables: bool) -> None:
        self.log.follow_decided(lambda since: decided_since(state, since))
        self.full.set_decided(decided_rows(state))
        now, full = self.log.decided, self.full.decided
        assert now.addresses.tolist() == full.addresses.tolist()
        assert now.rows.tolist() == full.rows.tolist()
        assert now.disputed.tolist() == full.disputed.tolist() == [row.status == "disputed" for row in full.rows]
        if tables:
            assert table(self.readers[0]) == table(self.readers[1])


def table(reader: Reader) -> list[tuple[Any, ...]]:
    reader.filtered("", {"status"})
    return reader.ask("SELECT * FROM decided ORDER BY ALL")


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Followed]]:
    """A log for each person: they hear of decisions at different times."""
    folder = tmp_path_factory.mktemp("decided")
    files = [write(folder / f"{n}.parquet", f"SELECT unnest({ids}) AS id, 'late' AS said") for n, ids in enumerate(IDS)]
    found = {name: Followed(files) for name in PEOPLE}
    yield found
    for each in found.values():
        each.close()


@settings(max_examples=30)
@given(steps)
def test_after_any_decisions_it_is_as_if_all_were_looked_at(followed: dict[str, Followed], story: Story) -> None:
    """Whoever pulls looks at the other's eval set first, as after `git switch`."""
    people = {name: Replica(name) for name in PEOPLE}
    for name, verb, key, other in story:
        person = people[name]
        if verb == "pull":
            followed[name].check(people[other].state, tables=False)
            person.pull(people[other])
        else:
            act(person, verb, key)
        if verb == "pull" or name != "cem":  # who hears of several decisions at once
            followed[name].check(person.state, tables=verb == "pull")
    for name, person in people.items():
        followed[name].check(person.state, tables=True)


MANY = 10_000


class Counting:
    """A cursor that counts the rows that it is given."""

    def __init__(self, cursor: Any) -> None:
        self.cursor, self.rows = cursor, 0

    def execute(self, sql: str, parameters: Any = ()) -> None:
        self.rows += len(parameters[0]) if parameters else 0
        self.cursor.execute(sql, parameters)


def test_a_label_costs_one_row_however_many_are_decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with EvalSet.open(tmp_path / "evalset", actor="ann", task_kind="classification") as evalset, small(tmp_path, MANY + 2) as log:
        state = evalset.state
        evalset.label([f"k{n}" for n in range(MANY)], "storm")
        looked_at: list[str] = []
        expected, locate = State.expected, PredictionLog.locate
        monkeypatch.setattr(State, "expected", lambda self, key: looked_at.append(key) or expected(self, key))
        monkeypatch.setattr(PredictionLog, "locate", lambda self, cursor, keys: looked_at.extend(keys) or locate(self, cursor, keys))
        heard: list[Changed] = []

        def since(mark: object) -> Changed:
            heard.append(decided_since(state, mark))
            return heard[-1]

        log.follow_decided(since)
        assert len(looked_at) == 2 * MANY and heard[-1].whole
        cursor = Counting(log.cursor())
        log.decided.load(cursor, log.files, None)
        for decide, rows in (
            (lambda: evalset.label([f"k{MANY}"], "storm"), [Decided(f"k{MANY}", "labelled", "storm")]),
            (lambda: evalset.label(["k7"], "a new mode"), [Decided("k7", "labelled", "a new mode")]),
            (lambda: evalset.undo(), [Decided("k7", "labelled", "storm")]),
            (lambda: evalset.dismiss(["k3", "k9", "nowhere"], "noise"), [Decided(key, "dismissed", "storm") for key in ("k3", "k9")]),
            (lambda: evalset.note(["k5"], "seen"), [Decided("k5", "labelled", "storm")]),
        ):
            before = log.decided
            cursor.rows = 0
            looked_at.clear()
            decide()
            looked_at.clear()
            log.follow_decided(since)
            assert not heard[-1].whole and len(looked_at) <= 4
            assert log.decided.rows[log.decided.stamps > before.newest].tolist() == rows
            log.decided.load(cursor, log.files, before)
            assert 0 < cursor.rows <= 2 * len(rows)
        evalset.rename_mode("storm", "Storms")
        log.follow_decided(since)
        assert heard[-1].whole, "what is called otherwise is so for all"
        assert {row.mode for row in log.decided.rows} == {"Storms"}
        cursor.cursor.close()


def test_what_a_snapshot_said_need_not_be_looked_at_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "WORTH_IT", 0)
    given = {"actor": "ann", "task_kind": "classification", "cache": tmp_path / "cache"}
    with EvalSet.open(tmp_path / "evalset", **given) as evalset:
        evalset.label(["a", "b"], "storm")
    with EvalSet.open(tmp_path / "evalset", **given) as evalset:
        held = evalset.state
        assert isinstance(held, ReopenedState)
        first = decided_since(held, None)
        evalset.label(["c"], "fog")
        for state in (held, evalset.state):
            changed = decided_since(state, first.mark)
            assert not changed.whole and [row.key for row in changed.rows] == ["c"]
    with EvalSet.open(tmp_path / "evalset", **given) as evalset:
        first = decided_since(evalset.state, None)
        with EvalSet.open(tmp_path / "evalset", **(given | {"actor": "bob"})) as bob:
            bob.label(["d"], "fog")
        evalset.refresh()
        changed = decided_since(evalset.state, first.mark)
        assert changed.whole and {row.key for row in changed.rows} == {"a", "b", "c", "d"}, "other files than it was of"
