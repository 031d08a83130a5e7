"""Rows as Arrow: what an example keeps of a prediction, and frames for people. Loads pyarrow; pandas for frames only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa

from regrade.config_privacy import Privacy
from regrade.expressions import quote_identifier
from regrade.log.cells import WANTED, want
from regrade.log.class_scores import object_sql, read
from regrade.log.connection import explained
from regrade.log.content import JSON, Content
from regrade.log.deployed import by_deployed, deployed_key
from regrade.log.files import Addresses
from regrade.log.frames import to_frame
from regrade.log.keyed_hash import key_of
from regrade.log.privacy import hide_table
from regrade.log.query import BUILT_IN
from regrade.log.schema import Schema, encode_table
from regrade.log.spelling import INSTANT, computable

if TYPE_CHECKING:
    import pandas as pd

    from regrade.log.prediction_log import PredictionLog


def schema_of(cursor: duckdb.DuckDBPyConnection, log: PredictionLog, columns: Sequence[str]) -> Schema:
    """Return the schema of ``columns``; whether a column holds nulls is read from the files' statistics, or counted."""
    if not columns:
        return Schema.of(pa.schema([]), {})
    select = ", ".join(f"{_plain(log, name)} AS {quote_identifier(name)}" for name in columns)
    with explained("the log", unless=log.files.check_unchanged):
        arrow = cursor.sql(f"SELECT {select} FROM {log.relation} r LIMIT 0").to_arrow_table().schema
        return Schema.of(arrow, _nulls(cursor, log, columns))


def _nulls(cursor: duckdb.DuckDBPyConnection, log: PredictionLog, columns: Sequence[str]) -> dict[str, bool]:
    """Column → does it hold a null anywhere."""
    counted = cursor.execute(
        f"""SELECT path_in_schema, sum(stats_null_count), count(*) = count(stats_null_count), count(DISTINCT file_name)
        FROM parquet_metadata({log.files.sql_list}) GROUP BY path_in_schema"""
    ).fetchall()
    n_files = sum(1 for each in log.files.row_counts if each)
    known = {name: bool(nulls) for name, nulls, complete, files in counted if complete and files == n_files}
    rest = [name for name in columns if name not in known]
    if rest:
        counts = ", ".join(f"count(*) > count({quote_identifier(name)})" for name in rest)
        known |= dict(zip(rest, cursor.execute(f"SELECT {counts} FROM {log.relation}").fetchall()[0], strict=True))
    return {name: known[name] for name in columns}


def _plain(log: PredictionLog, name: str) -> str:
    """A column as SQL that DuckDB hands to Arrow as a plain type."""
    kind = next(each.type for each in log.columns if each.name == name)
    column = f"r.{quote_identifier(name)}"
    return f"CAST({column} AS VARCHAR)" if kind in ("JSON", "UUID") else column


def _table(
    cursor: duckdb.DuckDBPyConnection, log: PredictionLog, addresses: Addresses, select: Sequence[str], relation: str = ""
) -> pa.Table:
    """Fetch expressions over ``r`` for ``addresses``, in their order; the columns are named by their position."""
    log.files.check_unchanged()
    addresses = np.asarray(addresses, dtype=np.int64)
    want(cursor, log, np.unique(addresses))
    columns = ", ".join([f"{log.files.row_sql} AS a", *(f"{each} AS c{at}" for at, each in enumerate(select))])
    with explained("the log", unless=log.files.check_unchanged):
        table = cursor.sql(f"SELECT {columns} FROM {relation or log.relation} r WHERE {WANTED}").to_arrow_table().combine_chunks()
    log.files.check_unchanged()  # a file that was replaced while it was read answers with rows of another file
    found = log.files.from_row_sql(_numpy(table.column(0)))
    order = np.argsort(found)
    take = order[np.searchsorted(found[order], addresses)] if len(addresses) else order[:0]
    indices = pa.Array.from_buffers(pa.int64(), len(take), [None, pa.py_buffer(np.ascontiguousarray(take, dtype=np.int64))])
    return table.select(range(1, table.num_columns)).take(indices)


def _numpy(column: pa.ChunkedArray) -> Addresses:
    parts = [np.frombuffer(each.buffers()[1], np.int64)[each.offset :][: len(each)] for each in column.chunks]
    return np.concatenate([np.empty(0, np.int64), *parts])


def contents(cursor: duckdb.DuckDBPyConnection, log: PredictionLog, addresses: Addresses, relation: str = "") -> list[Content]:
    """Return what an example keeps of each prediction; see :meth:`Reader.contents`.

    ``relation``: a copy of these rows, see :func:`regrade.log.at_hand.whole_row`; empty: the log.
    """
    privacy = log.config.privacy
    if any(map(privacy.hashes, log.inputs)):
        key_of(privacy)  # asked even where every value is null: whether it is there must not depend on the rows
    found = _contents(cursor, log, addresses, log.schema, privacy, relation)
    key = deployed_key(log)
    if key is None or not found:
        return found
    asked = [row["key"] for row in encode_table(_table(cursor, log, addresses, [key], relation).rename_columns(["key"]))]
    elsewhere = [each for each, content in zip(asked, found, strict=True) if each and content.model != log.config.log.deployed]
    at = dict(log.locate(cursor, elsewhere))
    rows = _contents(cursor, log, np.array(list(at.values()), np.int64), log.schema, privacy) if at else []
    return by_deployed(found, asked, dict(zip(at, rows, strict=True)), str(log.config.log.deployed))


def logged_contents(cursor: duckdb.DuckDBPyConnection, log: PredictionLog, addresses: Addresses) -> list[Content]:
    """Return the same with the values of the log in place of hashes; see :meth:`Reader.logged_contents`."""
    return _contents(cursor, log, addresses, log.logged_schema, Privacy())


def _contents(
    cursor: duckdb.DuckDBPyConnection, log: PredictionLog, addresses: Addresses, schema: Schema, privacy: Privacy, relation: str = ""
) -> list[Content]:
    log.files.check_unchanged()
    roles = log.config.log
    others = {"prediction": roles.prediction, "outcome": roles.outcome, "model": roles.model}
    given = {name: _plain(log, column) for name, column in others.items() if column}
    given |= {f"score {name}": _number(column) for name, column in roles.class_columns.items()}
    if roles.scores_column:
        kind = next(each.type for each in log.columns if each.name == roles.scores_column)
        given["scores"] = object_sql(f"r.{quote_identifier(roles.scores_column)}", kind)
    if roles.score:
        given["score"] = _number(roles.score)
    if roles.time:
        given["time"] = _time(log, roles.time)
    n_inputs = len(log.inputs)
    table = _table(cursor, log, addresses, [*(_plain(log, name) for name in log.inputs), *given.values()], relation)
    given_inputs = table.select(range(n_inputs)).rename_columns(list(log.inputs)).cast(log.logged_schema.arrow)
    inputs = encode_table(hide_table(given_inputs, privacy)) if n_inputs else [{} for _ in range(table.num_rows)]
    rest = encode_table(table.select(range(n_inputs, table.num_columns)).rename_columns(list(given)))
    index, at = log.files.places(np.asarray(addresses, dtype=np.int64))
    origins = log.origins
    return [
        Content(
            inputs=values,
            schema=schema.hash,
            outcome=row.get("outcome"),
            prediction=row.get("prediction"),
            scores=_scores(log, row),
            time=_iso(row.get("time")),
            model=_as_text(row.get("model")),
            source=origins[file].of(place),
        )
        for values, row, file, place in zip(inputs, rest, index.tolist(), at.tolist(), strict=True)
    ]


def _number(column: str) -> str:
    return f"CAST(r.{quote_identifier(column)} AS DOUBLE)"


def _time(log: PredictionLog, name: str) -> str:
    """The time as SQL text, ISO 8601 where it is one."""
    column, kind = computable(f"r.{quote_identifier(name)}", next(each.type for each in log.columns if each.name == name))
    if kind == INSTANT:
        return f"strftime({column}, '%Y-%m-%dT%H:%M:%S.%fZ')"
    return f"strftime({column}, '%Y-%m-%dT%H:%M:%S.%f')" if kind.startswith("TIMESTAMP") else f"CAST({column} AS VARCHAR)"


def _iso(text: JSON) -> str | None:
    """ISO 8601 without a fraction of zero."""
    return None if text is None else str(text).replace(".000000", "")


def _as_text(value: JSON) -> str | None:
    return None if value is None else str(value)


def _scores(log: PredictionLog, row: Mapping[str, JSON]) -> dict[str, float] | None:
    """Class → probability; with one score, the other class of two gets the rest."""
    roles, positive = log.config.log, log.config.task.positive
    if roles.scores_column:
        return read(row.get("scores"))
    if roles.class_columns:
        given = {name: row[f"score {name}"] for name in roles.class_columns}
        return {name: float(value) for name, value in given.items() if isinstance(value, (int, float))} or None
    value = row.get("score")
    if not isinstance(value, (int, float)) or positive is None:
        return None
    classes = log.classes() or ()
    others = [each for each in classes if each != positive]
    both = len(others) == 1 and len(classes) == 2
    return {positive: float(value), **({others[0]: 1.0 - float(value)} if both else {})}


def frame(cursor: duckdb.DuckDBPyConnection, log: PredictionLog, addresses: Addresses) -> pd.DataFrame:
    """Return rows as a frame with the dtypes of the whole log; see :meth:`Reader.frame`."""
    import pandas as pd

    log.files.check_unchanged()
    names = [each.name for each in log.columns]
    schema = schema_of(cursor, log, names)
    select = [*(_plain(log, name) for name in names), log.dialect.key, log.dialect.names["result"]]
    table = _table(cursor, log, addresses, select)
    made = to_frame(table.select(range(len(names))).rename_columns(names).cast(schema.arrow))
    made.columns = pd.Index([f"log.{name}" if name.lower() in BUILT_IN else name for name in names])
    extra = to_frame(table.select(range(len(names), table.num_columns)).rename_columns(["key", "result"]))
    return made.assign(key=extra["key"], result=extra["result"])
