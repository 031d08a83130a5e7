"""Calibration: a reliability table in bins of equal mass, its error, and the paired difference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from regrade.compare import compare
from regrade.compare.calibration import Table
from regrade.config import Config, Gate, Metrics, Task
from regrade.scoring.outputs import Output
from tests.unit.compare.worlds import config, world


def table(score: list[float], happened: list[float], weight: list[float] | None = None) -> Table:
    return Table(np.array(score), np.array(happened, float), np.array(weight or [1.0] * len(score)))


def test_the_error_by_hand() -> None:
    # Two bins of two: |(0 + 1)/2 - (.1 + .3)/2| / 2 + |(1 + 1)/2 - (.7 + .9)/2| / 2 = .15 + .1
    found = table([0.1, 0.3, 0.7, 0.9], [0, 1, 1, 1]).reliability(2)
    assert found.ece == pytest.approx(0.25)
    assert [(each.low, each.high, each.score, each.rate, each.n, each.weight) for each in found.bins] == [
        (0.1, 0.3, pytest.approx(0.2), 0.5, 2, 0.5), (0.7, 0.9, pytest.approx(0.8), 1.0, 2, 0.5),
    ]  # fmt: skip


def test_weights_move_bins_rates_and_error() -> None:
    # .1 weighs 6 of 8, so it fills the lower bin: |0 - .1| * 6/8; the others, 2 of 8: |(.5 + 0)... (0·1 + 1·1)/2 - (.5 + .9)/2| * 2/8
    found = table([0.1, 0.5, 0.9], [0, 0, 1], [6.0, 1.0, 1.0]).reliability(2)
    assert found.ece == pytest.approx(0.1 * 6 / 8 + abs(0.5 - 0.7) * 2 / 8)
    assert [each.n for each in found.bins] == [1, 2]


def test_what_has_no_weight_is_in_no_bin() -> None:
    found = table([0.5, 0.1], [1, 0], [1.0, 0.0]).reliability()
    assert [each.n for each in found.bins] == [1] and found.ece == 0.5


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.8, 1.0]), st.booleans(), st.sampled_from([1.0, 2.0, 5.0])), min_size=1, max_size=40
    ),
    st.randoms(),
)
def test_no_order_of_examples_matters_and_equal_probabilities_share_a_bin(rows: list[tuple[float, bool, float]], random: object) -> None:
    def made(given: list[tuple[float, bool, float]]) -> Table:
        return table([row[0] for row in given], [row[1] for row in given], [row[2] for row in given])

    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    first, second = made(rows).reliability(), made(mixed).reliability()
    assert first.ece == pytest.approx(second.ece) and [each.n for each in first.bins] == [each.n for each in second.bins]
    bins = made(rows).bin_of()
    assert all(len({int(at) for at, row in zip(bins, rows, strict=True) if row[0] == score}) <= 1 for score in (0.0, 0.2, 0.5, 0.8, 1.0))
    assert 0 <= first.ece <= 1 and sum(each.weight for each in first.bins) == pytest.approx(1)


def test_the_influence_is_the_derivative() -> None:
    made = table([0.1, 0.3, 0.7, 0.9], [0, 1, 1, 1], [1.0, 2.0, 1.0, 3.0])
    error, step = made.error(2), 1e-6
    for at in range(4):
        columns = error.columns.copy()
        columns[at] *= 1 + step
        moved = float(error.combine(columns.sum(axis=0)))
        assert (moved - error.value) / step == pytest.approx(error.influence()[at], abs=1e-4)


def scores(rng: np.random.Generator, n: int) -> tuple[list[str], list[float], list[float]]:
    """Outcomes, probabilities that hold, and the same pushed towards 0 and 1."""
    p = rng.uniform(0.05, 0.95, n)
    truth = ["late" if each else "on_time" for each in rng.random(n) < p]
    return truth, p.tolist(), np.clip(1 / (1 + np.exp(-3 * np.log(p / (1 - p)))), 0, 1).tolist()


def test_overconfidence_is_seen_with_its_interval() -> None:
    truth, held, pushed = scores(np.random.default_rng(1), 600)
    said = ["late" if each >= 0.5 else "on_time" for each in held]
    scored = world(truth, {"prod": said, "new": said}, scores={"prod": held, "new": pushed}, fingerprints={"prod": "a", "new": "b"})
    found = compare(scored, "prod", "new", config(resamples=400)).calibration
    assert found is not None and found.of == "late" and found.n == 600 and len(found.baseline.bins) == 10
    assert found.baseline.ece is not None and found.candidate.ece is not None and found.candidate.ece > 2 * found.baseline.ece
    assert found.delta == pytest.approx(found.candidate.ece - found.baseline.ece)
    assert found.low is not None and found.high is not None and 0 < found.low < found.delta < found.high


def test_without_a_positive_class_it_is_of_what_is_answered() -> None:
    scored = world(
        ["a", "b", "c", "a"], {"prod": ["a", "b", "a", "b"], "new": ["a", "b", "a", "b"]}, fingerprints={"prod": "x", "new": "y"}
    )
    given = [Output(each, {each: 0.75, "c": 0.25}, None) for each in ("a", "b", "a", "b")]
    scored.answers = {"prod": given, "new": given}
    chosen = Config(task=Task(), gate=Gate(champion="prod", resamples=200), metrics=Metrics(show=()))
    found = compare(scored, "prod", "new", chosen).calibration
    assert found is not None and found.of == "" and found.baseline.ece == pytest.approx(0.25)
    assert [(each.n, each.rate) for each in found.baseline.bins] == [(4, 0.5)]


def test_no_probabilities_no_calibration() -> None:
    scored = world(["late", "on_time"], {"prod": ["late", "late"], "new": ["late", "on_time"]}, scores={"prod": [0.5, 0.5]})
    assert compare(scored, "prod", "new", replace(config(resamples=200))).calibration is None
