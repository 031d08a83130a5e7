"""Give examples the inputs and outcomes that the log got since they were promoted; what they have stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa

from regrade.errors import ConfigError, UsageError, near_names
from regrade.log.content import JSON, Content, canonical
from regrade.log.hidden import hide_contents
from regrade.log.privacy import in_clear
from regrade.log.schema import Schema
from regrade.workspace.exchange.plain import short, show

if TYPE_CHECKING:
    from regrade.evalset import Event, Example
    from regrade.workspace.facade import Workspace

Pair = tuple[str, str]


@dataclass(frozen=True)
class Backfilled:
    """What examples lack, and what of it the log has.

    Attributes
    ----------
    items : list of (key, Content)
        Examples with their new content.
    columns : dict
        Input to how many examples get it.
    outcomes : int
        How many examples get an outcome: they waited for one.
    hidden : int
        How many examples held in clear what `[privacy]` hides, and no longer do.
    left_alone : list of (key, why)
        Examples that lack an input and keep lacking it.
    schemas : mapping
    event : Event or None
        The decision; None: there was nothing to do, or it was only looked at.
    """

    items: list[tuple[str, Content]]
    columns: dict[str, int]
    outcomes: int
    hidden: int
    left_alone: list[Pair]
    schemas: Mapping[str, str]
    event: Event | None = None


def look(workspace: Workspace, columns: Sequence[str] = ()) -> Backfilled:
    """Return what a backfill would write; see :meth:`Workspace.backfill`.

    Raises
    ------
    UsageError
        A column is no input of the log.
    DataError
        There is no log here, or it cannot be read.
    ConfigError
        ``[privacy]`` hashes a column, and the key is not here.
    """
    only_hide = bool(workspace.config.privacy.declared) and not workspace.has_log and not columns
    inputs = () if only_hide else workspace.log.inputs
    for name in columns:
        if name not in inputs:
            raise UsageError(f"{name!r} is no input of the log", hint=near_names(name, inputs))
    wanted = tuple(name for name in inputs if name in columns) if columns else tuple(inputs)
    outcomes = not columns and not only_hide and workspace.config.log.outcome is not None
    lacking, left = _lacking(workspace, wanted, outcomes=outcomes)
    hidden = hide_contents(list(lacking.values()), workspace.evalset.schemas, workspace.config.privacy)
    for at, why in hidden.refused.items():
        raise ConfigError(why, where=list(lacking)[at], hint=f"the key of the hashes stands in ${workspace.config.privacy.key_env}")
    waiting = {key for key, content in lacking.items() if outcomes and content.outcome is None}
    incomplete = [key for key, content in lacking.items() if key in waiting or any(name not in content.inputs for name in wanted)]
    logged = _logged(workspace, incomplete) if incomplete else {}
    log = Schema.of(pa.schema([]), {}) if only_hide else workspace.log.schema
    schemas = {name: Schema.decode(encoded) for name, encoded in hidden.schemas.items()}
    used = {log.hash: log.encoded} | dict(hidden.schemas)
    items: list[tuple[str, Content]] = []
    counts = dict.fromkeys(wanted, 0)
    n_outcomes = 0
    for key, content in zip(lacking, hidden.contents, strict=True):
        missing = [name for name in wanted if name not in content.inputs]
        new, row = content, logged.get(key, "")
        has_outcome = key in waiting and isinstance(row, Content) and row.outcome is not None
        if missing or has_outcome:
            why = row if isinstance(row, str) else _differs(content, schemas[content.schema], row, log)
            if isinstance(row, str) or why:
                left.append((key, why))
                row = ""
        if missing and isinstance(row, Content):
            schema = _joined(schemas[content.schema], log, missing)
            used[schema.hash] = schema.encoded
            added = {name: row.inputs[name] for name in missing}
            new = msgspec.structs.replace(content, inputs={**content.inputs, **added}, schema=schema.hash)
            for name in missing:
                counts[name] += 1
        if has_outcome and isinstance(row, Content):
            new = msgspec.structs.replace(new, outcome=row.outcome)
            n_outcomes += 1
        if new is not lacking[key]:
            items.append((key, new))
    n_hidden = sum(bool(in_clear(lacking[key].inputs, workspace.config.privacy)) for key, _ in items)
    return Backfilled(items, {name: n for name, n in counts.items() if n}, n_outcomes, n_hidden, sorted(left), used)


def backfill(workspace: Workspace, looked: Backfilled) -> Backfilled:
    """Decide what :func:`look` found; nothing where there is nothing to do."""
    if not looked.items:
        return looked
    return replace(looked, event=workspace.evalset.backfill(looked.items, schemas=looked.schemas))


def _lacking(workspace: Workspace, wanted: Sequence[str], *, outcomes: bool) -> tuple[dict[str, Content], list[Pair]]:
    """Return the contents that lack something or hold something in clear, and the examples that nobody may touch now."""
    state, privacy = workspace.evalset.state, workspace.config.privacy
    found: dict[str, Content] = {}
    left: list[Pair] = []
    for example in state.examples():
        inputs = example.content.inputs
        complete = all(name in inputs for name in wanted) and not in_clear(inputs, privacy)
        if complete and not (outcomes and example.content.outcome is None):
            continue
        why = _untouchable(example, state.values(example.key, "content"), workspace)
        if why and not complete:
            left.append((example.key, why))
        elif not why:
            found[example.key] = example.content
    return found, left


def _untouchable(example: Example, contents: Sequence[JSON], workspace: Workspace) -> str:
    if len(contents) > 1:
        return "its content is disputed: `regrade evalset resolve` first"
    if example.content.schema not in workspace.evalset.schemas:
        return "the schema of its inputs is not in the eval set"
    return ""


def _logged(workspace: Workspace, keys: Sequence[str]) -> dict[str, Content | str]:
    """Return what the log has for each key, or why that is nothing."""
    found: dict[str, Content | str] = dict.fromkeys(keys, "its key is not in the log")
    places: dict[str, int] = {}
    with workspace.log.cursor() as cursor:
        for key, address in workspace.log.locate(cursor, keys):
            if key in places:
                found[key] = "its key is several times in the log"
            places[key] = address
    once = [key for key in places if found[key] == "its key is not in the log"]
    contents = workspace.reader.contents(np.array([places[key] for key in once], np.int64)) if once else []
    return found | dict(zip(once, contents, strict=True))


def _differs(content: Content, schema: Schema, row: Content, log: Schema) -> str:
    """Return which value of an example is another one in the log's row of that key: it may be another prediction."""
    for name, value in content.inputs.items():
        if name in row.inputs:
            old, new = (show(each, kind.arrow.field(name).type) for each, kind in ((value, schema), (row.inputs[name], log)))
            if not _same(old, new):
                return f"another row has its key in the log: {name} is {short(old)} here, {short(new)} there"
    return ""


def _same(one: JSON, other: JSON) -> bool:
    numbers = all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in (one, other))
    return bool(one == other) if numbers else canonical(one) == canonical(other)


def _joined(schema: Schema, log: Schema, missing: Sequence[str]) -> Schema:
    """Return the schema of an example that gets ``missing``: that of the log now, if all it has is of the same type there."""
    names = {*schema.names, *missing}
    same = all(name in log.names and log.arrow.field(name).type == schema.arrow.field(name).type for name in schema.names)
    if same and names == set(log.names):
        return log
    return Schema(pa.schema([*schema.arrow, *(log.arrow.field(name) for name in missing)]))
