"""Look a log over: what is in it, how it went by day, and what is odd about it; a few passes, whatever the number of columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from regrade.log.connection import explained
from regrade.log.facet_bins import iso
from regrade.log.facet_terms import spelled, value_term
from regrade.log.query import EVIDENCE
from regrade.log.stats import changes, columns, days, fields, labels
from regrade.log.stats.axis import Axis, axis_of
from regrade.log.stats.drafts import Draft, counted, missing_term, understood
from regrade.log.stats.fields import Field
from regrade.log.stats.labels import Labelled
from regrade.log.stats.parts import parts_of
from regrade.log.stats.probabilities import odd_probabilities
from regrade.log.stats.result import ColumnStats, Finding, LogStats, Model
from regrade.log.stats.series import FEW, Looked, Series, Source, Values, classes, constants, series
from regrade.log.stats.sway import Ints

if TYPE_CHECKING:
    from regrade.log.reader import Reader

Progress = Callable[[int, int | None], None]

_STEPS = 7
_MODELS = 20
_SIDE_BY_SIDE = 6
_MOST_FINDINGS = 50


def log_stats(reader: Reader, where: str = "", progress: Progress | None = None) -> LogStats:
    """Look the log over; see :meth:`Workspace.log_stats`. ``progress`` is told (steps done, steps in all)."""
    log = reader.log
    with explained(f"filter {where!r}" if where else "", expression=bool(where), unless=log.files.check_unchanged):
        return _Look(reader, where, progress or (lambda done, total: None)).look()


def label_findings(reader: Reader, where: str = "") -> list[Finding]:
    """Return only what is odd about outcomes, answers and results by time: a few passes over a few columns."""
    log = reader.log
    with explained(f"filter {where!r}" if where else "", expression=bool(where), unless=log.files.check_unchanged):
        look = _Look(reader, where, lambda done, total: None)
        source = look.source
        n = source.ask(f"SELECT count(*) FROM {source.relation} WHERE {source.condition}")[0][0]
        axis, _ = axis_of(reader, source.relation, source.condition, n)
        outcome = fields.field_of(reader, log.config.log.outcome)
        by_period = series(source, axis, outcome.present if outcome else "true")
        look.models(axis)
        return counted(reader, look.labels(axis, by_period, outcome), where)


class _Look:
    """One look; its parts are asked one after the other."""

    def __init__(self, reader: Reader, where: str, progress: Progress) -> None:
        self.reader, self.where, self.progress = reader, where, progress
        self.log = reader.log
        dialect = self.log.dialect
        relation, condition = reader.filtered(where, set())
        self.source = Source(reader.ask, relation, condition, dialect.wrong, dialect.right)
        self.notes: list[str] = []
        self.few: set[str] = set()
        self.done = 0

    def look(self) -> LogStats:
        source, log = self.source, self.log
        n = source.ask(f"SELECT count(*) FROM {source.relation} WHERE {source.condition}")[0][0]
        axis, why = axis_of(self.reader, source.relation, source.condition, n)
        if why and n:
            self.notes.append(f"{why}: days are equal parts of the log instead, in the order of the files")
        self.step()
        outcome = fields.field_of(self.reader, log.config.log.outcome)
        by_period = series(source, axis, outcome.present if outcome else "true")
        self.step()
        models = self.models(axis)
        drafts = self.labels(axis, by_period, outcome)
        self.step()
        summed, changed = self.columns(axis, by_period, n)
        drafts += changed
        drafts += days.far_off(axis, by_period, log.config.log.time or "")
        drafts += odd_probabilities(source, log)
        drafts += self.absent()
        found = counted(self.reader, drafts[:_MOST_FINDINGS], self.where)
        if len(drafts) > _MOST_FINDINGS:
            self.notes.append(f"{len(drafts) - _MOST_FINDINGS:,} more findings are left out")
        self.step()
        unit, spans = days.days_of(axis, by_period)
        wrong, known, outcomes = (int(each.sum()) for each in (by_period.failures, by_period.known, by_period.outcomes))
        known, wrong, outcomes = known + by_period.undated[1], wrong + by_period.undated[2], outcomes + by_period.undated[3]
        in_place = sum(each.original is not None or not Path(each.path).is_relative_to(log.paths.log) for each in log.files.files)
        dated = axis.name is not None and len(by_period.at) > 0
        return LogStats(
            where=self.where,
            rows=n,
            imported=len(log.files.files) - in_place,
            in_place=in_place,
            time=log.config.log.time if axis.name is not None else None,
            since=self.span[0] if dated else None,
            until=self.span[1] if dated else None,
            unit=unit,
            wrong=wrong,
            right=known - wrong,
            without_outcome=n - outcomes if outcome else None,
            by_feedback=self.by_feedback(),
            models=tuple(models),
            days=spans,
            columns=tuple(summed),
            findings=tuple(found),
            notes=tuple(self.notes),
        )

    def by_feedback(self) -> int | None:
        """How many results rest on what users said, for want of an outcome."""
        if not self.log.config.log.feedback or EVIDENCE not in self.log.dialect.names:
            return None
        evidence = self.log.dialect.names[EVIDENCE]
        query = f"SELECT count(*) FROM {self.source.relation} WHERE ({self.source.condition}) AND {evidence} = 'feedback'"
        return int(self.source.ask(query)[0][0])

    def step(self) -> None:
        self.done += 1
        self.progress(self.done, _STEPS)

    def models(self, axis: Axis) -> list[Model]:
        """The deployed models, and the span of time of all predictions."""
        source = self.source
        model = fields.field_of(self.reader, self.log.config.log.model)
        answers = [fields.field_of(self.reader, each) for each in (self.log.config.log.outcome, self.log.config.log.prediction)]
        o, p = (each.sql if each is not None and each.shape != "nested" else "NULL" for each in answers)
        of_model = model.sql if model is not None else "NULL"
        inner = source.rows(f"{of_model} AS m, {axis.moment} AS t, {source.wrong} AS w, {source.right} AS k, {o} AS o, {p} AS p")
        counts = (
            "count(*), count(*) FILTER (w OR k), count(*) FILTER (w), min(t), max(t), approx_count_distinct(o), approx_count_distinct(p)"
        )
        rows = source.ask(f"SELECT m, {counts} FROM {inner} GROUP BY m ORDER BY 2 DESC, 1")
        low, high = ([row[at] for row in rows if row[at] is not None] for at in (4, 5))
        self.span = (iso(min(low)), iso(max(high))) if low else (None, None)
        self.models_there = [row[0] for row in rows]
        for each, at in zip(answers, (6, 7), strict=True):
            if each is not None and each.shape != "nested" and max((row[at] for row in rows), default=0) <= FEW:
                self.few.add(each.name)
        if model is None:
            return []
        if len(rows) > _MODELS:
            self.notes.append(f"{len(rows) - _MODELS:,} more deployed models are not listed")
        return [
            Model(None if m is None else str(m), n, known, wrong, iso(since) if since else None, iso(until) if until else None)
            for m, n, known, wrong, since, until, *_ in rows[:_MODELS]
        ]

    def labels(self, axis: Axis, by_period: Series, outcome: Field | None) -> list[Draft]:
        """What is odd about outcomes, answers and results."""
        at = by_period.at
        drafts: list[Draft] = []
        if outcome is not None:
            whose = spelled(self.log, outcome.named)
            found, _ = self.values(axis, outcome, at, [])
            drafts += labels.labels(axis, at, Labelled("outcome", outcome.name, whose, outcome.type, found))
            drafts += labels.missing_outcomes(axis, by_period, outcome.name, missing_term(whose, outcome.type))
        self.step()
        answer = fields.field_of(self.reader, self.log.config.log.prediction)
        if answer is not None:
            whose, deployed = spelled(self.log, answer.named), self.deployed()
            found, by_model = self.values(axis, answer, at, deployed)
            drafts += labels.labels(axis, at, Labelled("prediction", answer.name, whose, answer.type, found))
            for each, of_model in zip(deployed, by_model, strict=True):
                one = Labelled("prediction", answer.name, whose, answer.type, of_model, each.term, f" of {each.name}")
                drafts += labels.labels(axis, at, one)
        drafts += labels.results(axis, by_period)
        return labels.beside(drafts)

    def values(self, axis: Axis, field: Field, at: Ints, deployed: list[_Deployed]) -> tuple[Values, list[Values]]:
        """The values of a column by period: of all predictions, and of each of some models."""
        looked = Looked(field.sql, field.present)
        if field.name not in self.few:
            each = [constants(self.source, axis, looked, at, one.only) for one in deployed]
            return constants(self.source, axis, looked, at), each
        model = fields.field_of(self.reader, self.log.config.log.model)
        found, by_model = classes(self.source, axis, looked, at, model.sql if model is not None and deployed else "NULL")
        empty = Values(np.zeros(len(at), np.int64), {}, True)
        return found, [by_model.get(one.value, empty) for one in deployed]

    def deployed(self) -> list[_Deployed]:
        """The models, where a few answer side by side: what one does would be lost among the answers of the others."""
        model = fields.field_of(self.reader, self.log.config.log.model)
        if model is None or not 2 <= len(self.models_there) <= _SIDE_BY_SIDE or model.shape == "nested":
            return []
        whose = spelled(self.log, model.named)
        found = []
        for value in self.models_there:
            term = value_term(whose, value, model.type)
            expression = understood(self.log, term) if term else None
            if expression is not None:
                found.append(_Deployed(value, str(value), term, self.log.dialect.sql(expression)))
        return found

    def columns(self, axis: Axis, by_period: Series, n: int) -> tuple[list[ColumnStats], list[Draft]]:
        """The columns, and how they changed."""
        looked = fields.fields(self.reader)
        if len(looked) < len(self.log.columns):
            self.notes.append(f"{len(looked):,} of {len(self.log.columns):,} columns are looked at")
        parts = parts_of(axis, by_period.at, by_period.n)
        key = self.log.config.log.key_columns
        with fields.sampled(self.source, looked, parts.sql, n, self.log.files.row_sql) as whole:
            self.step()
            summed = fields.summed_up(self.source, looked, n, key[0] if len(key) == 1 else "", whole)
            drafts = list(changes.changes(self.reader, columns.look(self.reader, looked, parts), parts))
        if not whole:
            self.notes.append("changes of columns are looked for in a sample of the predictions; their rows are counted in all")
        return summed, drafts

    def absent(self) -> list[Draft]:
        """Columns that some files do not have."""
        files = self.log.files
        if self.where.strip() or len(files.files) == 1:
            return []
        query = f"SELECT name, list(DISTINCT file_name) FROM parquet_schema({files.sql_list}) GROUP BY name"
        has = {name: set(names) for name, names in self.reader.ask(query)}
        drafts = []
        for column in self.log.columns:
            there = has.get(column.name)
            lacking = [at for at, each in enumerate(files.files) if there and each.path not in there]
            if lacking:
                first = files.files[lacking[0]].name
                named = fields.named(column.name)
                what = f"is no column of {len(lacking):,} of {len(files.files):,} files, the first of them {first}"
                where = f"{spelled(self.log, named)} is null"
                drafts.append(Draft("column-absent", column.name, what, None, None, where, sum(files.row_counts[at] for at in lacking)))
        return drafts


@dataclass(frozen=True)
class _Deployed:
    """A model: its name as the log has it and in words, the expression and the SQL condition of its answers."""

    value: Any
    name: str
    term: str
    only: str
