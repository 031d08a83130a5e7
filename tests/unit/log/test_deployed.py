"""Which model of a log is the deployed one: said, guessed by its time or its name, or not clear at all."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from regrade.candidates.logged import logged
from regrade.config import Config, parse
from regrade.errors import ConfigError, DataError
from regrade.log import PredictionLog, add, sniff
from regrade.log.deployed import deployed_rows
from regrade.paths import Paths

PAIRS = [
    {"id": 1, "model": "prod-1", "x": 5, "prediction": "a", "p": {"a": 0.9, "b": 0.1}, "outcome": "a"},
    {"id": 1, "model": "shadow-2", "x": 5, "prediction": "b", "p": {"a": 0.3, "b": 0.7}, "outcome": "a"},
    {"id": 2, "model": "shadow-2", "x": 6, "prediction": "b", "p": {"a": 0.2, "b": 0.8}, "outcome": "a"},
]
BESIDE = '[log]\nid = "id"\nkey = ["id", "model"]\nmodel = "model"\nprediction = "prediction"\nscores = "p"\noutcome = "outcome"\n'
ALONE = BESIDE.replace('key = ["id", "model"]\n', "").replace('scores = "p"\n', "")


def opened(folder: Path, rows: list[dict[str, object]], toml: str) -> tuple[PredictionLog, Config]:
    (folder / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    config, paths = parse(toml), Paths(folder)
    add([folder / "log.jsonl"], paths, config)
    return PredictionLog.open(paths, config), config


def test_an_example_of_a_shadow_keeps_what_the_deployed_model_answered(tmp_path: Path) -> None:
    log, _ = opened(tmp_path, PAIRS, BESIDE + 'deployed = "prod-1"\n')
    reader, rows = log.reader(), np.arange(3)
    prod, shadow, alone = reader.contents(rows)
    assert (prod.prediction, prod.scores, prod.model) == ("a", {"a": 0.9, "b": 0.1}, "prod-1")
    assert (shadow.prediction, shadow.scores, shadow.model, shadow.inputs) == ("a", {"a": 0.9, "b": 0.1}, "prod-1", {"x": 5})
    assert (alone.prediction, alone.scores, alone.model) == (None, None, "shadow-2")
    assert [each.prediction for each in reader.logged_contents(rows)] == ["a", "b", "b"]
    answers = logged("classification", [("1|shadow-2", shadow), ("2|shadow-2", alone)])
    assert answers.predictions[0] == "a" and answers.errors == [None, "the log holds no answer"]
    assert deployed_rows(reader, 10).tolist() == [0]


def test_a_sample_draws_each_request_once(tmp_path: Path) -> None:
    import regrade

    toml = BESIDE + 'deployed = "prod-1"\n'
    opened(tmp_path, PAIRS, toml)
    (tmp_path / "regrade.toml").write_text(toml)
    with regrade.open(tmp_path) as workspace:
        event = workspace.sample(5)
        assert workspace.evalset.state.members() == ["1|prod-1"]
        assert event.population == {"where": "\"model\" = 'prod-1'", "count": 1, "span": []}


def test_without_it_a_row_keeps_its_own_answer_and_nothing_is_compared(tmp_path: Path) -> None:
    log, _ = opened(tmp_path, PAIRS, BESIDE)
    reader = log.reader()
    assert [each.prediction for each in reader.contents(np.arange(3))] == ["a", "b", "b"]
    with pytest.raises(DataError, match="prod-1, shadow-2 side by side") as caught:
        deployed_rows(reader, 10)
    assert "deployed" in caught.value.hint


@pytest.mark.parametrize(
    ("extra", "found"),
    [
        ('time = "t"\n', [1, 3]),
        ("", "no time that says which is the newest"),
        ('time = "t"\ndeployed = "7"\n', [0, 2]),
        ('deployed = "9"\n', "no prediction of the log is of '9'"),
    ],
)
def test_of_models_one_after_the_other_the_newest_is_deployed(tmp_path: Path, extra: str, found: object) -> None:
    rows: list[dict[str, object]] = [
        {"id": at, "t": f"2026-01-0{day}T00:00:00", "model": model, "x": at, "prediction": "a", "outcome": "a"}
        for at, (day, model) in enumerate([(1, 7), (3, 8), (2, 7), (4, 8)])
    ]
    log, _ = opened(tmp_path, rows, ALONE + extra)
    reader = log.reader()
    if isinstance(found, str):
        with pytest.raises(DataError, match=found):
            deployed_rows(reader, 10)
    else:
        assert deployed_rows(reader, 10).tolist() == found
        assert [each.prediction for each in reader.contents(np.arange(4))] == ["a"] * 4


def test_a_name_needs_a_column() -> None:
    with pytest.raises(ConfigError, match="which column has the model's name"):
        parse('[log]\nid = "id"\ndeployed = "prod-1"\n')


@pytest.mark.parametrize(
    ("names", "deployed"),
    [(("prod-1", "shadow-2"), "prod-1"), (("latest", "canary"), "latest"), (("m1", "m2"), None), (("shadow-1", "shadow-2"), None)],
)
def test_init_guesses_by_the_names(tmp_path: Path, names: tuple[str, str], deployed: str | None) -> None:
    rows = [{"id": at, "model": name, "x": at % 3, "prediction": "ab"[at % 2], "outcome": "a"} for at in range(9) for name in names]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = sniff(tmp_path / "log.jsonl", {})
    assert found.deployed == deployed and parse(found.to_toml()).log.deployed == deployed
    assert deployed is not None or any("name it as log.deployed" in note for note in found.notes)


def test_a_ticket_in_every_row_is_the_id_and_a_unique_subject_is_not(tmp_path: Path) -> None:
    rows = [{"subject": f"my seat {at}", "ticket": f"T{at}", "prediction": "ab"[at % 2], "outcome": "a"} for at in range(30)]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = sniff(tmp_path / "log.jsonl", {})
    assert found.roles["id"] == "ticket" and "feedback" not in found.roles
