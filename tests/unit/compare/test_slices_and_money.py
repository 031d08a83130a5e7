"""Slices and business value: the language of the log on the examples."""

from __future__ import annotations

import numpy as np
import pytest

from regrade.compare import compare
from regrade.compare.columns import evaluate_text, example_table
from regrade.compare.members import answers as judged
from regrade.compare.members import members
from regrade.config import Config, Gate, Task, parse
from regrade.config_business import Business
from regrade.errors import ConfigError, ExpressionError
from tests.unit.compare.worlds import World, world


def made() -> World:
    """Eight sampled flights; new is right on all, prod on the first four."""
    expected = ["late", "on_time"] * 4
    wrong = [{"late": "on_time", "on_time": "late"}[each] for each in expected]
    return world(
        expected, {"prod": expected[:4] + wrong[4:], "new": expected},
        inputs={"hour": [1, 2, 3, None, 18, 19, 20, None], "mode": ["a"] * 8}, mode=["m1"] * 2 + [None] * 6, weight=[1.0] * 4 + [3.0] * 4,
    )  # fmt: skip


def run(slices: dict[str, str] | None = None, **business: object) -> object:
    return compare(made(), "prod", "new", Config(
        task=Task(positive="late"), gate=Gate(champion="prod", resamples=200), slices=slices or {}, business=Business(**business),  # type: ignore[arg-type]
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("hour >= 18", 3),
        ("not (hour >= 18)", 3),
        ("hour is null", 2),
        ("expected = 'late'", 4),
        ("mode = 'm1'", 2),
        ("log.mode = 'a'", 8),
        ("prod.prediction <> expected", 4),
        ("new.prediction = prod.prediction and hour < 3", 2),
    ],
)
def test_a_slice_names_inputs_expected_mode_and_predictions(text: str, n: int) -> None:
    assert run({"it": text}).slices[0].n == n  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["hours >= 18", "hour", "hour >=", "result = 'wrong'", "other.prediction = 'late'", "(select 1) = 1"])
def test_a_slice_that_cannot_be_says_where_it_stands(text: str) -> None:
    with pytest.raises(ExpressionError) as error:
        run({"it": text})
    assert "slices.it" in error.value.where


@pytest.mark.parametrize(
    ("expected", "answers"), [([1, 0, 1], ["1", "0", "0"]), ([True, False, True], ["true", "false", "false"]), ([1.0, 0.0, 1.0], [1, 0, 0])]
)
def test_labels_of_several_types_compare_as_labels(expected: list[object], answers: list[object]) -> None:
    scored = world(expected, {"prod": answers, "new": answers})
    table = example_table(scored, members(scored), {"new": judged(scored, "new", members(scored))})
    assert evaluate_text("new.prediction = expected", table, where="", condition=True) == [True, True, False]


def test_an_empty_slice_says_nothing() -> None:
    row = run({"it": "hour > 99", "all": "true"}).slices[0]  # type: ignore[attr-defined]
    assert (row.n, row.delta, row.low, row.p_adjusted) == (0, None, None, None)


VALUE = "case when prediction = expected then 0 when expected = 'late' then -40 else -12 end"


def test_money_is_weighted_and_scaled() -> None:
    money = run(value=VALUE, per_month=2_000.0, currency="EUR").business  # type: ignore[attr-defined]
    # prod loses 40, 12, 40, 12 on the last four, each of weight 3 of 16
    assert money.per_1000.value == pytest.approx(1_000 * 104 * 3 / 16)
    assert money.per_month.value == pytest.approx(2_000 * 104 * 3 / 16)
    assert (money.currency, money.n, money.skipped) == ("EUR", 8, 0)
    assert money.per_1000.low < money.per_1000.value < money.per_1000.high


def test_money_leaves_out_what_has_no_value() -> None:
    money = run(value="case when hour is null then null when prediction = expected then 1.5 else 0 end").business  # type: ignore[attr-defined]
    assert (money.n, money.skipped, money.per_month) == (6, 2, None)
    assert money.per_1000.value == pytest.approx(1_500 * 9 / 12)


def test_money_without_a_value_is_none() -> None:
    assert run().business is None  # type: ignore[attr-defined]


def test_a_value_that_is_no_number_says_so() -> None:
    with pytest.raises(ExpressionError, match="no number") as error:
        run(value="prediction")
    assert "business.value" in error.value.where


def test_equal_models_are_worth_nothing() -> None:
    same = compare(made(), "new", "new", Config(task=Task(positive="late"), business=Business(value=VALUE)))
    assert same.business is not None and same.business.per_1000.value == 0 == same.business.per_1000.low


def test_predictions_that_are_numbers_stay_numbers() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(10, 1, 50).tolist()
    scored = world(truth, {"prod": [each + 1 for each in truth], "new": truth})
    chosen = Config(task=Task(kind="regression", tolerance=0.5), business=Business(value="-abs(prediction - expected)"))
    found = compare(scored, "prod", "new", chosen)
    assert found.business is not None and found.business.per_1000.value == pytest.approx(1_000)


def test_costs_are_the_short_form_of_a_value() -> None:
    long = run(value=VALUE, per_month=2_000.0).business  # type: ignore[attr-defined]
    short = run(costs={"late": {"on_time": -40.0}, "on_time": {"late": -12.0}}, per_month=2_000.0).business  # type: ignore[attr-defined]
    assert short == long


def test_a_class_of_the_costs_that_is_none_is_said_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="'on_tme'") as error:
        run(costs={"late": {"on_tme": -40.0}})
    assert error.value.where == "regrade.toml: business.costs.late.on_tme"
    assert "'on_time'" in error.value.hint


@pytest.mark.parametrize(
    ("toml", "line", "what"),
    [
        ('[business]\nvalue = "1"\ncosts = { a = { b = 1 } }', 3, "both say"),
        ('[task]\nkind = "regression"\n[business.costs]\na = { b = 1 }', 3, "classification"),
        ("[business.costs.a]\nb = nan", 2, "no amount"),
        ('[business.costs]\na = { b = "x" }', 2, "float"),
        ('[stages]\nmodel = "x"', 2, "something else"),
        ('[stages]\na = "prediction"', 2, "part of the answer"),
        ('[log]\noutcome = "y"\n[stages]\na = "y"', 4, "log's outcome"),
        ('[stages]\na = "x"\nb = "x"', 3, "stage a already"),
        ('[stages]\n"a b" = "x"', 2, "no name of a stage"),
        ('[checks]\nfine = ""', 2, "empty"),
    ],
)
def test_tables_that_cannot_be_name_their_line(toml: str, line: int, what: str) -> None:
    with pytest.raises(ConfigError, match=what) as error:
        parse(toml)
    assert error.value.where.startswith(f"regrade.toml:{line}:")
