"""The tables and views of workspace.db, as migrations: documented here, for every tool that opens the file.

``examples``  members of the eval set, as they read now; full-text search on ``text`` and ``notes``
``modes``     failure modes
``decisions`` every event, who decided what and when
``outputs``   cache: what a candidate (by fingerprint) answered on an input (by content hash)
``results``   what each candidate answers on each example, and whether that is right
``runs``      one scoring of one candidate
``run_facts`` what runs share, by hash (``runs.facts``): model, code, environment, hardware and seeds as JSON
``scores``    its metrics; ``part`` is ``sampled`` (weighted, the estimate for production), ``all``, ``known`` or ``pinned``
``scoreboard``, ``flips``  views
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlite_utils import Migrations

if TYPE_CHECKING:
    from sqlite_utils import Database

migrations = Migrations("regrade")

SCOREBOARD = """
select runs.candidate, scores.metric, scores.part, scores.value, runs.version, runs.at, runs.examples, runs.predicted,
       runs.cached, runs.errors, runs.error
from runs left join scores on scores.run_id = runs.id
where runs.id in (select max(id) from runs group by candidate)
"""

FLIPS = """
select baseline.candidate as baseline, results.candidate as candidate, results.key as key,
       case when results.right then 'fixed' else 'broken' end as flip,
       examples.mode as mode, examples.origin as origin, examples.pinned as pinned, examples.expected as expected,
       baseline.prediction as baseline_prediction, results.prediction as prediction
from results
join results as baseline on baseline.key = results.key and baseline.candidate <> results.candidate
join examples on examples.key = results.key
where results.right is not null and baseline.right is not null and results.right <> baseline.right
"""


@migrations()
def first_tables(db: Database) -> None:
    """Make everything."""
    db.table("modes").create({"id": str, "name": str, "digit": int, "state": str}, pk="id", not_null={"name"})
    db.table("examples").create(
        {
            "key": str,
            "content_hash": str,
            "expected": str,
            "origin": str,
            "weight": float,
            "partition": str,
            "pinned": int,
            "mode": str,
            "disputed": int,
            "status": str,
            "inputs": str,
            "text": str,
            "notes": str,
        },
        pk="key",
        not_null={"content_hash", "origin", "weight", "partition"},
        foreign_keys=[("mode", "modes", "id")],
    )
    db.table("examples").create_index(["content_hash"])
    db.table("examples").create_index(["mode"])
    db.table("examples").enable_fts(["text", "notes"], create_triggers=True)
    db.table("decisions").create(
        {"id": str, "at": str, "by": str, "kind": str, "subjects": str, "note": str, "reason": str, "live": int}, pk="id"
    )
    db.table("outputs").create(
        {"fingerprint": str, "content_hash": str, "prediction": str, "scores": str, "error": str}, pk=("fingerprint", "content_hash")
    )
    db.table("runs").create(
        {
            "id": int,
            "at": str,
            "version": str,
            "candidate": str,
            "fingerprint": str,
            "commit": str,
            "dirty": int,
            "python": str,
            "packages": str,
            "hardware": str,
            "examples": int,
            "predicted": int,
            "cached": int,
            "errors": int,
            "error": str,
            "seconds": float,
            "cost": float,
        },
        pk="id",
        not_null={"at", "version", "candidate"},
    )
    db.table("runs").create_index(["candidate"])
    db.table("scores").create(
        {"run_id": int, "candidate": str, "metric": str, "part": str, "value": float},
        pk=("run_id", "metric", "part"),
        foreign_keys=[("run_id", "runs", "id")],
    )
    db.table("results").create(
        {"candidate": str, "key": str, "prediction": str, "right": int, "error": str},
        pk=("candidate", "key"),
        foreign_keys=[("key", "examples", "key")],
    )
    db.table("results").create_index(["key"])
    db.create_view("scoreboard", SCOREBOARD)
    db.create_view("flips", FLIPS)


@migrations()
def more_about_modes(db: Database) -> None:
    """Say what a failure mode is, who looks after it, how pressing it is (0 to 3), where it is followed up."""
    for name, kind in {"description": str, "owner": str, "priority": int, "link": str, "disputed": int}.items():
        db.table("modes").add_column(name, kind)


@migrations()
def more_about_runs(db: Database) -> None:
    """Keep what a run can be compared by, and what it and the cache came to."""
    added = {"sampled": int, "calls": int, "tokens": int, "saved_seconds": float, "saved_cost": float, "currency": str, "facts": str}
    for name, kind in added.items():
        db.table("runs").add_column(name, kind)
    db.table("run_facts").create({"hash": str, "facts": str}, pk="hash", not_null={"facts"})


@migrations()
def rates_of_runs(db: Database) -> None:
    """Keep the rates of ``[cost]`` at which a run's cost was reckoned, as JSON."""
    db.table("runs").add_column("rates", str)


NAMES = frozenset({"first_tables", "more_about_modes", "more_about_runs", "rates_of_runs"})
"""Every migration that this regrade knows."""
