"""What people decided, as the log sees it: status, mode and expected value by row address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb
import numpy as np
import numpy.typing as npt

from regrade.log.content import JSON, canonical
from regrade.log.files import Addresses

DEFAULT_STATUS = "open"


@dataclass(frozen=True)
class Decided:
    """What an expression sees of the decisions on one prediction."""

    key: str
    status: str
    mode: str | None
    expected: JSON = None


def as_text(value: JSON) -> str | None:
    """Return a JSON value as the text that it is compared by: a text stays itself."""
    if value is None or isinstance(value, str):
        return value
    return canonical(value).decode()


@dataclass(frozen=True)
class DecidedRows:
    """Decided predictions by address; immutable, so that any number of readers may hold it."""

    addresses: Addresses
    """Shape (n_decided,)."""
    rows: Sequence[Decided]
    """In the same order."""
    index: npt.NDArray[np.uint64] = field(repr=False)
    row: Addresses = field(repr=False)

    def load(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Make the table ``decided`` (file_index, row, status, mode, expected) on this cursor."""
        cursor.execute("CREATE OR REPLACE TEMP TABLE decided (f UBIGINT, r BIGINT, status VARCHAR, mode VARCHAR, expected VARCHAR)")
        for start in range(0, len(self.rows), 10_000):
            part = self.rows[start : start + 10_000]
            cursor.execute(
                "INSERT INTO decided SELECT unnest(?::UBIGINT[]), unnest(?::BIGINT[]),"
                " unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[])",
                [
                    self.index[start : start + 10_000].tolist(),
                    self.row[start : start + 10_000].tolist(),
                    [each.status for each in part],
                    [each.mode for each in part],
                    [as_text(each.expected) for each in part],
                ],
            )


NONE = DecidedRows(np.empty(0, np.int64), (), np.empty(0, np.uint64), np.empty(0, np.int64))
"""Nobody decided anything yet."""
