"""What slices say of examples. Heavy: expressions run on Arrow tables, through DuckDB; but without labels nothing here brings pandas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from regrade.compare.columns import answer_column, evaluate_text
from regrade.evalset import Example
from regrade.log.content import JSON
from regrade.log.schema import Schema
from regrade.log.values import decode
from regrade.scoring.inputs import input_table

LABELS = ("expected", "mode", "prediction")


def table_of_columns(columns: Mapping[str, Sequence[JSON]], n: int, encoded: str) -> pa.Table:
    """Return inputs as one table of ``n`` rows; ``encoded`` is the schema of these and others."""
    fields = [field for field in Schema.decode(encoded).arrow if field.name in columns]
    arrays = [decode(columns[field.name], field.type) for field in fields]
    names = [f"log.{field.name}" if field.name in LABELS else field.name for field in fields]
    return _of_rows(pa.Table.from_arrays(arrays, names=names), n)


def table_of_examples(examples: Sequence[Example], schemas: Mapping[str, str], mode_names: Mapping[str, str], *, labels: bool) -> pa.Table:
    """Return one row an example: its inputs; with ``labels``, ``expected`` (unknown where disputed) and ``mode`` (its name)."""
    table = input_table(examples, schemas)
    table = table.rename_columns([f"log.{name}" if name in LABELS else name for name in table.column_names])
    if not labels:
        return _of_rows(table, len(examples))
    expected = [example.expected[0] if len(example.expected) == 1 else None for example in examples]
    modes = pa.array([mode_names.get(example.mode or "", example.mode) for example in examples], pa.string())
    return table.append_column("expected", answer_column(expected)).append_column("mode", modes)


def _of_rows(table: pa.Table, n: int) -> pa.Table:
    """Return a table of ``n`` rows: without columns it would have none."""
    return table if table.num_columns else pa.Table.from_arrays([pa.nulls(n, pa.int8())], names=["an example without inputs"])


def warm_up() -> None:
    """Bring in all that :func:`inside` takes, which is most of what a few slices cost."""
    inside("", "n > 0", pa.table({"n": pa.nulls(1, pa.int8())}))


def inside(name: str, text: str, table: pa.Table) -> list[bool]:
    """Return whether each row is in a slice. Raises ExpressionError where that cannot be computed."""
    return [bool(value) for value in evaluate_text(text, table, where=f"slices.{name}", condition=True)]
