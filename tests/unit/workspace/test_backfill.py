"""An example that lacks an input of the log gets it from there; what it has stays, and what is doubtful is left alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regrade.errors import DataError, UsageError
from regrade.log import Schema
from regrade.workspace import Workspace
from tests.unit.log.keyed import expected_check

from .worlds import TASK, workspace

KEY = "0123456789abcdef0123"
TOML = TASK + '[log]\npaths = ["log.parquet"]\nid = "id"\nprediction = "said"\noutcome = "truth"\n'
OLD = {"id": ["a", "b", "c", "d"], "hour": [5, 6, 7, 8], "code": ["007", "", None, "x"], "said": ["late"] * 4, "truth": ["on_time"] * 4}


def _log(made: Workspace, **columns: Any) -> Workspace:
    """Write the log with some columns changed, and open it anew."""
    pq.write_table(pa.table({**OLD, **columns}), made.paths.root / "log.parquet")
    made.close()
    return Workspace.open(made.paths.root)


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    """Return a workspace whose eval set holds a, b and c of a log of four."""
    found = _log(workspace(tmp_path, TOML))
    found.promote(["a", "b", "c"])
    return found


def _inputs(made: Workspace, key: str) -> dict[str, Any]:
    return made.evalset.state.example(key).content.inputs


def _schema(made: Workspace, key: str) -> Schema:
    return Schema.decode(made.evalset.schemas[made.evalset.state.example(key).content.schema])


def test_a_new_column_comes_from_the_log(made: Workspace) -> None:
    with _log(made, rain=[0.5, None, 1.5, 2.5], wind=[1, 2, 3, 4]) as made:
        version = made.evalset.version
        looked = made.backfill(dry_run=True)
        assert looked.columns == {"rain": 3, "wind": 3} and looked.event is None and made.evalset.version == version
        assert made.backfill(["wind"]).columns == {"wind": 3}
        assert _inputs(made, "b") == {"hour": 6, "code": "", "wind": 2}
        made.backfill()
        assert _inputs(made, "b") == {"hour": 6, "code": "", "rain": None, "wind": 2}
        assert _schema(made, "b").hash == made.log.schema.hash, "the same as one that is promoted today"
        assert made.evalset.state.example("b").expected == ("on_time",) and made.backfill().event is None
        made.undo(2)
        assert made.evalset.version == version


def test_a_column_that_can_be_empty_now_is_still_the_same(made: Workspace) -> None:
    with _log(made, hour=[5, 6, 7, None], rain=[1, 2, 3, 4]) as made:
        made.backfill()
        assert _inputs(made, "a") == {"hour": 5, "code": "007", "rain": 1} and _schema(made, "a").hash == made.log.schema.hash


def test_a_column_of_another_type_keeps_its_old_one(made: Workspace) -> None:
    with _log(made, hour=[5.0, 6.0, 7.5, 8.0], rain=[1, 2, 3, 4]) as made:
        done = made.backfill()
        assert [key for key, _ in done.items] == ["a", "b"] and [key for key, _ in done.left_alone] == ["c"]
        assert "hour is 7 here, 7.5 there" in done.left_alone[0][1]
        kinds = {each.name: str(each.type) for each in _schema(made, "a").arrow}
        assert kinds == {"hour": "int64", "code": "string", "rain": "int64"} and _inputs(made, "a")["hour"] == 5
    with _log(made, hour=["5", "6", "7", "8"], wind=[1, 2, 3, 4]) as made:
        assert len(made.backfill().left_alone) == 3, "text is no number"


def test_what_is_doubtful_is_left_alone(made: Workspace) -> None:
    made.evalset.retire(["b"], "old")
    with _log(made, id=["a", "b", "z", "d"], hour=[50, 6, 7, 8], rain=[1, 2, 3, 4]) as made:
        done = made.backfill()
        assert done.left_alone == [
            ("a", "another row has its key in the log: hour is 5 here, 50 there"), ("c", "its key is not in the log"),
        ]  # fmt: skip
        assert done.items == [] and done.event is None
    with _log(made, id=["a", "c", "c", "d"], rain=[1, 2, 3, 4]) as made:
        assert dict(made.backfill().left_alone)["c"] == "its key is several times in the log"


def test_a_column_that_the_log_lost_stays(made: Workspace) -> None:
    columns = {name: values for name, values in OLD.items() if name != "code"}
    pq.write_table(pa.table({**columns, "rain": [1, 2, 3, 4]}), made.paths.root / "log.parquet")
    made.close()
    with Workspace.open(made.paths.root) as made:
        made.backfill()
        assert _inputs(made, "a") == {"hour": 5, "code": "007", "rain": 1}


def test_a_name_that_is_no_input(made: Workspace) -> None:
    with made, pytest.raises(UsageError, match="'huor' is no input") as raised:
        made.backfill(["huor"])
    assert "hour" in raised.value.hint


def test_without_a_log(tmp_path: Path) -> None:
    with workspace(tmp_path) as made, pytest.raises(DataError, match="no prediction log"):
        made.backfill()


def test_columns_that_privacy_hides_since(made: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    (made.paths.root / "regrade.toml").write_text(f'{TOML}[privacy]\ndrop = ["code"]\nhash = ["hour"]\ncheck = "{expected_check(KEY)}"\n')
    monkeypatch.setenv("REGRADE_PRIVACY_KEY", KEY)
    with _log(made, rain=[1, 2, 3, 4]) as made:
        done = made.backfill()
        assert (done.hidden, done.left_alone) == (3, [])
        assert _inputs(made, "a").keys() == {"hour", "rain"} and _inputs(made, "a")["hour"].startswith("hmac:")
        made.promote(["d"])
        assert _schema(made, "a").hash == _schema(made, "d").hash
        assert made.backfill().event is None


def test_hiding_needs_no_log(tmp_path: Path) -> None:
    made = workspace(tmp_path)
    (tmp_path / "golden.csv").write_text("id,hour,name\na,5,Ann\n")
    made.add_examples(tmp_path / "golden.csv")
    made.close()
    with workspace(tmp_path, TASK + '[privacy]\ndrop = ["name"]\n') as made:
        done = made.backfill()
        assert (done.hidden, done.columns) == (1, {}) and _inputs(made, "a") == {"hour": 5}


def test_scores_of_two_schemas_and_the_way_to_one(made: Workspace) -> None:
    made.close()
    folder = made.paths.root
    (folder / "rules.py").write_text('def predict(frame):\n    return ["late" if rain > 1 else "on_time" for rain in frame["rain"]]\n')
    (folder / "regrade.toml").write_text(TOML + '[candidates.rules]\npython = "rules:predict"\n')
    pq.write_table(pa.table({**OLD, "rain": [1, 2, 3, 4]}), folder / "log.parquet")
    with Workspace.open(folder, allow_code=True) as made:
        made.promote(["d"])
        answers = made.score().outputs["rules"]
        assert answers.loc["d", "prediction"] == "late" and answers.loc["d", "error"] is None
        assert all("regrade evalset backfill" in answers.loc[key, "error"] for key in "abc"), answers["error"].tolist()
        assert len(made.examples()) == 4 and made.examples()["rain"].isna().sum() == 3
        made.backfill()
        answers = made.score().outputs["rules"]
        assert answers["error"].isna().all() and answers["prediction"].tolist() == ["on_time", "late", "late", "late"]
