"""The ``[stages]`` and ``[checks]`` tables of ``regrade.toml``: what a candidate went through on the way to its answer."""

from __future__ import annotations

import re
from collections.abc import Mapping

from regrade.errors import near_names

INPUTS, MODEL, RULES = "inputs", "model", "rules"
"""Stages that every candidate has: what it was given, what turns the last output into an answer, threshold and rules on top."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_TAKEN = (INPUTS, MODEL, RULES, "prediction", "score", "expected", "mode", "log")
_ANSWER = ("prediction", "score", "scores", "error", "id", "key", "tokens", "cost")
_KEPT = ("id", "time", "model", "prediction", "score", "outcome", "feedback")


def stages_fault(stages: Mapping[str, str], checks: Mapping[str, str], roles: Mapping[str, str]) -> tuple[str, list[str], str] | None:
    """Return what is wrong with the two tables, the key it stands under, and what to do; None: nothing is.

    ``roles``: column of the log to role.
    """
    fields: dict[str, str] = {}
    for name, field in stages.items():
        place = ["stages", name]
        if not _NAME.match(name):
            return f"{name!r} is no name of a stage", place, "letters, digits and '_', no digit first: checks name it so"
        if name in _TAKEN:
            return f"{name!r} is the name of something else", place, f"taken: {', '.join(_TAKEN)}"
        if not field:
            return "the field that holds the stage's output has no name", place, 'docs = "retrieved"'
        if field in _ANSWER or field.startswith("p_"):
            return f"{field!r} is part of the answer itself", place, "a stage is another field beside it"
        if roles.get(field) in _KEPT:
            return f"{field!r} is the log's {roles[field]}", place, "a stage is another column"
        if field in fields:
            return f"{field!r} is stage {fields[field]} already", place, near_names(name, stages)
        fields[field] = name
    empty = next((name for name, text in checks.items() if not text.strip()), None)
    return None if empty is None else ("the expression is empty", ["checks", empty], "an expression that holds where all is well")
