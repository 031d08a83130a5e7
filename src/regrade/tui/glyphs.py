"""The glyphs of the screens: every state is a glyph and a colour; terminals without Unicode get ASCII, chosen by locale."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Glyphs:
    """One set of glyphs; each is one cell wide."""

    wrong: str = "✗"
    right: str = "✓"
    unknown: str = "?"
    fixed: str = "▲"
    broken: str = "▼"
    pinned: str = "⚑"
    warning: str = "⚠"
    promoted: str = "●"
    labelled: str = "◐"
    open: str = "○"
    dismissed: str = "–"
    retired: str = "◌"
    disputed: str = "≠"
    cursor: str = "┃"
    mark: str = "■"
    full: str = "█"
    empty: str = "░"
    rule: str = "─"
    rule_down: str = "┬"
    rule_up: str = "┴"
    dot: str = "·"
    dash: str = "–"
    minus: str = "−"
    ellipsis: str = "…"
    ascending: str = "↑"
    descending: str = "↓"

    def result(self, result: str) -> str:
        """Return the glyph of a result; a blank for what is none."""
        return {"wrong": self.wrong, "right": self.right, "unknown": self.unknown}.get(result, " ")

    def status(self, status: str) -> str:
        """Return the glyph of a status; that of ``open`` for what is none."""
        return {
            "promoted": self.promoted,
            "labelled": self.labelled,
            "dismissed": self.dismissed,
            "retired": self.retired,
            "disputed": self.disputed,
        }.get(status, self.open)

    def flip(self, flip: str | None) -> str:
        """Return the glyph of a flip; a blank where nothing flipped."""
        return self.fixed if flip == "fixed" else self.broken if flip == "broken" else " "


UNICODE = Glyphs()
ASCII = Glyphs(
    wrong="x",
    right="v",
    unknown="?",
    fixed="+",
    broken="-",
    pinned="!",
    warning="!",
    promoted="*",
    labelled="o",
    open=".",
    dismissed="-",
    retired="~",
    disputed="=",
    cursor=">",
    mark="#",
    full="#",
    empty=".",
    rule="-",
    rule_down="+",
    rule_up="+",
    dot="|",
    dash="-",
    minus="-",
    ellipsis=".",
    ascending="^",
    descending="v",
)


def for_locale(environment: Mapping[str, str] = os.environ) -> Glyphs:
    """Return the glyphs that the locale of the terminal can show.

    The first of ``LC_ALL``, ``LC_CTYPE`` and ``LANG`` that is set decides. Where none is, Unicode is assumed: containers
    rarely set one, and their terminals are Unicode ones.
    """
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = environment.get(name, "")
        if value:
            return UNICODE if "utf8" in value.lower().replace("-", "") else ASCII
    return ASCII if environment.get("TERM") in ("dumb", "linux", "vt100") else UNICODE
