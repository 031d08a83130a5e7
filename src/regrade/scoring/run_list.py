"""Read runs back out of workspace.db, as records."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import msgspec

from regrade.scoring.database import Database
from regrade.scoring.run_record import Code, Data, Environment, Facts, Hardware, Model, Rates, RunRecord, Work

_COLUMNS = (
    "runs.id", "at", "candidate", "version", "examples", "sampled", "fingerprint", '"commit"', "dirty", "python", "packages", "hardware",
    "predicted", "cached", "errors", "error", "calls", "tokens", "seconds", "cost", "saved_seconds", "saved_cost", "currency",
    "rates", "run_facts.facts",
)  # fmt: skip
_WORK = ("predicted", "cached", "errors", "calls", "tokens", "seconds", "cost", "saved_seconds", "saved_cost", "currency")


@dataclass(frozen=True)
class Stored:
    """A run of workspace.db."""

    id: int
    record: RunRecord


def stored_runs(database: Database, *, candidate: str | None = None, id: int | None = None, limit: int = -1) -> list[Stored]:
    """Return runs, the newest first: all, those of a candidate, or the one with an id; at most ``limit``, where that is not negative."""
    where = "where (? is null or candidate = ?) and (? is null or runs.id = ?)"
    sql = f"select {', '.join(_COLUMNS)} from runs left join run_facts on run_facts.hash = runs.facts {where} order by runs.id desc limit ?"
    rows = database.rows(sql, (candidate, candidate, id, id, limit))
    names = [each.strip('"').rpartition(".")[2] for each in _COLUMNS]
    found: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in rows]
    metrics = _metrics(database, [row["id"] for row in found])
    return [Stored(row["id"], _record(row, metrics.get(row["id"], {}))) for row in found]


def _metrics(database: Database, ids: list[Any]) -> dict[int, dict[str, dict[str, float | None]]]:
    if not ids:
        return {}
    found: dict[int, dict[str, dict[str, float | None]]] = {}
    sql = "select run_id, part, metric, value from scores where run_id between ? and ?"
    for id, part, metric, value in database.rows(sql, (min(ids), max(ids))):
        assert isinstance(id, int) and isinstance(value, (int, float, type(None)))
        found.setdefault(id, {}).setdefault(str(part), {})[str(metric)] = value
    return found


def _record(row: dict[str, Any], metrics: dict[str, dict[str, float | None]]) -> RunRecord:
    """Return a row as a record; one that an older regrade wrote says less of its model."""
    facts = _facts(row)
    return RunRecord(
        at=row["at"],
        candidate=row["candidate"],
        data=Data(version=row["version"], examples=row["examples"] or 0, sampled=row["sampled"]),
        model=facts.model,
        code=facts.code,
        environment=facts.environment,
        hardware=facts.hardware,
        seeds=facts.seeds,
        work=Work(error=row["error"], rates=_rates(row["rates"]), **{name: row[name] for name in _WORK if row[name] is not None}),
        metrics=metrics,
    )


def _rates(text: str | None) -> Rates | None:
    try:
        return msgspec.json.decode(text or "null", type=Rates | None)
    except msgspec.DecodeError:
        return None


def _facts(row: dict[str, Any]) -> Facts:
    try:
        return msgspec.json.decode(row["facts"] or "", type=Facts)
    except msgspec.DecodeError:
        dirty = None if row["dirty"] is None else bool(row["dirty"])
        return Facts(
            model=Model(fingerprint=row["fingerprint"]),
            code=Code(commit=row["commit"], dirty=dirty),
            environment=Environment(python=row["python"] or "", packages=json.loads(row["packages"] or "{}")),
            hardware=Hardware(system=row["hardware"] or ""),
        )
