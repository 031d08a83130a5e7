"""What may be typed next in a filter: columns, functions, values of few-valued columns, words that go on. Pure; nothing is asked here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from regrade.expressions import BUILT_IN_VALUES, quote_identifier, quote_text
from regrade.expressions.filters import OPERATORS, search_words
from regrade.expressions.help import HELP
from regrade.expressions.reading import Place, place, unfinished
from regrade.safe_text import safe_text
from regrade.tui.cells import is_number

MOST = 200
"""Offers at most; a column with more values is not few-valued."""
_PLAIN = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)?\Z")
_LONGEST = 200
_PARTS = re.compile(r"[_.\s\"'-]+")
_JOINING = (("and", "both hold"), ("or", "one of them holds"))
_MISSING = (("is null", "is missing"), ("is not null", "is there"))
_EQUAL = (("=", "equals"), ("<>", "is another one"))
_LISTS = (("in (", "one of these"), ("not in (", "none of these"))
_ORDER = ((">=", "at least"), ("<=", "at most"), (">", "more than"), ("<", "less than"), ("between", "from … and …, both included"))
_LIKE = (("like", "'E%' begins with E"), ("ilike", "the same in any case"), ("not like", ""), ("not ilike", ""))
_AFTER = {
    "is": (("null", "is missing"), ("not null", "is there"), ("true", ""), ("false", ""), ("distinct from", "another one, or missing")),
    "not": (("in (", "none of these"), ("like", ""), ("ilike", ""), ("between", "")),
}
_RESERVED = OPERATORS | {"null", "true", "false", "when", "then", "else", "end", "cast", "interval", "escape", "distinct", "from", "as"}


@dataclass(frozen=True)
class Offer:
    """Something to take: what is written, and what is said beside it."""

    text: str
    about: str = ""
    ending: str = ""
    """Written behind it: a blank, an opening bracket."""


@dataclass(frozen=True)
class Offers:
    """What may stand in the place of what is typed from ``start`` on; ``ask`` names a column whose values are not known yet."""

    start: int
    rows: tuple[Offer, ...] = ()
    ask: str = ""


NOTHING = Offers(0)


@dataclass
class Completion:
    """What a log has to offer.

    Attributes
    ----------
    types : dict
        Every name that an expression may use → SQL type.
    values : dict
        Column → its values as they are written, with how often each occurs (-1: not counted); empty for a column with many.
    """

    types: Mapping[str, str] = field(default_factory=dict)
    values: dict[str, Sequence[tuple[str, int]]] = field(default_factory=dict)

    def learn(self, types: Mapping[str, str]) -> None:
        """Offer the columns of this log; what is remembered of another is forgotten."""
        self.types, self.values = dict(types), {}

    def state(self, text: str) -> str:
        """Return ``empty``, ``words``, ``unfinished`` or ``whole``: what a line is, as far as it is written."""
        if not text.strip():
            return "empty"
        words = search_words(text, self.types)
        if words is not None:
            return "unfinished" if self._begins_expression(text) else "words"
        return "unfinished" if unfinished(text, self.types, [name for name, kind in self.types.items() if kind == "BOOLEAN"]) else "whole"

    def _begins_expression(self, text: str) -> bool:
        """`carrier i` is on its way to `carrier in (…)`."""
        parts = text.lstrip("! ").split()
        going = len(parts) == 2 and not text.endswith(" ") and any(each.startswith(parts[1].lower()) for each in ("and", "or", *OPERATORS))
        return going and self.column(parts[0]) != ""

    def column(self, written: str) -> str:
        """Return the column that is written so; empty where there is none."""
        plain = written.strip().strip('"').replace('""', '"').lower()
        for wanted in (plain, plain.removeprefix("log.")):
            found = [name for name in self.types if name.lower() == wanted]
            if found:
                return found[0]
        return ""

    def offers(self, text: str) -> Offers:
        """Return what may stand at the end of ``text``, the best first."""
        at = place(text)
        if at.expects in ("operator", "is", "not") and not at.word and not text[-1:].isspace():
            return Offers(at.start)
        if at.expects == "value":
            return self._values(at)
        if at.expects == "operand":
            bare = search_words(text, self.types) is not None and len(text.split()) > 1
            return Offers(at.start) if bare else Offers(at.start, tuple(self._operands(at)))
        if at.expects == "operator":
            return Offers(at.start, tuple(_starting(self._operators(at, text), at.word)))
        return Offers(at.start, tuple(_starting(_AFTER.get(at.expects, ()), at.word)))

    def _operands(self, at: Place) -> list[Offer]:
        columns = [Offer(written(name), _type_words(kind)) for name, kind in self.types.items() if safe_text(name) == name]
        functions = [Offer(name, f"{each.call}  {each.text}", "(") for name, each in HELP.items()]
        if not at.word:
            return [*columns, *functions][:MOST]
        words = [Offer(name, about, " ") for name, about in (("not", "turns the next one round"), ("case", "when … then … else … end"))]
        return _ranked([*columns, *functions, *words], at.word)

    def _operators(self, at: Place, text: str) -> Sequence[tuple[str, str]]:
        if at.between:
            return (("and", "up to, included"),)
        if not at.column or at.condition:
            words = search_words(text, self.types) is not None
            return () if words else _JOINING if at.condition else (*_EQUAL, *_ORDER, *_LISTS, *_JOINING, *_MISSING)
        column = self.column(at.column)
        if not column:
            return ()
        kind = self.types[column]
        if kind == "BOOLEAN":
            return (*_JOINING, *_EQUAL, *_MISSING)
        if kind == "VARCHAR" or kind.startswith("ENUM"):
            return (*_EQUAL, *_LISTS, *_MISSING, *_LIKE, *_JOINING, *_ORDER)
        return (*_ORDER, *_EQUAL, *_LISTS, *_MISSING, *_JOINING)

    def _values(self, at: Place) -> Offers:
        column = self.column(at.column)
        if not column:
            return Offers(at.start)
        known = self.values.get(column)
        fixed = BUILT_IN_VALUES.get(column, ())
        rows = [(quote_text(each), -1) for each in fixed] if known is None else known
        offers = [Offer(value, f"{count:,}" if count >= 0 else "") for value, count in rows if writable(value)]
        others = [] if at.word.startswith("'") or not at.word else self._operands(at)
        found = [*(_ranked(offers, at.word.lstrip("'")) if at.word.lstrip("'") else offers), *others]
        return Offers(at.start, tuple(each for each in found if each.text != at.word)[:MOST], column if known is None and not fixed else "")


def written(name: str) -> str:
    """Return a column as an expression writes it."""
    return name if _PLAIN.match(name) and name.lower() not in _RESERVED else quote_identifier(name)


def writable(value: str) -> bool:
    """Return whether a value can be typed at all, and is short enough to be."""
    return len(value) <= _LONGEST and safe_text(value) == value


def _type_words(kind: str) -> str:
    if kind == "VARCHAR":
        return "text"
    if is_number(kind):
        return "whole number" if "INT" in kind else "number"
    return safe_text(kind.lower().replace(" with time zone", ""), 24)


def _starting(offers: Iterable[tuple[str, str]], word: str) -> list[Offer]:
    """Those that begin with what is typed, a blank behind each but for brackets."""
    low = word.lower()
    return [Offer(text, about, "" if text.endswith("(") else " ") for text, about in offers if text.startswith(low) and text != low]


def _ranked(offers: Sequence[Offer], word: str) -> list[Offer]:
    """Those that match, the best first: by beginning, by the beginning of a part, by letters in order, nearly."""
    low = word.strip("\"'").lower()
    if not low:
        return list(offers)[:MOST]
    ranked = [(rank, at, offer) for at, offer in enumerate(offers) if (rank := _rank(offer.text.strip("\"'").lower(), low)) is not None]
    best = [offer for _, _, offer in sorted(ranked, key=lambda each: each[:2]) if offer.text != word]
    if best or len(low) < 4 or ranked:
        return best[:MOST]
    near = [(SequenceMatcher(None, low, offer.text.lower()).ratio(), offer) for offer in offers[:1_000]]
    return [offer for ratio, offer in sorted(near, key=lambda each: -each[0]) if ratio >= 0.7][:5]


def _rank(name: str, low: str) -> int | None:
    if name.startswith(low):
        return 0
    if any(part.startswith(low) for part in _PARTS.split(name)):
        return 1
    letters = iter(name)
    return 2 if len(low) > 1 and name[:1] == low[0] and all(letter in letters for letter in low) else None
