"""Which columns of a log are searched for words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from regrade.config import Config
from regrade.log.query import BUILT_IN


class Named(Protocol):
    """A column, whoever describes it."""

    @property
    def name(self) -> str:
        """As the log has it."""

    @property
    def type(self) -> str:
        """DuckDB's."""

    @property
    def role(self) -> str:
        """In the log."""


def searched_columns(columns: Iterable[Named], config: Config) -> tuple[str, ...]:
    """Return the columns of text that words are looked for in, as an expression names them.

    Those that ``[log] text`` declares, else every column of text. None that ``[privacy]`` declares: a word that finds a customer would
    stay in the history of filters; an expression that names such a column does not.
    """
    given = list(columns)
    declared = [each for each in given if each.role == "text"]
    chosen = declared or [each for each in given if is_text(each.type)]
    open_ones = [each.name for each in chosen if not config.privacy.covers(each.name)]
    return tuple(f"log.{name}" if name.lower() in BUILT_IN else name for name in open_ones)


def is_text(kind: str) -> bool:
    """Can a column of this DuckDB type be searched for words?"""
    return kind in ("VARCHAR", "JSON") or kind.startswith("ENUM")
