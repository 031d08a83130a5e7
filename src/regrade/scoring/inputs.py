"""The inputs of examples as one table, although the log's schema changed while the eval set grew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from regrade.errors import IntegrityError

if TYPE_CHECKING:
    import pyarrow as pa

    from regrade.evalset import Example


def input_table(members: Sequence[Example], schemas: Mapping[str, str]) -> pa.Table:
    """Return one row an example, in their order; a column that an example's schema lacks is null there.

    A column that had another type before keeps a type that holds both (text, where nothing else does).

    Raises
    ------
    IntegrityError
        The schema of an example is not in the eval set.
    """
    import numpy as np
    import pyarrow as pa

    from regrade.log.schema import Schema, decode_rows

    places: dict[str, list[int]] = {}
    for at, member in enumerate(members):
        places.setdefault(member.content.schema, []).append(at)
    tables, order = [], np.empty(len(members), np.int64)
    start = 0
    for name, rows in places.items():
        if name not in schemas:
            raise IntegrityError(f"the schema of its inputs, {name[:12]}, is not in the eval set", where=members[rows[0]].key)
        tables.append(decode_rows([members[at].content.inputs for at in rows], Schema.decode(schemas[name])))
        order[rows] = np.arange(start, start + len(rows))
        start += len(rows)
    if not tables:
        return pa.table({})
    if len(tables) == 1:
        return tables[0]
    joined = _concatenate(tables)
    # The dtypes of each schema were chosen for its own nulls; now any column may hold some.
    return joined.cast(Schema.of(joined.schema, {}).arrow).take(pa.Array.from_buffers(pa.int64(), len(order), [None, pa.py_buffer(order)]))


def _concatenate(tables: Sequence[pa.Table]) -> pa.Table:
    import pyarrow as pa

    bare = [table.cast(pa.schema([pa.field(each.name, each.type) for each in table.schema])) for table in tables]
    names = list(dict.fromkeys(name for table in bare for name in table.column_names))
    for name in names:
        columns = [table.select([name]) for table in bare if name in table.column_names]
        try:
            pa.concat_tables(columns, promote_options="permissive")
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            bare = [_as_text(table, name) for table in bare]
    return pa.concat_tables(bare, promote_options="permissive").select(names)


def _as_text(table: pa.Table, name: str) -> pa.Table:
    import pyarrow as pa

    if name not in table.column_names:
        return table
    at = table.column_names.index(name)
    try:
        text = table.column(at).cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        text = pa.chunked_array([pa.array([None if each is None else str(each) for each in table.column(at).to_pylist()], pa.string())])
    return table.set_column(at, name, text)
