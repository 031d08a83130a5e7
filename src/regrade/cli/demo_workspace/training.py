"""How the demo's candidates are trained: the one recipe behind the logged predictions and behind `regrade demo`."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import Pipeline

CATEGORIES = ("carrier", "origin", "dest")
NUMBERS = ("weekday", "hour", "distance", "temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib")
"""What the models look at. The log also holds `flight` and `month`: a model of spring cannot know what a November is."""


@dataclass(frozen=True)
class Recipe:
    """One candidate of the demo.

    Attributes
    ----------
    name : str
        Its name in ``regrade.toml``.
    kind : {"boosting", "linear"}
        Gradient-boosted trees, or logistic regression.
    last_month : int
        Trained on January to this month of 2013.
    max_iter, learning_rate
        Of the gradient boosting; scikit-learn's defaults unless said.
    """

    name: str
    kind: Literal["boosting", "linear"]
    last_month: int
    max_iter: int = 100
    learning_rate: float = 0.1


RECIPES = (
    Recipe("prod", "boosting", last_month=3),
    Recipe("retrained", "boosting", last_month=6, max_iter=300, learning_rate=0.06),
    Recipe("simple", "linear", last_month=3),
)


def write_log(data: Path, folder: Path) -> None:
    """Copy the log into ``folder``."""
    shutil.copyfile(data / "flights.parquet", folder / "flights.parquet")


def read_sample(data: Path) -> pd.DataFrame:
    """Return the training sample in the folder ``data``, one row a flight: the inputs, and `outcome` (``"late"`` or ``"on_time"``)."""
    import pyarrow.parquet as pq

    sample: pd.DataFrame = pq.read_table(data / "train.parquet").to_pandas()
    return sample


def train(recipe: Recipe, sample: pd.DataFrame) -> Pipeline:
    """Return the fitted pipeline of ``recipe``.

    The same rows give the same trees on every machine: no early stopping, a fixed seed, no sampling. On one thread: two that
    wait for each other on a busy machine take ten times as long (and the limit must be set when scikit-learn is loaded).
    """
    import sklearn.ensemble  # noqa: F401 - loads the thread pool that is limited next
    from threadpoolctl import threadpool_limits

    rows = sample[sample["month"] <= recipe.last_month]
    pipeline = _boosting(recipe) if recipe.kind == "boosting" else _linear()
    with threadpool_limits(1):
        return pipeline.fit(rows[[*CATEGORIES, *NUMBERS]], rows["outcome"].to_numpy(dtype=object))


def save(pipeline: Pipeline, path: Path) -> None:
    """Write a pipeline as `.skops`: no pickle, so that loading it runs no code."""
    import skops.io

    path.parent.mkdir(parents=True, exist_ok=True)
    # Half the bytes and more: a vocabulary is written as text.
    skops.io.dump(pipeline, path, compression=zipfile.ZIP_DEFLATED, compresslevel=1)


def coded() -> ColumnTransformer:
    """Return categories as numbers, everything else as it is: for trees."""
    from sklearn.compose import ColumnTransformer
    from sklearn.preprocessing import OrdinalEncoder

    # Categories as plain numbers, although the trees could be told: then the saved model holds a `functools.partial`, and a
    # file that names functions to call is not loaded without trust. Missing numbers the trees take as they are.
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    return ColumnTransformer([("categories", codes, list(CATEGORIES)), ("numbers", "passthrough", list(NUMBERS))])


def scaled() -> ColumnTransformer:
    """Return a column for each category, and numbers filled and scaled: for lines."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = Pipeline([("fill", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    return ColumnTransformer(
        [("categories", OneHotEncoder(handle_unknown="ignore"), list(CATEGORIES)), ("numbers", numbers, list(NUMBERS))]
    )


def _boosting(recipe: Recipe) -> Pipeline:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.pipeline import Pipeline

    classifier = HistGradientBoostingClassifier(
        max_iter=recipe.max_iter,
        learning_rate=recipe.learning_rate,
        categorical_features=None,
        early_stopping=False,
        random_state=0,
    )
    return Pipeline([("prepare", coded()), ("classifier", classifier)])


def _linear() -> Pipeline:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline

    return Pipeline([("prepare", scaled()), ("classifier", LogisticRegression(max_iter=1_000))])
