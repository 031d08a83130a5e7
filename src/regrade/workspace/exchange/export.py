"""The eval set as one table: who can read CSV, JSON lines or Parquet has all of it, and `evalset add` reads it back exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from regrade.errors import ConfigError, IntegrityError, UsageError
from regrade.log.content import JSON, content_hash
from regrade.log.hidden import hide_contents
from regrade.log.schema import Schema
from regrade.workspace.exchange.plain import show
from regrade.workspace.exchange.sheet import OWN, SCHEMA, Header, Sheet, format_of, input_name, write

if TYPE_CHECKING:
    from regrade.evalset import Example, State
    from regrade.log import Content
    from regrade.workspace.facade import Workspace

PARTITIONS = ("eval", "fix", "all")


def export(workspace: Workspace, path: Path, what: str, partition: str, where: str, plain: bool = False) -> int:
    """Write a file; see :meth:`Workspace.export`.

    Raises
    ------
    UsageError
        There is no such thing to export, or the file's name is of no kind that can be written.
    """
    from regrade.workspace.exchange.labels import labels_sheet

    if what not in ("eval", "labels"):
        raise UsageError(f"{what!r} cannot be exported", hint="there are: eval, labels")
    if partition not in PARTITIONS:
        raise UsageError(f"{partition!r} is no partition", hint="there are: " + ", ".join(PARTITIONS))
    kind = format_of(str(path), None)
    sheet = examples_sheet(workspace, partition, where, plain=plain) if what == "eval" else labels_sheet(workspace, where)
    write(sheet, path, kind)
    return len(sheet)


def examples_sheet(workspace: Workspace, partition: str = "all", where: str = "", *, plain: bool = False) -> Sheet:
    """Return one row an example, sorted by key: what is said of it, then its inputs, without their types if ``plain``.

    Raises
    ------
    ExpressionError
        ``where`` is no condition over the examples.
    ConfigError
        ``[privacy]`` hashes a column, and the key is not here.
    IntegrityError
        The schema of an example is not in the eval set.
    """
    members = [each for each in workspace.evalset.state.examples() if partition in ("all", each.partition)]
    members, schemas = _shown(workspace, members)
    if where and members:
        from regrade.workspace.exchange.choose import matching

        members = [members[at] for at in matching(workspace, members, schemas, where)]
    used = {name: Schema.decode(schemas[name]) for name in dict.fromkeys(each.content.schema for each in members)}
    own = [_own(workspace.evalset.state, each) for each in members]
    columns: dict[str, list[JSON]] = {name: [row[name] for row in own] for name in OWN}
    sheet = Sheet(columns, header=None if plain else Header(1, schemas={name: schemas[name] for name in used}))
    _add_inputs(sheet, [each.content for each in members], used)
    if not plain:
        sheet.columns[SCHEMA] = [each.content.schema for each in members]
    return sheet


def _shown(workspace: Workspace, members: Sequence[Example]) -> tuple[list[Example], Mapping[str, str]]:
    """Return examples as `[privacy]` lets them out, and the schemas of their contents."""
    hidden = hide_contents([each.content for each in members], workspace.evalset.schemas, workspace.config.privacy)
    for at, why in hidden.refused.items():
        raise ConfigError(why, where=members[at].key)
    kind, shown = workspace.config.task.kind, []
    for member, content in zip(members, hidden.contents, strict=True):
        if content.schema not in hidden.schemas:
            raise IntegrityError(f"the schema of its inputs, {content.schema[:12]}, is not in the eval set", where=member.key)
        changed = content is not member.content
        shown.append(replace(member, content=content, content_hash=content_hash(kind, content)) if changed else member)
    return shown, hidden.schemas


def _own(state: State, example: Example) -> dict[str, JSON]:
    mode = state.book.get(example.mode) if example.mode else None
    content = example.content
    plain = len(example.expected) == 1 and example.expected[0] is not None
    return {
        "key": example.key,
        "expected": example.expected[0] if plain else None,
        "expected_values": None if plain or not example.expected else list(example.expected),
        "origin": example.origin,
        "origins": sorted(example.origins),
        "mode": example.mode,
        "mode_name": mode.name if mode else example.mode,
        "pinned": example.pinned,
        "partition": example.partition,
        "weight": example.weight,
        "disputed": example.disputed,
        "outcome": content.outcome,
        "prediction": content.prediction,
        "scores": content.scores,
        "time": content.time,
        "model": content.model,
        "source": content.source,
        "content_hash": example.content_hash,
        "notes": state.notes(example.key),
    }


def _add_inputs(sheet: Sheet, contents: Sequence[Content], schemas: Mapping[str, Schema]) -> None:
    """Add a column for every input that any schema has; where schemas give it several types, each value is as its own shows it."""
    names = list(dict.fromkeys(name for schema in schemas.values() for name in schema.names))
    for name in names:
        kinds = {each: schema.arrow.field(name).type for each, schema in schemas.items() if name in schema.names}
        encoded = [each.inputs.get(name) for each in contents]
        column = input_name(name)
        shown = {each: _shower(kind) for each, kind in kinds.items()}
        sheet.columns[column] = [
            None if value is None else shown[each.schema](value) for value, each in zip(encoded, contents, strict=True)
        ]
        kind = next(iter(kinds.values()))
        if all(each == kind for each in kinds.values()) and not pa.types.is_null(kind):
            sheet.types[column] = (kind, encoded)
        else:
            sheet.mixed.add(column)


def _shower(kind: pa.DataType) -> Callable[[JSON], JSON]:
    return lambda value: show(value, kind)
