"""What people decided, as the log sees it: status, mode and expected value by row address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import duckdb
import numpy as np
import numpy.typing as npt

from regrade.log.content import JSON, canonical
from regrade.log.files import Addresses, Files

DEFAULT_STATUS = "open"
_AT_ONCE = 10_000
"""Rows that go to DuckDB in one statement."""


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


class Changed(NamedTuple):
    """What became known of decisions since one last asked."""

    rows: Sequence[Decided]
    """Of each prediction that may read differently now, each once; status ``open``: nothing is decided on it any more."""
    whole: bool
    """Whether these are all that there are, and whatever was known is forgotten."""
    mark: object
    """Names what is known now; to be given back."""


Source: TypeAlias = Callable[[object], Changed]
"""Returns what changed since a mark, everything for None."""


@dataclass(frozen=True, eq=False)
class DecidedRows:
    """Decided predictions by address; immutable, so that any number of readers may hold it."""

    addresses: Addresses
    """Shape (n_decided,), sorted."""
    rows: npt.NDArray[np.object_]
    """:class:`Decided`, in the same order."""
    disputed: npt.NDArray[np.bool_]
    """Whether people disagree on it."""
    stamps: npt.NDArray[np.int64] = field(repr=False)
    """When it came in: greater than :attr:`newest` of all that it was not in."""
    newest: int = 0

    def changed(self, gone: Sequence[int], came: Sequence[tuple[int, Decided]]) -> DecidedRows:
        """Return the same without the addresses ``gone``, which need not be there, and with those that ``came``."""
        newest = self.newest + 1
        fresh = np.array([address for address, _ in came], dtype=np.int64)
        order = np.argsort(fresh, kind="stable")
        fresh, rows = fresh[order], np.empty(len(came), dtype=np.object_)
        rows[:] = [came[at][1] for at in order.tolist()]
        keep = ~np.isin(self.addresses, gone)
        kept = self.addresses[keep]
        at = np.searchsorted(kept, fresh, side="right")
        disputed = np.fromiter((row.status == "disputed" for row in rows), dtype=np.bool_, count=len(rows))
        return DecidedRows(
            np.insert(kept, at, fresh),
            np.insert(self.rows[keep], at, rows),
            np.insert(self.disputed[keep], at, disputed),
            np.insert(self.stamps[keep], at, newest),
            newest,
        )

    def load(self, cursor: duckdb.DuckDBPyConnection, files: Files, before: DecidedRows | None) -> None:
        """Make the table ``decided`` (f, r, status, mode, expected) on this cursor, out of that which was loaded ``before``."""
        fresh = self.stamps > before.newest if before is not None else np.ones(len(self.stamps), dtype=np.bool_)
        gone = np.setdiff1d(before.addresses, self.addresses[~fresh], assume_unique=True) if before is not None else _NO_ADDRESSES
        if before is None or len(gone) > len(before.addresses) // 2:
            cursor.execute("CREATE OR REPLACE TEMP TABLE decided (f UBIGINT, r BIGINT, status VARCHAR, mode VARCHAR, expected VARCHAR)")
            fresh = np.ones(len(self.stamps), dtype=np.bool_)
        elif len(gone):
            index, row = files.places(gone)
            cursor.execute(
                "DELETE FROM decided WHERE (f, r) IN (SELECT (unnest(?::UBIGINT[]), unnest(?::BIGINT[])))", [index.tolist(), row.tolist()]
            )
        (index, row), rows = files.places(self.addresses[fresh]), self.rows[fresh]
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE].tolist()
            cursor.execute(
                "INSERT INTO decided SELECT unnest(?::UBIGINT[]), unnest(?::BIGINT[]),"
                " unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[])",
                [
                    index[start : start + _AT_ONCE].tolist(),
                    row[start : start + _AT_ONCE].tolist(),
                    [each.status for each in part],
                    [each.mode for each in part],
                    [as_text(each.expected) for each in part],
                ],
            )


_NO_ADDRESSES = np.empty(0, np.int64)
NONE = DecidedRows(_NO_ADDRESSES, np.empty(0, np.object_), np.empty(0, np.bool_), np.empty(0, np.int64))
"""Nobody decided anything yet."""
