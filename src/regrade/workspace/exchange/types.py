"""The types of the inputs that a file brings: those of the log, of the examples that are there, or what its values fit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from regrade.compare.changed_words import some
from regrade.config_privacy import Privacy
from regrade.errors import DataError, RegradeError
from regrade.expressions import quote_identifier
from regrade.log.agree import agree
from regrade.log.content import JSON
from regrade.log.frames import DTYPE
from regrade.log.infer import all_fits
from regrade.log.privacy import hide_schema, hide_table, is_hashed, key_check_of
from regrade.log.readers.parquet import ParquetSource
from regrade.log.schema import Schema, decode_rows, encode_table
from regrade.log.work import Work
from regrade.workspace.exchange.sheet import SCHEMA

if TYPE_CHECKING:
    from regrade.workspace.exchange.columns import Columns
    from regrade.workspace.exchange.incoming import Incoming
    from regrade.workspace.facade import Workspace

_WHY = {"boolean": "true or false", "integer": "a whole number"}


@dataclass(frozen=True)
class Known:
    """Schemas that rows may have.

    Attributes
    ----------
    schemas : dict
        Hash to schema: of the file, of the examples, of the log.
    base : Schema or None
        Of rows that name none; None: nobody knows but the file.
    clear : Schema or None
        The log's before anything is hashed.
    """

    schemas: Mapping[str, Schema]
    base: Schema | None
    clear: Schema | None

    @classmethod
    def of(cls, workspace: Workspace, incoming: Incoming) -> Known:
        """Return what is known before the file's own values are looked at."""
        stored = dict(workspace.evalset.schemas) | (incoming.header.schemas if incoming.header else {})
        schemas = {name: Schema.decode(encoded) for name, encoded in stored.items()}
        clear = base = None
        if incoming.header is not None and SCHEMA in incoming.columns and None not in incoming.values(SCHEMA):
            return cls(schemas, None, None)  # every row says it: the log need not be there
        if workspace.has_log:
            clear, base = workspace.log.logged_schema, workspace.log.schema
            schemas[base.hash] = base
        else:
            state = workspace.evalset.state
            used = [state.example(key).content.schema for key in state.members()]
            if used:
                chosen = max(dict.fromkeys(used), key=lambda name: (len(schemas[name].names), used.count(name)))
                base = schemas[chosen]
        return cls(schemas, base, clear)

    def inputs(self, incoming: Incoming) -> set[str] | None:
        """Return every input that a row of the file may have; None: not known yet."""
        named = {name for each in (incoming.header.schemas if incoming.header else {}) for name in self.schemas[each].names}
        return named | set(self.base.names) if self.base is not None else named or None


def inputs_of(
    incoming: Incoming, columns: Columns, known: Known, privacy: Privacy, types: FileTypes, *, allow_missing: bool
) -> tuple[list[dict[str, JSON]], list[str], dict[str, str]]:
    """Return the encoded inputs of each row, the hash of their schema, and those schemas (hash to encoded).

    What is wrong with values is noted in ``incoming.problems``.

    Raises
    ------
    DataError
        An input is missing, or a column has another type than the examples that are there.
    ConfigError
        ``[privacy]`` hashes a column, and the key is not here.
    """
    own: Schema | None = None
    groups: dict[str, list[int]] = {}
    named = incoming.values(columns.roles[SCHEMA]) if SCHEMA in columns.roles else [None] * len(incoming)
    for row, name in enumerate(named):
        base = known.base.hash if known.base is not None else ""
        if name is not None and name not in known.schemas and incoming.header is not None:
            incoming.bad(row, f"{columns.roles[SCHEMA]}: {str(name)[:12]}, expected one that the file's first row has")
        groups.setdefault(str(name) if name in known.schemas else base, []).append(row)
    inputs: list[dict[str, JSON]] = [{} for _ in range(len(incoming))]
    used: list[str] = [""] * len(incoming)
    schemas: dict[str, str] = {}
    for name, rows in groups.items():
        if name:
            schema = known.schemas[name]
        else:
            schema = own = own or types.schema(columns.inputs)
        schema = _clear(schema, incoming, columns, known, privacy, types)
        values = _typed(incoming, columns, schema, rows, allow_missing=allow_missing)
        after = hide_schema(schema, privacy)
        if privacy.declared and not incoming.problems:
            values = encode_table(hide_table(decode_rows(values, schema), privacy)) if after.names else [{} for _ in rows]
        schemas[after.hash] = after.encoded
        _refuse_other_keys(incoming, columns, rows, values, privacy)
        for row, value in zip(rows, values, strict=True):
            inputs[row], used[row] = value, after.hash
    return inputs, used, schemas


def refuse_foreign(workspace: Workspace, incoming: Incoming, schemas: Mapping[str, str]) -> None:
    """Refuse examples that have no input in common with the examples that are there, nor with the log: no candidate could answer them.

    Only an exported file gets this far with other inputs, for it says itself which types its columns have.

    Raises
    ------
    DataError
        It is the eval set of another task; names both lists of inputs.
    """
    state, stored = workspace.evalset.state, workspace.evalset.schemas
    used = sorted({state.example(key).content.schema for key in state.members()})
    here = list(dict.fromkeys(name for each in used for name in Schema.decode(stored[each]).names))
    if workspace.has_log:
        with suppress(RegradeError):  # such a file can be brought in although the log cannot be opened
            here += [name for name in workspace.log.schema.names if name not in here]
    brought = list(dict.fromkeys(name for each in schemas.values() for name in Schema.decode(each).names))
    if here and brought and not set(here) & set(brought):
        what = f"its inputs ({some(brought, len(brought))}) are none of those here ({some(here, len(here))})"
        hint = "is it the eval set of another task? --allow-missing takes it all the same"
        raise DataError(what, where=incoming.name, hint=hint)


class FileTypes:
    """The types that the values of a file fit, by the rules of the log's import; looked for once, where somebody asks."""

    def __init__(self, incoming: Incoming, work: Work) -> None:
        self._incoming, self._work = incoming, work
        self._kinds: Mapping[str, str] | None = None

    def of(self, columns: Sequence[str]) -> dict[str, pa.DataType]:
        """Return the Arrow type that a log would have for each of these columns of the file."""
        if self._kinds is None:
            source = self._incoming.source
            kinds = source.types if isinstance(source, ParquetSource) else agree([source], [all_fits(source, self._work)], {}, {})
            self._kinds = {name: kinds[there] for name, there in zip(self._incoming.columns, source.columns, strict=True)}
        return self.arrow({name: self._kinds[name] for name in columns})

    def schema(self, columns: Mapping[str, str]) -> Schema:
        """Return the schema of some columns; ``columns``: name to column of the file."""
        kinds = self.of(list(columns.values()))
        fields = pa.schema([pa.field(name, kinds[column]) for name, column in columns.items()])
        nulls = {name: any(each is None for each in self._incoming.values(column)) for name, column in columns.items()}
        return Schema.of(fields, nulls)

    def arrow(self, kinds: Mapping[str, str]) -> dict[str, pa.DataType]:
        """Return the Arrow types of columns of DuckDB's types, as the log hands them out."""
        if not kinds:
            return {}
        plain = {name: "VARCHAR" if kind in ("JSON", "UUID") else kind for name, kind in kinds.items()}
        select = ", ".join(f"CAST(NULL AS {kind}) AS {quote_identifier(name)}" for name, kind in plain.items())
        found = self._work.connection.sql(f"SELECT {select}").to_arrow_table().schema
        for each in found:
            if pa.types.is_interval(each.type):
                raise DataError("is an interval, which an example cannot keep", where=f"{self._incoming.name}: {each.name}")
        return dict(zip(kinds, found.types, strict=True))


def _clear(schema: Schema, incoming: Incoming, columns: Columns, known: Known, privacy: Privacy, types: FileTypes) -> Schema:
    """Return a schema with the types that the file's values have: those of hashed columns may still be in clear."""
    fields = []
    for each in schema.arrow:
        if privacy.drops(each.name):
            continue
        column = columns.inputs.get(each.name)
        hashed = column is not None and privacy.hashes(each.name) and pa.types.is_string(each.type)
        if column is None or not hashed or all(value is None or is_hashed(value) for value in incoming.values(column)):
            fields.append(each)
        elif known.clear is not None and each.name in known.clear.names:
            fields.append(known.clear.arrow.field(each.name))
        else:
            fields.append(types.schema({each.name: column}).arrow.field(0))
    return Schema(pa.schema(fields))


def _refuse_other_keys(
    incoming: Incoming, columns: Columns, rows: Sequence[int], values: Sequence[Mapping[str, JSON]], privacy: Privacy
) -> None:
    """A hash stays as it is, so it must be one of the team's key: of another, the same customer would have two."""
    for name in filter(privacy.hashes, values[0] if values else ()):
        for row, value in zip(rows, values, strict=True):
            check = key_check_of(value[name])
            if check and check != privacy.check:
                expected = f"expected the team's ({privacy.check})" if privacy.check else "and [privacy] has no `check` of the team's"
                incoming.bad(row, f"{columns.inputs.get(name, name)}: is hashed under another key ({check}), {expected}")


def _typed(incoming: Incoming, columns: Columns, schema: Schema, rows: Sequence[int], *, allow_missing: bool) -> list[dict[str, JSON]]:
    missing = [name for name in schema.names if name not in columns.inputs]
    if missing:
        _refuse_missing(incoming, schema, missing, allow_missing=allow_missing)
    found: dict[str, list[JSON]] = {}
    for each in schema.arrow:
        column = columns.inputs.get(each.name)
        if column is None:
            found[each.name] = [None] * len(rows)
            continue
        before = len(incoming.problems)
        found[each.name] = incoming.typed(column, each.type, rows)
        if not _holds_nulls(each) and len(incoming.problems) == before:
            for row, value in zip(rows, found[each.name], strict=True):
                if value is None:
                    expected = _WHY["boolean" if pa.types.is_boolean(each.type) else "integer"]
                    incoming.bad(row, f"{column}: is empty, expected {expected}: it is there in every row of the log")
    return [dict(zip(found, values, strict=True)) for values in zip(*found.values(), strict=True)] if found else [{} for _ in rows]


def _refuse_missing(incoming: Incoming, schema: Schema, missing: Collection[str], *, allow_missing: bool) -> None:
    empty = [name for name in missing if _holds_nulls(schema.arrow.field(name))]
    if allow_missing and len(empty) == len(missing):
        return
    listed = [name for name in missing if not allow_missing or name not in empty]
    hint = "`--allow-missing` leaves them empty in these examples" if len(empty) == len(missing) else ""
    if not hint:
        hint = "no row of the log lacks " + ", ".join(map(repr, (name for name in missing if name not in empty)))
    raise DataError(f"has no column {', '.join(map(repr, listed))}, an input of the examples", where=incoming.name, hint=hint)


def _holds_nulls(field: pa.Field) -> bool:
    """May a value be missing in a column, by the dtype that candidates get?"""
    dtype = (field.metadata or {}).get(DTYPE, b"").decode()
    return not (dtype == "bool" or dtype.startswith(("int", "uint")))
