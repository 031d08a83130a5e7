"""The words of the language that cost nothing to know: built-in columns, their values, and how SQL quotes names and texts."""

from __future__ import annotations

BUILT_IN_COLUMNS = ("result", "status", "mode", "margin", "expected")
"""Columns that every log has besides its own; a log column of such a name is reached as ``log.status``."""

BUILT_IN_VALUES = {
    "result": ("wrong", "right", "unknown"),
    "status": ("open", "labelled", "promoted", "dismissed", "retired", "disputed"),
}
"""Every value that a built-in column can have, where they are few."""


def quote_identifier(name: str) -> str:
    """Return ``name`` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(value: str) -> str:
    """Return ``value`` as an SQL string literal."""
    return "'" + value.replace("'", "''") + "'"
