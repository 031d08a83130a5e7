"""What in the lines of a prediction deserves the eye: words that were searched for, lines in which two answers differ."""

from __future__ import annotations

import re
from collections.abc import Sequence

from regrade.tui.widgets.lines import Line

_READ = ("text", "strong", "known", "wrong", "right")
"""Styles of what the log says; names and headings have others."""


def mark_words(lines: Sequence[Line], words: Sequence[str]) -> list[Line]:
    """Return the lines with every place where one of the words stands in the style ``found``; case does not count."""
    wanted = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True) if word)
    if not wanted:
        return list(lines)
    pattern = re.compile(f"({wanted})", re.IGNORECASE)
    return [[piece for text, style in line for piece in _split(text, style, pattern)] for line in lines]


def _split(text: str, style: str, pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    if style not in _READ:
        return [(text, style)]
    parts = pattern.split(text)
    return [(part, "found" if at % 2 else style) for at, part in enumerate(parts) if part]


def lacking(text: str, other: str) -> frozenset[int]:
    """Return the numbers of the lines of ``text`` that ``other`` does not have; none where it has none of them at all."""
    theirs = {_plain(line) for line in other.split("\n")}
    own = [_plain(line) for line in text.split("\n")]
    missing = frozenset(at for at, line in enumerate(own) if line and line not in theirs)
    return missing if any(line in theirs for line in own if line) else frozenset()


def _plain(line: str) -> str:
    return " ".join(line.split())
