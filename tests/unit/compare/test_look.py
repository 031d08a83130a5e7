"""What the Compare and Slices screens are told: every compared example once, and tables that agree with scikit-learn."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from sklearn.metrics import accuracy_score, confusion_matrix

from regrade.compare import compare
from regrade.compare.look import EVERYTHING
from regrade.compare.looking import look
from regrade.compare.pair_row import KINDS
from regrade.compare.pairs import pairs
from tests.unit.compare.worlds import config, world

CLASSES = st.sampled_from(["late", "on_time"])


@given(rows=st.lists(st.tuples(CLASSES | st.none(), CLASSES, CLASSES, st.booleans(), st.booleans()), min_size=1, max_size=25))
def test_pairs_are_the_examples_that_a_comparison_counts(rows: list[tuple[str | None, str, str, bool, bool]]) -> None:
    expected, before, after, pinned, sampled = (list(each) for each in zip(*rows, strict=True))
    made = world(expected, {"prod": before, "new": after}, pinned=pinned, sampled=sampled, errors={"new": {0: "it broke"}})
    told = compare(made, "prod", "new", config())
    found = pairs(made, "prod", "new", config())
    by_kind = {kind: [row.key for row in found if row.kind == kind] for kind in KINDS}
    assert sorted(by_kind["fixed"]) == sorted(told.fixed) and sorted(by_kind["broken"]) == sorted(told.broken)
    assert (len(by_kind["both_right"]), len(by_kind["both_wrong"])) == (told.both_right, told.both_wrong)
    assert len({row.key for row in found}) == len(found) and [row.kind for row in found] == sorted(
        (row.kind for row in found), key=KINDS.index
    )
    assert all(row.error == "it broke" for row in found if row.kind == "unanswered")
    for kind in KINDS:
        order = [(not row.pinned, not row.sampled, row.key) for row in found if row.kind == kind]
        assert order == sorted(order)


def test_only_so_many_of_a_kind() -> None:
    made = world(["late"] * 9, {"prod": ["late"] * 9, "new": ["late"] * 5 + ["on_time"] * 4})
    assert [row.kind for row in pairs(made, "prod", "new", config(), most=3)] == ["broken"] * 3 + ["both_right"] * 3


def test_tables_agree_with_scikit_learn_on_the_sampled_examples_alone() -> None:
    rng = np.random.default_rng(3)
    expected = rng.choice(["late", "on_time"], 200)
    answers = np.where(rng.random(200) < 0.7, expected, np.where(expected == "late", "on_time", "late"))
    sampled, weight, hour = rng.random(200) < 0.6, rng.choice([1.0, 4.0], 200), rng.integers(0, 24, 200)
    made = world(
        expected,
        {"prod": answers},
        sampled=sampled,
        weight=weight,
        inputs={"hour": hour.tolist()},
        scores={"prod": rng.random(200).tolist()},
    )
    found = look(made, structs.replace(config(), slices={"evening": "hour >= 18"}))
    assert found.slices == [EVERYTHING, "evening"] and found.n_sampled == sampled.sum()
    for name, inside in ((EVERYTHING, sampled), ("evening", sampled & (hour >= 18))):
        cell = found.cells["accuracy"][name]["prod"]
        assert cell.n == inside.sum()
        assert cell.value is not None and np.isclose(
            cell.value, accuracy_score(expected[inside], answers[inside], sample_weight=weight[inside])
        )
    (prod,) = found.candidates
    matrix = confusion_matrix(expected[sampled], answers[sampled])
    assert [each.n for each in prod.confusion] == matrix.ravel().tolist() and np.isclose(sum(each.share for each in prod.confusion), 1)
    assert sum(each.n for each in prod.scores) == sampled.sum()
    assert sum(each.positive for each in prod.scores) == (expected[sampled] == "late").sum()


def test_without_sampled_examples_there_are_no_values() -> None:
    found = look(world(["late", "on_time"], {"prod": ["late", "late"]}, sampled=False), config())
    assert found.cells["accuracy"][EVERYTHING]["prod"].value is None and found.candidates[0].confusion == []
