"""Bring workspace.db up to what is known now, in one transaction, touching only the rows that changed."""

from __future__ import annotations

from collections.abc import Callable

from regrade.config import Config
from regrade.evalset import EvalSet
from regrade.projection.decisions import decision_rows, example_rows, mode_rows
from regrade.projection.rows import replace_rows
from regrade.scoring import Database, Scored, record


def project(
    database: Database, evalset: EvalSet, config: Config, scored: Scored | None = None, pause: Callable[[], None] = lambda: None
) -> None:
    """Write modes, examples and decisions, and where something was scored its results, runs and scores.

    Two processes may do this at once: each transaction is whole, and the last one stands. ``pause`` is called often; what it raises
    takes everything back.
    """
    pause()
    examples = example_rows(evalset, config, pause)
    pause()
    with database.immediate() as db:
        replace_rows(db, "modes", mode_rows(evalset.state))
        gone = replace_rows(db, "examples", examples, pause, delete=False)
        pause()
        # Results point at examples, so they go first.
        db.conn.executemany("delete from results where key = ?", [(key,) for key in gone])
        db.conn.executemany("delete from examples where key = ?", [(key,) for key in gone])
        replace_rows(db, "decisions", decision_rows(evalset.state, pause), pause)
        if scored is not None:
            record(database, scored, config, pause)
