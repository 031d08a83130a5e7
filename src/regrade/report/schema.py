"""The JSON Schema of a comparison, made from the types that it is made of."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import msgspec

from regrade.compare import calibration_rows, changed, comparison, stage_rows
from regrade.compare.comparison import Comparison

_MODULES = (comparison, changed, calibration_rows, stage_rows)
"""What the document is made of."""


def comparison_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12) of what ``compare``, ``gate`` and ``report`` write as JSON.

    Every key is always there. Others may be added later, so that a reader leaves alone what it does not know.
    """
    made = msgspec.json.schema(Comparison)
    told = _told_in_source()
    for name, definition in made["$defs"].items():
        definition["required"] = sorted(definition["properties"])
        for field, rules in definition["properties"].items():
            rules.pop("default", None)
            words = told.get((name, field))
            if words:
                rules["description"] = words
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A comparison of two candidates, by regrade"}
    return {**title, **made}


def _told_in_source() -> dict[tuple[str, str], str]:
    """Return the text under each attribute, by class and attribute."""
    found = {}
    nodes = [node for module in _MODULES for node in ast.parse(inspect.getsource(module)).body]
    for node in nodes:
        if not isinstance(node, ast.ClassDef):
            continue
        for field, after in zip(node.body, node.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(after, ast.Expr)
                and isinstance(after.value, ast.Constant)
                and isinstance(after.value.value, str)
            ):
                found[node.name, field.target.id] = inspect.cleandoc(after.value.value).replace("``", "`")
    return found
