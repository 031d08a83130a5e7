"""Workspaces made of a few lines: examples of any type, with or without a log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from regrade.evalset import Added
from regrade.log import Content, Schema, encode_table
from regrade.workspace import Workspace

TASK = '[task]\nkind = "classification"\n'


def workspace(folder: Path, toml: str = TASK) -> Workspace:
    """Return a workspace in a new folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "regrade.toml").write_text(toml, encoding="utf-8")
    return Workspace.open(folder)


def contents(table: pa.Table, nulls: Mapping[str, bool] | None = None, **more: Sequence[Any]) -> tuple[list[Content], dict[str, str]]:
    """Return the rows of a table as contents, and their schema."""
    schema = Schema.of(table.schema, nulls or {name: bool(table.column(name).null_count) for name in table.schema.names})
    rows = encode_table(table.cast(schema.arrow))
    found = [Content(inputs=row, schema=schema.hash, **{name: values[at] for name, values in more.items()}) for at, row in enumerate(rows)]
    return found, {schema.hash: schema.encoded}


def fill(made: Workspace, table: pa.Table, *, prefix: str = "k", origin: str = "important", **more: Sequence[Any]) -> None:
    """Put the rows of a table into the eval set under the keys k0, k1, …"""
    rows, schemas = contents(table, **more)
    made.evalset.add([Added(f"{prefix}{at}", row, origin) for at, row in enumerate(rows)], schemas=schemas)
