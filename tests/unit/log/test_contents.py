"""What an example keeps, counts, frames, and what counts as a failure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from regrade.log import Content, Counts, PredictionLog, Reader
from regrade.log.at_hand import whole_row
from tests.unit.log.logs import CONFIG, PLAIN, numbers, of_query, rows, small


def test_contents_hold_inputs_and_nothing_that_was_known_afterwards(log: PredictionLog, reader: Reader) -> None:
    first, second = reader.contents(np.array([31, 0]))
    assert first == Content(
        inputs={"carrier": "UA", "hour": 7, "precip": 7.75, "maybe": 31},
        schema=log.schema.hash,
        outcome="on_time",
        prediction="on_time",
        scores={"late": 0.1, "on_time": 0.9},
        time="2013-06-30T23:45:00",
        model="m1",
        source=first.source,
    )
    assert first.source in {"part-0.parquet", "part-1.parquet"}
    assert (second.inputs["precip"], second.inputs["maybe"], second.prediction, second.outcome) == (None, None, "late", "on_time")
    assert log.inputs == ("carrier", "hour", "precip", "maybe")
    assert reader.contents(np.array([], dtype=np.int64)) == []


def test_a_whole_row_is_read_in_one_query_of_the_log(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    log, at = reader.log, np.array([31])
    names = ["key", "result", "margin", *(each.name for each in log.columns)]
    names = [log.name_of(each) for each in names]
    expected, content = reader.cells(at, names)[0], reader.contents(at)[0]
    asked: list[str] = []

    class Counting:
        """A cursor that notes what it is asked."""

        def __init__(self) -> None:
            self.cursor = log._connection.cursor()

        def __enter__(self) -> Counting:
            return self

        def __exit__(self, *_: object) -> None:
            self.cursor.close()

        def register(self, *args: object) -> None:
            self.cursor.register(*args)

        def execute(self, query: str) -> object:
            asked.append(query)
            return self.cursor.execute(query)

        def sql(self, query: str) -> object:
            asked.append(query)
            return self.cursor.sql(query)

    monkeypatch.setattr(log, "cursor", Counting)
    with whole_row(log, 31, names) as (values, made):
        assert (values, made()) == (expected, content)
    assert sum(log.relation in query for query in asked) == 1 < len(asked)


def test_scores_by_class_and_a_lone_score_of_many_classes(tmp_path: Path) -> None:
    query = "SELECT 'k' || i AS id, ['a', 'b', 'c'][1 + i] AS said, 0.2 AS pa, 0.5 AS pb, 0.3 AS pc FROM range(3) t(i)"
    with of_query(tmp_path, query, PLAIN + 'scores = { a = "pa", b = "pb", c = "pc" }\n') as log, log.reader() as reader:
        assert reader.contents(np.array([0]))[0].scores == {"a": 0.2, "b": 0.5, "c": 0.3}
        assert (log.inputs, reader.contents(np.array([0]))[0].inputs) == ((), {})
        assert reader.cells(np.array([0]), ["margin"])[0][0] == pytest.approx(0.2)
    with of_query(tmp_path, query, '[task]\npositive = "a"\n' + PLAIN + 'score = "pa"\n') as log, log.reader() as reader:
        assert reader.contents(np.array([0]))[0].scores == {"a": 0.2}


def test_counts(reader: Reader) -> None:
    assert reader.counts() == reader.counts() == Counts(predictions=60, failures=20, right=20, unknown=20)


def test_frames_have_the_dtypes_of_the_whole_log(reader: Reader) -> None:
    frame = reader.frame(np.array([59, 1]))
    assert frame["key"].tolist() == ["k59", "k1"]
    assert frame["result"].tolist() == ["unknown", "right"]
    assert {name: str(dtype) for name, dtype in frame.dtypes.items() if name in ("maybe", "hour", "precip", "carrier", "time")} == {
        "maybe": "Int32", "hour": "int64", "precip": "float64", "carrier": "str", "time": "datetime64[us]",
    }  # fmt: skip


def test_a_log_column_with_a_built_in_name(tmp_path: Path) -> None:
    query = "SELECT 'k' || i AS id, 'x' AS said, 'y' AS truth, 'flown' AS status, i AS result, 'p' AS key FROM range(3) t(i)"
    with of_query(tmp_path, query, PLAIN + 'outcome = "truth"\n') as log, log.reader() as reader:
        assert len(reader.view("log.status = 'flown' and status = 'open' and log.result > 0 and result = 'wrong'")) == 2
        assert reader.cells(np.array([1]), ["status", "log.status", "log.result", "result", "key", "log.key"]) == [
            ("open", "flown", 1, "wrong", "k1", "p")
        ]
        assert reader.contents(np.array([1]))[0].inputs == {"status": "flown", "result": 1, "key": "p"}
        assert reader.frame(np.array([1]))[["log.status", "log.result", "key", "result"]].to_numpy().tolist() == [
            ["flown", 1, "k1", "wrong"]
        ]


# --- [failure] when, and other tasks ---


@pytest.mark.parametrize(
    ("settings", "wrong", "right"),
    [
        (
            '[failure]\nwhen = "prediction <> outcome and hour > 5"',
            lambda i: i % 3 == 0 and i % 24 > 5,
            lambda i: i % 3 == 1 or (i % 3 == 0 and i % 24 <= 5),
        ),
        ("[failure]\nwhen = \"carrier = 'EV'\"", lambda i: i % 3 == 0, lambda i: i % 3 != 0),  # asks no outcome: known without one
        ('[failure]\nwhen = "precip > 3"', lambda i: i % 4 and i / 4 > 3, lambda i: i % 4 and i / 4 <= 3),
        (
            "[failure]\nwhen = \"coalesce(truth, 'none') = 'none'\"",
            lambda i: False,
            lambda i: i % 3 != 2,
        ),  # no outcome: unknown, whatever it says
    ],
)
def test_failure_rules(tmp_path: Path, settings: str, wrong: object, right: object) -> None:
    with small(tmp_path, text=CONFIG + settings) as log, log.reader() as reader:
        assert rows(reader, "result = 'wrong'") == numbers(wrong)
        assert rows(reader, "result = 'right'") == numbers(right)
        counts = reader.counts()
        assert (counts.failures, counts.right) == (len(numbers(wrong)), len(numbers(right)))
        assert counts.failures + counts.right + counts.unknown == 60


def test_regression_has_a_tolerance(tmp_path: Path) -> None:
    query = "SELECT i AS id, i::DOUBLE AS said, CASE WHEN i = 3 THEN NULL ELSE i * 2 END::INTEGER AS truth FROM range(5) t(i)"
    task = '[task]\nkind = "regression"\ntolerance = 1.5\n'
    with of_query(tmp_path, query, task + PLAIN + 'outcome = "truth"\n') as log, log.reader() as reader:
        assert [row[0] for row in reader.cells(np.arange(5), ["result"])] == ["right", "right", "wrong", "unknown", "wrong"]
        assert reader.contents(np.array([2]))[0].prediction == 2.0


def test_predictions_and_outcomes_of_other_types_are_compared_as_text(tmp_path: Path) -> None:
    query = "SELECT i AS id, i AS said, CASE WHEN i = 2 THEN '3' ELSE i::VARCHAR END AS truth FROM range(3) t(i)"
    with of_query(tmp_path, query, PLAIN + 'outcome = "truth"\n') as log, log.reader() as reader:
        assert [row[0] for row in reader.cells(np.arange(3), ["result"])] == ["right", "right", "wrong"]


def test_without_outcome_everything_is_unknown(tmp_path: Path) -> None:
    with small(tmp_path, text=CONFIG.replace('outcome = "truth"', "")) as log, log.reader() as reader:
        assert reader.counts() == Counts(60, 0, 0, 60)
        assert rows(reader, "expected is null") == list(range(60))
