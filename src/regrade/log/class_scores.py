"""Probabilities of classes, from a column each or from an object in one column: as SQL, and as Python values."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from regrade.expressions import quote_identifier


def struct_fields(kind: str) -> tuple[str, ...] | None:
    """Return the names of a STRUCT type's fields, as DuckDB spells the type; None for another type."""
    if not kind.startswith("STRUCT("):
        return None
    names, at, depth = [], len("STRUCT("), 0
    start, body = at, kind[: kind.rindex(")")]
    while at <= len(body):
        character = body[at] if at < len(body) else ","
        if character == '"':
            at = _closing(body, at)
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        elif character == "," and not depth:
            names.append(_first_name(body[start:at].strip()))
            start = at + 1
        at += 1
    return tuple(names)


def _closing(text: str, at: int) -> int:
    """Return where a quoted name ends that begins at ``at``; a quote inside stands twice."""
    end = text.index('"', at + 1)
    while text[end : end + 2] == '""':
        end = text.index('"', end + 2)
    return end


def _first_name(field: str) -> str:
    return field[1 : _closing(field, 0)].replace('""', '"') if field.startswith('"') else field.split(" ", 1)[0]


def values_sql(column: str, kind: str) -> str:
    """Return the numbers of an object as a list of DOUBLE: NULL where one is no number, or where there is no object at all."""
    fields = struct_fields(kind)
    if fields is not None:
        return f"[{', '.join(f'TRY_CAST({column}.{quote_identifier(name)} AS DOUBLE)' for name in fields)}]"
    if kind.startswith("MAP("):
        return f"list_transform(map_values({column}), lambda v: TRY_CAST(v AS DOUBLE))"
    if kind not in ("JSON", "VARCHAR"):
        return "CAST(NULL AS DOUBLE[])"
    text = f"CAST({column} AS VARCHAR)"
    values = f"CASE WHEN json_valid({text}) THEN json_extract(CAST({text} AS JSON), '$.*') END"
    return f"list_transform({values}, lambda v: CASE WHEN json_type(v) NOT IN ('VARCHAR', 'BOOLEAN') THEN TRY_CAST(v AS DOUBLE) END)"


def object_sql(column: str, kind: str) -> str:
    """Return an object as one that Arrow hands over with numbers (not decimals) in it, or as text."""
    fields = struct_fields(kind)
    if fields:
        named = [(quote_identifier(name), f"{column}.{quote_identifier(name)}") for name in fields]
        return f"struct_pack({', '.join(f'{name} := TRY_CAST({value} AS DOUBLE)' for name, value in named)})"
    if kind.startswith("MAP("):
        return f"map(map_keys({column}), {values_sql(column, kind)})"
    return f"CAST({column} AS VARCHAR)"


def margin_sql(values: str) -> str:
    """Return top score minus runner-up, NULL where fewer than two classes have one."""
    ordered = f"list_reverse_sort(list_filter({values}, lambda v: v IS NOT NULL AND NOT isnan(v)))"
    return f"({ordered}[1] - {ordered}[2])"


def read(value: Any) -> dict[str, float] | None:
    """Return class → probability of an object (a mapping, pairs, or JSON text); what is no number is left out, None where nothing is left.

    An object in which a class stands twice says nothing.
    """
    if isinstance(value, str):
        try:
            value = json.loads(value, object_pairs_hook=_once)
        except (ValueError, RecursionError):
            return None
    if isinstance(value, list):
        if not all(isinstance(each, (list, tuple)) and len(each) == 2 for each in value):
            return None
        value = {str(name): number for name, number in value}
    if not isinstance(value, Mapping):
        return None
    return {str(name): float(number) for name, number in value.items() if _is_number(number)} or None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a class stands twice")
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
