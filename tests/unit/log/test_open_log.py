"""Threads, interruption, files that change, and a connection that reads nothing else."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NoReturn, Self, cast

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from regrade.errors import DataError
from regrade.expressions import parse
from regrade.log import PredictionLog, Reader, evaluate
from tests.unit.log.logs import numbers, of_query, small, write


def test_a_reader_for_each_thread(log: PredictionLog) -> None:
    found: list[int] = []

    def work() -> None:
        with log.reader() as reader:
            found.extend(len(reader.view("hour > 5", "carrier")) for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [len(numbers(lambda i: i % 24 > 5))] * 20


def test_interrupt_ends_a_query_and_the_reader_lives_on(tmp_path: Path) -> None:
    with small(tmp_path, 200_000) as log, log.reader() as reader:
        slow = " and ".join(f"not regexp_matches(carrier || said || id, '(x+x+)+y{n}')" for n in range(150))
        failed: list[BaseException] = []

        def work() -> None:
            try:
                reader.view(slow, "id")
            except duckdb.InterruptException as error:
                failed.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        while thread.is_alive():
            reader.interrupt()
            thread.join(0.01)
        assert len(failed) == 1
        assert len(reader.view("hour = 3")) > 0
    reader.interrupt()  # too late: nothing runs in it, and nothing is wrong


# --- files that change ---


def test_a_file_that_changes_is_noticed(tmp_path: Path) -> None:
    with small(tmp_path, files=2) as log, log.reader() as reader:
        path = tmp_path / "part-1.parquet"
        path.write_bytes(path.read_bytes() + b"more")
        for ask in (
            lambda: reader.view("hour > 1"), lambda: reader.view(), lambda: reader.cells(np.array([0]), ["key"]), reader.counts,
            lambda: reader.find(["k1"]), lambda: reader.contents(np.array([0])), lambda: reader.frame(np.array([0])),
        ):  # fmt: skip
            with pytest.raises(DataError, match=r"part-1.parquet: was changed since the log was opened"):
                ask()
        path.unlink()
        with pytest.raises(DataError, match="is gone since the log was opened"):
            reader.view()


def test_the_connection_reads_the_logs_files_and_nothing_else(log: PredictionLog, tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.parquet", "SELECT 1 AS a")
    cursor = log.cursor()
    try:
        for query in (
            f"SELECT * FROM '{secret}'", "SELECT * FROM read_text('/etc/hostname')", f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
            f"ATTACH '{tmp_path}/x.db'", "SET enable_external_access = true", "SET memory_limit = '9GB'", "INSTALL httpfs",
            "SELECT * FROM log",
        ):  # fmt: skip
            with pytest.raises(duckdb.Error):
                cursor.execute(query)
    finally:
        cursor.close()


def test_closing_leaves_no_word_about_leaks(tmp_path: Path) -> None:
    small(tmp_path).close()
    script = f"""
import numpy as np
from pathlib import Path
from regrade.log import PredictionLog, Decided
from regrade.log.evaluate import sql_types
from regrade.paths import Paths
from tests.unit.log.logs import config
folder = Path({str(tmp_path)!r})
with PredictionLog.open(Paths(folder), config([folder / "part-0.parquet"])) as log, log.reader() as reader:
    log.set_decided([Decided("k1", "promoted", None)])
    reader.view("status = 'promoted' or hour = 3")
    reader.contents(np.array([1]))
    import pyarrow as pa
    sql_types(pa.table({{"a": [1]}}))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")


class Interrupted:
    """A cursor whose every query was interrupted."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def register(self, *_: object) -> None:
        pass

    def execute(self, *_: object) -> NoReturn:
        raise duckdb.InterruptException("INTERRUPT Error: Interrupted!")

    sql = execute


@pytest.mark.parametrize(
    "ask",
    [
        lambda reader: reader.counts(),
        lambda reader: reader.view("hour > 3"),
        lambda reader: reader.view("status = 'open'"),
        lambda reader: reader.cells(np.array([1]), ["key"]),
        lambda reader: reader.frame(np.array([1])),
        lambda reader: reader.find(["k1"]),
    ],
)
def test_an_interrupted_question_is_no_error_of_the_filter_or_the_log(tmp_path: Path, ask: Callable[[Reader], object]) -> None:
    with small(tmp_path) as log, pytest.raises(duckdb.InterruptException):
        ask(Reader(log, cast(duckdb.DuckDBPyConnection, Interrupted())))


def test_an_interrupted_evaluation_is_no_error_of_the_expression(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("regrade.log.evaluate"), "memory_cursor", Interrupted)
    with pytest.raises(duckdb.InterruptException):
        evaluate(parse("a > 1", {"a": "BIGINT"}), pa.table({"a": [1]}))


@pytest.mark.parametrize(
    ("n", "outcome", "kind", "expected"),
    [
        (1, "NULL", "classification", ("0",)),
        (2, "'x' || i", "classification", ("0", "1", "x0", "x1")),
        (50, "i", "classification", tuple(sorted(map(str, range(50))))),
        (51, "i", "classification", None),
        (2, "i", "regression", None),
    ],
)
def test_classes_are_the_answers_and_outcomes_where_they_are_few(
    tmp_path: Path, n: int, outcome: str, kind: str, expected: tuple[str, ...] | None
) -> None:
    text = f'task.kind = "{kind}"\n[log]\n{{paths}}\nid = "id"\nprediction = "said"\noutcome = "truth"\n'
    with of_query(tmp_path, f"SELECT i AS id, i AS said, {outcome} AS truth FROM range({n}) t(i)", text) as log:
        assert log.classes() == expected
        assert log.classes() is log.classes()


def test_a_log_without_answers_has_no_classes(tmp_path: Path) -> None:
    with of_query(tmp_path, "SELECT 1 AS id", '[log]\n{paths}\nid = "id"\n') as log:
        assert log.classes() == ()
