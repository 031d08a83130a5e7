"""Print every number that README.md beside this file states: python sample_data/measure.py."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
from sklearn.metrics import roc_auc_score

from regrade.cli.demo_workspace.training import RECIPES, read_sample, train

HERE = Path(__file__).parent


def main() -> None:
    """Count the log, train the three candidates, compare them with it and with each other by month."""
    for name in ("flights.parquet", "train.parquet"):
        print(f"{name}: {(HERE / name).stat().st_size:,} bytes")
    log, sample = pd.read_parquet(HERE / "flights.parquet"), read_sample(HERE)
    print(f"training rows: {len(sample):,}, of them January–March {sample['month'].le(3).sum():,}")
    known = log["outcome"].notna()
    late, said = log["outcome"].eq("late"), log["prediction"].eq("late")
    wrong = known & (late != said)
    print(f"predictions {len(log):,}, unknown {(~known).sum():,}, late {late[known].mean():.1%}")
    print(f"wrong {wrong.sum():,}, {wrong[known].mean():.1%} of those known")
    print(f"missed delays {(wrong & late).sum():,}, false alarms {(wrong & said).sum():,}; without weather {log['temp'].isna().sum():,}")
    evening = log["month"].eq(7) & log["hour"].ge(18) & known
    print(f"July evenings: {wrong[evening].mean():.1%} wrong of {evening.sum():,}")
    days = wrong[known].groupby(log["sched_time"][known].dt.date).agg(["mean", "size"]).nlargest(3, "mean")
    print("worst days:", ", ".join(f"{day} {row['mean']:.0%} of {row['size']:.0f}" for day, row in days.iterrows()))
    carriers = wrong[known].groupby(log["carrier"][known]).agg(["sum", "mean"]).sort_values("sum", ascending=False)
    print("carriers, wrong:", ", ".join(f"{name} {row['sum']:.0f} ({row['mean']:.1%})" for name, row in carriers.head(6).iterrows()))
    answers, right, scores = {}, {}, {}
    for recipe in RECIPES:
        started = time.perf_counter()
        model = train(recipe, sample)
        seconds = time.perf_counter() - started
        answers[recipe.name] = pd.Series(model.predict(log), index=log.index)
        scores[recipe.name] = model.predict_proba(log)[:, list(model.classes_).index("late")]
        right[recipe.name] = answers[recipe.name].eq(log["outcome"])[known]
        print(f"{recipe.name}: trained in {seconds:.1f} s, log predicted alike {answers[recipe.name].eq(log['prediction']).mean():.4%}")
    off = abs(scores["prod"] - log["p_late"]).max()
    print(f"prod against the log: largest difference of p_late {off:.6f} (the log rounds to 0.0001)")
    spans = {**{str(month): [month] for month in range(7, 13)}, "Jul–Oct": [7, 8, 9, 10], "Nov": [11], "Dec": [12], "all": range(7, 13)}
    for name, months in spans.items():
        rows = known & log["month"].isin(list(months))
        cells = [f"{each} {right[each][rows].mean():.1%} AUC {roc_auc_score(late[rows], scores[each][rows]):.3f}" for each in right]
        print(f"{name:8} n {rows.sum():6,}  " + "  ".join(cells))
    late_flights, punctual = (known & late), (known & ~late)
    for each in (*answers, "always on_time"):
        said = answers.get(each, pd.Series("on_time", index=log.index)).eq("late")
        cost = 40 * (late_flights & ~said).sum() + 12 * (punctual & said).sum()
        print(f"{each}: {said[known].eq(late[known]).mean():.1%} right, {cost / known.sum():.2f} USD a prediction lost")
    for each in ("retrained", "simple"):
        print(f"{each}: fixed {(right[each] & ~right['prod']).sum():,}, broken {(~right[each] & right['prod']).sum():,}")


if __name__ == "__main__":
    main()
