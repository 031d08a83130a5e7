"""Write a file of the log anew, with other outcomes or without some of its rows; everything else stays, in its order."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from regrade.errors import DataError
from regrade.expressions import quote_identifier, quote_text
from regrade.log import segments
from regrade.log.changes import Replaced, name_in_place
from regrade.log.files import LogFile
from regrade.log.work import Work

Watch = Callable[[float], None]
Written = tuple[Replaced, Path | None, int | None]
"""What is replaced, by which finished file, and the time of change that this one gets."""


@dataclass(frozen=True)
class Outcomes:
    """Outcomes for some rows of a file."""

    rows: str
    """A query: ``n``, the row's number in the file, and ``v``, its outcome."""
    column: str
    kind: str
    """SQL type of the outcome."""


class Rewriter:
    """Writes new files for old ones into a folder of the import; nothing reads them before they are committed.

    Parameters
    ----------
    work : Work
        The import's connection.
    bench : Path
        Where to write.
    root : Path
        The workspace: files in place are named relative to it.
    change : int
        The number of the change that is made.
    """

    def __init__(self, work: Work, bench: Path, root: Path, change: int) -> None:
        self._work, self._bench, self._root, self._change = work, bench, root, change
        self._n = 0
        # Rows come out of a join in the order of its left side where one thread works, and it is not turned around.
        work.ask("SET disabled_optimizers = 'join_order,build_side_probe_side'")

    def write(
        self,
        file: LogFile,
        *,
        without: str = "",
        outcomes: Outcomes | None = None,
        retyped: Mapping[str, str] | None = None,
        watch: Watch | None = None,
    ) -> Written:
        """Write ``file`` anew.

        Parameters
        ----------
        without : str
            A query for the numbers of the rows to leave out, as its column ``n``; empty: none.
        outcomes : Outcomes, optional
            Rows that get another outcome.
        retyped : mapping, optional
            Column to its new SQL type.
        """
        types = self._types(file.path)
        casts = [f"CAST(r.{quote_identifier(name)} AS {kind}) AS {quote_identifier(name)}" for name, kind in (retyped or {}).items()]
        star, joins = f"r.* REPLACE ({', '.join(casts)})" if casts else "r.*", ""
        if outcomes is not None:
            name, has = quote_identifier(outcomes.column), outcomes.column in types
            old = f"CAST({f'r.{name}' if has else 'NULL'} AS {outcomes.kind})"
            value = f"CASE WHEN o.n IS NOT NULL THEN o.v ELSE {old} END AS {name}"
            star = f"r.* REPLACE ({value})" if has else f"r.*, {value}"
            joins = f" LEFT JOIN ({outcomes.rows}) o ON o.n = r.file_row_number"
            types = types | {outcomes.column: outcomes.kind}
        types = types | dict(retyped or {})
        joins += f" ANTI JOIN ({without}) w ON w.n = r.file_row_number" if without else ""
        query = f"SELECT {star} FROM {_rows(file.path)} r{joins}"
        self._n += 1
        target = self._bench / f"rewritten-{self._n}.parquet"
        self._work.ask("SET threads = 1")
        try:
            self._work.run(segments.copy_statement(query, target, self._sources(file), self._change), watch)
        finally:
            self._work.ask("RESET threads")
        written = self._types(str(target))
        if written != types:
            name = next(each for each in types if written.get(each) != types[each])
            what = f"its type {types[name]} cannot be written"
            raise DataError(what, where=f"{file.name}: {name}", hint="write the log's file with a plainer type")
        if not self._work.ask(f"SELECT 1 FROM {_rows(str(target))} LIMIT 1"):
            target.unlink()
            return self.replaced(file), None, None
        return self.replaced(file), target, file.changed

    def replaced(self, file: LogFile) -> Replaced:
        """Return what a change says of a file that is read no more; a copy of a file in place goes with its original's name."""
        if file.original is not None or file.path.startswith(str(self._root / ".regrade")):
            return Replaced(Path(file.path).name, None)
        return Replaced(name_in_place(Path(file.path), self._root), None, file.size, file.changed)

    def types(self, file: LogFile) -> dict[str, str]:
        """Return the SQL types of a file's columns."""
        return self._types(file.path)

    def _types(self, path: str) -> dict[str, str]:
        return {str(row[0]): str(row[1]) for row in self._work.ask(f"DESCRIBE SELECT * FROM {_rows(path)}")}

    def _sources(self, file: LogFile) -> Sequence[dict[str, object]]:
        rows = self._work.ask(
            f"SELECT decode(value) FROM parquet_kv_metadata({quote_text(file.path)}) WHERE decode(key) = '{segments.METADATA}'"
        )
        found: list[dict[str, object]] = json.loads(rows[0][0])["sources"] if rows else []
        return found


def _rows(path: str) -> str:
    return f"read_parquet({quote_text(path)}, hive_partitioning = false)"
