"""Time a comparison: 10,000 sampled examples, 10,000 resamples, 20 slices, and a scoreboard of five candidates.

Run: ``python bench/compare.py [examples] [resamples]``. The guide is 1 s once the bootstrap weights are drawn.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa

from regrade.compare import compare, scoreboard
from regrade.compare.bootstrap import Weights
from regrade.config import Config, Gate, Metrics, Task
from regrade.scoring.scored import CandidateRun, Scored


def main(n: int = 10_000, resamples: int = 10_000) -> None:
    scored, names = made(n), [f"candidate {i}" for i in range(5)]
    config = Config(
        task=Task(positive="late"),
        gate=Gate(champion=names[0], resamples=resamples),
        metrics=Metrics(show=("accuracy", "log_loss", "f1")),
        slices={f"slice {i}": f"hour >= {i} and hour < {i + 5}" for i in range(20)},
    )
    cache = Weights()
    print(f"{n:,} sampled examples, {resamples:,} resamples, {len(config.slices)} slices, {len(config.shown_metrics)} metrics")
    report("compare, weights drawn", lambda: compare(scored, names[0], names[1], config, cache=cache), 1)
    report("compare, weights known", lambda: compare(scored, names[0], names[1], config, cache=cache), 5)
    with_auc = Config(task=config.task, gate=config.gate, metrics=Metrics(show=("accuracy", "roc_auc")), slices=config.slices)
    report("the same with ROC AUC", lambda: compare(scored, names[0], names[1], with_auc, cache=cache), 3)
    report("scoreboard of 5, weights drawn", lambda: scoreboard(scored, config, cache=cache), 1)
    report("scoreboard of 5, weights known", lambda: scoreboard(scored, config, cache=cache), 5)
    small = made(431)
    scoreboard(small, config, cache=cache)
    report("scoreboard of 5, 431 examples", lambda: scoreboard(small, config, cache=cache), 9)


def made(n: int) -> Scored:
    """An eval set of ``n`` sampled examples that five candidates answered."""
    rng = np.random.default_rng(1)
    expected = np.where(rng.random(n) < 0.25, "late", "on_time").astype(object)
    every: dict[str, object] = {
        "weight": 33.3, "origin": "sampled", "sampled": True, "known": False, "pinned": False, "partition": "eval", "mode": None,
        "disputed": False, "content_hash": "h",
    }  # fmt: skip
    about = {name: np.full(n, value, object if value is None or isinstance(value, str) else None) for name, value in every.items()}
    keys = np.array([f"k{i:06d}" for i in range(n)], object)
    scored = Scored("0" * 64, {"key": keys, "expected": expected, "label": expected, **about}, [], {})
    index = scored.examples.index
    scored.__dict__["inputs"] = pa.table({"hour": rng.integers(0, 24, n)})
    for i in range(5):
        score = np.clip(np.where(expected == "late", 0.6, 0.3) + rng.normal(0, 0.2, n), 0.01, 0.99)
        said = np.where(score > 0.5, "late", "on_time").astype(object)
        p = np.where(expected == "late", score, 1 - score)
        scored.outputs[f"candidate {i}"] = pd.DataFrame(
            {
                "prediction": said, "right": pd.array(said == expected, dtype="boolean"), "p_expected": p, "score": score,
                "error": pd.Series([None] * n, index=index, dtype=object), "log_loss": -np.log(p), "brier": (1 - p) ** 2,
                "abs_error": np.nan, "squared_error": np.nan,
            },
            index=index,
        )  # fmt: skip
        scored.runs[f"candidate {i}"] = CandidateRun(f"f{i}")
    return scored


def report(what: str, work: Callable[[], object], times: int) -> None:
    seconds, of_cpu = [], []
    for _ in range(times):
        start, cpu = time.perf_counter(), time.process_time()
        work()
        seconds.append(time.perf_counter() - start)
        of_cpu.append(time.process_time() - cpu)
    print(f"{what:34} {np.median(seconds) * 1e3:9.1f} ms, {np.median(of_cpu) * 1e3:9.1f} ms of CPU")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
