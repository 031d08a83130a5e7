"""What is said of contents that people disagree on."""

from __future__ import annotations

from regrade.config_privacy import Privacy
from regrade.log.differing import HIDDEN, told_apart

ALIKE = {f"c{n}": "the same long text" * 9 for n in range(9)}


def test_only_what_differs_is_told() -> None:
    one = {"inputs": {**ALIKE, "distance": 5}, "outcome": "late", "source": "a.csv", "schema": "s1"}
    other = {"inputs": {**ALIKE, "hour": 7, "distance": 9}, "outcome": "on_time", "source": "b.csv", "schema": "s2"}
    assert told_apart([one, other], Privacy()) == (
        [{"distance": 5, "hour": None, "outcome": "late"}, {"distance": 9, "hour": 7, "outcome": "on_time"}],
        0,
    )


def test_few_columns_stand_for_many() -> None:
    shown, more = told_apart([{"inputs": dict.fromkeys("abcdefg", n)} for n in range(3)], Privacy())
    assert (shown[2], more) == (dict.fromkeys("abcd", 2), 3)


def test_an_input_is_not_taken_for_what_was_logged() -> None:
    assert told_apart([{"inputs": {"outcome": n}, "outcome": "late"} for n in (1, 2)], Privacy())[0] == [{"outcome": 1}, {"outcome": 2}]


def test_what_privacy_hides_is_hidden_and_told_to_differ() -> None:
    hashed = "hmac:" + "0" * 32
    one, other = {"inputs": {"name": "Ann", "id": 7}}, {"inputs": {"name": "Bob", "id": hashed}}
    shown, _ = told_apart([one, other], Privacy(drop=("name",), hash=("id",)))
    assert shown == [{"name": HIDDEN, "id": HIDDEN}, {"name": HIDDEN, "id": hashed}]
