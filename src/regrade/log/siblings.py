"""What other models answered to the same request, where a log holds several: a deployed model and its shadows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regrade.log.reader import Reader

_MOST = 8


@dataclass(frozen=True)
class Sibling:
    """The answer of another model; ``score`` is the probability that it gave to what it predicted."""

    key: str
    model: str | None
    prediction: Any
    score: float | None
    result: str


def siblings(reader: Reader, address: int) -> list[Sibling]:
    """Return the answers of other models to the request of the prediction at ``address``, by model.

    Empty where the key is not made of the model and something else. Looks through the id of the whole log: for a worker.
    """
    import numpy as np

    from regrade.expressions import quote_identifier, quote_text
    from regrade.log.connection import explained

    log = reader.log
    keys, model = log.dialect.key_columns, log.config.log.model
    ids = [each for each in keys if each != model]
    if model not in keys or not ids:
        return []
    at = np.array([address], np.int64)
    names = [log.name_of(each) if each in log.dialect.types else f"log.{each}" for each in ids]
    values = reader.cells(at, names)[0]
    types = {each.name: each.type for each in log.columns}
    terms = [
        f"r.{quote_identifier(name)} = CAST({quote_text(str(value))} AS {types[name]})" for name, value in zip(ids, values, strict=True)
    ]
    with explained("the log", unless=log.files.check_unchanged):
        query = f"SELECT {log.files.row_sql} FROM {log.relation} r WHERE {' AND '.join(terms)} ORDER BY ALL LIMIT {_MOST + 1}"
        rows = log.files.from_row_sql(np.array([row[0] for row in reader.ask(query)], np.int64))
    others = rows[rows != address][:_MOST]
    if not len(others):
        return []
    standing = reader.cells(others, ["key", "result"])
    contents = reader.logged_contents(others)
    found = [
        Sibling(str(key), content.model, content.prediction, (content.scores or {}).get(str(content.prediction)), str(result))
        for (key, result), content in zip(standing, contents, strict=True)
    ]
    return sorted(found, key=lambda each: each.model or "")
