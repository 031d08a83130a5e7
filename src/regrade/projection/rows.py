"""Make a table hold exactly these rows, touching only those that differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlite_utils

from regrade.scoring.pausing import paced

Row = tuple[Any, ...]


def replace_rows(
    db: sqlite_utils.Database, table: str, rows: Sequence[Row], pause: Callable[[], None] = lambda: None, *, delete: bool = True
) -> list[str]:
    """Upsert ``rows`` into ``table`` and delete what is not among them.

    Parameters
    ----------
    db : Database
        Inside a transaction.
    table : str
    rows : sequence of tuple
        One value a column, in the table's order.
    pause : callable, optional
        Is called often; what it raises is for the transaction to take back.
    delete : bool, default True
        False leaves it to the caller to delete what is gone.

    Returns
    -------
    list of str
        Last key column of the rows that are gone.
    """
    columns = [column.name for column in db.table(table).columns]
    keys = db.table(table).pks
    at = [columns.index(key) for key in keys]
    quoted = ", ".join(f'"{name}"' for name in columns)
    there = {tuple(row[each] for each in at): tuple(row) for row in paced(db.conn.execute(f'select {quoted} from "{table}"'), pause)}
    wanted = {tuple(row[each] for each in at): row for row in paced(rows, pause)}
    changed = [row for key, row in wanted.items() if there.get(key) != row]
    if changed:
        marks = ", ".join("?" * len(columns))
        updates = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in keys)
        conflict = ", ".join(f'"{key}"' for key in keys)
        db.conn.executemany(
            f'insert into "{table}" ({quoted}) values ({marks}) on conflict ({conflict}) do update set {updates}', paced(changed, pause)
        )
    gone = [key for key in there if key not in wanted]
    if delete and gone:
        where = " and ".join(f'"{key}" = ?' for key in keys)
        db.conn.executemany(f'delete from "{table}" where {where}', gone)
    return [str(key[-1]) for key in gone]
