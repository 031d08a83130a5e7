"""What an expression may be made of: the node types, functions, types and units on the allow-list."""

from __future__ import annotations

from sqlglot import exp

MAX_CHARACTERS = 10_000
MAX_TOKENS = 4_000
MAX_NESTING = 40
"""Brackets, ``case`` and prefix operators inside one another, counted before the parser recurses."""
MAX_DEPTH = 60
"""Levels of the parsed tree; a chain of ``and`` or of ``or`` counts as one."""
MAX_GROWTH = 100
"""Times that a text may be as long as the longest that it is made of."""

UNITS = frozenset(
    {
        "YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND",
        "DOW", "ISODOW", "DOY", "DAYOFWEEK", "DAYOFYEAR", "EPOCH", "DECADE", "CENTURY",
    }
)  # fmt: skip

_T = exp.DataType.Type
TYPES = frozenset(
    {
        _T.BOOLEAN, _T.TINYINT, _T.SMALLINT, _T.INT, _T.BIGINT, _T.INT128, _T.UTINYINT, _T.USMALLINT, _T.UINT, _T.UBIGINT,
        _T.FLOAT, _T.DOUBLE, _T.DECIMAL, _T.TEXT, _T.VARCHAR, _T.CHAR,
        _T.DATE, _T.TIME, _T.TIMESTAMP, _T.TIMESTAMPNTZ, _T.TIMESTAMPTZ, _T.DATETIME,
    }
)  # fmt: skip
"""Plain types that a value may be cast to."""

OPERATORS: frozenset[type[exp.Expr]] = frozenset(
    {
        exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Var,
        exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ,
        exp.Is, exp.In, exp.Between, exp.Like, exp.ILike, exp.Escape, exp.RegexpLike,
        exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.Pow, exp.DPipe,
        exp.Case, exp.If, exp.Cast, exp.TryCast, exp.DataType, exp.DataTypeParam, exp.Interval,
        exp.JSONExtractScalar, exp.JSONPath, exp.JSONPathRoot, exp.JSONPathKey, exp.JSONPathSubscript,
    }
)  # fmt: skip
"""Everything that is no function call."""

FUNCTIONS: dict[str, type[exp.Expr]] = {
    "abs": exp.Abs, "ceil": exp.Ceil, "coalesce": exp.Coalesce, "concat": exp.Concat, "contains": exp.Contains,
    "date_diff": exp.DateDiff, "date_trunc": exp.TimestampTrunc, "day": exp.Day, "dayofweek": exp.DayOfWeek,
    "dayofyear": exp.DayOfYear, "ends_with": exp.EndsWith, "epoch": exp.TimeToUnix, "exp": exp.Exp, "extract": exp.Extract,
    "floor": exp.Floor, "greatest": exp.Greatest, "hour": exp.Hour, "if": exp.If, "instr": exp.StrPosition,
    "isinf": exp.IsInf, "isnan": exp.IsNan, "isodow": exp.DayOfWeekIso, "json_extract_string": exp.JSONExtractScalar,
    "least": exp.Least, "left": exp.Left,
    "length": exp.Length, "ln": exp.Ln, "log": exp.Log, "lower": exp.Lower, "minute": exp.Minute, "month": exp.Month,
    "nullif": exp.Nullif, "power": exp.Pow, "quarter": exp.Quarter, "regexp_matches": exp.RegexpLike,
    "replace": exp.Replace, "right": exp.Right, "round": exp.Round, "second": exp.Second, "sign": exp.Sign,
    "sqrt": exp.Sqrt, "starts_with": exp.StartsWith, "substring": exp.Substring, "trim": exp.Trim, "trunc": exp.Trunc,
    "upper": exp.Upper, "week": exp.Week, "year": exp.Year,
}  # fmt: skip
"""Functions by the name that people write, with the node that sqlglot makes of each."""

PASSED_ON = frozenset({"date_part", "isfinite", "prefix", "suffix", "weekday"})
"""Functions that sqlglot has no node for: passed on by name, arguments checked like everything else."""

ALLOWED = OPERATORS | frozenset(FUNCTIONS.values())

CONDITIONS: tuple[type[exp.Expr], ...] = (
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Is, exp.In,
    exp.Between, exp.Like, exp.ILike, exp.Escape, exp.RegexpLike, exp.Boolean, exp.StartsWith, exp.EndsWith, exp.Contains,
    exp.IsNan, exp.IsInf,
)  # fmt: skip
"""Nodes that are true or false by their nature."""

UNDECIDED: tuple[type[exp.Expr], ...] = (exp.Column, exp.Case, exp.If, exp.Coalesce, exp.Cast, exp.TryCast, exp.Anonymous, exp.Null)
"""Nodes that may be: what they hold decides, and the engine finds out."""
