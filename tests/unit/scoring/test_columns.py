"""Rows are made once, and every taking gives what making them all anew would give."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regrade.scoring import columns as columns_module
from regrade.scoring.columns import FLOAT, MAYBE, OBJECT, Columns
from regrade.scoring.growing import Grown, grow

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


@pytest.fixture(scope="module", autouse=True)
def few_wait() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns_module, "_MANY", 3)
        yield


@given(st.lists(st.tuples(st.sampled_from(THINGS), st.sampled_from(THINGS), st.integers(0, 99), st.booleans()), max_size=12))
def test_growing_equals_making_anew(steps: list[tuple[Thing, Thing, int, bool]]) -> None:
    """Rows put in one at a time, and now and then another one in place of one that was there."""
    columns, lists = Columns(KINDS, row), [Grown[Thing](), Grown[Thing]()]
    for left, right, place, replaces in steps:
        at = place % (len(lists[0]) + 1)
        if replaces and lists[0]:
            lists = [
                Grown([*each[: at - 1], new, *each[at:]]) if at else Grown([new, *each[1:]])
                for each, new in zip(lists, (left, right), strict=True)
            ]
        else:
            lists = [grow(each, at, [new]) for each, new in zip(lists, (left, right), strict=True)]
        before = columns.take(*lists)
        found = columns.take(*lists)
        assert found is before
        rows = [row(*pair) for pair in zip(*lists, strict=True)]
        assert found.part(at, at + 2)["text"].tolist() == [each[0] for each in rows[at : at + 2]]
        if place % 3:
            continue  # nobody looks at the columns: what came in waits
        assert found["text"].tolist() == [each[0] for each in rows]
        assert found["number"].tolist() == [each[1] for each in rows]
        assert found["maybe"].tolist() == [-1 if each[2] is None else int(bool(each[2])) for each in rows]


def test_a_row_that_came_in_is_put_into_columns_that_are_looked_at_and_no_other_row_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    columns, things = Columns(KINDS, row), Grown([Thing(at) for at in range(50)])
    dict(columns.take(things, things))
    made, filled = columns_module._column, []
    monkeypatch.setattr(columns_module, "_column", lambda values, kind: (filled.append(len(values)), made(values, kind))[1])
    more = grow(things, 20, [Thing(99)])
    taken = columns.take(more, more)
    assert filled == []
    assert taken.part(20, 21)["number"].tolist() == [99.0] and taken["number"].tolist()[19:22] == [19.0, 99.0, 20.0]
    assert filled == [1] * (len(KINDS) + 1)


def test_rows_that_nobody_takes_any_more_are_let_go() -> None:
    columns = Columns(KINDS, row)
    for at in range(3_000):
        things = [Thing(at)]
        assert columns.take(things, things)["number"].tolist() == [float(at)]
    assert len(columns._sources) < 1_100
