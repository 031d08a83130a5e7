"""Ask a candidate's process about 300,000 rows, beside the bare call of the same model: `python bench/candidate_rows.py [ROWS] [RUNS]`.

Budget: 1.25 × the bare call. Printed for two pipelines of scikit-learn: seconds of `model.predict_proba(frame)`, seconds of the way
through the child (Arrow over the pipe, frame, model, answers back over the pipe, in requests of the size that `Pool.predict` found, each
sent while the one before is answered: this is what the budget is for), and seconds of all of `Pool.predict`, which also reads the rows
from the JSON of an eval set, and checks and keeps a dictionary of probabilities for each. Medians of interleaved runs, and the median and
the range of the ratios run by run; one thread each, as candidates have.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from regrade.candidates import Pool
from regrade.candidates.exchange import Asked
from regrade.candidates.member import Member
from regrade.config import parse
from regrade.log.content import Content
from regrade.log.frames import to_frame
from regrade.log.schema import Schema, encode_table

NUMBERS = ["hour", "month", "distance", "dep_delay", "precip"]
NAMES = ["carrier", "origin"]
SCHEMA = Schema.of(
    pa.schema(
        [(name, pa.float64() if name in ("dep_delay", "precip") else pa.int64()) for name in NUMBERS] + [(n, pa.string()) for n in NAMES]
    ),
    dict.fromkeys(NUMBERS, False),
)


def flights(n: int) -> pa.Table:
    """Return ``n`` rows that look like flights."""
    draw = np.random.default_rng(5)
    columns = {
        "hour": draw.integers(5, 24, n),
        "month": draw.integers(1, 13, n),
        "distance": draw.integers(80, 5_000, n),
        "dep_delay": np.round(draw.gamma(1.0, 14.0, n), 1),
        "precip": np.round(draw.exponential(0.01, n), 3),
        "carrier": draw.choice(["UA", "AA", "B6", "DL", "EV", "MQ", "US", "WN"], n),
        "origin": draw.choice(["EWR", "JFK", "LGA"], n),
    }
    return pa.table(columns, schema=SCHEMA.arrow)


def models(table: pa.Table) -> dict[str, Any]:
    """Return two fitted pipelines: boosted trees and a logistic regression."""
    frame = to_frame(table.slice(0, 20_000))
    late = np.where(frame["dep_delay"] + frame["hour"] + np.random.default_rng(6).normal(0, 8, len(frame)) > 30, "late", "on_time")
    boosted = make_pipeline(make_column_transformer((OrdinalEncoder(), NAMES), ("passthrough", NUMBERS)), HistGradientBoostingClassifier())
    logistic = make_pipeline(make_column_transformer((OneHotEncoder(), NAMES), (StandardScaler(), NUMBERS)), LogisticRegression())
    return {"HGB": boosted.fit(frame, late), "logistic": logistic.fit(frame, late)}


def encoded(table: pa.Table) -> memoryview:
    """Return a table as it goes over the pipe."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return memoryview(sink.getvalue())


def through(process: Member, parts: list[memoryview]) -> None:
    """Ask about all parts, one after another, as `Pool.predict` does."""
    requests: list[Asked] = [({"op": "predict", "patience": 300}, part) for part in parts]
    for asked, after in zip(requests, [*requests[1:], None], strict=True):
        process.request(*asked, None, 600, following=lambda after=after: after)  # type: ignore[misc]  # of this turn


def main(rows: int, runs: int) -> None:
    """Measure and print."""
    table = flights(rows)
    frame = to_frame(table)
    examples = [(f"k{at}", Content(inputs=row, schema=SCHEMA.hash)) for at, row in enumerate(encode_table(table))]
    schemas = {SCHEMA.hash: SCHEMA.encoded}
    with tempfile.TemporaryDirectory() as folder:
        fitted = models(table)
        toml = '[task]\npositive = "late"\n'
        for name, model in fitted.items():
            skops.io.dump(model, Path(folder, f"{name}.skops"))
            toml += f'[candidates.{name}]\nmodel = "{name}.skops"\n'
        with Pool(Path(folder), parse(toml)) as pool:
            for name, model in fitted.items():
                found = pool.predict(name, examples, schemas)  # it learns how many rows a request may have
                assert found.predictions[:1_000] == model.predict(frame[:1_000]).tolist()
                process = pool._member(name)
                assert process is not None
                parts = [encoded(table.slice(at, process.chunk)) for at in range(0, rows, process.chunk)]
                bare, child, whole = [], [], []
                for _ in range(runs):
                    began = time.perf_counter()
                    model.predict_proba(frame)
                    bare.append(time.perf_counter() - began)
                    began = time.perf_counter()
                    through(process, parts)
                    child.append(time.perf_counter() - began)
                    began = time.perf_counter()
                    pool.predict(name, examples, schemas)
                    whole.append(time.perf_counter() - began)
                once, inside, all_of_it = map(statistics.median, (bare, child, whole))
                ratios = sorted(its / own for its, own in zip(child, bare, strict=True))
                print(
                    f"{name:9} {rows:,} rows in {len(parts)} requests: bare {once:.3f} s, through the child {inside:.3f} s "
                    f"({inside / once:.2f} ×; by run {statistics.median(ratios):.2f}, {ratios[0]:.2f} to {ratios[-1]:.2f}), "
                    f"Pool.predict {all_of_it:.3f} s ({all_of_it / once:.2f} ×)"
                )


if __name__ == "__main__":
    said = [int(each) for each in sys.argv[1:]]
    with threadpool_limits(1):
        main(*(said + [300_000, 7][len(said) :]))
