"""Which columns there are facets of, in which order, and what is said beside their names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from regrade.tui.cells import is_number
from regrade.tui.layout import GridColumn

_ROLES = ("input", "time", "model", "prediction", "outcome", "score")
_LAST_ROLES = ("text", "ignore", "id")


@dataclass(frozen=True)
class FacetColumn:
    """A column that can be counted.

    Attributes
    ----------
    name : str
        As the log spells it.
    asked : str
        What the log is asked for.
    about : str
        Its role or its type, in one word.
    """

    name: str
    asked: str
    about: str


def facet_columns(columns: Iterable[GridColumn]) -> list[FacetColumn]:
    """Return the columns of a log: inputs first, then what was answered, what people decided, and what is rarely counted."""
    given = list(columns)

    def having(roles: tuple[str, ...]) -> list[FacetColumn]:
        return [
            FacetColumn(column.name, column.asked, _kind(column.type) if role == "input" else role)
            for role in roles
            for column in given
            if column.role == role
        ]

    made = [FacetColumn(name, name, "decision" if name != "result" else "result") for name in ("mode", "status", "result")]
    margin = [FacetColumn("margin", "margin", "score")] if any(column.role == "score" for column in given) else []
    return [*having(_ROLES), *margin, *made, *having(_LAST_ROLES)]


def _kind(sql_type: str) -> str:
    kind = sql_type.upper()
    if kind.endswith("]"):
        return "list"
    if is_number(kind):
        return "number"
    words = {"VARCHAR": "text", "ENUM": "text", "BOOLEAN": "yes/no", "DATE": "time", "TIME": "time"}
    return words.get(kind.partition("(")[0]) or ("time" if kind.startswith("TIMESTAMP") else "nested")
