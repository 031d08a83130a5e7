"""An exported eval set that is brought into an empty workspace has the same version, whatever its values are."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regrade.errors import DataError
from regrade.evalset import Added
from regrade.workspace import Workspace

from .types import TEXT, columns
from .worlds import TASK, contents, fill, workspace

NAMES = ("hour", "key", "weight", "log.key", "Mode", "regrade", "a b", "naïve", 'q"q', "x,y", "log.z", "=1+1", "'=1+1", "-5", "@a;b")
LABEL = st.sampled_from(["late", "=late", "'+1", "", "1", 1, True, 0.5, 2**60, None, "null", "true"])
quick = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)


def _table(draw: st.DrawFn, size: int) -> pa.Table:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique_by=str.lower))
    return pa.table({name: draw(columns(size)) for name in names})


@st.composite
def eval_sets(draw: st.DrawFn) -> list[tuple[pa.Table, list[dict[str, Any]]]]:
    """Draw one or two parts of an eval set, each with a schema of its own, and what is said of every row."""
    parts = []
    for _ in range(draw(st.integers(1, 2))):
        size = draw(st.integers(1, 4))
        said = st.fixed_dictionaries(
            {
                "outcome": LABEL,
                "prediction": LABEL,
                "scores": st.none() | st.just({"late": 0.1 + 0.2, "on_time": 0.7}),
                "time": st.none() | st.just("2013-07-01T05:15:00"),
                "model": st.none() | TEXT,
                "relabel": st.none() | st.tuples(LABEL),
                "origin": st.sampled_from(["failure", "important", "synthetic", "sampled"]),
                "also": st.sampled_from([(), ("failure",)]),
                "probability": st.floats(1e-6, 1.0),
                "pinned": st.booleans(),
                "partition": st.sampled_from(["eval", "fix", None]),
                "mode": st.sampled_from(["Storm", "=storm()", None]),
            }
        )
        parts.append((_table(draw, size), draw(st.lists(said, min_size=size, max_size=size))))
    return parts


def _make(made: Workspace, parts: list[tuple[pa.Table, list[dict[str, Any]]]]) -> None:
    for part, (table, said) in enumerate(parts):
        logged = {name: [each[name] for each in said] for name in ("outcome", "prediction", "scores", "time", "model")}
        rows, schemas = contents(table, **logged)
        items = []
        for at, (row, each) in enumerate(zip(rows, said, strict=True)):
            sampled = each["origin"] == "sampled"
            expected = {} if each["relabel"] is None else {"expected": each["relabel"][0]}
            items.append(
                Added(
                    f"{'=-'[part]}{at} é",
                    row,
                    each["origin"],
                    also=each["also"],
                    probability=each["probability"] if sampled else None,
                    **{name: each[name] for name in ("pinned", "partition", "mode")},
                    **expected,
                )
            )
        made.evalset.add(items, schemas=schemas)


def _again(made: Workspace, path: Path, name: str) -> Workspace:
    other = workspace(made.paths.root.parent / name, made.paths.config.read_text())
    other.add_examples(path)
    return other


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
@quick
@given(eval_sets())
def test_json_lines_and_parquet(suffix: str, parts: list[tuple[pa.Table, list[dict[str, Any]]]]) -> None:
    _check(suffix, parts)


@quick
@given(eval_sets())
def test_csv(parts: list[tuple[pa.Table, list[dict[str, Any]]]]) -> None:
    _check("csv", parts)


def _check(suffix: str, parts: list[tuple[pa.Table, list[dict[str, Any]]]]) -> None:
    with tempfile.TemporaryDirectory() as folder, workspace(Path(folder) / "one") as made:
        _make(made, parts)
        path = Path(folder) / f"set.{suffix}"
        assert made.export(path) == sum(len(said) for _, said in parts)
        if suffix == "csv":
            _check_inert(path)
        try:
            other = _again(made, path, "two")
        except DataError as error:
            # What CSV has no place for is refused by name: a NUL, and a lone carriage return in a value.
            assert suffix == "csv" and ("NUL" in error.what or "carriage return" in error.what), str(error)
            return
        with other:
            mine, theirs = made.evalset.state, other.evalset.state
            assert other.evalset.version == made.evalset.version
            for key in mine.members():
                one, two = mine.example(key), theirs.example(key)
                assert (one.origins, one.origin, one.pinned, one.weight) == (two.origins, two.origin, two.pinned, two.weight)
                assert one.content == two.content
            assert made.add_examples(path, dry_run=True).already == len(mine.members())


def _check_inert(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert all(cell[:1] not in ("=", "+", "@", "\t", "\r", "-") or cell == "-Infinity" or float(cell) <= 0 for cell in cells)


def test_a_row_that_names_no_schema_has_columns_of_their_own_names(tmp_path: Path) -> None:
    with workspace(tmp_path / "one") as made:
        fill(made, pa.table({"=hour": [5, 6], "'=who": ["'=a", "=b"]}), outcome=["=late", None])
        made.export(tmp_path / "set.csv")
        schema = made.evalset.state.example("k0").content.schema
        (tmp_path / "set.csv").write_text((tmp_path / "set.csv").read_text().replace(f",{schema},", ",,"))
        with _again(made, tmp_path / "set.csv", "two") as other:
            example = other.evalset.state.example("k0")
            assert example.content.inputs == {"=hour": 5, "'=who": "'=a"} and example.expected == ("=late",)


def test_a_plain_file_is_inert_too_and_comes_back_as_it_stands(tmp_path: Path) -> None:
    with workspace(tmp_path / "one") as made:
        fill(made, pa.table({"hour": [-5], "who": ["=1+1"]}), outcome=["late"])
        made.export(tmp_path / "set.csv", plain=True)
        _check_inert(tmp_path / "set.csv")
        with _again(made, tmp_path / "set.csv", "two") as other:
            assert other.evalset.state.example("k0").content.inputs == {"hour": -5, "who": "'=1+1"}


def test_what_is_not_said_is_not_made_up(tmp_path: Path) -> None:
    with workspace(tmp_path / "one") as made:
        fill(made, pa.table({"hour": [5, 6]}), outcome=["late", None])
        made.evalset.relabel(["k0"], None)
        made.evalset.label(["k1"], "Storm")
        made.evalset.rename_mode("storm", "Evening storm")
        for suffix in ("csv", "jsonl", "parquet"):
            made.export(tmp_path / f"set.{suffix}")
            with _again(made, tmp_path / f"set.{suffix}", suffix) as other:
                state = other.evalset.state
                assert other.evalset.version == made.evalset.version
                assert state.expected("k0") == [None] and state.expected("k1") == []
                assert [(mode.name, state.mode("k1")) for mode in state.modes()] == [("Evening storm", "evening-storm")]


def test_a_log_that_is_named_and_not_there_is_not_asked(tmp_path: Path) -> None:
    with workspace(tmp_path / "one") as made:
        fill(made, pa.table({"hour": [5, 6]}), outcome=["late", None])
        made.export(tmp_path / "set.parquet")
        version = made.evalset.version
    with workspace(tmp_path / "two", TASK + '[log]\npaths = ["logs/*.parquet"]\nid = "id"\noutcome = "truth"\n') as other:
        other.add_examples(tmp_path / "set.parquet")
        assert other.evalset.version == version


def test_an_empty_eval_set(tmp_path: Path) -> None:
    with workspace(tmp_path) as made:
        for suffix in ("csv", "jsonl", "parquet"):
            assert made.export(tmp_path / f"set.{suffix}") == 0 == made.export(tmp_path / f"labels.{suffix}", "labels")
            assert made.export(tmp_path / f"set.{suffix}", where="hour > 5") == 0
        assert (tmp_path / "set.csv").read_text().startswith("key,expected,") and len(made.labels()) == 0


def test_a_dispute_is_written_whole_and_refused_on_the_way_in(tmp_path: Path) -> None:
    with workspace(tmp_path / "ann") as ann:
        fill(ann, pa.table({"hour": [5]}), outcome=["late"])
        ann.evalset.seal()
        import shutil

        shutil.copytree(tmp_path / "ann", tmp_path / "bob")
        ann.evalset.relabel(["k0"], "on_time")
        with Workspace.open(tmp_path / "bob") as bob:
            bob.evalset.relabel(["k0"], 5)
        ann.evalset.seal()
        shutil.copytree(tmp_path / "bob" / "evalset" / "segments", tmp_path / "ann" / "evalset" / "segments", dirs_exist_ok=True)
    with Workspace.open(tmp_path / "ann") as both:
        for suffix in ("jsonl", "csv", "parquet"):
            both.export(tmp_path / f"set.{suffix}")
            other = workspace(tmp_path / suffix, TASK)
            with other, pytest.raises(DataError, match=r"on_time \| 5|5 \| on_time"):
                other.add_examples(tmp_path / f"set.{suffix}")
        row = both.labels().loc["k0"]
        assert row["status"] == "disputed" and row["expected"] is None and sorted(map(str, row["expected_values"])) == ["5", "on_time"]
        assert row["disputed"] == ["expected"]
