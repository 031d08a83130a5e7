"""Refuse an expression whose texts could outgrow memory: `replace` of what was replaced multiplies, and nothing bounds what it makes."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from regrade.errors import ExpressionError
from regrade.expressions import language


def check_growth(nodes: Iterable[exp.Expr], where: str) -> None:
    """Refuse a text that may be over :data:`language.MAX_GROWTH` times as long as the longest that it is made of.

    ``nodes``: all of a tree, parents before their children.

    Raises
    ------
    ExpressionError
        It may, or what `replace` puts in is no text of its own, so that its length is not known.
    """
    growth: dict[int, int] = {}
    for node in reversed(list(nodes)):
        parts = [growth[id(each)] for each in node.iter_expressions()]
        if isinstance(node, exp.Replace):
            found = growth[id(node.this)] * _factor(node, where)
        else:
            found = sum(parts) if isinstance(node, (exp.Concat, exp.DPipe)) else max(parts, default=1)
        if found > language.MAX_GROWTH:
            hint = "replace() multiplies what it is given by the length of what it puts in"
            raise ExpressionError(f"it may make a text {found:,} times as long as those of the log", where=where, hint=hint)
        growth[id(node)] = found


def _factor(node: exp.Replace, where: str) -> int:
    """How many times as long as what it is given the text may be."""
    old, new = node.expression, node.args.get("replacement")
    if new is None or isinstance(new, exp.Null):
        return 1
    if not isinstance(new, exp.Literal):
        raise ExpressionError("replace() puts in a text of its own, in quotes", where=where, hint="replace(dest, 'EWR', 'NYC')")
    length = len(old.name) if isinstance(old, exp.Literal) else 1
    return max(1, -(-len(new.name) // max(1, length)))
