"""What in the lines of a prediction deserves the eye: words that were searched for, lines in which two answers differ."""

from __future__ import annotations

import re
from collections.abc import Sequence

from regrade.tui.widgets.lines import Line

_READ = ("text", "strong", "known", "wrong", "right", "wrong-word", "right-word")
"""Styles of what the log says; names and headings have others."""


def any_of(words: Sequence[str]) -> re.Pattern[str] | None:
    """Return what finds any of the words, the longest first; case does not count. None where there are none."""
    wanted = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True) if word)
    return re.compile(f"({wanted})", re.IGNORECASE) if wanted else None


def mark_words(lines: Sequence[Line], words: Sequence[str], *, everywhere: bool = False) -> list[Line]:
    """Return the lines with every place where one of the words stands in the style ``found``; case does not count.

    ``everywhere``: in names and headings, too.
    """
    pattern = any_of(words)
    if pattern is None:
        return list(lines)
    return [
        [piece for text, style in line for piece in (split(text, style, pattern) if everywhere or style in _READ else [(text, style)])]
        for line in lines
    ]


def split(text: str, style: str, pattern: re.Pattern[str]) -> Line:
    """Return a piece of text as several: what ``pattern``, of one group, finds in it has the style ``found``."""
    return [(part, "found" if at % 2 else style) for at, part in enumerate(pattern.split(text)) if part]


def lacking(text: str, other: str) -> frozenset[int]:
    """Return the numbers of the lines of ``text`` that ``other`` does not have; none where it has none of them at all."""
    theirs = {_plain(line) for line in other.split("\n")}
    own = [_plain(line) for line in text.split("\n")]
    missing = frozenset(at for at, line in enumerate(own) if line and line not in theirs)
    return missing if any(line in theirs for line in own if line) else frozenset()


def _plain(line: str) -> str:
    return " ".join(line.split())
