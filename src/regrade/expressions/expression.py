"""Parse an expression, resolve its columns, and write it out again as SQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import Dialect, exp
from sqlglot.errors import ErrorLevel, ParseError, TokenError

from regrade.errors import ExpressionError, near_names
from regrade.expressions import language
from regrade.expressions.check import OR_IS_A_WORD, check_tree, place, read_tokens, start_of
from regrade.expressions.words import BUILT_IN_VALUES


@dataclass(frozen=True)
class Expression:
    """An expression that is known to be harmless and to name only what is there.

    Attributes
    ----------
    text : str
        As the user wrote it.
    columns : frozenset of str
        The names that it uses, as the log spells them; built-in names (``result``, ``status``, ``prod.prediction``) included.
    """

    text: str
    columns: frozenset[str]
    _tree: exp.Expr = field(repr=False, compare=False)
    """The parsed tree; each column is a quoted identifier without a table, named as in ``columns``."""

    def sql(self, names: Mapping[str, str], dialect: str = "duckdb", *, equals: Callable[[str, str], str | None] | None = None) -> str:
        """Return the expression as SQL.

        Parameters
        ----------
        names : mapping
            Column to the SQL to put in its place; a column that is not there stays as it is, quoted.
        dialect : str
            One that sqlglot writes.
        equals : callable, optional
            Called with (column, text) for every ``column = 'text'``; what it returns, unless None, replaces the comparison.
        """
        tree = exp.Paren(this=self._tree.copy())
        if equals is not None:
            for each in list(tree.find_all(exp.EQ)):
                pair = _column_and_text(each)
                replaced = equals(*pair) if pair else None
                if replaced is not None:
                    each.replace(exp.Var(this=f"({replaced})"))
        for column in list(tree.find_all(exp.Column)):
            if column.name in names:
                column.replace(exp.Var(this=f"({names[column.name]})"))
        return str(tree.this.sql(dialect, comments=False, unsupported_level=ErrorLevel.RAISE))

    def compared_texts(self) -> Iterator[tuple[str, str]]:
        """Yield (column, text) for each column that is compared with a text by ``=``, ``<>``, ``is distinct from`` or ``in``."""
        for node in self._tree.find_all(exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ):
            pair = _column_and_text(node)
            if pair is not None:
                yield pair
        for each in self._tree.find_all(exp.In):
            column = each.this.unnest()
            if isinstance(column, exp.Column):
                yield from ((column.name, text.name) for text in each.expressions if isinstance(text, exp.Literal) and text.is_string)

    def terms(self) -> list[Expression]:
        """Return the conditions that a top-level ``and`` joins; one that is not so joined stands alone."""
        waiting, found = [self._tree], []
        while waiting:
            node = waiting.pop()
            inner = node.unnest()
            if isinstance(inner, exp.And):
                waiting += [inner.right, inner.left]
            else:
                found.append(node)
        return [Expression(node.sql("duckdb", comments=False), columns_of(node), node) for node in found]


def join_terms(terms: Iterable[Expression]) -> Expression | None:
    """Return the terms joined by ``and`` again; None where there is none."""
    trees = [exp.Paren(this=each._tree.copy()) for each in terms]
    if not trees:
        return None
    tree: exp.Expr = trees[0]
    for each in trees[1:]:
        tree = exp.And(this=tree, expression=each)
    return Expression(tree.sql("duckdb", comments=False), columns_of(tree), tree)


Expand = Callable[[exp.Expr], exp.Expr]
"""Returns what stands for a node; the node itself where it stands for itself."""


def parse(text: str, columns: Mapping[str, str], *, where: str = "", expand: Expand | None = None) -> Expression:
    """Return the expression that ``text`` says over ``columns`` (name → SQL type).

    Column names match in any case. ``where`` names the place in errors, such as ``[slices] evening``. ``expand`` is asked about
    every node before it is checked.

    Raises
    ------
    ExpressionError
        It does not parse, names what is not there, or asks for what is not allowed; says where, and near names.
    """
    dialect = Dialect.get_or_raise("duckdb")
    tokens = read_tokens(text, dialect.tokenizer(), where)
    try:
        # Into a condition, not a statement: `set x` and the like are never tried, and never logged.
        parser = dialect.parser(error_level=ErrorLevel.IMMEDIATE)
        trees = parser.parse_into(exp.Condition, tokens, text)
    except ParseError as error:
        raise _explain(error, text, where) from None
    except RecursionError:
        raise ExpressionError("the expression nests too deeply", where=where) from None
    except TokenError:  # the names of types are read as a text of their own
        raise ExpressionError("the name of a type is not understood", where=where) from None
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        # sqlglot's builders trip over some calls that make no sense, such as date_trunc() of nothing.
        raise ExpressionError(f"cannot be understood ({type(error).__name__})", where=where) from None
    if len(trees) != 1 or trees[0] is None:
        raise ExpressionError("exactly one expression is expected", where=where, hint="no semicolon")
    tree = trees[0] if expand is None else trees[0].transform(expand)
    check_tree(tree, where)
    tree = _resolve(tree, columns, where)
    return Expression(text, columns_of(tree), tree)


def check_built_in_values(expression: Expression, columns: Mapping[str, str], *, where: str = "") -> None:
    """Refuse a comparison of ``result`` or ``status`` with a text that is none of its values: it would find nothing, or everything.

    Raises
    ------
    ExpressionError
        Lists the values, and names the log's own column of that name where ``columns`` has one.
    """
    for name, text in expression.compared_texts():
        values = BUILT_IN_VALUES.get(name, ())
        if values and text not in values:
            own = next((each for each in columns if each.lower() == f"log.{name}"), None)
            hint = f"the log's own column is {own}" if own else ""
            raise ExpressionError(f"{name} is one of {', '.join(values)}, and never {text!r}", where=where, hint=hint)


def parse_condition(text: str, columns: Mapping[str, str], *, where: str = "", expand: Expand | None = None) -> Expression:
    """Return the expression as :func:`parse` does, if it can be true or false.

    Raises
    ------
    ExpressionError
        As :func:`parse`, and for a lone number, text, or column that is neither true nor false.
    """
    expression = parse(text, columns, where=where, expand=expand)
    tree = expression._tree.unnest()
    kind = ""
    if isinstance(tree, exp.Literal):
        kind = "a text" if tree.is_string else "a number"
    elif isinstance(tree, exp.Column) and columns[tree.name].upper() != "BOOLEAN":
        kind = f"the column {tree.name!r}"
    elif not isinstance(tree, (*language.CONDITIONS, *language.UNDECIDED)):
        kind = "a value"
    if kind:
        hint = OR_IS_A_WORD if isinstance(tree, exp.DPipe) else "compare it with something: hour >= 18"
        raise ExpressionError(f"{text.strip()[:60]!r} is {kind}, not a condition", where=where, hint=hint)
    return expression


def _resolve(tree: exp.Expr, columns: Mapping[str, str], where: str) -> exp.Expr:
    """Return the tree with every column spelled as ``columns`` spells it, and a ``not`` within an operand in brackets."""
    root = exp.Paren(this=tree)
    for column in list(root.find_all(exp.Column)):
        written = ".".join(part.name for part in column.parts)
        if not all(isinstance(part, exp.Identifier) for part in column.parts):
            raise ExpressionError(f"{written or '*'!r} is no column", where=where)
        name = _find(written, columns, column, where)
        column.replace(exp.Column(this=exp.Identifier(this=name, quoted=True)))
    for each in list(root.find_all(exp.Not)):
        if isinstance(each.parent, (exp.Binary, exp.Neg)) and not isinstance(each.parent, exp.Connector):
            # sqlglot reads `a + not b` and writes it so; DuckDB reads it in brackets alone.
            brackets = exp.Paren()
            each.replace(brackets)
            brackets.set("this", each)
    resolved: exp.Expr = root.this
    return resolved


def _find(written: str, columns: Mapping[str, str], node: exp.Column, where: str) -> str:
    for wanted in (written, written[4:] if written.lower().startswith("log.") else written):
        if wanted in columns:
            return wanted
        same = [name for name in columns if name.lower() == wanted.lower()]
        if len(same) == 1:
            return same[0]
        if same:
            raise ExpressionError(f"{written!r} may be " + " or ".join(map(repr, same)), where=place(where, start_of(node)))
    hint = near_names(written, columns)
    is_value = isinstance(node.parent, (exp.EQ, exp.NEQ)) and node.arg_key == "expression"
    if isinstance(node.this, exp.Identifier) and (node.this.quoted or is_value) and "." not in written:
        hint = f"text stands in single quotes: '{written}'" + (f" · {hint}" if hint.startswith("did") else "")
    raise ExpressionError(f"there is no column {written!r}", where=place(where, start_of(node)), hint=hint)


def columns_of(tree: exp.Expr) -> frozenset[str]:
    """Return the names of the columns of a resolved tree."""
    return frozenset(column.name for column in tree.find_all(exp.Column))


def _column_and_text(node: exp.Binary) -> tuple[str, str] | None:
    left, right = node.left.unnest(), node.right.unnest()
    if isinstance(left, exp.Literal):
        left, right = right, left
    if isinstance(left, exp.Column) and isinstance(right, exp.Literal) and right.is_string:
        return left.name, right.name
    return None


def _explain(error: ParseError, text: str, where: str) -> ExpressionError:
    """Turn sqlglot's message into one line with the character it is about."""
    first = error.errors[0] if error.errors else {}
    description = str(first.get("description") or "cannot be understood")
    highlight = str(first.get("highlight") or "")
    if missing := re.match(r"Required keyword: '(\w+)' missing for <class '[\w.]*\.(\w+)'>", description):
        what = f"something is missing after {highlight!r}" if highlight else f"{missing[2]} lacks its {missing[1]}"
    elif description.startswith("Invalid expression"):
        what = f"{highlight!r} is not expected here"
    else:
        what = description[0].lower() + description[1:].rstrip(".")
    column = first.get("col")
    start = int(column) - len(highlight) if column and "\n" not in text else None
    return ExpressionError(what, where=place(where, max(0, start) if start is not None else None))
