"""Read a filter as a person types it: an expression or words to search for, negated by ``!`` or not; the result is one expression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlglot import Dialect, TokenType, exp
from sqlglot.errors import TokenError

from regrade.errors import ExpressionError
from regrade.expressions.check import check_characters, place, tokens_of
from regrade.expressions.expression import Expression, columns_of, parse_condition
from regrade.expressions.filters import Word, looks_like_words, search_words, turned_round
from regrade.safe_text import safe_text

MOST_WORDS = 20


def parse_filter(text: str, columns: Mapping[str, str], *, searched: Sequence[str] = (), where: str = "") -> Expression:
    """Return the condition that a filter says.

    Parameters
    ----------
    columns : mapping
        Every name that an expression may use → SQL type.
    searched : sequence of str
        The columns among them that words are looked for in.
    where : str
        Names the place in errors.

    Raises
    ------
    ExpressionError
        As :func:`regrade.expressions.parse_condition`, and where there is nothing to search.
    """
    check_characters(text, where)
    _check_shown(text, where)
    look = _Search(columns, searched, where)
    words = search_words(text, columns)
    if words is not None:
        tree = look.found(words)
        return Expression(text, columns_of(tree), tree)
    negated, rest = turned_round(text)
    if negated and not rest.strip():
        raise ExpressionError("nothing stands behind `!`", where=where, hint="!storm finds rows without that word")
    _check_signs(rest, negated, where)
    try:
        found = parse_condition(rest, columns, where=where, expand=look.expanded)
    except ExpressionError as error:
        if not looks_like_words(text):
            raise
        phrase = text.strip().strip("!").replace('"', "")
        hint = f'words are searched for in double quotes: "{phrase[:60]}"'
        raise ExpressionError(error.what, where=error.where, hint=f"{error.hint} · {hint}" if error.hint else hint) from None
    return replace(found, text=text, _tree=_untrue(found._tree)) if negated else replace(found, text=text)


def _check_shown(text: str, where: str) -> None:
    """Refuse what a terminal would act on, or not show: a filter stands on screen as it is, also one out of somebody's regrade.toml."""
    hidden = next((at for at, each in enumerate(text) if each not in "\t\r\n" and safe_text(each) != each), None)
    if hidden is not None:
        hint = rf"by its number it can be found: regexp_matches(column, '\x{{{ord(text[hidden]):x}}}')"
        raise ExpressionError(f"character {text[hidden]!a} cannot be shown", where=place(where, hidden), hint=hint)


def _check_signs(text: str, negated: bool, where: str) -> None:
    """Refuse a `!` inside of an expression, and one of which it is not clear how much it turns round."""
    try:
        tokens = tokens_of(text, Dialect.get_or_raise("duckdb").tokenizer())
    except TokenError:  # the parser says what is wrong with it
        return
    inside = next((token for token in tokens if token.token_type is TokenType.NOT and token.text == "!"), None)
    if inside is not None:
        raise ExpressionError("`!` stands at the beginning of a filter", where=place(where, inside.start), hint="inside of it, write `not`")
    if negated and tokens and tokens[0].token_type is TokenType.L_PAREN:
        depth = 0
        for at, token in enumerate(tokens):
            depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
            if depth == 0:
                if at < len(tokens) - 1:
                    hint = "write !(… and …) for all of it, or (not …) and … for a part"
                    raise ExpressionError("`!` would turn round all that follows", where=place(where, tokens[0].start), hint=hint)
                break


def _untrue(tree: exp.Expr) -> exp.Expr:
    """True wherever ``tree`` is not, also where it is NULL."""
    return exp.Not(this=exp.Is(this=exp.Paren(this=tree), expression=exp.Boolean(this=True)))


class _Search:
    """What words are looked for in; counts them, for a log may have thousands of columns."""

    def __init__(self, columns: Mapping[str, str], searched: Sequence[str], where: str) -> None:
        self._columns, self._searched, self._where = columns, searched, where
        self._words = 0

    def expanded(self, node: exp.Expr) -> exp.Expr:
        """Return ``node``, or what ``has('…')`` stands for: true or false, never missing, so that `not` turns it round."""
        if not (isinstance(node, exp.Anonymous) and str(node.this).lower() == "has"):
            return node
        said = node.expressions
        if len(said) != 1 or not (isinstance(said[0], exp.Literal) and said[0].is_string):
            raise ExpressionError("has() takes one text", where=self._where, hint="has('late crew')")
        text = str(said[0].this)
        words = search_words(text, ()) or (Word(text.strip()),)
        return exp.Paren(this=exp.Is(this=exp.Paren(this=self.found(words)), expression=exp.Boolean(this=True)))

    def found(self, words: Sequence[Word]) -> exp.Expr:
        """Return the condition: every word in one column or another, those with a `!` in none."""
        if not self._searched:
            raise ExpressionError("there is no column of text to search", where=self._where, hint="compare a column: hour >= 18")
        self._words += len(words)
        if self._words > MOST_WORDS:
            raise ExpressionError(f"more than {MOST_WORDS} words to search for", where=self._where, hint='"a phrase" counts as one')
        by_key = len(words) == 1 and "key" in self._columns and not any(character.isspace() for character in words[0].text)
        tree: exp.Expr | None = None
        for word in words:
            if not word.text.strip():
                raise ExpressionError("there is nothing to search for", where=self._where)
            places: list[exp.Expr] = [_contains(name, self._columns[name], word.text) for name in self._searched]
            if by_key:
                places.append(exp.EQ(this=_column("key"), expression=exp.Literal.string(word.text)))
            term: exp.Expr = exp.Paren(this=_balanced(places))
            term = _untrue(term) if word.negated else term
            tree = term if tree is None else exp.And(this=tree, expression=term)
        assert tree is not None
        return tree


def _balanced(terms: Sequence[exp.Expr]) -> exp.Expr:
    """Join by `or` in a tree that is as flat as it can be: a log may have thousands of columns."""
    if len(terms) == 1:
        return terms[0]
    half = len(terms) // 2
    return exp.Paren(this=exp.Or(this=_balanced(terms[:half]), expression=_balanced(terms[half:])))


def _contains(name: str, kind: str, word: str) -> exp.Expr:
    column: exp.Expr = _column(name)
    if kind != "VARCHAR":
        column = exp.cast(column, exp.DataType.Type.VARCHAR)
    return exp.Contains(this=exp.Lower(this=column), expression=exp.Lower(this=exp.Literal.string(word)))


def _column(name: str) -> exp.Column:
    return exp.Column(this=exp.Identifier(this=name, quoted=True))
