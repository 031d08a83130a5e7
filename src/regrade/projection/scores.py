"""Results, runs and their metrics, as rows of workspace.db."""

from __future__ import annotations

import json
from collections.abc import Container
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlite_utils

from regrade.config import Config
from regrade.projection.environment import code_state, hardware
from regrade.projection.rows import Row
from regrade.scoring import CandidateRun, Scored, metrics


def result_rows(scored: Scored, name: str, gone: Container[str]) -> list[Row]:
    """Return what one candidate answers on each example: candidate, key, prediction, right (1, 0, NULL), error."""
    frame = scored.outputs[name]
    return [
        (name, key, _json(prediction), None if right is None else int(right), error)
        for key, prediction, right, error in zip(
            frame.index, frame["prediction"], frame["right"].astype(object).where(frame["right"].notna(), None), frame["error"], strict=True
        )
        if key not in gone
    ]


def record_runs(db: sqlite_utils.Database, scored: Scored, config: Config, root: Path) -> None:
    """Add a run and its metrics for each candidate of which anything is new since its last run."""
    scores = {name: _scores(scored, name, config) for name in scored.outputs}
    changed = [name for name in scores if not _is_last(db, scored.version, name, scored.runs[name], scores[name])]
    if not changed:
        return
    commit, dirty = code_state(root)
    for name in changed:
        run = scored.runs[name]
        cursor = db.conn.execute(
            'insert into runs (at, version, candidate, fingerprint, "commit", dirty, python, packages, hardware, examples, predicted,'
            " cached, errors, error, seconds, cost) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                datetime.now(UTC).isoformat(timespec="seconds"),
                scored.version,
                name,
                run.fingerprint,
                commit,
                dirty,
                run.parts.get("python"),
                _json(run.parts.get("distributions", {})),
                hardware(),
                len(scored.examples),
                run.predicted,
                run.cached,
                run.errors,
                run.error,
                run.seconds,
                run.cost,
            ),
        )
        rows = [(cursor.lastrowid, name, metric, part, value) for (metric, part), value in scores[name].items()]
        db.conn.executemany("insert into scores (run_id, candidate, metric, part, value) values (?, ?, ?, ?, ?)", rows)


def _scores(scored: Scored, name: str, config: Config) -> dict[tuple[str, str], float | None]:
    """Return (metric, part) to value; ``known`` and ``pinned`` are how many are right."""
    values: dict[tuple[str, str], float | None] = {}
    for part, only in (("sampled", True), ("all", False)):
        values |= {(metric, part): value for metric, value in metrics(scored, name, config, sampled=only).items()}
    right = scored.outputs[name]["right"].fillna(False).astype(bool)
    for part in ("known", "pinned"):
        values["right", part] = float(right[scored.examples[part]].sum())
    return values


def _is_last(
    db: sqlite_utils.Database, version: str, name: str, run: CandidateRun, scores: dict[tuple[str, str], float | None]
) -> bool:
    last = db.conn.execute(
        "select id, version, fingerprint, errors, error from runs where candidate = ? order by id desc limit 1", (name,)
    ).fetchone()
    if last is None or run.predicted or tuple(last[1:]) != (version, run.fingerprint, run.errors, run.error):
        return False
    there = db.conn.execute("select metric, part, value from scores where run_id = ?", (last[0],)).fetchall()
    return {(metric, part): value for metric, part, value in there} == scores


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str)
