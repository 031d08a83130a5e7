"""Build the SQL that a log is asked with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regrade.config import Config
from regrade.errors import ConfigError, ExpressionError
from regrade.expressions import BUILT_IN_COLUMNS, quote_identifier
from regrade.log.class_scores import margin_sql, values_sql
from regrade.log.failure_rule import wrong_sql
from regrade.log.feedback import said_sql
from regrade.log.roles import Column
from regrade.log.scorer_sql import wrong_by_scorer
from regrade.log.spelling import computable, missing_sql

if TYPE_CHECKING:
    from regrade.expressions import Expression

BUILT_IN = (*BUILT_IN_COLUMNS, "key")
FROM_DECISIONS = frozenset({"status", "mode", "expected"})
_ROLE_NAMES = ("prediction", "outcome", "feedback", "score", "time", "model", "id")
EVIDENCE = "evidence"
"""What a result rests on, ``outcome`` or ``feedback``: a name of expressions where the log has feedback, and no column of that name."""


@dataclass(frozen=True)
class Dialect:
    """How the names that an expression may use are written over the log's relation ``r``.

    Attributes
    ----------
    types : dict
        Every name an expression may use → SQL type.
    names : dict
        The same names → SQL.
    wrong, right : str
        SQL conditions, never NULL, that make ``result``.
    key : str
        SQL of the prediction's key, a text.
    """

    types: Mapping[str, str]
    names: Mapping[str, str]
    wrong: str
    right: str
    key: str
    key_columns: tuple[str, ...]

    def sql(self, expression: Expression) -> str:
        """Return an expression as a condition over ``r`` (and ``d``, the decided rows, where it uses them)."""
        return expression.sql(self.names, equals=self._result_is)

    def _result_is(self, column: str, value: str) -> str | None:
        """``result = 'wrong'`` is compiled to the plain condition: a CASE costs half as much again."""
        if column != "result":
            return None
        return {"wrong": self.wrong, "right": self.right, "unknown": f"NOT ({self.wrong}) AND NOT ({self.right})"}.get(value)


def build(columns: Sequence[Column], config: Config) -> Dialect:
    """Return the dialect of a log with ``columns``.

    Raises
    ------
    ConfigError
        ``[failure] when`` is no condition over the columns.
    """
    types = {each.name: each.type for each in columns}
    own = {name: f"r.{quote_identifier(name)}" for name in types}
    key = " || '|' || ".join(_text(own[name], types[name]) for name in config.log.key_columns)
    for name, kind in list(types.items()):
        own[name], types[name] = computable(own[name], kind)
    names = {f"log.{name}" if name.lower() in BUILT_IN else name: sql for name, sql in own.items()}
    kinds = {f"log.{name}" if name.lower() in BUILT_IN else name: types[name] for name in own}
    lower = {name.lower() for name in types}
    for role in _ROLE_NAMES:
        column = getattr(config.log, role)
        if column and role not in lower:
            names[role], kinds[role] = own[column], types[column]
    if config.log.prediction:
        names["logged.prediction"], kinds["logged.prediction"] = own[config.log.prediction], types[config.log.prediction]
    margin = _margin(config, own, types)
    names |= {"key": key, "margin": margin}
    kinds |= {"key": "VARCHAR", "margin": "DOUBLE"}
    wrong, right = _result(config, types, own, names, kinds)
    outcome = config.log.outcome
    expected_type = types[outcome] if outcome else "VARCHAR"
    expected = "d.expected" if expected_type == "VARCHAR" else f"TRY_CAST(d.expected AS {expected_type})"
    names |= {
        "result": f"CASE WHEN {wrong} THEN 'wrong' WHEN {right} THEN 'right' ELSE 'unknown' END",
        "status": "coalesce(d.status, 'open')",
        "mode": "d.mode",
        "expected": f"coalesce({expected}, {own[outcome]})" if outcome else expected,
    }
    if config.log.feedback and EVIDENCE not in lower:
        by_outcome = f"NOT {missing_sql(own[outcome], types[outcome])}" if outcome else "false"
        names[EVIDENCE] = f"CASE WHEN {wrong} OR {right} THEN CASE WHEN {by_outcome} THEN 'outcome' ELSE 'feedback' END END"
        kinds[EVIDENCE] = "VARCHAR"
    kinds |= {"result": "VARCHAR", "status": "VARCHAR", "mode": "VARCHAR", "expected": expected_type}
    return Dialect(kinds, names, wrong, right, key, config.log.key_columns)


def _text(sql: str, kind: str) -> str:
    return sql if kind == "VARCHAR" else f"CAST({sql} AS VARCHAR)"


def _margin(config: Config, own: Mapping[str, str], types: Mapping[str, str]) -> str:
    """Top score minus runner-up, in [0, 1]; NULL where there is no score."""
    if config.log.scores_column:
        return margin_sql(values_sql(own[config.log.scores_column], types[config.log.scores_column]))
    if config.log.class_columns:
        return margin_sql(f"[{', '.join(f'CAST({own[column]} AS DOUBLE)' for column in config.log.class_columns.values())}]")
    return f"abs(2 * {own[config.log.score]} - 1)" if config.log.score else "CAST(NULL AS DOUBLE)"


def _result(
    config: Config, types: Mapping[str, str], own: Mapping[str, str], names: Mapping[str, str], kinds: Mapping[str, str]
) -> tuple[str, str]:
    """Return the conditions for wrong and right; where neither an outcome nor feedback says anything, neither holds."""
    when, outcome, prediction = config.failure.when, config.log.outcome, config.log.prediction
    if when:
        from regrade.expressions import parse_condition

        try:
            expression = parse_condition(when, kinds, where="regrade.toml: failure.when")
        except ExpressionError as error:
            raise ConfigError(error.what, where=error.where, hint=error.hint) from None
        failed = expression.sql(names)
        asks_outcome = outcome is not None and any(names[each] == own[outcome] for each in expression.columns)
        known = f"{own[outcome]} IS NOT NULL AND " if outcome and asks_outcome else ""
    elif outcome and prediction:
        task, given, true = config.task, (own[prediction], types[prediction]), (own[outcome], types[outcome])
        scorer = next(iter(config.task_scorers.values()), None)
        by_scorer = wrong_by_scorer(scorer, given, true) if scorer is not None else None
        failed, known = by_scorer or wrong_sql(task.kind, task.tolerance, given, true), ""
    else:
        return _by_feedback(config, types, own) or ("false", "false")
    wrong, right = f"coalesce({known}({failed}), false)", f"coalesce({known}NOT ({failed}), false)"
    said = _by_feedback(config, types, own)
    if said is None or outcome is None or (when and not known):
        return wrong, right  # a rule of one's own that does not look at the outcome is the whole rule
    none = missing_sql(own[outcome], types[outcome])
    return f"CASE WHEN {none} THEN {said[0]} ELSE {wrong} END", f"CASE WHEN {none} THEN {said[1]} ELSE {right} END"


def _by_feedback(config: Config, types: Mapping[str, str], own: Mapping[str, str]) -> tuple[str, str] | None:
    """The conditions that feedback says wrong, and right; None where the log has none."""
    column = config.log.feedback
    return said_sql(own[column], types[column], config.failure) if column else None
