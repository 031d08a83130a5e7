"""The bundled flights are what their README says, and the deployed model can be trained again from them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from threadpoolctl import threadpool_limits

from regrade.cli.demo_workspace import delays, sample_data_folder
from regrade.cli.demo_workspace.training import CATEGORIES, NUMBERS, RECIPES, read_sample, train

FOLDER = sample_data_folder()
BUDGET = 3_000_000
AFTERWARDS = {"dep_time", "dep_delay", "arr_time", "arr_delay", "air_time", "tailnum"}


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    return pq.read_table(FOLDER / "flights.parquet").to_pandas()


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return read_sample(FOLDER)


@pytest.fixture(scope="module")
def right(log: pd.DataFrame, sample: pd.DataFrame) -> dict[str, pd.Series]:
    """Which logged flights with an outcome each candidate gets right; months by flight are in `log`."""
    known = log[log["outcome"].notna()]
    models = {recipe.name: train(recipe, sample) for recipe in RECIPES}
    with threadpool_limits(1):  # the tests beside this one have the other cores
        return {name: known["outcome"].eq(model.predict(known)) for name, model in models.items()}


def test_files_fit_the_budget_and_the_readme_states_their_size() -> None:
    sizes = {name: (FOLDER / name).stat().st_size for name in ("flights.parquet", "train.parquet")}
    assert sum(sizes.values()) <= BUDGET
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name, size in sizes.items():
        assert f"{pq.read_metadata(FOLDER / name).num_rows:,} | {size:,} |" in readme


def test_tweets_and_delays_are_as_their_scripts_say() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name in ("tweets.parquet", "tweets_train.parquet", "delays.parquet", "train_minutes.parquet"):
        assert f"{pq.read_metadata(FOLDER / name).num_rows:,} | {(FOLDER / name).stat().st_size:,} |" in readme
    tweets, others = pd.read_parquet(FOLDER / "tweets.parquet"), pd.read_parquet(FOLDER / "tweets_train.parquet")
    assert tweets["tweet_id"].is_unique and not set(tweets["tweet_id"]) & set(others["tweet_id"])
    for label, value, least in (("prediction", "compound", 0.05), ("outcome", "rating", 0.5)):
        meant = np.where(tweets[value] >= least, "positive", np.where(tweets[value] <= -least, "negative", "neutral"))
        assert (tweets[label] == meant).all(), label
    assert "Permission is hereby granted" in (FOLDER / "tweets_LICENSE.txt").read_text(encoding="utf-8")


def test_minutes_were_forecast_by_the_model_that_the_demo_trains(log: pd.DataFrame) -> None:
    forecast = pd.read_parquet(FOLDER / "delays.parquet")["predicted_minutes"]
    some = log.sample(2_000, random_state=1)
    again = delays.train(delays.RECIPES[0], delays.read_sample(FOLDER)).predict(some)
    assert again == pytest.approx(forecast[some.index].to_numpy(), rel=1e-6, abs=1e-4)


def test_log_is_of_months_that_nobody_was_trained_on(log: pd.DataFrame, sample: pd.DataFrame) -> None:
    assert len(log) >= 50_000 and log["flight_id"].is_unique
    assert set(log["month"]) == {7, 8, 9, 10, 11, 12} and set(sample["month"]) == {1, 2, 3, 4, 5, 6}
    assert not set(log["flight_id"]) & set(sample["flight_id"])


def test_outcome_follows_the_arrival_and_is_empty_without_one(log: pd.DataFrame) -> None:
    arrived = log["arr_delay"].notna()
    assert log["outcome"][~arrived].isna().all() and 1_000 < (~arrived).sum() < 2_000
    assert (log["outcome"][arrived] == log["arr_delay"][arrived].gt(15).map({True: "late", False: "on_time"})).all()


def test_prediction_follows_its_logged_probability(log: pd.DataFrame) -> None:
    clear = (log["p_late"] - 0.5).abs() > 0.0001
    assert (log["prediction"].eq("late") == log["p_late"].gt(0.5))[clear].all()


def test_models_look_at_nothing_from_after_departure(log: pd.DataFrame, sample: pd.DataFrame) -> None:
    assert not AFTERWARDS & {*CATEGORIES, *NUMBERS}
    assert not AFTERWARDS & set(sample.columns)
    assert AFTERWARDS & set(log.columns) == {"arr_delay"}


def test_failures_are_of_both_kinds(log: pd.DataFrame) -> None:
    known = log["outcome"].notna()
    wrong = known & log["prediction"].ne(log["outcome"])
    assert 0.2 < wrong[known].mean() < 0.27
    assert wrong.sum() == 12_655 and (wrong & log["outcome"].eq("late")).sum() == 9_064


def test_training_again_gives_the_logged_predictions(log: pd.DataFrame, right: dict[str, pd.Series]) -> None:
    known = log[log["outcome"].notna()]
    logged_right = known["prediction"].eq(known["outcome"])
    assert right["prod"].eq(logged_right).mean() >= 0.999  # two classes: alike right is alike answered


def test_retrained_gains_in_summer_and_loses_in_november(log: pd.DataFrame, right: dict[str, pd.Series]) -> None:
    month = log.loc[right["prod"].index, "month"]
    gain = (right["retrained"].astype(float) - right["prod"].astype(float)).groupby(month).mean()
    assert (gain.loc[7:10] > 0.01).all() and gain.loc[11] < -0.01
