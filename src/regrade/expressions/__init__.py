"""The one small language: SQL expressions over the columns of a log, checked against an allow-list.

What parses imports sqlglot when it is first used: the rows of a log are on the screen before anybody types a filter.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from regrade.expressions.words import BUILT_IN_COLUMNS, BUILT_IN_VALUES, quote_identifier, quote_text

if TYPE_CHECKING:
    from regrade.expressions.expression import Expression, check_built_in_values, join_terms, parse, parse_condition
    from regrade.expressions.language import FUNCTIONS
    from regrade.expressions.searching import parse_filter

_HOMES = {
    **dict.fromkeys(("Expression", "check_built_in_values", "join_terms", "parse", "parse_condition"), "expression"),
    "FUNCTIONS": "language",
    "parse_filter": "searching",
}

__all__ = [
    "BUILT_IN_COLUMNS",
    "BUILT_IN_VALUES",
    "FUNCTIONS",
    "Expression",
    "check_built_in_values",
    "join_terms",
    "parse",
    "parse_condition",
    "parse_filter",
    "quote_identifier",
    "quote_text",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
