"""One prediction whole: what the log says of it, what the candidates are asked with, what other models answered to the same request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regrade.errors import ConfigError
from regrade.tui.services.lane import Post
from regrade.tui.services.log_messages import WholeRow

if TYPE_CHECKING:
    from regrade.log import PredictionLog, Reader


def read(log: PredictionLog, reader: Reader, key: str, address: int, asked: Sequence[str], post: Post) -> WholeRow | None:
    """Return one prediction; None where the row has another address by now, or was posted already and there is no more to say."""
    from regrade.log.at_hand import whole_row

    names = ["key", "result", *asked]
    with whole_row(log, address, names) as (cells, made):
        values = dict(zip(names, cells, strict=True))
        if str(values["key"]) != key:
            return None  # the log was opened anew meanwhile: the row has another address
        try:
            content = made()
        except ConfigError as error:  # a column must be hashed and there is no key: the log can be read all the same
            return WholeRow(key, address, values, None, {}, f"not asked: {error.what}")
    row = WholeRow(key, address, values, content, {log.schema.hash: log.schema.encoded})
    if len(log.dialect.key_columns) < 2:
        return row
    from regrade.log.siblings import siblings

    post(row)  # the others are looked for in the whole log
    found = siblings(reader, address)
    return WholeRow(key, address, values, content, row.schemas, siblings=found) if found else None
