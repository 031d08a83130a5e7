"""The candidates of the demo on delays: how many minutes late a flight will arrive, from the same inputs as in the demo on flights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from regrade.cli.demo_workspace import training
from regrade.cli.demo_workspace.training import CATEGORIES, NUMBERS

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

MODEL = "minutes-hgb 1.0"
"""What the log calls the deployed model."""


@dataclass(frozen=True)
class Recipe:
    """One candidate: gradient boosting or a straight line, what its training minimised, and the last month it has seen."""

    name: str
    loss: Literal["squared_error", "absolute_error", "ridge"]
    last_month: int


RECIPES = (
    Recipe("prod", "squared_error", last_month=3),
    Recipe("median", "absolute_error", last_month=6),
    Recipe("line", "ridge", last_month=3),
)


def write_log(data: Path, folder: Path) -> None:
    """Write the log: the flights, with minutes forecast in place of the class and its probability."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    flights, forecast = pq.read_table(data / "flights.parquet"), pq.read_table(data / "delays.parquet")
    kept = flights.drop_columns(["prediction", "p_late", "outcome", "model"])
    log = kept.append_column("model", pa.repeat(MODEL, len(kept))).append_column(
        "predicted_minutes", forecast["predicted_minutes"].cast("double")
    )
    order = [*(name for name in log.column_names if name != "arr_delay"), "arr_delay"]
    pq.write_table(log.select(order), folder / "delays.parquet", compression="zstd", row_group_size=16_384)


def read_sample(data: Path) -> pd.DataFrame:
    """Return the training sample of the flights with ``arr_delay``, the minutes that each was late (negative: early)."""
    import pyarrow.parquet as pq

    sample = training.read_sample(data)
    return sample.assign(arr_delay=pq.read_table(data / "train_minutes.parquet")["arr_delay"].to_numpy())


def train(recipe: Recipe, sample: pd.DataFrame) -> Pipeline:
    """Return the fitted pipeline of ``recipe``; the same rows give the same model, as for the flights."""
    import sklearn.ensemble  # noqa: F401 - loads the thread pool that is limited next
    from threadpoolctl import threadpool_limits

    rows = sample[sample["month"] <= recipe.last_month]
    with threadpool_limits(1):
        return _pipeline(recipe).fit(rows[[*CATEGORIES, *NUMBERS]], rows["arr_delay"].to_numpy(dtype=float))


def _pipeline(recipe: Recipe) -> Pipeline:
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import Pipeline

    if recipe.loss == "ridge":
        return Pipeline([("prepare", training.scaled()), ("regressor", Ridge())])
    regressor = HistGradientBoostingRegressor(loss=recipe.loss, categorical_features=None, early_stopping=False, random_state=0)
    return Pipeline([("prepare", training.coded()), ("regressor", regressor)])
