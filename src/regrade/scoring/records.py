"""Write what was scored into workspace.db: runs, their metrics, and each answer beside its example."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from typing import Any

import pandas as pd

from regrade.config import Config
from regrade.log.content import canonical
from regrade.scoring.database import Database
from regrade.scoring.environment import environment
from regrade.scoring.metrics import counts, metrics
from regrade.scoring.pausing import paced
from regrade.scoring.run_facts import facts_of
from regrade.scoring.run_record import Facts, Rates, name_of
from regrade.scoring.scored import CandidateRun, Scored


def record(database: Database, scored: Scored, config: Config, pause: Callable[[], None] = lambda: None) -> dict[str, int]:
    """Write one row of ``runs`` a candidate, with ``scores`` and ``results``; returns candidate to run id.

    A candidate that has nothing new to say (same version, same fingerprint, nothing predicted) gets no second run.
    ``pause`` is called before each; what it raises takes everything back.
    """
    here = environment(database.path.parent)
    at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    ids = {}
    with database.immediate() as db:
        for name, run in scored.runs.items():
            pause()
            before = _last(database, name)
            if before and run.predicted == 0 and before[1:] == (scored.version, run.fingerprint, run.error, 0):
                ids[name] = int(before[0])
                continue
            row = {"at": at, "candidate": name, **_row(scored, run, facts_of(run, here), database, config)}
            columns, marks = ", ".join(f'"{column}"' for column in row), ", ".join("?" * len(row))
            ids[name] = int(db.conn.execute(f"insert into runs ({columns}) values ({marks})", tuple(row.values())).lastrowid or 0)
            db.conn.executemany("insert into scores values (?, ?, ?, ?, ?)", _scores(ids[name], scored, name, config))
            pause()
            _write_results(database, name, scored.outputs[name], pause)
    return ids


def _row(scored: Scored, run: CandidateRun, facts: Facts, database: Database, config: Config) -> dict[str, Any]:
    """Return the columns of a run; its facts are kept once for all runs that share them."""
    hash = name_of(facts)
    database.db.conn.execute("insert or ignore into run_facts values (?, ?)", (hash, canonical(facts).decode("utf-8")))
    return {
        "version": scored.version,
        "fingerprint": run.fingerprint,
        "commit": facts.code.commit,
        "dirty": facts.code.dirty,
        "python": facts.environment.python,
        "packages": json.dumps(facts.environment.packages, sort_keys=True),
        "hardware": facts.hardware.words(),
        "examples": len(scored.examples),
        "sampled": int(scored.examples["sampled"].sum()),
        "predicted": run.predicted,
        "cached": run.cached,
        "errors": run.errors,
        "error": run.error,
        "seconds": run.seconds,
        "cost": run.cost,
        "calls": run.calls,
        "tokens": run.tokens,
        "saved_seconds": run.saved,
        "saved_cost": run.saved_cost,
        "currency": config.business.currency,
        "rates": json.dumps({each: getattr(config.cost, each) for each in Rates.__struct_fields__}),
        "facts": hash,
    }


def _last(database: Database, name: str) -> tuple[Any, ...] | None:
    found = database.rows(
        "select id, version, fingerprint, error, facts is null from runs where candidate = ? order by id desc limit 1", (name,)
    )
    return found[0] if found else None


def _scores(run_id: int, scored: Scored, name: str, config: Config) -> list[tuple[int, str, str, str, float | None]]:
    rows = [
        (run_id, name, metric, part, value)
        for part, sampled in (("sampled", True), ("all", False))
        for metric, value in metrics(scored, name, config, sampled=sampled).items()
    ]
    rows += [(run_id, name, metric, part, value) for part in ("known", "pinned") for metric, value in counts(scored, name, part).items()]
    return rows


def _write_results(database: Database, name: str, answers: pd.DataFrame, pause: Callable[[], None]) -> None:
    """Write the rows that changed: after a promotion one, not ten thousand."""
    sql = 'select key, prediction, "right", error from results where candidate = ?'
    before = {row[0]: row[1:] for row in paced(database.rows(sql, (name,)), pause)}
    right = answers["right"].astype("float").to_numpy(na_value=-1.0).astype(int)
    truth = [None if each < 0 else each for each in right.tolist()]
    rows = zip(_texts(answers["prediction"].tolist()), truth, answers["error"].tolist(), strict=True)
    now = dict(paced(zip(answers.index.tolist(), rows, strict=True), pause))
    changed = [(name, key, *row) for key, row in paced(now.items(), pause) if before.get(key) != row]
    database.db.conn.executemany("delete from results where candidate = ? and key = ?", [(name, key) for key in before.keys() - now.keys()])
    database.db.conn.executemany("insert or replace into results values (?, ?, ?, ?, ?)", changed)


def _texts(predictions: list[Any]) -> list[str | None]:
    """Return each prediction as JSON; a class that comes ten thousand times is spelt once."""
    known: dict[str, str] = {}
    texts: list[str | None] = []
    for each in predictions:
        if type(each) is str:
            text = known.get(each)
            if text is None:
                text = known[each] = json.dumps(each, ensure_ascii=False)
            texts.append(text)
        else:
            texts.append(None if each is None else json.dumps(each, ensure_ascii=False))
    return texts
