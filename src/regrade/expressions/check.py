"""Refuse what is too long or too deep before the parser sees it, and every node that is not on the allow-list after."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlglot import Tokenizer, TokenType, exp
from sqlglot.errors import TokenError

from regrade.errors import ExpressionError, near_names
from regrade.expressions import language
from regrade.expressions.growth import check_growth

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token

_OPENING = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE}
_CLOSING = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END}
_PREFIX = {
    *(TokenType.NOT, TokenType.DASH, TokenType.PLUS, TokenType.TILDE),
    *(TokenType.DCOLON, TokenType.DSTAR, TokenType.ARROW, TokenType.DARROW),
}
_ARGUMENTS = frozenset(
    {
        "this", "expression", "low", "high", "default", "true", "false", "to", "unit", "decimals", "start", "length", "substr",
        "replacement", "table", "db", "catalog",
    }
)  # fmt: skip
"""Parts of a node that may be expressions: some functions have more in other dialects, which would be rewritten into who knows what."""
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_PREDICATES = (exp.Between, exp.In, exp.Like, exp.ILike)
_WRITTEN = {TokenType.DAMP: "and", TokenType.AMP: "and", TokenType.PIPE: "or"}
"""Signs of other languages that stand for a word here; ``==`` and ``!=`` are understood."""
OR_IS_A_WORD = "`||` joins two texts; between conditions it is written `or`: carrier = 'EV' or hour >= 18"
_STATEMENTS = {
    *(TokenType.ALTER, TokenType.COMMAND, TokenType.CREATE, TokenType.DROP, TokenType.EXECUTE, TokenType.FETCH, TokenType.GRANT),
    *(TokenType.INSERT, TokenType.INSTALL, TokenType.RENAME, TokenType.REVOKE, TokenType.ROLLBACK, TokenType.SUMMARIZE, TokenType.UNCACHE),
}
"""Words that begin a statement, and have no other meaning in an expression."""
_NUMBER = re.compile(r"\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?", re.ASCII)


def read_tokens(text: str, tokenizer: Tokenizer, where: str) -> list[Token]:
    """Return the words of a text that can be parsed; one that begins a statement elsewhere (`prepare.x > 0`) is a name like any other here.

    Raises
    ------
    ExpressionError
        It is empty, longer than 10,000 characters, holds a control character or ``&&``, or nests so deeply that the parser might
        recurse without end.
    """
    check_characters(text, where)
    try:
        tokens = tokens_of(text, tokenizer)
    except TokenError:
        raise ExpressionError(
            "a quote or a comment is not closed", where=where, hint="text stands in single quotes: carrier = 'EV'"
        ) from None
    _check_nesting(tokens, where)
    sign = next((token for token in tokens if token.token_type in _WRITTEN), None)
    if sign is not None:
        word = _WRITTEN[sign.token_type]
        what = f"`{sign.text}` is written `{word}`"
        raise ExpressionError(what, where=place(where, sign.start), hint=f"carrier = 'EV' {word} hour >= 18")
    return tokens


def tokens_of(text: str, tokenizer: Tokenizer) -> list[Token]:
    """Return the words of a text, those that begin statements as names. Raises TokenError."""
    tokens = list(tokenizer.tokenize(text))
    first = tokens[0] if tokens else None
    if first is not None and first.token_type in tokenizer.COMMANDS:  # it has swallowed the rest as one text
        start, stop = first.start, first.end + 1
        tokens = list(tokenizer.tokenize(text[:start] + "_" * (stop - start) + text[stop:]))
        tokens[0].text = text[start:stop]
    for token in tokens:
        if token.token_type in _STATEMENTS:
            token.token_type = TokenType.VAR
    return tokens


def check_characters(text: str, where: str) -> None:
    """Refuse a text that is empty, longer than 10,000 characters, or holds a control character. Raises ExpressionError."""
    if not text.strip():
        raise ExpressionError("the expression is empty", where=where)
    if len(text) > language.MAX_CHARACTERS:
        what = f"the expression is {len(text):,} characters long, at most {language.MAX_CHARACTERS:,} are read"
        raise ExpressionError(what, where=where)
    strange = next((at for at, each in enumerate(text) if (each < " " and each not in "\t\r\n") or "\ud800" <= each <= "\udfff"), None)
    if strange is not None:
        raise ExpressionError(f"character {text[strange]!r} has no place in an expression", where=place(where, strange))


def _check_nesting(tokens: Sequence[Token], where: str) -> None:
    if len(tokens) > language.MAX_TOKENS:
        raise ExpressionError(f"the expression has {len(tokens):,} words, at most {language.MAX_TOKENS:,} are read", where=where)
    open_now = prefixes = 0
    for token in tokens:
        if token.token_type in _OPENING:
            open_now += 1
        elif token.token_type in _CLOSING:
            open_now -= 1
        # A run of prefix operators recurses like brackets do; counted over the whole text, as `- 1 * - 1` may alternate.
        prefixes += token.token_type in _PREFIX
        if open_now > language.MAX_NESTING or prefixes > 10 * language.MAX_NESTING:
            raise ExpressionError("the expression nests too deeply", where=place(where, token.start), hint="split it, or use `in (…)`")
    if _longest_run(tokens) > language.MAX_NESTING:
        raise ExpressionError("the expression nests too deeply", where=where)


def _longest_run(tokens: Sequence[Token]) -> int:
    longest = run = 0
    for token in tokens:
        run = run + 1 if token.token_type in _PREFIX else 0
        longest = max(longest, run)
    return longest


def place(where: str, start: int | None) -> str:
    """Return ``where`` with the character that ``start`` (counted from 0) points at."""
    if start is None:
        return where
    return f"{where}, character {start + 1}" if where else f"character {start + 1}"


def start_of(node: exp.Expr) -> int | None:
    """Return where in the text a node starts, as far as sqlglot tells: names know it."""
    return min((int(each.meta["start"]) for each in node.walk() if "start" in each.meta), default=None)


def check_tree(tree: exp.Expr, where: str) -> None:
    """Refuse every node that is not on the allow-list.

    Raises
    ------
    ExpressionError
        Says what has no place in an expression, and what is near it.
    """
    for node, depth in _walk(tree):
        if depth > language.MAX_DEPTH:
            raise ExpressionError("the expression nests too deeply", where=where, hint="split it, or use `in (…)`")
        if type(node) is exp.Anonymous and str(node.this).lower() in language.PASSED_ON:
            continue
        if type(node) not in language.ALLOWED:
            raise _refusal(node, where)
        _check_details(node, where)
    check_growth((node for node, _ in _walk(tree)), where)


def _walk(tree: exp.Expr) -> Iterator[tuple[exp.Expr, int]]:
    """Every node with its depth, without recursion; a chain of one connector counts as one level."""
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        for child in node.iter_expressions():
            flat = isinstance(node, (exp.And, exp.Or)) and type(child) is type(node)
            waiting.append((child, depth if flat else depth + 1))


def _check_details(node: exp.Expr, where: str) -> None:
    """What the type of a node alone does not settle."""
    if isinstance(node, exp.Literal) and not node.is_string and not _NUMBER.fullmatch(str(node.this)):
        raise ExpressionError(f"{node.this!r} is no number", where=where)
    if isinstance(node, exp.Var) and node.name.upper() not in language.UNITS:
        raise ExpressionError(f"{node.name!r} is no unit of time", where=where, hint=near_names(node.name.upper(), language.UNITS).lower())
    if isinstance(node, exp.DataType) and (
        node.this not in language.TYPES or (node.expressions and node.this is not exp.DataType.Type.DECIMAL)
    ):
        raise ExpressionError(f"cannot cast to {node.sql('duckdb')}", where=where, hint="plain types: integer, double, varchar, date …")
    if isinstance(node, exp.In) and (not node.expressions or any(node.args.get(each) for each in ("query", "unnest", "field"))):
        raise ExpressionError("`in` needs a list of values", where=where, hint="carrier in ('EV', 'UA')")
    if isinstance(node, exp.Is) and not isinstance(node.expression, (exp.Null, exp.Boolean)):
        raise ExpressionError("`is` asks for null, true or false", where=place(where, start_of(node)), hint="precip is not null")
    if isinstance(node, exp.Between) and any(isinstance(node.args[each], language.CONDITIONS) for each in ("low", "high")):
        raise ExpressionError("`between` needs two values", where=place(where, start_of(node)), hint="hour between 6 and 18")
    if isinstance(node, _PREDICATES) and isinstance(node.this, _PREDICATES):
        raise ExpressionError("two conditions in a row", where=place(where, start_of(node)), hint="put brackets around the first")
    if isinstance(node, exp.Interval) and not (isinstance(node.this, exp.Literal) and isinstance(node.args.get("unit"), exp.Var)):
        raise ExpressionError("an interval is a number and one unit", where=where, hint="interval '1' day")
    if isinstance(node, _COMPARISONS) and any(isinstance(each, _COMPARISONS) for each in node.iter_expressions()):
        joined = any(isinstance(each, exp.DPipe) for side in node.iter_expressions() for each in (side, *side.iter_expressions()))
        hint = OR_IS_A_WORD if joined else "put `and` between them: 1 < x and x < 5"
        raise ExpressionError("two comparisons in a row", where=place(where, start_of(node)), hint=hint)
    if isinstance(node, exp.DPipe) and any(isinstance(each.unnest(), language.CONDITIONS) for each in node.iter_expressions()):
        raise ExpressionError("a condition is no text", where=place(where, start_of(node)), hint=OR_IS_A_WORD)
    if isinstance(node, exp.JSONExtractScalar) and not isinstance(node.expression, exp.JSONPath):
        raise ExpressionError("a JSON path is a text of its own", where=where, hint="payload ->> '$.name'")
    extra = next((name for name, value in node.args.items() if isinstance(value, exp.Expr) and name not in _ARGUMENTS), None)
    if extra is not None:
        raise ExpressionError(f"{_name(node)} takes no {extra}", where=place(where, start_of(node)))


def _refusal(node: exp.Expr, where: str) -> ExpressionError:
    start = start_of(node)
    hint = ""
    if isinstance(node, exp.Anonymous):
        name = str(node.this).lower()
        known = {*language.FUNCTIONS, *language.PASSED_ON}
        return ExpressionError(f"there is no function {name!r} here", where=place(where, start), hint=near_names(name, known))
    if isinstance(node, exp.Query | exp.Subquery | exp.Exists):
        what = "a query inside an expression is not allowed"
        hint = "an expression looks at one row and its columns"
    elif isinstance(node, exp.AggFunc | exp.Window):
        what = f"{_name(node)} looks at many rows"
        hint = "an expression looks at one row and its columns"
    elif isinstance(node, exp.Alias):
        what = f"{node.alias!r} is not expected here"
        hint = "put `and`, `or` or an operator between two conditions"
        start = start_of(node.args["alias"]) if isinstance(node.args.get("alias"), exp.Expr) else start
    elif isinstance(node, exp.Placeholder | exp.Parameter):
        what = "a placeholder has nothing to stand for"
    elif isinstance(node, exp.Func):
        what = f"{_name(node)} is not allowed here"
        hint = "allowed are: " + ", ".join(sorted({*language.FUNCTIONS, *language.PASSED_ON}))
    else:
        what = f"{type(node).__name__} is not allowed in an expression"
    return ExpressionError(what, where=place(where, start), hint=hint)


def _name(node: exp.Expr) -> str:
    if isinstance(node, exp.Window):
        return "a window (over …)"
    return f"{node.sql_name().lower()}()" if isinstance(node, exp.Func) else type(node).__name__
