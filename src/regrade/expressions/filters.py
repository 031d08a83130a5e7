"""What a person types to find rows: an expression, or words to search for; ``!`` negates. Which of the two it is shows without parsing."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from regrade.expressions.words import quote_text

OPERATORS = frozenset({"and", "or", "not", "is", "in", "like", "ilike", "between", "case"})
"""Words that make a line an expression, wherever they stand outside of double quotes."""
_CONSTANTS = frozenset({"true", "false", "null"})
_PHRASE = re.compile(r'"((?:[^"]|"")*)"')
_SIGN = re.compile(r"[=<>()';|~\[\]{}\\^]|::|--|/\*")
"""What no searched word has: it makes a line an expression. In double quotes everything can be searched for."""
_PART = re.compile(r'((?:!\s*)*)("(?:[^"]|"")*"|[^\s"!][^\s"]*)')
_LONE_SIGN = re.compile(r"(?:^|\s)!+\s*$")
_WHOLE = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")|--[^\n]*|/\*.*?\*/|\s+""", re.DOTALL)
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")


@dataclass(frozen=True)
class Word:
    """A word or phrase to search for; ``negated``: rows must be without it."""

    text: str
    negated: bool = False


def search_words(text: str, columns: Collection[str]) -> tuple[Word, ...] | None:
    """Return what a line searches for; None where it is an expression.

    It is one where it has an operator, a bracket, a single quote or a word of :data:`OPERATORS` outside of double quotes, or where
    it is nothing but the name of a column (or true, false, null).
    """
    bare = _PHRASE.sub(" ", text)
    if '"' in bare or _SIGN.search(bare) or _LONE_SIGN.search(text) or any(word.lstrip("!").lower() in OPERATORS for word in bare.split()):
        return None
    words = []
    for bangs, part in _PART.findall(text):
        quoted = part.startswith('"')
        said = part[1:-1].replace('""', '"') if quoted else part
        if said.strip():
            words.append((Word(said.strip() if quoted else said, bangs.count("!") % 2 == 1), quoted))
    if len(words) == 1 and not words[0][1] and _names_column(words[0][0].text, columns):
        return None
    return tuple(word for word, _ in words) or None


def _names_column(word: str, columns: Collection[str]) -> bool:
    low = word.lower()
    return low in _CONSTANTS or any(name.lower() in (low, low.removeprefix("log.")) for name in columns)


def looks_like_words(text: str) -> bool:
    """Return whether ``and``, an apostrophe and the like are all that makes a line an expression: it may have been meant as a search."""
    bare = _APOSTROPHE.sub("", _PHRASE.sub(" ", text))
    return '"' not in bare and not _SIGN.search(bare) and bool(bare.strip(" !"))


def turned_round(text: str) -> tuple[bool, str]:
    """Return whether ``!`` turns an expression round, and the expression, blanks in the place of the signs."""
    found = re.match(r"\s*((?:!(?![=~])\s*)+)", text)
    if not found:
        return False, text
    return found[1].count("!") % 2 == 1, " " * found.end() + text[found.end() :]


def as_expression(text: str, columns: Collection[str]) -> str:
    """Return a filter as an expression that can stand inside of another one, in brackets: ``has('…')`` for words."""
    if search_words(text, columns) is not None:
        return f"has({quote_text(text.strip())})"
    negated, rest = turned_round(text)
    return f"({_closed(rest)}) is not true" if negated else rest.strip()


def one_line(text: str) -> str:
    """Return a filter that somebody wrote on several lines as one that finds the same: comments go, what is in quotes stays as it is."""
    if "\n" not in text and "\r" not in text:
        return text.strip()
    return _WHOLE.sub(lambda found: found[1] or " ", text).strip()


def both(first: str, second: str, columns: Collection[str]) -> str:
    """Return the filter that finds what both find; an empty one finds everything."""
    if not first.strip() or not second.strip():
        return first.strip() or second.strip()
    return " and ".join(f"({_closed(as_expression(each, columns))})" for each in (first, second))


def _closed(text: str) -> str:
    """A comment at the end would hide what is written behind it."""
    return f"{text.strip()}\n" if "--" in text else text.strip()


def highlighted(text: str, columns: Collection[str]) -> tuple[str, ...]:
    """Return the texts to be made visible in the rows that a line of words finds."""
    return tuple(word.text for word in search_words(text, columns) or () if not word.negated)
