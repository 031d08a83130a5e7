"""A JSON lines file is written while it is still being checked: what comes in, and what is refused, is the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from regrade.config import parse
from regrade.errors import DataError
from regrade.log import add
from regrade.log.ahead import Ahead
from regrade.log.readers import json_pass
from regrade.paths import Paths

CONFIG = parse('[log]\nid = "id"\nprediction = "said"\noutcome = "true"\n')
ROWS = [{"id": f"r{n}", "at": f"2026-01-{1 + n % 28:02} 10:00:00", "said": "ab"[n % 2], "true": "a", "x": n} for n in range(5_000)]


def imported(tmp_path: Path, name: str, lines: list[str]) -> list[tuple[object, ...]]:
    root = tmp_path / name
    root.mkdir()
    file = root / "log.jsonl"
    file.write_text("".join(line + "\n" for line in lines))
    segment = add([file], Paths(root), CONFIG).segment
    assert list((root / ".regrade" / "log").iterdir()) == [segment]
    return duckdb.sql(f"SELECT * FROM '{segment}'").fetchall()


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Small files are looked at as large ones are; whether each statement was run ahead."""
    monkeypatch.setattr(json_pass, "_HEAD", 2**14)
    monkeypatch.setattr(json_pass, "_BLOCK", 2**13)
    seen: list[bool] = []
    take = Ahead.take

    def noted(self: Ahead, statement: str, watch: Callable[[float], None]) -> bool:
        seen.append(take(self, statement, watch))
        return seen[-1]

    monkeypatch.setattr(Ahead, "take", noted)
    return seen


def test_a_file_of_one_kind_is_written_once(tmp_path: Path, taken: list[bool]) -> None:
    lines = [json.dumps(row) for row in ROWS]
    rows = imported(tmp_path, "ahead", lines)
    assert taken == [True]
    assert [row[0] for row in rows] == [row["id"] for row in ROWS]
    assert [row[4] for row in rows] == [row["x"] for row in ROWS]


@pytest.mark.parametrize(("odd", "expected"), [({"x": 0.5}, 0.5), ({"x": 2**60}, 2**60), ({"x": None}, None), ({"new": 1}, 0)])
def test_what_the_first_lines_did_not_promise_is_found(tmp_path: Path, taken: list[bool], odd: dict[str, object], expected: object) -> None:
    lines = [json.dumps(row) for row in [*ROWS, {**ROWS[0], "id": "odd", **odd}]]
    rows = imported(tmp_path, "odd", lines)
    assert rows[-1][0] == "odd"
    assert rows[-1][4] == expected
    assert len(rows) == len(ROWS) + 1


@pytest.mark.parametrize("bad", ['{"id": "z", "id": "y"}', "{", "[1]", '{"id": "z", "at": "x", "said": "a", "true": "a", "x": 1e999}'])
def test_a_bad_line_at_the_end_is_refused_by_its_number(tmp_path: Path, taken: list[bool], bad: str) -> None:
    with pytest.raises(DataError) as refused:
        imported(tmp_path, "bad", [*(json.dumps(row) for row in ROWS), bad])
    assert refused.value.where == "log.jsonl:5001"
    assert not list((tmp_path / "bad" / ".regrade" / "log").glob("*"))
    assert True not in taken


def test_a_time_that_is_none_among_later_lines_makes_a_column_of_text(tmp_path: Path, taken: list[bool]) -> None:
    lines = [json.dumps(row) for row in [*ROWS, {**ROWS[0], "id": "odd", "at": "soon"}]]
    rows = imported(tmp_path, "text", lines)
    assert rows[-1][1] == "soon"
    assert rows[0][1] == "2026-01-01 10:00:00"


def test_a_long_line_is_read_by_duckdb_too(tmp_path: Path, taken: list[bool]) -> None:
    long = "é" * (2 * json_pass.LONG)
    rows = imported(tmp_path, "long", [json.dumps(row) for row in [*ROWS[:50], {**ROWS[50], "said": long}, *ROWS[51:]]])
    assert rows[50][2] == long
    assert len(rows) == len(ROWS)
