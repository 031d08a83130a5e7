"""Two people decide apart and merge: what they agree on is no dispute."""

from __future__ import annotations

import shutil
from pathlib import Path

from regrade.evalset import EvalSet
from regrade.log import Content


def test_one_prediction_promoted_out_of_two_files_is_not_disputed(tmp_path: Path) -> None:
    for name in ("ann", "bob"):
        with EvalSet.open(tmp_path / name, actor=name, task_kind="classification") as evalset:
            content = Content(inputs={"hour": 7}, schema="s", outcome="late", prediction="on_time", source=f"{name}.parquet")
            evalset.promote([("k", content)], origin="failure", schemas={"s": "…"})
    shutil.copytree(tmp_path / "bob" / "segments", tmp_path / "ann" / "segments", dirs_exist_ok=True)
    with EvalSet.open(tmp_path / "ann", actor="ann", task_kind="classification", read_only=True) as merged:
        assert merged.state.status("k") == "promoted"
        assert merged.state.example("k").content.source == "ann.parquet", "the same one for everybody"


def test_one_prediction_promoted_before_and_after_its_column_could_be_empty_is_not_disputed(tmp_path: Path) -> None:
    for name, schema in (("ann", "int64"), ("bob", "Int64")):
        with EvalSet.open(tmp_path / name, actor=name, task_kind="classification") as evalset:
            content = Content(inputs={"hour": 7}, schema=schema, outcome="late")
            evalset.promote([("k", content)], origin="failure", schemas={schema: f"encoded {schema}"})
    seen = []
    for name, other in (("ann", "bob"), ("bob", "ann")):
        shutil.copytree(tmp_path / other / "segments", tmp_path / name / "segments", dirs_exist_ok=True)
        with EvalSet.open(tmp_path / name, actor=name, task_kind="classification", read_only=True) as merged:
            assert merged.state.status("k") == "promoted"
            example = merged.state.example("k")
            assert example.content.schema in merged.schemas
            seen.append((example, merged.version))
    assert seen[0] == seen[1], "the same one for everybody"
    assert seen[0][0].content.schema == "Int64"


def test_another_outcome_in_one_of_the_files_is_disputed(tmp_path: Path) -> None:
    for name in ("late", "on_time"):
        with EvalSet.open(tmp_path / name, actor=name, task_kind="classification") as evalset:
            evalset.promote([("k", Content(inputs={"hour": 7}, schema="s", outcome=name))], origin="failure", schemas={"s": "…"})
    shutil.copytree(tmp_path / "late" / "segments", tmp_path / "on_time" / "segments", dirs_exist_ok=True)
    with EvalSet.open(tmp_path / "on_time", actor="ann", task_kind="classification", read_only=True) as merged:
        assert merged.state.status("k") == "disputed"


def test_a_digit_names_the_mode_that_has_it(tmp_path: Path) -> None:
    with EvalSet.open(tmp_path, actor="ann", task_kind="classification") as evalset:
        evalset.define_mode("storm", digit=3)
        evalset.label(["k"], "3")
        assert evalset.state.mode("k") == "storm" and [mode.id for mode in evalset.state.modes()] == ["storm"]
