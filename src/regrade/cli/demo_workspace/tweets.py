"""The candidates of the demo on tweets: what people read in a text, forecast from its words and from what VADER measured in it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

MEASURED = ("compound", "pos", "neu", "neg")
"""What VADER found in the text: its normalised sum, and the shares of words that are positive, neutral and negative."""


@dataclass(frozen=True)
class Recipe:
    """One candidate: which inputs a logistic regression is given."""

    name: str
    words: bool
    measured: bool


RECIPES = (
    Recipe("both", words=True, measured=True),
    Recipe("lexicon", words=False, measured=True),
    Recipe("words", words=True, measured=False),
)


def write_log(data: Path, folder: Path) -> None:
    """Copy the log into ``folder``."""
    shutil.copyfile(data / "tweets.parquet", folder / "tweets.parquet")


def read_sample(data: Path) -> pd.DataFrame:
    """Return the tweets to learn from, none of which is in the log; ``outcome`` is the class that people gave them."""
    import pyarrow.parquet as pq

    sample: pd.DataFrame = pq.read_table(data / "tweets_train.parquet").to_pandas()
    return sample


def train(recipe: Recipe, sample: pd.DataFrame) -> Pipeline:
    """Return the fitted pipeline of ``recipe``: word pairs weighted by TF-IDF, numbers scaled, then a logistic regression."""
    from sklearn.compose import ColumnTransformer
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler
    from threadpoolctl import threadpool_limits

    parts: list[tuple[str, object, str | list[str]]] = []
    if recipe.words:
        parts.append(("words", TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True), "text"))
    if recipe.measured:
        parts.append(("measured", StandardScaler(), list(MEASURED)))
    pipeline = Pipeline([("prepare", ColumnTransformer(parts)), ("classifier", LogisticRegression(max_iter=1_000))])
    with threadpool_limits(1):
        return pipeline.fit(sample[["text", *MEASURED]], sample["outcome"].to_numpy(dtype=object))
