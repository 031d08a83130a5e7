"""Find probabilities that are none: they do not add up to 1, or one lies outside of 0 to 1."""

from __future__ import annotations

from regrade.expressions import quote_identifier
from regrade.log.class_scores import values_sql
from regrade.log.facet_terms import spelled
from regrade.log.prediction_log import PredictionLog
from regrade.log.stats.drafts import Draft, understood
from regrade.log.stats.fields import named
from regrade.log.stats.series import Source

_SLACK = 0.01
"""What rounding to two digits may do to a sum."""


def odd_probabilities(source: Source, log: PredictionLog) -> list[Draft]:
    """Return a finding where scores by class are no probabilities; rows in which a class has none are left out."""
    if log.config.log.scores_column:
        name = log.config.log.scores_column
        kind = next(each.type for each in log.columns if each.name == name)
        values, where = values_sql(f"r.{quote_identifier(name)}", kind), ""
    elif log.config.log.class_columns:
        columns = tuple(log.config.log.class_columns.values())
        name = ", ".join(columns)
        values = f"[{', '.join(f'CAST(r.{quote_identifier(each)} AS DOUBLE)' for each in columns)}]"
        terms = [spelled(log, named(each)) for each in columns]
        where = f"abs({' + '.join(terms)} - 1) > {_SLACK} or {' or '.join(f'{each} < 0 or {each} > 1' for each in terms)}"
    else:
        return []
    odd = f"abs(list_sum(v) - 1) > {_SLACK} OR list_min(v) < 0 OR list_max(v) > 1"
    complete = "len(v) > 0 AND len(list_filter(v, lambda x: x IS NULL)) = 0"
    query = f"SELECT count(*) FILTER ({complete} AND ({odd})) FROM (SELECT {values} AS v FROM {source.relation} WHERE {source.condition})"
    rows = int(source.ask(query)[0][0])
    if not rows:
        return []
    what = "are no probabilities: they do not add up to 1, or lie outside of 0 to 1"
    term = f"({where})" if where and understood(log, where) is not None else ""
    return [Draft("scores-sum", name, what, None, None, term, rows)]
