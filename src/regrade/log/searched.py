"""Which columns of a log are searched for words."""

from __future__ import annotations

from collections.abc import Sequence

from regrade.config import Config
from regrade.log.query import BUILT_IN
from regrade.log.roles import Column


def searched_columns(columns: Sequence[Column], config: Config) -> tuple[str, ...]:
    """Return the columns of text that words are looked for in, as an expression names them.

    Those that ``[log] text`` declares, else every column of text. None that ``[privacy]`` declares: a word that finds a customer would
    stay in the history of filters; an expression that names such a column does not.
    """
    declared = [each for each in columns if each.role == "text"]
    chosen = declared or [each for each in columns if is_text(each.type)]
    open_ones = [each.name for each in chosen if not config.privacy.covers(each.name)]
    return tuple(f"log.{name}" if name.lower() in BUILT_IN else name for name in open_ones)


def is_text(kind: str) -> bool:
    """Can a column of this DuckDB type be searched for words?"""
    return kind in ("VARCHAR", "JSON") or kind.startswith("ENUM")
