"""The one small language: SQL expressions over the columns of a log, checked against an allow-list."""

from regrade.expressions.expression import Expression, check_built_in_values, parse, parse_condition
from regrade.expressions.language import BUILT_IN_COLUMNS, FUNCTIONS, quote_identifier, quote_text

__all__ = [
    "BUILT_IN_COLUMNS",
    "FUNCTIONS",
    "Expression",
    "check_built_in_values",
    "parse",
    "parse_condition",
    "quote_identifier",
    "quote_text",
]
