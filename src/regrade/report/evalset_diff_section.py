"""What a section of the review is made of, before anything draws it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace

from regrade.log.content import JSON

_LONGEST = 60


@dataclass(frozen=True)
class Group:
    """What one person did for one reason."""

    by: str
    when: str
    """A day, or the first and the last."""
    why: str
    rows: list[tuple[str, ...]]


@dataclass(frozen=True)
class Section:
    """A heading, and groups of rows."""

    glyph: str
    style: str
    title: str
    columns: tuple[str, ...]
    """Titles of the rows' cells."""
    groups: list[Group]

    @property
    def n_rows(self) -> int:
        """How many rows there are, all groups together."""
        return sum(len(group.rows) for group in self.groups)

    def cut(self, limit: int | None) -> tuple[Section, int]:
        """Return the section with at most ``limit`` rows, and how many were left out; every row where only few more would be."""
        if limit is None or self.n_rows <= limit + 2:
            return self, 0
        kept, room = [], limit
        for group in self.groups:
            if room <= 0:
                break
            kept.append(replace(group, rows=group.rows[:room]))
            room -= len(group.rows)
        return replace(self, groups=kept), self.n_rows - limit


def value(given: JSON) -> str:
    """Return a value as it is read: text as it stands, anything else as JSON."""
    text = given if isinstance(given, str) and given.strip() else json.dumps(given, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def person(by: str) -> str:
    """Return the name of ``Name <email>``; the address where there is no name."""
    found = re.fullmatch(r"\s*(.*?)\s*<([^<>]*)>\s*", by)
    return (found[1] or found[2]) if found else by
