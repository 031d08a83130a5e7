"""Rows are made once, and every taking gives what making them all anew would give."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from regrade.scoring.columns import FLOAT, MAYBE, OBJECT, Columns

KINDS = {"text": OBJECT, "number": FLOAT, "maybe": MAYBE}


class Thing:
    def __init__(self, number: int) -> None:
        self.number = number


THINGS = [Thing(at) for at in range(12)]


def row(left: Thing, right: Thing) -> tuple[object, ...]:
    maybe = [None, True, False][left.number % 3]
    return f"{left.number}-{right.number}", float(right.number), maybe


@given(st.lists(st.lists(st.tuples(st.sampled_from(THINGS), st.sampled_from(THINGS)), max_size=10), min_size=1, max_size=6))
def test_taking_equals_making_anew(steps: list[list[tuple[Thing, Thing]]]) -> None:
    made: list[tuple[Thing, Thing]] = []

    def make(left: Thing, right: Thing) -> tuple[object, ...]:
        made.append((left, right))
        return row(left, right)

    columns = Columns(KINDS, make)
    for pairs in steps:
        found = columns.take([left for left, _ in pairs], [right for _, right in pairs])
        rows = [row(*pair) for pair in pairs]
        assert found["text"].tolist() == [each[0] for each in rows]
        assert found["number"].tolist() == [each[1] for each in rows]
        assert found["maybe"].tolist() == [-1 if each[2] is None else int(bool(each[2])) for each in rows]
    assert len(made) == len({pair for pairs in steps for pair in pairs})


def test_rows_that_nobody_takes_any_more_are_let_go() -> None:
    columns = Columns(KINDS, row)
    for at in range(3_000):
        things = [Thing(at)]
        assert columns.take(things, things)["number"].tolist() == [float(at)]
    assert len(columns._sources) < 1_100
