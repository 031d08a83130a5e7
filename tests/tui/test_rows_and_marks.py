"""What is held of a view: a few blocks of rows, one byte a mark."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from regrade.tui.commands.move import seek
from regrade.tui.model import Marks
from regrade.tui.services.rows import BLOCK, Rows


def block(number: int) -> dict[str, list[object]]:
    return {"key": [f"k{number * BLOCK + at}" for at in range(BLOCK)], "result": ["right"] * BLOCK, "a": list(range(BLOCK))}


def test_what_is_on_screen_is_fetched_first_then_one_run_ahead() -> None:
    rows = Rows(100_000)
    names = ["key", "result", "a"]
    runs = rows.wanted(5 * BLOCK - 10, 5 * BLOCK + 20, names, ())
    assert runs[0] == [4, 5]
    assert runs[1] == list(range(6, 16))
    for number in (4, 5, *range(6, 16)):
        rows.put(number, block(number))
    assert rows.wanted(5 * BLOCK, 5 * BLOCK + 30, names, ()) == []
    assert rows.wanted(5 * BLOCK, 5 * BLOCK + 30, [*names, "b"], ())[0] == [5], "a column that came into sight"


def test_what_is_on_its_way_is_not_asked_for_twice() -> None:
    rows = Rows(100_000)
    assert rows.wanted(0, 30, ["key"], {0, *range(1, 11)}) == []


def test_backwards_it_looks_behind() -> None:
    rows = Rows(100_000)
    rows.put(50, block(50))
    assert rows.wanted(50 * BLOCK, 50 * BLOCK + 30, ["key"], (), forwards=False) == [list(range(40, 50))]


def test_no_more_rows_are_held_than_a_few_windows() -> None:
    rows = Rows(10_000_000)
    for number in range(500):
        rows.put(number, block(number))
    assert rows.in_memory <= 64 * BLOCK
    assert rows.row(499 * BLOCK, ("key",)) == (f"k{499 * BLOCK}",)
    assert rows.row(0, ("key",)) is None


@given(st.integers(0, 5_000), st.integers(-50, 6_000), st.integers(0, 200))
def test_wanted_blocks_lie_in_the_view(length: int, first: int, height: int) -> None:
    for forwards in (True, False):
        runs = Rows(length).wanted(first, first + height, ["key"], (), forwards=forwards)
        assert all(0 <= number * BLOCK < length for run in runs for number in run)


def test_a_range_marks_no_row_that_is_not_there() -> None:
    for length, last in ((0, 0), (3, 5)):
        marks = Marks(length)
        marks.mark_range(max(length - 1, 0), last)
        assert marks.count == min(length, 1) and len(marks.as_bytes()) == length


@given(st.lists(st.tuples(st.sampled_from(["toggle", "range", "all", "clear"]), st.integers(0, 29), st.integers(0, 29)), max_size=12))
def test_marks_are_a_set_of_positions(steps: list[tuple[str, int, int]]) -> None:
    marks, model = Marks(30), set[int]()
    for step, first, last in steps:
        if step == "toggle":
            marks.toggle(first)
            model ^= {first}
        elif step == "range":
            marks.mark_range(first, last)
            model |= set(range(min(first, last), max(first, last) + 1))
        elif step == "all":
            marks.mark_all()
            model = set(range(30))
        else:
            marks.clear()
            model = set()
        assert (marks.positions(), marks.count) == (sorted(model), len(model))
        assert all((at in marks) == (at in model) for at in range(30))


@given(st.lists(st.integers(0, 2), min_size=1, max_size=40), st.integers(0, 39), st.sampled_from([1, -1]), st.data())
def test_seek_finds_the_nearest(results: list[int], cursor: int, direction: int, data: st.DataObject) -> None:
    addresses = np.array(data.draw(st.permutations(range(len(results)))))
    decided = np.array(data.draw(st.lists(st.booleans(), min_size=len(results), max_size=len(results))))
    by_address = np.array(results, dtype=np.uint8)
    ahead = range(cursor + 1, len(results)) if direction > 0 else range(min(cursor, len(results)) - 1, -1, -1)
    wrong = [at for at in ahead if results[addresses[at]] == 1]
    waits = [at for at in ahead if results[addresses[at]] and not decided[addresses[at]]]
    cursor = min(cursor, len(results)) if direction < 0 else cursor
    assert seek(by_address, addresses, cursor, direction) == (wrong[0] if wrong else None)
    assert seek(by_address, addresses, cursor, direction, decided) == (waits[0] if waits else None)
