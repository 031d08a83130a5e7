"""Two texts word by word: where one has words that the other lacks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from regrade.tui.widgets.lines import Line

Span = tuple[int, int]

_WORD = re.compile(r"\S+")
_MOST_PAIRS = 400_000
"""Words of one text times words of the other: comparing more would be felt under the fingers."""
_ALIKE = 0.3
"""Texts that share less are two texts: that everything differs need not be marked."""


@lru_cache(64)
def lacking_words(text: str, other: str) -> tuple[Span, ...]:
    """Return the places in ``text``, (start, end) each, of words that ``other`` does not have there.

    There are none where the texts are single words, too long, or too little alike to be compared.
    """
    words, others = list(_WORD.finditer(text)), other.split()
    if len(words) + len(others) < 3 or not words or not others or len(words) * len(others) > _MOST_PAIRS:
        return ()
    matcher = SequenceMatcher(None, [word[0] for word in words], others, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return ()
    found = [(first, last) for tag, first, last, _, _ in matcher.get_opcodes() if tag in ("delete", "replace")]
    return tuple((words[first].start(), words[last - 1].end()) for first, last in found)


def marked(lines: Sequence[str], text: str, spans: Sequence[Span], style: str, differing: str) -> list[Line]:
    """Return the lines that ``text`` was wrapped into, ``spans`` of it in the style ``differing``."""
    made: list[Line] = []
    after = 0
    for line in lines:
        said = line.lstrip(" ")
        start = text.find(said, after)
        if start < 0:  # never: a wrapped line is a part of the text
            made.append([(line, style)])
            continue
        after = start + len(said)
        made.append([(line[: len(line) - len(said)], style), *_pieces(text, start, after, spans, style, differing)])
    return [[piece for piece in each if piece[0]] for each in made]


def _pieces(text: str, start: int, end: int, spans: Sequence[Span], style: str, differing: str) -> Line:
    pieces: Line = []
    for first, last in spans:
        first, last = max(first, start), min(last, end)
        if first < last:
            pieces += [(text[start:first], style), (text[first:last], differing)]
            start = last
    return [*pieces, (text[start:end], style)]
