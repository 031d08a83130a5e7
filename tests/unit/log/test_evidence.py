"""Feedback, objects of probabilities and pairs of models, with what real files hold instead of what they should."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from regrade.config import parse
from regrade.errors import ConfigError, UsageError
from regrade.log import PredictionLog, add, sniff
from regrade.log.class_scores import read, struct_fields
from regrade.log.siblings import siblings
from regrade.log.stats.measure import log_stats
from regrade.paths import Paths
from tests.unit.log.logs import of_query

PLAIN = '[log]\n{paths}\nid = "id"\nprediction = "p"\n'


def answers(folder: Path, toml: str, query: str, *names: str) -> list[tuple[Any, ...]]:
    with of_query(folder, query, toml) as log, log.reader() as reader:
        return reader.cells(reader.view(sort="id").addresses, list(names))


FEEDBACK = PLAIN + 'outcome = "o"\nfeedback = "f"\n'
VALUES = "SELECT * FROM (VALUES {}) v(id, p, o, f)"


def test_feedback_counts_where_there_is_no_outcome(tmp_path: Path) -> None:
    rows = "(1,'a',NULL,' Down '),(2,'a',NULL,'UP'),(3,'a','a','down'),(4,'a','b','up'),(5,'a',NULL,'0'),(6,'a',NULL,NULL),(7,'a',NULL,'')"
    got = answers(tmp_path, FEEDBACK, VALUES.format(rows), "result", "evidence", "feedback")
    assert [row[0] for row in got] == ["wrong", "right", "right", "wrong", "unknown", "unknown", "unknown"]
    assert [row[1] for row in got] == ["feedback", "feedback", "outcome", "outcome", None, None, None]


@pytest.mark.parametrize(
    ("failure", "values", "results"),
    [
        ("", "-1.0::DOUBLE, 1.0, 0.0, 'NaN'::DOUBLE", "wrong right unknown unknown"),
        ("", "false, true, true, NULL", "wrong right right unknown"),
        ("negative = [0]", "0, 1, -1, NULL", "wrong right unknown unknown"),
        ("negative = [1, 2]\npositive = [4.0, 5]", "1, 4, 3, 5", "wrong right unknown right"),
        ('negative = ["*"]', "'T-17', '', ' ', NULL", "wrong unknown unknown unknown"),
        ('negative = ["1"]', "1, -1, 0, 1", "wrong unknown unknown wrong"),
    ],
)
def test_which_values_say_what(tmp_path: Path, failure: str, values: str, results: str) -> None:
    rows = ",".join(f"({at}, 'a', NULL::VARCHAR, {value})" for at, value in enumerate(values.split(", ")))
    toml = FEEDBACK + f"[failure]\n{failure}\n"
    assert [row[0] for row in answers(tmp_path, toml, VALUES.format(rows), "result")] == results.split()


def test_a_nan_is_no_outcome_and_a_rule_that_ignores_outcomes_is_the_whole_rule(tmp_path: Path) -> None:
    query = VALUES.format("(1, 1.0, 'NaN'::DOUBLE, 'down'), (2, 1.0, 5.0, 'up')")
    task = 'task.kind = "regression"\ntask.tolerance = 1.0\n'
    assert [row[0] for row in answers(tmp_path, task + FEEDBACK, query, "result")] == ["wrong", "wrong"]
    (tmp_path / "other").mkdir()
    own = task + FEEDBACK + '[failure]\nwhen = "p > 3"\n'
    assert [row[0] for row in answers(tmp_path / "other", own, query, "result")] == ["right", "right"]


@pytest.mark.parametrize(
    "text",
    [
        '[log]\nfeedback = "f"\n[failure]\nnegative = [1]\npositive = [1]',
        '[failure]\nnegative = ["down"]',
        '[log]\nscore = "p"\nscores = "p"',
    ],
)
def test_settings_that_contradict_each_other_are_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse(text)


# --- objects of probabilities ---

OBJECTS = PLAIN + 'outcome = "o"\nscores = "s"\n'


@pytest.mark.parametrize(
    ("value", "margin", "kept"),
    [
        ("""'{"a": 0.7, "b": 0.2}'""", 0.5, {"a": 0.7, "b": 0.2}),
        ("""'{"a": 0.7, "b": "0.9", "c": true, "d": null}'""", None, {"a": 0.7}),
        ("""'{"a": 0.7'""", None, None),
        ("'[0.7, 0.3]'", None, None),
        ("NULL::VARCHAR", None, None),
        ("{'a': 0.7, 'b c': 0.2::DECIMAL(3,2), 'd': 'x'}", 0.5, {"a": 0.7, "b c": 0.2}),
        ("{'a': 'NaN'::DOUBLE, 'b': 0.5}", None, {"b": 0.5}),
        ("map {'a': 0.7, 'b': 0.2}", 0.5, {"a": 0.7, "b": 0.2}),
        ("3", None, None),
    ],
)
def test_objects_of_every_shape(tmp_path: Path, value: str, margin: float | None, kept: dict[str, float] | None) -> None:
    with of_query(tmp_path, f"SELECT 1 AS id, 'a' AS p, 'a' AS o, {value} AS s", OBJECTS) as log, log.reader() as reader:
        found = reader.cells(np.array([0]), ["margin"])[0][0]
        assert found == (None if margin is None else pytest.approx(margin))
        assert reader.contents(np.array([0]))[0].scores == kept
        assert log.inputs == ()


def test_a_class_twice_says_nothing_and_names_are_read_whatever_they_hold() -> None:
    assert read('{"a": 0.7, "a": 0.1}') is None and read([["a", 0.5]]) == {"a": 0.5} and read({"a": float("inf")}) is None
    assert struct_fields('STRUCT(a DOUBLE, "b, ""c" DECIMAL(3,1), d STRUCT(x INTEGER))') == ("a", 'b, "c', "d")


def test_stats_say_what_is_no_probability(tmp_path: Path) -> None:
    query = "SELECT i AS id, 'a' AS p, 'a' AS o, CASE WHEN i < 3 THEN 0.9 ELSE 0.5 END AS x, 0.5 AS y FROM range(20) t(i)"
    toml = PLAIN + 'outcome = "o"\nscores = {{ a = "x", b = "y" }}\n'
    with of_query(tmp_path, query, toml.replace("{{", "{").replace("}}", "}")) as log, log.reader() as reader:
        found = [each for each in log_stats(reader).findings if each.code == "scores-sum"]
        assert [each.rows for each in found] == [3] and len(reader.view(found[0].where)) == 3


# --- pairs ---


def test_a_shadow_is_found_and_its_answer_shown(tmp_path: Path) -> None:
    rows = [
        {"id": number, "model": model, "prediction": "late" if model == "new" else "on_time", "probs": {"late": 0.6, "on_time": 0.4}}
        for number in range(20)
        for model in ("old", "new")
    ]
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    found = sniff(path, {})
    config = parse(found.to_toml())
    assert config.log.key == ("id", "model") and any(note.startswith("key: id and model (") for note in found.notes)
    assert config.log.scores_column == "probs"
    add([path], Paths(tmp_path), config)
    with PredictionLog.open(Paths(tmp_path), config) as log, log.reader() as reader:
        log.check_keys()
        here = reader.find(["3|old"])["3|old"]
        (other,) = siblings(reader, here)
        assert (other.key, other.model, other.prediction, other.score, other.result) == ("3|new", "new", "late", 0.6, "unknown")
        assert len(reader.view("model = 'new'")) == 20


def test_a_pair_that_occurs_twice_is_no_key(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("id,model,prediction\n1,a,x\n1,a,y\n2,b,x\n", encoding="utf-8")
    with pytest.raises(UsageError, match="not unique"):
        sniff(path, {})


@pytest.mark.parametrize(
    ("name", "values", "role", "says"),
    [
        ("thumb", "up,down", "feedback", "'down' says wrong, 'up' says right"),
        ("thumb", "0,1", "feedback", "'0' says wrong, '1' says right"),
        ("vote", "-1,0,1", "feedback", "0 says nothing"),
        ("thumbs_down", "true,false", "feedback", "'true' says wrong, nothing says right"),
        ("ticket", "T1,,,", "feedback", "a ticket at all says wrong"),
        ("stars", "1,3,5", "ignore", "not understood, so it is ignored"),
    ],
)
def test_feedback_is_found_and_nothing_of_it_guessed_silently(tmp_path: Path, name: str, values: str, role: str, says: str) -> None:
    given = values.split(",")
    lines = [f"{number},{'ab'[number % 2]},{given[number % len(given)]},{'ba'[number % 2]}" for number in range(40)]
    path = tmp_path / "log.csv"
    path.write_text("\n".join([f"id,prediction,{name},outcome", *lines]), encoding="utf-8")
    found = sniff(path, {})
    assert next(each.role for each in found.columns if each.name == name) == role
    assert any(says in note for note in found.notes), found.notes
    parse(found.to_toml())
