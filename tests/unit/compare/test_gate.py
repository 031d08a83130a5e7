"""The verdict: each rule of the gate, and the measurement that made them."""

from __future__ import annotations

import numpy as np
import pytest

from regrade.compare import compare, exit_code
from regrade.compare.bootstrap import Weights
from regrade.compare.comparison import Comparison, GroupRow, MetricRow
from regrade.compare.gate import Evidence, judge
from regrade.config import Config, Gate, Metrics, ProtectedSlice, Task
from tests.unit.compare.worlds import World, config, flights, flipped, world


def evidence(**changes: object) -> Evidence:
    """A candidate that passes."""
    values: dict[str, object] = {
        "primary": MetricRow(baseline=0.7, candidate=0.72, delta=0.02, low=0.01, high=0.03, n=300),
        "sampled": 300, "compared": 300, "unlabelled": 0, "identical": False, "failed": 0, "errors": {"prod": 0, "new": 0},
    }  # fmt: skip
    return Evidence(**{**values, **changes})  # type: ignore[arg-type]


def row(delta: float, low: float, high: float, *, higher_is_better: bool = True) -> MetricRow:
    return MetricRow(baseline=0.5, candidate=0.5 + delta, delta=delta, low=low, high=high, n=300, higher_is_better=higher_is_better)


def protected(delta: float, low: float, high: float, p: float, margin: float = 0.02) -> GroupRow:
    return GroupRow(name="evening", n=90, fixed=1, broken=9, delta=delta, low=low, high=high, p_adjusted=p, margin=margin)


@pytest.mark.parametrize(
    ("primary", "verdict"),
    [
        (row(0.02, 0.01, 0.03), "pass"),
        (row(0.0, -0.009, 0.009), "pass"),
        (row(0.0, -0.01, 0.01), "inconclusive"),
        (row(0.017, -0.011, 0.045), "inconclusive"),
        (row(-0.005, -0.009, -0.001), "regression"),
        (row(-0.2, -0.3, 0.0), "inconclusive"),
        (row(0.1, 0.05, 0.15, higher_is_better=False), "regression"),
        (row(-0.1, -0.15, -0.05, higher_is_better=False), "pass"),
        (row(0.0, -0.05, 0.009, higher_is_better=False), "pass"),
        (row(0.0, -0.009, 0.05, higher_is_better=False), "inconclusive"),
    ],
)
def test_the_interval_decides(primary: MetricRow, verdict: str) -> None:
    assert judge(evidence(primary=primary), Config()).verdict == verdict


def test_a_pinned_example_that_broke_is_a_regression_whatever_the_interval() -> None:
    found = judge(evidence(pinned_broken=["k1"]), Config())
    assert found.verdict == "regression" and "k1" in found.reasons[0]
    assert judge(evidence(pinned_broken=["k1"]), Config(gate=Gate(pinned="report"))).verdict == "pass"


def test_a_pinned_example_that_was_taken_out_is_a_regression_even_of_one_model() -> None:
    found = judge(evidence(pins_gone=["k1", "k2"], identical=True), Config())
    assert found.verdict == "regression" and found.reasons == [
        "2 pinned examples were taken out of the eval set in the same change: k1, k2"
    ]
    assert judge(evidence(pins_gone=["k1"]), Config(gate=Gate(pinned="report"))).verdict == "pass"


def test_a_pinned_example_without_an_answer_is_no_pass() -> None:
    assert judge(evidence(pinned_unanswered=["k1"]), Config(gate=Gate(max_errors=5))).verdict == "not_evaluated"


def test_errors_past_the_limit_evaluate_nothing_and_keep_the_other_reasons() -> None:
    found = judge(evidence(failed=2, errors={"prod": 0, "new": 2}, pinned_broken=["k1"]), Config(gate=Gate(max_errors=1)))
    assert found.verdict == "not_evaluated" and "2 errors, 1 allowed (new 2)" in found.reasons[0] and "k1" in found.reasons[1]
    assert judge(evidence(failed=2, errors={"prod": 0, "new": 2}), Config(gate=Gate(max_errors=2))).verdict == "pass"


def test_disputed_examples_fail_only_where_the_policy_says_so() -> None:
    assert judge(evidence(disputed=["k1"]), Config()).verdict == "pass"
    assert judge(evidence(disputed=["k1"]), Config(gate=Gate(disputed="fail"))).verdict == "not_evaluated"


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (protected(-0.10, -0.18, -0.02, 0.01), "regression"),
        (protected(-0.10, -0.25, 0.05, 0.30), "inconclusive"),
        (protected(-0.01, -0.018, -0.002, 0.01), "pass"),
        (protected(-0.01, -0.018, -0.002, 0.01, margin=0.0), "regression"),
        (protected(0.05, 0.01, 0.09, 0.01), "pass"),
        (protected(0.0, 0.0, 0.0, 1.0, margin=0.0), "pass"),
    ],
)
def test_a_protected_slice_may_not_be_worse_by_its_margin(found: GroupRow, verdict: str) -> None:
    judged = judge(evidence(slices=[found]), Config())
    assert judged.verdict == verdict
    assert ("evening" in " ".join(judged.reasons)) == (verdict != "pass")


def test_without_a_sample_there_is_no_production_estimate_and_a_broken_pin_still_counts() -> None:
    nothing = {"primary": MetricRow(), "sampled": 0, "compared": 0}
    found = judge(evidence(**nothing), Config())
    assert (found.verdict, found.reasons) == ("inconclusive", ["no production estimate: `regrade sample 200`"])
    assert judge(evidence(**nothing, pinned_broken=["k1"]), Config()).verdict == "regression"


def test_a_sample_that_waits_for_labels_is_inconclusive_and_one_without_answers_is_not_evaluated() -> None:
    assert judge(evidence(primary=MetricRow(), compared=0, unlabelled=300), Config()).verdict == "inconclusive"
    assert judge(evidence(primary=MetricRow(), compared=0, unlabelled=10), Config()).verdict == "not_evaluated"
    assert judge(evidence(primary=MetricRow(), compared=200), Config()).verdict == "not_evaluated"


def test_one_model_passes_itself_at_any_margin() -> None:
    strict = Config(gate=Gate(margin=0.0))
    same = row(0.0, 0.0, 0.0)
    assert judge(evidence(primary=same, identical=True), strict).verdict == "pass"
    assert judge(evidence(primary=same), strict).verdict == "inconclusive"


@pytest.mark.parametrize(
    ("verdict", "policy", "code"),
    [
        ("pass", "warn", 0), ("inconclusive", "warn", 0), ("inconclusive", "fail", 3),
        ("regression", "warn", 1), ("not_evaluated", "warn", 3),
    ],
)  # fmt: skip
def test_exit_codes(verdict: str, policy: str, code: int) -> None:
    assert exit_code(verdict, Config(gate=Gate(inconclusive=policy))) == code  # type: ignore[arg-type]


def mixed(rng: np.random.Generator, n_sampled: int = 150, n_known: int = 150) -> World:
    """What an eval set looks like: known failures of the champion, and sampled predictions; three candidates nobody wants."""
    truth, champion = flights(rng, n_sampled + n_known)
    sampled = np.arange(n_sampled + n_known) < n_sampled
    champion = np.where(sampled, champion, flipped(truth, ~sampled)).astype(object)
    everywhere = np.ones(len(truth), bool)
    candidates = {
        "coin": rng.choice(np.array(["late", "on_time"], object), len(truth)),
        "inverted": flipped(champion, everywhere),
        "degraded": flipped(champion, rng.random(len(truth)) < 0.35),
    }
    mode = np.where(sampled, None, "a mode")
    return world(truth, {"prod": champion, **candidates}, sampled=sampled, known=~sampled, mode=mode)


def test_a_coin_an_inverted_and_a_degraded_champion_never_pass_although_a_naive_gate_passes_them() -> None:
    """The measurement of the design (FACTS: failures as a test set), 200 draws."""
    rng, chosen, cache = np.random.default_rng(2013), config(resamples=500), Weights()
    passed = dict.fromkeys(("coin", "inverted", "degraded"), 0)
    naive = dict.fromkeys(passed, 0)
    for _ in range(200):
        made = mixed(rng)
        for name in passed:
            found = compare(made, "prod", name, chosen, cache=cache)
            passed[name] += found.verdict == "pass"
            right, before = made.outputs[name]["right"].to_numpy(bool), made.outputs["prod"]["right"].to_numpy(bool)
            gain = right.astype(float) - before
            naive[name] += gain.mean() - 1.96 * gain.std() / np.sqrt(len(gain)) > -0.01
    assert passed == {"coin": 0, "inverted": 0, "degraded": 0}
    assert naive["coin"] >= 150 and naive["inverted"] == 200 and naive["degraded"] >= 50


def test_a_few_sampled_examples_without_a_flip_prove_nothing() -> None:
    truth, prod = flights(np.random.default_rng(1), 30)
    found = compare(world(truth, {"prod": prod, "new": prod}), "prod", "new", config())
    assert found.verdict == "inconclusive" and found.headline.delta == 0 and found.needed
    many_truth, many = flights(np.random.default_rng(1), 2_000)
    assert compare(world(many_truth, {"prod": many, "new": many}), "prod", "new", config(resamples=200)).verdict == "pass"


def test_the_same_fingerprint_passes_by_any_name() -> None:
    truth, prod = flights(np.random.default_rng(1), 30)
    made = world(truth, {"prod": prod, "copy": prod}, fingerprints={"prod": "f", "copy": "f"})
    for name in ("prod", "copy"):
        found = compare(made, "prod", name, config())
        assert (found.verdict, found.headline.delta, found.headline.low, found.headline.high) == ("pass", 0.0, 0.0, 0.0)
        assert exit_code(found.verdict, config()) == 0


def test_candidates_without_a_fingerprint_are_not_the_same_model() -> None:
    truth, prod = flights(np.random.default_rng(1), 30)
    made = world(truth, {"prod": prod, "copy": prod})
    for run in made.runs.values():
        run.fingerprint = None
    assert compare(made, "prod", "copy", config()).verdict == "inconclusive"


def test_more_sampled_examples_settle_what_it_says_they_settle() -> None:
    """Two models that flip on every fiftieth example each, one in either direction."""

    def found(n: int) -> Comparison:
        sides = [["on_time" if i % 50 == at else "late" for i in range(n)] for at in (0, 1)]
        return compare(world(["late"] * n, {"prod": sides[0], "new": sides[1]}), "prod", "new", config(resamples=500))

    first = found(200)
    assert first.verdict == "inconclusive" and first.needed == 4_274
    assert first.reasons[0].endswith("; about 4,300 more sampled examples would settle it: `regrade sample 4500`")
    assert found(200 + first.needed).verdict == "pass" and found(200 + first.needed // 4).verdict == "inconclusive"


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (4_473, "would settle it, more than the log has (4,473 predictions)"),
        (4_474, "would settle it: `regrade sample 4474`"),
        (9_999, "would settle it: `regrade sample 4500`"),
    ],
)
def test_no_more_examples_are_asked_for_than_the_log_has(there: int, said: str) -> None:
    sides = [["on_time" if i % 50 == at else "late" for i in range(200)] for at in (0, 1)]
    made = world(["late"] * 200, {"prod": sides[0], "new": sides[1]})
    asked: list[int] = []
    found = compare(made, "prod", "new", config(resamples=500), population=lambda: asked.append(there) or there)
    assert found.reasons[0].endswith(said)
    assert (found.needed, found.population, len(asked)) == (None if there == 4_473 else 4_274, there, 1)


def test_a_primary_metric_that_a_candidate_cannot_have_is_not_evaluated() -> None:
    truth, prod = flights(np.random.default_rng(1), 40)
    chosen = Config(task=Task(positive="late"), metrics=Metrics(primary="log_loss"))
    found = compare(world(truth, {"prod": prod, "new": prod}), "prod", "new", chosen)
    assert found.verdict == "not_evaluated" and "log_loss" in found.reasons[0]


def test_protected_slices_are_judged_on_their_sampled_examples() -> None:
    rng = np.random.default_rng(5)
    truth, prod = flights(rng, 600, right=1.0)
    hour = np.arange(600) % 24
    made = world(truth, {"prod": prod, "new": flipped(prod, hour >= 20)}, inputs={"hour": hour.tolist()})
    gate = Gate(champion="prod", margin=0.9, resamples=500, slices={"night": ProtectedSlice(0.02)})
    chosen = Config(task=Task(positive="late"), gate=gate, slices={"night": "hour >= 20", "day": "hour < 20"})
    found = compare(made, "prod", "new", chosen)
    assert found.verdict == "regression"
    night, day = found.slices
    assert (night.n, night.broken, night.delta, night.margin, day.margin) == (100, 100, -1.0, 0.02, None)
