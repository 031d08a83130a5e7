"""Write what was scored into workspace.db: runs, their metrics, and each answer beside its example."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pandas as pd

from regrade.config import Config
from regrade.scoring.database import Database
from regrade.scoring.environment import environment
from regrade.scoring.metrics import counts, metrics
from regrade.scoring.scored import Scored

_COLUMNS = "at version candidate fingerprint commit dirty python packages hardware examples predicted cached errors error seconds cost"


def record(database: Database, scored: Scored, config: Config) -> dict[str, int]:
    """Write one row of ``runs`` a candidate, with ``scores`` and ``results``; returns candidate to run id.

    A candidate that has nothing new to say (same version, same fingerprint, nothing predicted) gets no second run.
    """
    where = environment(database.path.parent)
    at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    written = {}
    with database.immediate() as db:
        for name, run in scored.runs.items():
            before = _last(database, name)
            if before and run.predicted == 0 and before[1:] == (scored.version, run.fingerprint, run.error):
                written[name] = before[0]
                continue
            row = (
                at,
                scored.version,
                name,
                run.fingerprint,
                where.commit,
                where.dirty,
                where.python,
                json.dumps({**where.packages, **run.parts.get("distributions", {})}, sort_keys=True),
                where.hardware,
                len(scored.examples),
                run.predicted,
                run.cached,
                run.errors,
                run.error,
                run.seconds,
                run.cost,
            )
            columns = ", ".join(f'"{column}"' for column in _COLUMNS.split())
            cursor = db.conn.execute(f"insert into runs ({columns}) values ({', '.join('?' * len(row))})", row)
            written[name] = int(cursor.lastrowid or 0)
            db.conn.executemany("insert into scores values (?, ?, ?, ?, ?)", _scores(written[name], scored, name, config))
            _write_results(database, name, scored.outputs[name])
    return written


def _last(database: Database, name: str) -> tuple[Any, ...] | None:
    found = database.rows("select id, version, fingerprint, error from runs where candidate = ? order by id desc limit 1", (name,))
    return found[0] if found else None


def _scores(run_id: int, scored: Scored, name: str, config: Config) -> list[tuple[int, str, str, str, float | None]]:
    rows = [
        (run_id, name, metric, part, value)
        for part, sampled in (("sampled", True), ("all", False))
        for metric, value in metrics(scored, name, config, sampled=sampled).items()
    ]
    rows += [(run_id, name, metric, part, value) for part in ("known", "pinned") for metric, value in counts(scored, name, part).items()]
    return rows


def _write_results(database: Database, name: str, answers: pd.DataFrame) -> None:
    """Write the rows that changed: after a promotion one, not ten thousand."""
    known = {row[0]: row[1:] for row in database.rows('select key, prediction, "right", error from results where candidate = ?', (name,))}
    right = answers["right"].astype(object).to_numpy()
    now = {}
    for key, prediction, each, error in zip(answers.index, answers["prediction"], right, answers["error"], strict=True):
        text = None if prediction is None else json.dumps(prediction, ensure_ascii=False)
        now[key] = (text, None if each is pd.NA else int(each), error)
    connection = database.db.conn
    gone = [(name, key) for key in known.keys() - now.keys()]
    connection.executemany("delete from results where candidate = ? and key = ?", gone)
    changed = [(name, key, *row) for key, row in now.items() if known.get(key) != row]
    connection.executemany("insert or replace into results values (?, ?, ?, ?, ?)", changed)
