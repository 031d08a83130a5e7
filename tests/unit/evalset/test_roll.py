"""The members in order and their version, kept from one change to the next: always what they would be read anew."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regrade.evalset import roll
from regrade.evalset.roll import Roll
from regrade.evalset.version import version_of

steps = st.lists(st.tuples(st.sampled_from("pcrx"), st.lists(st.integers(0, 30), max_size=4)), max_size=30)


@settings(max_examples=150, deadline=None)
@given(steps, st.integers(1, 4), st.integers(1, 9))
def test_what_is_kept_reads_as_if_all_were_read_anew(story: list[tuple[str, list[int]]], stretch: int, few: int) -> None:
    members: set[str] = set()
    says: dict[str, int] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(roll, "_STRETCH", stretch)
        patch.setattr(roll, "_FEW", few)
        kept = Roll(members, lambda keys: [(key, says[key]) for key in keys], lambda keys: [f"{key} {says[key]}".encode() for key in keys])  # type: ignore[arg-type,return-value]
        for verb, numbers in story:
            keys = {f"k{number:02}" for number in numbers}
            if verb == "p":
                members |= keys
            elif verb == "r":
                members -= keys
            for key in keys:
                says[key] = says.get(key, 0) + 1
            kept.touch(keys)
            if verb == "c":
                continue  # nobody asks: changes pile up
            assert kept.keys() == sorted(members)
            if verb == "x":
                continue
            assert kept.examples() == [(key, says[key]) for key in sorted(members)]
            assert kept.version() == version_of(kept.lines()) == version_of(f"{key} {says[key]}".encode() for key in sorted(members))


def test_of_a_member_that_changed_it_alone_is_read_again() -> None:
    members, read = {f"k{number:04}" for number in range(1_000)}, list[str]()
    kept = Roll(members, lambda keys: read.extend(keys) or [*keys], lambda keys: read.extend(keys) or [key.encode() for key in keys])  # type: ignore[arg-type,return-value,func-returns-value]
    kept.touch(members)
    kept.examples(), kept.version()
    read.clear()
    members.add("k0500b")
    members.remove("k0002")
    kept.touch(["k0500b", "k0002", "k0003", "elsewhere"])
    kept.examples(), kept.version()
    assert sorted(read) == ["k0003", "k0003", "k0500b", "k0500b"]
