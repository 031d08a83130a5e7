"""One prediction whole: the log is read once for it, and what a person sees and what an example keeps are taken from that copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from regrade.expressions import quote_identifier
from regrade.log.cells import WANTED, cells, want
from regrade.log.connection import explained

if TYPE_CHECKING:
    from regrade.log.content import Content
    from regrade.log.prediction_log import PredictionLog

_COPY = "at_hand"


@contextmanager
def whole_row(log: PredictionLog, address: int, columns: Sequence[str]) -> Iterator[tuple[tuple[Any, ...], Callable[[], Content]]]:
    """Yield the values of ``columns`` in a row, as :meth:`Reader.cells` does, and what gives its content, as :meth:`Reader.contents`.

    ``columns``: of the log, or derived from it (``key``, ``result``, ``margin``); none that a decision says.
    """
    where = np.array([address], dtype=np.int64)
    log.files.check_unchanged()
    names = ", ".join(f"r.{quote_identifier(each.name)}" for each in log.columns)
    query = f"SELECT r.file_index, r.file_row_number, {names} FROM {log.relation} r WHERE {WANTED}"
    with log.cursor() as cursor:
        want(cursor, log, where)
        with explained("the log", unless=log.files.check_unchanged):
            cursor.execute(f"CREATE TEMP TABLE {_COPY} AS {query}")

        def content() -> Content:
            from regrade.log.contents import contents

            return contents(cursor, log, where, _COPY)[0]

        yield cells(cursor, log, where, columns, lambda *_: f"{_COPY} r")[0], content
