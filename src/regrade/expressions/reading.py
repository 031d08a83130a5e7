"""Read a filter that is being typed: what the word before the caret may be, and whether the line can end here. Imports no parser."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from regrade.expressions.filters import turned_round

_TOKEN = re.compile(
    r"""(?P<text>'(?:[^']|'')*')|(?P<openText>'(?:[^']|'')*\Z)|(?P<name>(?:"(?:[^"]|"")*"|[^\W\d]\w*)(?:\.(?:"(?:[^"]|"")*"|[^\W\d]\w*))*\.?)
    |(?P<openName>"[^"]*\Z)|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<comment>--.*|/\*.*)|(?P<sign><>|!=|<=|>=|==|->>|\|\||::|//|.)""",
    re.VERBOSE | re.DOTALL,
)
_JOINS = frozenset({"and", "or", "not", "when", "then", "else", "case", "between", "like", "ilike", "escape", "from", "distinct", "in"})
_WORDS = _JOINS | {"is", "null", "true", "false", "end", "interval", "as"}
_COMPARE = frozenset({"=", "==", "<>", "!="})

GOES_ON = ("and", "or", "is", "in", "not", "like", "ilike", "between", "end", "then", "else", "when", "from", "as", "escape")
"""Words that may stand behind an operand."""

Expects = Literal["operand", "operator", "value", "is", "not", "nothing"]


@dataclass(frozen=True)
class Place:
    """What may stand where the caret is.

    Attributes
    ----------
    expects : str
        ``operand``: a column, a function, a value; ``value``: one of ``column``'s, or an operand; ``operator``: what goes on behind
        an operand; ``is`` and ``not``: what goes on behind these; ``nothing``: nobody knows.
    word : str
        What is typed of it so far; a text with its opening quote.
    start : int
        Where the word begins.
    column : str
        The column that a value is compared with, or that stands before the operator; as it is written.
    condition : bool
        Whether the operand before an operator is the end of a condition already: only ``and`` and ``or`` go on there.
    depth : int
        Brackets that are open.
    joined : str
        The token before the word, in small letters; empty at the beginning.
    open : bool
        Whether a quote, a bracket or a `between` waits to be closed.
    between : bool
        Whether the next `and` is that of a `between`.
    """

    expects: Expects
    word: str
    start: int
    column: str = ""
    condition: bool = False
    depth: int = 0
    joined: str = ""
    open: bool = False
    between: bool = False


def place(text: str) -> Place:
    """Return what may stand at the end of ``text``."""
    _, rest = turned_round(text)
    tokens = [(match.lastgroup or "", match[0], match.start()) for match in _TOKEN.finditer(rest) if not match[0].isspace()]
    if any(kind == "comment" for kind, _, _ in tokens):
        return Place("nothing", "", len(text))
    word, start, quote = "", len(text), False
    if tokens and tokens[-1][0] in ("name", "openName", "openText") and tokens[-1][2] + len(tokens[-1][1]) == len(rest):
        kind, word, start = tokens.pop()
        quote = kind.startswith("open")
    words = [token.lower() for _, token, _ in tokens]
    depth = words.count("(") - words.count(")")
    before = words[-1] if words else ""
    between = _waits_between(words)

    def found(expects: Expects, column: str = "", condition: bool = False) -> Place:
        return Place(expects, word, start, column, condition, depth, before, quote or depth > 0 or between, between)

    column = _compared(tokens)
    if column:
        return found("value", column)
    if word.startswith("'"):
        return found("nothing")
    if before == "is":
        return found("is")
    if before == "not" and len(tokens) > 1 and _ends_operand(*tokens[-2][:2]):
        return found("is" if words[-2] == "is" else "not")
    if not tokens or not _ends_operand(*tokens[-1][:2]):
        return found("operand")
    return found("operator", tokens[-1][1] if _is_name(tokens[-1]) else "", _ends_condition(words))


def unfinished(text: str, columns: Collection[str], conditions: Collection[str] = ()) -> bool:
    """Return whether an expression that ends here only waits to be written on.

    ``conditions``: those of the columns that are true or false by themselves.
    """
    at = place(text)
    if at.open or at.expects == "nothing":
        return at.open
    if at.expects in ("is", "not"):
        return at.word.lower() not in ("null", "true", "false")
    if at.expects == "operator":
        if at.word:
            return any(each.startswith(at.word.lower()) for each in GOES_ON)
        return not at.condition and _known(at.column, columns) and not _known(at.column, conditions)
    if not at.word:
        return True
    word = at.word.lower()
    if word in ("true", "false", "null"):
        return False
    whole = _known(word, columns)
    alone = at.joined in ("", "(", "and", "or", "not", "when") and not _known(word, conditions)
    begun = any(name.lower().startswith((word, word.lstrip('"'))) for name in columns)
    return alone if whole else begun


def _known(name: str, columns: Collection[str]) -> bool:
    plain = name.strip('"').lower()
    return any(each.lower() in (plain, plain.removeprefix("log.")) for each in columns)


def _ends_operand(kind: str, token: str) -> bool:
    low = token.lower()
    if kind == "name":
        return low not in _JOINS
    return kind in ("text", "number") or low in (")", "]")


def _ends_condition(tokens: list[str]) -> bool:
    """Whether there is a comparison behind the last `and`, `or` or open bracket."""
    depth = 0
    for token in reversed(tokens):
        depth += (token == ")") - (token == "(")
        if depth < 0 or (depth == 0 and token in ("or", "when", "not") and token != "not"):
            return False
        if depth == 0 and token in {*_COMPARE, "<", ">", "<=", ">=", "~", "null", "like", "ilike", "in", "true", "false", "between"}:
            return token != "between" or "and" in tokens[len(tokens) - tokens[::-1].index("between") :]
        if depth == 0 and token == "and":
            rest = tokens[: len(tokens) - 1 - tokens[::-1].index("and")]
            return _waits_between(rest)
    return False


def _waits_between(tokens: list[str]) -> bool:
    """Whether the last `between` has no `and` of its own yet."""
    last = next((token for token in reversed(tokens) if token in ("between", "and", "or")), "")
    return last == "between"


def _compared(tokens: list[tuple[str, str, int]]) -> str:
    """Return the column whose values may stand here; empty where it is none."""
    words = [token.lower() for _, token, _ in tokens]
    if len(tokens) >= 2 and words[-1] in _COMPARE and _is_name(tokens[-2]):
        return tokens[-2][1]
    if words[-3:] == ["is", "distinct", "from"] and len(tokens) > 3 and _is_name(tokens[-4]):
        return tokens[-4][1]
    if words[-4:] == ["is", "not", "distinct", "from"] and len(tokens) > 4 and _is_name(tokens[-5]):
        return tokens[-5][1]
    at = len(tokens) - 1
    if at >= 0 and words[at] not in (",", "("):
        return ""
    while at > 0 and words[at] != "(":
        if not (words[at] == "," or tokens[at][0] in ("text", "number") or words[at] in ("-", "true", "false", "null")):
            return ""
        at -= 1
    if at > 1 and words[at] == "(" and words[at - 1] == "in":
        named = tokens[at - 3] if at > 2 and words[at - 2] == "not" else tokens[at - 2]
        return named[1] if _is_name(named) else ""
    return ""


def _is_name(token: tuple[str, str, int]) -> bool:
    return token[0] == "name" and token[1].lower() not in _WORDS
