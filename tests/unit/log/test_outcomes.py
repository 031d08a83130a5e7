"""Ground truth that came late meets its predictions by key: all of it or nothing, and nobody's files are touched."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from regrade.config import Config, parse
from regrade.errors import ConfigError, DataError, UsageError
from regrade.log import PredictionLog, add, changes, connection, contents, files, prediction_log
from regrade.log.again import join_again
from regrade.log.outcomes import Joined, join
from regrade.paths import Paths
from tests.unit.log.imports import bring, left, put, types, values
from tests.unit.log.logs import write

ROLES = 'id = "id"\nprediction = "said"\noutcome = "truth"\n'
CONFIG = parse(f"[log]\n{ROLES}")
IN_PLACE = parse(f'[log]\npaths = ["logs/*.parquet"]\n{ROLES}')
ROWS = "SELECT i AS id, 'a' AS said, CAST(NULL AS VARCHAR) AS truth, i * 0.5 AS x FROM range({start}, {stop}) t(i)"


def late(folder: Path, name: str, data: str | bytes, config: Config = CONFIG, **options: Any) -> Joined:
    return join([put(folder, name, data)], Paths(folder), config, **options)


def known(folder: Path, config: Config = CONFIG) -> dict[object, object]:
    return dict(values(folder, "id", "truth", config=config))


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """Three imports of two predictions; one outcome is known."""
    for name, rows in (("a", "1,a,a\n2,b,\n"), ("b", "3,a,\n4,b,\n"), ("c", "5,a,\n6,b,\n")):
        bring(tmp_path, f"{name}.csv", f"id,said,truth\n{rows}", config=CONFIG)
    return tmp_path


@pytest.fixture
def in_place(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    for at in range(3):
        write(tmp_path / f"logs/{at}.parquet", ROWS.format(start=at * 5_000, stop=at * 5_000 + 5_000))
    return tmp_path


def test_what_is_said_of_outcomes(three: Path) -> None:
    found = late(three, "late.csv", "id,truth,noise\n1,a,?\n2,a,?\n3,b,\n9,a,\n5,,\n8,b,\n")
    assert (found.rows, found.empty, found.matched, found.new, found.same, found.changed) == (6, 1, 3, 2, 1, 0)
    assert (found.unmatched, found.unmatched_keys) == (2, ("8", "9"))
    assert (found.files, found.copied) == (2, 0)  # the third file has no such prediction
    assert known(three) == {1: "a", 2: "a", 3: "b", 4: None, 5: None, 6: None}
    assert values(three, "id", "said") == [(1, "a"), (2, "b"), (3, "a"), (4, "b"), (5, "a"), (6, "b")]  # in the order that they came


def test_what_is_known_is_no_change(three: Path) -> None:
    late(three, "late.csv", "id,truth\n2,a\n")
    before = left(three)
    again = late(three, "late.csv", "id,truth\n2,a\n1,a\n")
    assert (again.new, again.same, again.files) == (0, 2, 0)
    assert left(three) == before


def test_another_outcome_is_refused_then_taken_with_update(three: Path) -> None:
    before = left(three)
    data = "id,truth\n1,b\n2,b\n"
    with pytest.raises(DataError) as caught:
        late(three, "late.csv", data)
    assert caught.value.what == "1 prediction has another outcome in the log already"
    assert "1: a in the log, b here" in caught.value.hint
    assert "--update" in caught.value.hint
    assert left(three) == before
    found = late(three, "late.csv", data, update=True, about=["1", "2", "3"])
    assert (found.new, found.changed, found.turns) == (1, 1, (("a", "b", 1),))
    assert found.touched == {"1": "b", "2": "b"}
    assert known(three)[1] == "b"


@pytest.mark.parametrize(
    ("name", "data", "where", "what"),
    [
        ("l.csv", "id,truth\n1,a\n1,b\n2,a\n", "l.csv", "1 keys have two outcomes: 1 (l.csv:2, l.csv:3)"),
        ("l.csv", "id,truth\nx,a\n", "l.csv:2", "id: x, expected a whole number"),
        ("l.csv", "id,truth\n1,a\n,b\n", "l.csv:3", "id: is empty"),
        ("l.csv", "id,truth\n1\n", "l.csv:2", "too few values"),
        ("l.csv", "key,truth\n1,a\n", "l.csv", "there is no column 'id'"),
        ("l.csv", "id,label\n1,a\n", "l.csv", "`--id COLUMN --outcome COLUMN`"),
        ("l.jsonl", '{"id":1,"truth":"a"}\n{"id":2,"truth":5}\n', "l.jsonl:2", "truth: 5, expected text"),
        ("l.jsonl", '{"id":1,"truth":"a","truth":"b"}\n', "l.jsonl:1", "truth: occurs twice"),
        ("l.xlsx", "?", "l.xlsx", "is of no kind"),
        ("l.csv", "id,truth\n", "l.csv", "has a header and no rows"),
    ],
)
def test_bad_outcomes_change_nothing(three: Path, name: str, data: str, where: str, what: str) -> None:
    before = left(three)
    with pytest.raises(DataError) as caught:
        late(three, name, data)
    assert caught.value.where.endswith(where)
    assert what in str(caught.value)
    assert left(three) == before
    assert known(three)[2] is None


def test_bad_lines_go_to_the_quarantine(three: Path) -> None:
    bad = three / "bad"
    found = late(three, "late.csv", "id,truth\n2,a\n3\nx,b\n", quarantine=bad)
    assert (found.new, found.rejected) == (1, 2)
    assert bad.read_text() == "3\nx,b\n"
    with pytest.raises(DataError, match="have two outcomes"):
        late(three, "late.csv", "id,truth\n2,a\n2,b\n4\n", quarantine=bad)
    assert bad.read_text() == "3\nx,b\n"


def test_columns_may_be_called_otherwise(three: Path) -> None:
    assert late(three, "late.csv", "key,label,truth\n2,b,x\n", key=["key"], outcome="label").new == 1
    assert known(three)[2] == "b"
    with pytest.raises(UsageError, match="2 columns were named as the key, expected 1"):
        late(three, "late.csv", "k,l,truth\n2,b,x\n", key=["k", "l"])


def test_keys_of_two_columns(tmp_path: Path) -> None:
    config = parse('[log]\nid = "id"\nkey = ["id", "model"]\nmodel = "model"\nprediction = "said"\noutcome = "truth"\n')
    bring(tmp_path, "a.csv", "id,model,said,truth\n1,x,a,\n1,y,a,\n", config=config)
    assert late(tmp_path, "late.csv", "id,model,truth\n1,y,b\n", config).new == 1
    assert values(tmp_path, "key", "truth", config=config) == [("1|x", None), ("1|y", "b")]


@pytest.mark.parametrize(
    ("said", "column", "written", "kind", "value"),
    [
        ("0", "", "1", "BIGINT", 1),
        ("0.5", "", "1.25", "DOUBLE", 1.25),
        ("true", "", "false", "BOOLEAN", False),
        ("x", "", "007", "VARCHAR", "007"),
        ("x", None, "y", "VARCHAR", "y"),  # the log has no such column yet
    ],
)
def test_outcomes_are_of_the_type_of_the_predictions(
    tmp_path: Path, said: str, column: str | None, written: str, kind: str, value: object
) -> None:
    header, more = ("id,said,truth", ",") if column is not None else ("id,said", "")
    none = parse('[log]\nid = "id"\nprediction = "said"\n')
    bring(tmp_path, "a.csv", f"{header}\n1,{said}{more}\n2,{said}{more}\n", config=none)
    late(tmp_path, "late.csv", f"id,truth\n2,{written}\n")
    assert types(tmp_path, CONFIG)["truth"] == kind
    assert known(tmp_path) == {1: None, 2: value}


def test_parquet_in_place_is_never_touched(in_place: Path) -> None:
    files = sorted((in_place / "logs").iterdir())
    before = [(hashlib.sha256(each.read_bytes()).hexdigest(), each.stat().st_mtime_ns) for each in files]
    rows = values(in_place, "id", "said", "x", config=IN_PLACE)
    data = "id,truth\n" + "".join(f"{n},{'ab'[n % 2]}\n" for n in range(4_000, 9_000))
    found = late(in_place, "late.csv", data, IN_PLACE)
    assert (found.new, found.files, found.copied) == (5_000, 2, 2)
    assert [(hashlib.sha256(each.read_bytes()).hexdigest(), each.stat().st_mtime_ns) for each in files] == before
    assert values(in_place, "id", "said", "x", config=IN_PLACE) == rows  # as the files have them, in their order
    assert known(in_place, IN_PLACE) == {n: "ab"[n % 2] if 4_000 <= n < 9_000 else None for n in range(15_000)}
    with PredictionLog.open(Paths(in_place), IN_PLACE) as log, log.reader() as reader:
        assert [each.source for each in reader.contents(reader.view().addresses[[0, 5_000]])] == ["0.parquet", "1.parquet"]
        assert reader.counts().unknown == 10_000
    late(in_place, "more.csv", "id,truth\n0,a\n4000,b\n", IN_PLACE, update=True)
    assert len(known(in_place, IN_PLACE)) == 15_000
    assert known(in_place, IN_PLACE)[4_000] == "b"


def test_a_file_in_place_that_changes_later_is_noticed_and_joined_again(in_place: Path) -> None:
    late(in_place, "late.csv", "id,truth\n1,a\n2,b\n3,b\n6000,a\n", IN_PLACE)
    query = ROWS.format(start=0, stop=3).replace("CAST(NULL AS VARCHAR)", "CASE WHEN i = 2 THEN 'own' END")
    (in_place / "logs/0.parquet").unlink()
    write(in_place / "logs/0.parquet", query)
    with pytest.raises(DataError, match="`regrade log outcomes --again`"):
        PredictionLog.open(Paths(in_place), IN_PLACE)
    done = join_again(Paths(in_place), IN_PLACE)
    assert (done.files, done.joined, done.other, done.left_out) == (("0.parquet",), 1, 1, 0)
    found = known(in_place, IN_PLACE)
    assert (len(found), found[1], found[2], found[6_000]) == (10_003, "a", "own", "a")
    assert join_again(Paths(in_place), IN_PLACE).files == ()
    os.utime(in_place / "logs/1.parquet", ns=(1, 1))
    os.utime(in_place / "logs/0.parquet", ns=(1, 1))
    assert join_again(Paths(in_place), IN_PLACE).joined == 2
    assert known(in_place, IN_PLACE) == found
    assert len(left(in_place)) == 2 + 3  # copies of two files, and three changes


def test_an_open_log_notices_outcomes_that_came(in_place: Path) -> None:
    with PredictionLog.open(Paths(in_place), IN_PLACE) as log, log.reader() as reader:
        late(in_place, "late.csv", "id,truth\n1,a\n", IN_PLACE)
        assert len(reader.view("truth = 'a'")) == 0  # its files are there as they were
    with PredictionLog.open(Paths(in_place), IN_PLACE) as log, log.reader() as reader:
        late(in_place, "late.csv", "id,truth\n2,a\n", IN_PLACE)
        with pytest.raises(DataError, match="open the log again"):
            reader.view("truth = 'a'")


def test_a_key_that_is_twice_in_the_log_is_refused(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    write(tmp_path / "logs/a.parquet", ROWS.format(start=0, stop=2) + " UNION ALL " + ROWS.format(start=1, stop=2))
    with pytest.raises(DataError, match="the key '1' occurs 2 times in the log"):
        late(tmp_path, "late.csv", "id,truth\n1,a\n", IN_PLACE)


def test_without_a_log_or_an_outcome(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no prediction log"):
        late(tmp_path, "late.csv", "id,truth\n1,a\n")
    bring(tmp_path, "a.csv", "id,said\n1,a\n", config=parse('[log]\nid = "id"\nprediction = "said"\n'))
    with pytest.raises(ConfigError, match="names no outcome"):
        late(tmp_path, "late.csv", "id,truth\n1,a\n", parse('[log]\nid = "id"\nprediction = "said"\n'))


def test_a_crash_before_or_after_the_change_is_harmless(three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = known(three)
    data = "id,truth\n" + "".join(f"{n},b\n" for n in range(2, 7))
    monkeypatch.setattr(changes, "sweep", lambda folder: None)
    late(three, "late.csv", data)
    folder = Paths(three).log
    [change] = folder.glob("*.json")
    assert len(list(folder.glob("*.parquet"))) == 6  # old and new side by side, as if killed before sweeping up
    after = known(three)
    assert after == before | dict.fromkeys(range(2, 7), "b")
    change.rename(three / "kept.json")
    assert known(three) == before  # as if killed before the change was there: the new files are not read
    (three / "kept.json").rename(change)
    monkeypatch.undo()
    assert late(three, "late.csv", data).new == 0
    assert known(three) == after
    assert len(left(three)) == 4


def test_what_a_killed_import_left_is_swept_up(three: Path) -> None:
    folder = Paths(three).log
    (folder / f"{changes.PREFIX}{'0' * 64}.parquet").write_bytes(b"half")
    assert len(known(three)) == 6
    late(three, "late.csv", "id,truth\n1,a\n")
    assert len(left(three)) == 3


def test_a_broken_change_is_said(three: Path) -> None:
    (Paths(three).log / f"{changes.PREFIX}x.json").write_text("{")
    with pytest.raises(DataError, match=r"x.json: is broken"):
        known(three)


def test_one_import_at_a_time(three: Path) -> None:
    from regrade.log.segments import workbench

    with workbench(Paths(three).log), pytest.raises(DataError, match="another import is at work"):
        late(three, "late.csv", "id,truth\n2,a\n")
    assert late(three, "late.csv", "id,truth\n2,a\n").new == 1


def test_a_later_file_replaces_predictions(three: Path) -> None:
    late(three, "late.csv", "id,truth\n5,a\n")
    data = "id,said,truth\n7,n,\n2,new,\n5,new,\n6,new,c\n"
    with pytest.raises(DataError, match=r"3 keys are in the log already, such as '2' \(d.csv:3\)"):
        bring(three, "d.csv", data, config=CONFIG)
    added = bring(three, "d.csv", data, config=CONFIG, update=True)
    assert (added.rows, added.replaced) == (4, 3)
    assert added.notes == ("1 of the predictions replaced had an outcome, and have none now",)
    expected = [(1, "a", "a"), (3, "a", None), (4, "b", None), (7, "n", None), (2, "new", None), (5, "new", None), (6, "new", "c")]
    assert values(three, "id", "said", "truth", config=CONFIG) == expected
    again = bring(three, "e.csv", data, config=CONFIG, update=True)
    assert (again.rows, again.already) == (0, ("e.csv",))
    assert bring(three, "c.csv", "id,said,truth\n8,a,\n", config=CONFIG, update=True).replaced == 0
    assert len(known(three)) == 8


def test_predictions_in_place_are_replaced_by_a_copy_without_them(in_place: Path) -> None:
    data = "id,said,truth,x\n" + "".join(f"{n},new,,1\n" for n in (3, *range(10_000, 15_000)))
    assert bring(in_place, "d.csv", data, config=IN_PLACE, update=True).replaced == 5_001
    assert len(values(in_place, "id", config=IN_PLACE)) == 15_000
    assert {said for key, said in values(in_place, "id", "said", config=IN_PLACE) if key in (3, 10_000, 14_999)} == {"new"}
    os.utime(in_place / "logs/2.parquet", ns=(1, 1))
    os.utime(in_place / "logs/0.parquet", ns=(1, 1))
    assert join_again(Paths(in_place), IN_PLACE).left_out == 5_001
    assert sorted(key for (key,) in values(in_place, "id", config=IN_PLACE)) == list(range(15_000))


@pytest.mark.parametrize("how", ["add", "in place"])
def test_what_folders_are_called_becomes_a_column(tmp_path: Path, how: str) -> None:
    for day, n, region in (("2026-11-01", 1, "eu"), ("2026-11-02", 2, "007"), ("2026-11-03", 3, "__HIVE_DEFAULT_PARTITION__")):
        folder = tmp_path / f"logs/dt={day}/region={region}"
        folder.mkdir(parents=True)
        write(folder / "part-0.parquet", f"SELECT {n} AS id, 'a' AS said, CAST(NULL AS VARCHAR) AS truth")
    (tmp_path / "logs/_SUCCESS").touch()
    (tmp_path / "logs/.hidden.parquet").write_bytes(b"?")
    config = CONFIG
    if how == "add":
        assert add([tmp_path / "logs"], Paths(tmp_path), CONFIG).rows == 3
        bring(tmp_path, "more.csv", "id,said,truth,dt,region\n4,a,,2026-11-04,x\n", config=config)
    else:
        config = parse(f'[log]\npaths = ["logs"]\n{ROLES}')
        bring(tmp_path, "more.csv", "id,said,truth,dt,region\n4,a,,2026-11-04,x\n", config=config)
    assert (types(tmp_path, config)["dt"], types(tmp_path, config)["region"]) == ("DATE", "VARCHAR")
    rows = values(tmp_path, "id", "region", config=config)
    assert rows == [(1, "eu"), (2, "007"), (3, None), (4, "x")]
    late(tmp_path, "late.csv", "id,truth\n1,b\n4,b\n", config)
    with PredictionLog.open(Paths(tmp_path), config) as log, log.reader() as reader:
        view = reader.view("truth = 'b' and dt < '2026-11-04'", "-dt")
        assert reader.cells(view.addresses, ["key", "region", "result"]) == [("1", "eu", "wrong")]
        assert [each.inputs["region"] for each in reader.contents(reader.view("", "dt").addresses)] == ["eu", "007", None, "x"]


def test_folders_and_patterns(tmp_path: Path) -> None:
    (tmp_path / "in/deep/er").mkdir(parents=True)
    for at, name in enumerate(("in/a.csv", "in/deep/b.csv", "in/deep/er/c.csv")):
        put(tmp_path, name, f"id,said\n{at},a\n")
    put(tmp_path, "in/deep/d.jsonl", '{"id":3,"said":"a"}\n')
    put(tmp_path, "in/deep/readme.txt", "?")
    plain = parse('[log]\nid = "id"\nprediction = "said"\n')
    added = add([tmp_path / "in/**/*.csv"], Paths(tmp_path), plain)
    assert added.rows == 3
    added = add([tmp_path / "in"], Paths(tmp_path), plain)
    assert (added.rows, added.already) == (1, ("a.csv", "b.csv", "c.csv"))
    assert added.notes[0] == "1 files of other kinds in in were left out, such as readme.txt"
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no file in this folder can be read"):
        add([tmp_path / "empty"], Paths(tmp_path), plain)


# --- other processes at work ---


@pytest.mark.parametrize(("module", "name"), [(files, "read_changes"), (prediction_log, "locked")])
def test_outcomes_that_come_while_the_log_is_opened_take_no_row_away(
    module: ModuleType, name: str, three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, met = getattr(module, name), []

    def meanwhile(*arguments: Any) -> Any:
        found = really(*arguments)
        if not met:
            met.append(found)
            assert late(three, "late.csv", "id,truth\n1,b\n3,b\n5,b\n", update=True).files == 3
        return found

    monkeypatch.setattr(module, name, meanwhile)
    assert known(three) == {1: "b", 2: None, 3: "b", 4: None, 5: "b", 6: None}
    assert met


def test_files_that_go_while_they_are_asked_for_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(tmp_path, "a.csv", "id,said,truth,x\n1,a,a,7\n", config=CONFIG)
    with PredictionLog.open(Paths(tmp_path), CONFIG) as log, log.reader() as reader:
        really, path, aside = connection.explained, Path(log.files.paths[0]), tmp_path / "aside"

        def gone(*arguments: Any, **named: Any) -> Any:
            path.rename(aside)
            return really(*arguments, **named)

        for module in (connection, contents):
            monkeypatch.setattr(module, "explained", gone)
        asks: list[Callable[[], object]] = [
            lambda: log.schema,
            lambda: log.origins,
            log.classes,
            log.check_keys,
            reader.counts,
            lambda: reader.find(["1"]),
        ]
        for ask in asks:
            with pytest.raises(DataError, match="is gone since the log was opened"):
                ask()
            aside.rename(path)
