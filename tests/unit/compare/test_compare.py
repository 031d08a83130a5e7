"""A comparison as a whole: what it counts, what it refuses to count, and what it says the same in any order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import r2_score

from regrade.compare import compare, decompose, scoreboard
from regrade.compare.comparison import Passed
from regrade.config import Config, Metrics, Task
from regrade.errors import ConfigError, NotEvaluatedError
from regrade.report.json import to_json
from regrade.scoring.metric_list import METRICS
from regrade.scoring.metrics import counts, metrics
from regrade.scoring.scored import CandidateRun
from tests.unit.compare.worlds import World, config, flights, flipped, world

DESIGNED = {
    "version", "baseline", "candidate", "verdict", "reasons", "fixed", "broken", "metrics", "n_sampled", "mcnemar_p", "detectable",
    "needed", "slices", "modes", "effects", "business", "pinned_broken", "disputed", "errors",
}  # fmt: skip


def small(**changes: object) -> World:
    """Six members; the candidate fixes k0 and k1 and breaks k2; k3 right, k4 wrong in both; k5 an error."""
    expected = ["late", "late", "on_time", "on_time", "late", "late"]
    prod = ["on_time", "on_time", "on_time", "on_time", "on_time", "late"]
    new = ["late", "late", "late", "on_time", "on_time", None]
    return world(expected, {"prod": prod, "new": new}, errors={"new": {5: "it raised"}}, **changes)  # type: ignore[arg-type]


def test_every_key_of_the_design_is_there() -> None:
    assert set(compare(small(), "prod", "new", config()).__struct_fields__) >= DESIGNED


def test_flips_by_key_and_an_error_is_neither_right_nor_wrong() -> None:
    found = compare(small(), "prod", "new", config(max_errors=1))
    assert (found.fixed, found.broken) == (["k00000", "k00001"], ["k00002"])
    assert (found.both_right, found.both_wrong, found.n_compared, found.errors) == (1, 1, 5, 1)
    assert (found.baseline_errors, found.candidate_errors) == (0, 1)
    assert found.mcnemar_p == 1.0


def test_only_partition_eval_counts() -> None:
    found = compare(small(partition=["fix", "eval", "fix", "eval", "eval", "fix"]), "prod", "new", config())
    assert (found.fixed, found.broken, found.n_compared, found.errors) == (["k00001"], [], 3, 0)


def test_disputed_examples_are_listed_and_count_nowhere() -> None:
    found = compare(small(disputed=[False, True, True, False, False, True], pinned=True), "prod", "new", config())
    assert found.disputed == ["k00001", "k00002", "k00005"]
    assert (found.fixed, found.broken, found.pinned_broken, found.errors) == (["k00000"], [], [], 0)


def test_sampled_examples_without_a_label_wait() -> None:
    found = compare(world(["late", None, None], {"prod": ["late"] * 3, "new": ["late"] * 3}), "prod", "new", config())
    assert (found.n_sampled, found.n_waiting, found.errors) == (1, 2, 0)
    assert "2 sampled examples wait for a label" in found.notes


def test_a_missing_answer_is_an_error() -> None:
    made = small()
    made.outputs["new"] = made.outputs["new"].iloc[:4]
    assert compare(made, "prod", "new", config()).errors == 2


def test_an_answer_without_a_prediction_is_an_error() -> None:
    made = world(["late"] * 3, {"prod": ["late"] * 3, "new": ["late", None, "late"]})
    made.outputs["new"]["right"] = pd.array([True, pd.NA, True], dtype="boolean")
    found = compare(made, "prod", "new", config())
    assert (found.errors, found.verdict, found.n_compared) == (1, "not_evaluated", 2)


def test_what_can_be_called_neither_right_nor_wrong_is_said() -> None:
    made = world(["late"] * 3, {"prod": ["late"] * 3, "new": ["late"] * 3})
    made.outputs["new"]["right"] = pd.array([True, pd.NA, True], dtype="boolean")
    found = compare(made, "prod", "new", config())
    assert found.n_compared == 2 and found.notes[0].startswith("1 answer can be called neither right nor wrong")


def test_the_examples_are_left_as_they_were() -> None:
    made = small()
    before = made.outputs["new"].copy(deep=True), made.examples.copy(deep=True)
    compare(made, "prod", "new", config())
    pd.testing.assert_frame_equal(made.outputs["new"], before[0])
    pd.testing.assert_frame_equal(made.examples, before[1])


def test_the_headline_rests_on_the_sample_and_its_weights() -> None:
    made = world(
        ["late"] * 6, {"prod": ["late", "on_time"] * 3, "new": ["on_time", "late"] * 3},
        sampled=[True, True, True, False, False, False], known=[False, False, False, True, True, True],
        weight=[10.0, 1.0, 1.0, 1.0, 1.0, 1.0],
    )  # fmt: skip
    row = compare(made, "prod", "new", config()).metrics["accuracy"]
    assert (row.baseline, row.candidate, row.n) == (pytest.approx(11 / 12), pytest.approx(1 / 12), 3)


def test_the_order_of_the_examples_changes_no_byte() -> None:
    rng = np.random.default_rng(4)
    truth, prod = flights(rng, 250)
    made = world(truth, {"prod": prod, "new": flipped(prod, rng.random(250) < 0.1)}, weight=rng.choice([1.0, 4.0], 250))
    said = to_json(compare(made, "prod", "new", config()))
    assert (
        to_json(compare(made.shuffled(1), "prod", "new", config())) == said == to_json(compare(made.shuffled(2), "prod", "new", config()))
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["accuracy", "f1", "brier", "roc_auc"]))
def test_swapping_the_sides_turns_every_sign(seed: int, metric: str) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 60))
    truth, prod = flights(rng, n)
    new = flipped(prod, rng.random(n) < rng.random())
    scores = {"prod": rng.random(n), "new": rng.random(n)}
    made = world(truth, {"prod": prod, "new": new}, scores=scores, weight=rng.choice([1.0, 7.0], n))
    chosen = Config(task=Task(positive="late"), metrics=Metrics(primary=metric))
    there, back = compare(made, "prod", "new", chosen), compare(made, "new", "prod", chosen)
    assert (there.fixed, there.broken) == (back.broken, back.fixed)
    one, other = there.headline, back.headline
    if one.delta is None:
        assert other.delta is None
        return
    assert one.delta == pytest.approx(-other.delta, abs=1e-12)
    assert (one.low, one.high) == (pytest.approx(-other.high, abs=1e-5), pytest.approx(-other.low, abs=1e-5))
    assert one.low <= one.delta <= one.high


@given(*[st.floats(-1e3, 1e3)] * 3)
def test_effects_add_up_to_the_whole_change(old: float, between: float, new: float) -> None:
    effects = decompose(old, between, new)
    assert effects.model is not None and effects.evalset is not None
    assert effects.model + effects.evalset == pytest.approx(new - old, abs=1e-9)


def test_on_one_version_the_evalset_has_no_effect() -> None:
    found = compare(small(), "prod", "new", config(max_errors=1))
    assert found.effects.evalset == 0 and found.effects.model == pytest.approx(found.metrics["accuracy"].delta)


def test_effects_without_a_metric_are_not_known() -> None:
    assert decompose(None, 0.5, 0.75).evalset is None and decompose(None, 0.5, 0.75).model == 0.25
    assert decompose(0.5, None, 0.75).model is None


def all_metrics(kind: str) -> Config:
    return Config(task=Task(kind="classification", positive="late" if kind == "binary" else None), metrics=Metrics(show=tuple(METRICS)))


@pytest.mark.parametrize("kind", ["binary", "multiclass"])
def test_every_metric_has_the_value_that_scoring_gives(kind: str) -> None:
    rng = np.random.default_rng(9)
    classes = ["late", "on_time", "cancelled"][: 2 if kind == "binary" else 3]
    truth, prod, new = (rng.choice(classes, 200) for _ in range(3))
    made = world(
        truth, {"prod": prod, "new": new}, scores={"prod": rng.random(200), "new": rng.random(200)}, weight=rng.choice([1.0, 5.0], 200)
    )
    chosen = all_metrics(kind)
    found = compare(made, "prod", "new", chosen).metrics
    for side in ("prod", "new"):
        wanted = metrics(made, side, chosen)
        got = {name: getattr(row, "baseline" if side == "prod" else "candidate") for name, row in found.items()}
        assert got == {name: None if value is None else pytest.approx(value, abs=1e-9) for name, value in wanted.items()}


def test_regression_metrics_have_intervals_and_lower_is_better() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(0, 10, 150)
    answers = {"prod": (truth + rng.normal(0, 5, 150)).tolist(), "new": (truth + rng.normal(0, 1, 150)).tolist()}
    chosen = Config(task=Task(kind="regression", tolerance=3.0), metrics=Metrics(primary="mae", show=("rmse", "r2", "bias")))
    made = world(truth.tolist(), answers, weight=rng.choice([1.0, 5.0], 150))
    found = compare(made, "prod", "new", chosen)
    for side, by_name in (("baseline", metrics(made, "prod", chosen)), ("candidate", metrics(made, "new", chosen))):
        assert {name: getattr(row, side) for name, row in found.metrics.items()} == pytest.approx(by_name, abs=1e-9)
    weights, errors = made.examples["weight"].to_numpy(float), np.array(answers["new"]) - truth
    assert found.metrics["r2"].candidate == pytest.approx(r2_score(truth, answers["new"], sample_weight=weights))
    assert found.metrics["bias"].candidate == pytest.approx(np.average(errors, weights=weights))
    r2, bias = found.metrics["r2"], found.metrics["bias"]
    assert r2.low is not None and r2.low > 0 and r2.higher_is_better and bias.higher_is_better is None
    for row in (found.metrics["mae"], found.metrics["rmse"]):
        assert row.high is not None and row.high < 0 and not row.higher_is_better
    assert found.verdict == "pass"
    assert compare(world(truth.tolist(), answers), "new", "prod", chosen).verdict == "regression"


def test_known_failures_by_mode() -> None:
    made = world(
        ["late"] * 7, {"prod": ["on_time"] * 5 + ["late"] * 2, "new": ["late"] * 3 + ["on_time"] * 4},
        sampled=False, known=True, mode=["storms", "storms", "storms", "storms", "hops", "hops", "hops"],
    )  # fmt: skip
    rows = compare(made, "prod", "new", config(), mode_names={"storms": "evening storms"}).modes
    assert [(row.name, row.n, row.fixed, row.broken, row.now_right, row.reopened) for row in rows] == [
        ("evening storms", 4, 3, 0, 3, False),
        ("hops", 3, 0, 2, 0, True),
    ]
    assert rows[0].delta == 0.75 and rows[0].p_adjusted == pytest.approx(0.5) and rows[1].p_adjusted == pytest.approx(0.5)


def test_flips_to_read_first_are_broken_then_pinned_then_sampled() -> None:
    made = world(
        ["late"] * 5, {"prod": ["late", "late", "late", "on_time", "late"], "new": ["on_time", "on_time", "on_time", "late", "late"]},
        sampled=[False, True, False, True, True], pinned=[False, False, True, False, False],
    )  # fmt: skip
    flips = compare(made, "prod", "new", config()).flips
    assert [(flip.key, flip.flip) for flip in flips] == [
        ("k00002", "broken"),
        ("k00001", "broken"),
        ("k00000", "broken"),
        ("k00003", "fixed"),
    ]


def test_a_candidate_that_was_not_scored_is_named() -> None:
    with pytest.raises(NotEvaluatedError, match="'newer' was not scored") as error:
        compare(small(), "prod", "newer", config())
    assert "new" in error.value.hint and error.value.exit_code == 3


def test_a_cluster_column_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match="'nmber'") as error:
        compare(small(), "prod", "new", config(cluster="nmber"))
    assert "number" in error.value.hint


def test_an_empty_eval_set_compares_nothing() -> None:
    found = compare(world([], {"prod": [], "new": []}), "prod", "new", config())
    assert (found.verdict, found.n_compared, found.mcnemar_p, found.needed) == ("inconclusive", 0, None, None)
    assert found.reasons == ["no production estimate: `regrade sample 200`"]


def test_the_scoreboard_and_the_comparison_say_the_same() -> None:
    rng = np.random.default_rng(8)
    truth, prod = flights(rng, 300)
    made = world(truth, {"prod": prod, "new": flipped(prod, rng.random(300) < 0.1)}, pinned=[True] * 4 + [False] * 296)
    rows = {row.name: row for row in scoreboard(made, config(), replay={"prod": 0.999})}
    found = compare(made, "prod", "new", config())
    row, headline = rows["new"], found.headline
    assert row.delta is not None and (row.delta.value, row.delta.low, row.delta.high) == (headline.delta, headline.low, headline.high)
    assert (row.fixed, row.broken, row.pinned) == (len(found.fixed), len(found.broken), found.pinned)
    assert rows["prod"].champion and rows["prod"].delta is None and rows["prod"].replay == 0.999


def test_the_scoreboard_shows_a_candidate_that_failed() -> None:
    made = small()
    made.runs["new"] = CandidateRun(None, error="it does not load")
    row = scoreboard(made, config())[1]
    assert (row.errors, row.error, row.fingerprint) == (1, "it does not load", None)


def test_the_scoreboard_without_a_sample_says_nothing_of_production() -> None:
    rows = scoreboard(small(sampled=False, known=True), config())
    assert [row.estimate.value for row in rows] == [None, None]
    assert rows[1].known.passed == 3 and rows[1].known.total == 6


def test_a_second_scoreboard_draws_nothing() -> None:
    from regrade.compare.bootstrap import Weights

    cache = Weights()
    scoreboard(small(), config(), cache=cache)
    drawn = cache.drawn
    scoreboard(small(), config(), cache=cache)
    assert drawn == 6 and cache.drawn == 6


def test_missing_values_of_pandas_are_no_answers() -> None:
    made = small()
    made.outputs["prod"]["error"] = made.outputs["prod"]["error"].map(lambda _: np.nan).astype(object)
    found = compare(made, "prod", "new", config(max_errors=1))
    assert found.baseline_errors == 0


def test_an_answer_without_a_probability_is_an_answer_among_known_failures_wherever_they_are_counted() -> None:
    parts = {"known": [True] * 5 + [False], "pinned": [False, True] * 3}
    expected, answered = ["late"] * 6, ["late", "late", "on_time", "late", "late", "late"]
    scores = {"prod": [0.9] * 6, "new": [0.9, np.nan, np.nan, 0.9, 0.9, 0.9]}
    made = world(expected, {"prod": expected, "new": answered}, scores=scores, errors={"new": {3: "it raised"}}, **parts)
    made.outputs["new"].loc[np.isnan(scores["new"]), "log_loss"] = np.nan
    chosen = Config(task=Task(positive="late"), metrics=Metrics(primary="log_loss"))
    row, found = {row.name: row for row in scoreboard(made, chosen)}["new"], compare(made, "prod", "new", chosen)
    assert row.errors == 3 and (row.known.passed, row.known.total, row.known.unanswered) == (3, 5, 1)
    for part in parts:
        assert getattr(row, part) == getattr(found, part) == Passed(**counts(made, "new", part))


@pytest.mark.parametrize("metric", ["log_loss", "brier", "roc_auc"])
def test_who_gives_probabilities_only_where_it_is_sure_gains_nothing(metric: str) -> None:
    rng = np.random.default_rng(7)
    truth, prod = flights(rng, 200)
    scores = np.clip((truth == "late") * 0.3 + rng.random(200) * 0.7, 0.01, 0.99)
    sure = np.where(np.abs(scores - (truth == "late")) < 0.4, scores, np.nan)
    made = world(truth, {"prod": prod, "new": prod}, scores={"prod": scores, "new": sure})
    for column in ("log_loss", "brier"):
        made.outputs["new"].loc[np.isnan(sure), column] = np.nan
    chosen = Config(task=Task(positive="late"), metrics=Metrics(primary=metric))
    missing = int(np.isnan(sure).sum())
    assert 0 < missing < 100
    found = compare(made, "prod", "new", chosen)
    rows = {row.name: row for row in scoreboard(made, chosen)}

    assert (found.verdict, found.candidate_errors, found.baseline_errors) == ("not_evaluated", missing, 0)
    assert any(note.startswith(f"new: {missing} answers without the probability") for note in found.notes)
    assert rows["prod"].estimate.value == rows["new"].estimate.value and rows["prod"].estimate.n == 200 - missing
    assert (rows["new"].errors, rows["prod"].errors) == (missing, 0)
    assert metric in str(rows["new"].error)
    assert metrics(made, "new", chosen)[metric] is None
