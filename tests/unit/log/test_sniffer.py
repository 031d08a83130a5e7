"""Roles are guessed from names and values, each with its reason; what the user says overrides."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regrade.config import parse
from regrade.errors import DataError, UsageError
from regrade.log import Sniffed, add, sniff
from regrade.log.write_config import quote
from regrade.paths import Paths
from tests.unit.log.imports import put, types, values
from tests.unit.log.logs import ROWS, write


def look(folder: Path, header: str, line: str, n: int = 60, name: str = "a.csv", **given_roles: str) -> Sniffed:
    """Sniff a CSV of ``n`` rows; in ``line`` n is the row, word is late or on_time, p in [0, 1]."""
    rows = (line.format(n=n, word="late" if n % 3 else "on_time", p=(n % 10) / 10 if n % 3 else 0.05, day=1 + n % 28) for n in range(n))
    return sniff(put(folder, name, "\n".join([header, *rows])), given_roles)


def test_a_plain_log_of_classes(tmp_path: Path) -> None:
    found = look(tmp_path, "flight_id,sched,carrier,prediction,p_late,outcome", "f{n},2013-07-{day:02d} 05:15:00,EV,{word},{p},late")
    assert found.task == "classification"
    assert found.roles == {"id": "flight_id", "time": "sched", "prediction": "prediction", "score": "p_late", "outcome": "outcome"}
    assert found.positive == "late"
    assert [(each.name, each.role) for each in found.columns if each.role == "input"] == [("carrier", "input")]
    assert any(note.startswith("id: flight_id (it is unique") for note in found.notes)
    assert any(note == "inputs: carrier" for note in found.notes)


@pytest.mark.parametrize("name", ["pred", "predicted", "y_pred", "yhat", "Prediction", "model_prediction", "predicted_delay"])
def test_names_of_predictions(tmp_path: Path, name: str) -> None:
    assert look(tmp_path, f"id,{name}", "{n},{word}").roles["prediction"] == name


@pytest.mark.parametrize("name", ["outcome", "label", "actual", "y_true", "target", "Truth", "ground_truth"])
def test_names_of_outcomes(tmp_path: Path, name: str) -> None:
    assert look(tmp_path, f"id,prediction,{name}", "{n},{word},late").roles["outcome"] == name


def test_an_outcome_by_its_values(tmp_path: Path) -> None:
    found = look(tmp_path, "id,prediction,arrived,carrier", "{n},{word},{word},EV")
    assert found.roles["outcome"] == "arrived"
    assert "outcome: arrived (it has the values of prediction)" in found.notes


@pytest.mark.parametrize("name", ["predicted_delay", "pred_delay", "delay_pred", "delay_prediction", "Pred_Delay"])
def test_an_outcome_that_the_prediction_is_named_after(tmp_path: Path, name: str) -> None:
    found = look(tmp_path, f"id,{name},delay,price", "{n},{n}.5,{n}.25,3.5")
    assert (found.roles["prediction"], found.roles["outcome"], found.task) == (name, "delay", "regression")


@pytest.mark.parametrize("name", ["confidence", "model_score", "churn_probability", "raw_p_x"])
def test_the_only_probability_of_a_binary_task_is_its_score(tmp_path: Path, name: str) -> None:
    found = look(tmp_path, f"id,prediction,outcome,{name},share", "{n},{word},on_time,{p},{p}")
    assert (found.roles["score"], found.positive, found.ignore) == (name, "late", ())
    assert f"positive: late (its predictions have the higher {name})" in found.notes
    assert [each.name for each in found.columns if each.is_input] == ["share"]


@pytest.mark.parametrize(
    ("header", "line", "left"),
    [
        ("id,prediction,outcome,a_score,b_score", "{n},{word},late,{p},{p}", ("a_score", "b_score")),
        ("id,prediction,outcome,score,confidence", "{n},{word},late,{p},{p}", ("confidence",)),
        ("id,prediction,outcome,my_score", "{n},{n}.5,{n}.25,{p}", ("my_score",)),
        ("id,prediction,outcome,late_prob,n_prob", "{n},{word},late,{p},{n}", ()),
    ],
)
def test_other_probabilities_are_no_inputs(tmp_path: Path, header: str, line: str, left: tuple[str, ...]) -> None:
    found = look(tmp_path, header, line)
    assert found.ignore == left
    assert {each.name for each in found.columns if each.role == "ignore"} == set(left)
    assert not left or any(note.startswith(f"ignored: {', '.join(left)} (") for note in found.notes)
    assert parse(found.to_toml()).log.ignore == left


def test_an_input_that_gives_the_outcome_away_is_said_loudly(tmp_path: Path) -> None:
    found = look(tmp_path, "id,prediction,outcome,copy,near,other", "{n},1{n}.5,{n}.25,{n}.25,{n}.26,{day}")
    loud = [note for note in found.notes if note.startswith("WARNING")]
    assert [note.split()[2] for note in loud] == ["copy", "near"] and "log.ignore" in loud[0] and "100%" in loud[0]
    said = look(tmp_path, "id,prediction,outcome,echo", "{n},1{n}.5,{n}.25,1{n}.5", name="b.csv")
    assert any(note.startswith("WARNING: input echo is the prediction") for note in said.notes)


def test_no_outcome_is_said(tmp_path: Path) -> None:
    found = look(tmp_path, "id,prediction,carrier", "{n},{word},EV")
    assert "outcome" not in found.roles
    assert any("results are unknown" in note for note in found.notes)


def test_a_probability_for_each_class(tmp_path: Path) -> None:
    found = look(tmp_path, "id,prediction,prob_late,prob_on_time,x", "{n},{word},{p},0.5,1")
    assert found.scores == {"late": "prob_late", "on_time": "prob_on_time"}
    assert "score" not in found.roles
    assert [each.name for each in found.columns if each.role == "score"] == ["prob_late", "prob_on_time"]


def test_a_score_of_a_class_to_be_found_out(tmp_path: Path) -> None:
    found = look(tmp_path, "id,prediction,outcome,score", "{n},{word},on_time,{p}")
    assert (found.roles["score"], found.positive) == ("score", "late")
    assert "positive: late (its predictions have the higher score)" in found.notes


def test_a_score_that_was_named_leaves_the_other_out_of_the_inputs(tmp_path: Path) -> None:
    found = look(tmp_path, "id,prediction,p_late,p_on_time", "{n},{word},{p},0.5", score="p_on_time")
    assert (found.roles["score"], found.positive, found.ignore) == ("p_on_time", "on_time", ("p_late",))


def test_a_number_past_one_is_no_score(tmp_path: Path) -> None:
    assert "score" not in look(tmp_path, "id,prediction,score", "{n},{word},{n}").roles


def test_regression(tmp_path: Path) -> None:
    found = look(tmp_path, "id,prediction,outcome", "{n},{n}.5,{n}.25")
    assert found.task == "regression"
    assert found.tolerance == 2.0
    assert any("tolerance: 2" in note for note in found.notes)


def test_text_and_json(tmp_path: Path) -> None:
    words = "the quick brown fox jumps over the lazy dog and number {n} follows it"
    found = look(tmp_path, "id,question,answer", "{n},what is {n}," + words)
    assert (found.task, found.roles["prediction"], found.roles["text"]) == ("text", "answer", "question")
    lines = "".join(f'{{"id":{n},"prediction":{{"a":{n}}}}}\n' for n in range(5))
    assert sniff(put(tmp_path, "a.jsonl", lines), {}).task == "json"


def test_model_and_time_by_type(tmp_path: Path) -> None:
    found = look(tmp_path, "id,prediction,born,created_at,model_version", "{n},{word},1990-01-{day:02d},2013-07-{day:02d} 05:15,v1")
    assert (found.roles["time"], found.roles["model"]) == ("created_at", "model_version")


def test_what_is_given_overrides_every_guess(tmp_path: Path) -> None:
    found = look(
        tmp_path, "id,key,prediction,said,x", "{n},k{n},{word},{word},{n}", id="key", prediction="said", task="text", outcome="prediction"
    )
    assert found.task == "text"
    assert (found.roles["id"], found.roles["prediction"], found.roles["outcome"]) == ("key", "said", "prediction")
    assert "id: key (as you said)" in found.notes


@pytest.mark.parametrize(
    ("header", "line", "given_roles", "what", "hint"),
    [
        ("id,a,b", "{n},1,2", {}, "no column looks like the model's prediction", "--prediction COLUMN"),
        ("id,a,b", "{n},1,2", {}, "no column looks like the model's prediction", "the columns are: id, a, b"),
        ("carrier,prediction", "EV,{word}", {}, "no column is unique", "--id COLUMN"),
        ("id,prediction", "7,{word}", {}, "column 'id' is not unique (1 values in 60 rows)", "--id id --model COLUMN"),
        ("id,model,prediction", "7,m,{word}", {}, "column 'id' is not unique", "--model COLUMN"),
        ("id,x,prediction", "7,{word},{word}", {"id": "id"}, "column 'id' is not unique", "--id id --model COLUMN"),
        ("id,prediction", ",{word}", {}, "column 'id' is empty in 60 of 60 rows", "--id"),
        ("id,prediction", "{n},{word}", {"id": "prediction"}, "column 'prediction' is not unique", "the columns are"),
        ("id,prediction", "{n},{word}", {"outcome": "outcom"}, "there is no column 'outcom'", "there are"),
        ("id,prediction", "{n},{word}", {"prediction": "predicton"}, "there is no column 'predicton'", "did you mean 'prediction'"),
    ],
)
def test_what_cannot_be_found_is_said(tmp_path: Path, header: str, line: str, given_roles: dict[str, str], what: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        look(tmp_path, header, line, **given_roles)
    assert what in str(caught.value)
    assert hint in caught.value.hint


def test_broken_files_are_data_errors(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a.jsonl:2: broken JSON"):
        sniff(put(tmp_path, "a.jsonl", '{"id":1,"prediction":"a"}\n{\n'), {})
    with pytest.raises(DataError, match="there is no such file"):
        sniff(tmp_path / "nope.csv", {})
    with pytest.raises(UsageError, match="no log is named"):
        sniff([], {})


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.jsonl"])
def test_a_log_without_rows_holds_no_predictions(tmp_path: Path, name: str) -> None:
    if name == "a.parquet":
        path = write(tmp_path / name, ROWS.format(start=0, stop=0))
    else:
        path = put(tmp_path, name, "id,prediction,outcome\n" if name == "a.csv" else "\n\n")
    for given_roles in ({}, {"id": "id"}):
        with pytest.raises(DataError, match=f"{name}: (holds no predictions|is empty|has no rows)"):
            sniff(path, given_roles)


def test_parquet_is_read_in_place(tmp_path: Path) -> None:
    path = write(tmp_path / "flights.parquet", ROWS.format(start=0, stop=100))
    found = sniff(path, {"prediction": "said", "outcome": "truth"})
    assert found.in_place == (path,)
    config = parse(found.to_toml(tmp_path))
    assert config.log.paths == ("flights.parquet",)
    assert types(tmp_path, config)["time"] == "TIMESTAMP"
    assert parse(found.to_toml()).log.paths == (str(path),)


def test_the_written_file_says_what_was_found_and_every_other_setting_as_a_comment(tmp_path: Path) -> None:
    header, line = "id,when,prediction,p_late,outcome,x", "{n},2013-07-{day:02d} 05:15,{word},{p},late,{n}"
    found = look(tmp_path, header, line)
    text = found.to_toml(tmp_path)
    config = parse(text)
    assert (config.log.id, config.log.time, config.log.prediction) == ("id", "when", "prediction")
    assert (config.log.score, config.log.outcome, config.task.positive, config.log.paths) == ("p_late", "outcome", "late", ())
    assert config.gate.champion == "logged", "the first candidate that somebody tries is not what production runs"
    for section in ("task", "log", "failure", "candidates.prod", "metrics", "slices", "business", "gate", "sample", "cost"):
        assert f"[{section}]" in text
    assert look(tmp_path, header, line).to_toml(tmp_path) == text
    add([tmp_path / "a.csv"], Paths(tmp_path), config)
    assert len(values(tmp_path, "key", config=config)) == 60


def test_columns_called_like_built_in_names_are_said(tmp_path: Path) -> None:
    found = look(tmp_path, "id,prediction,expected,Status,the hour", "{n},{word},late,sent,1", outcome="expected", prediction="prediction")
    assert "column 'Status' is also a word of regrade's expressions: reach it as log.Status" in found.notes
    rule = next(line.removeprefix("# ") for line in found.to_toml().split("\n") if line.startswith("# when"))
    config = parse(found.to_toml() + f"\n[failure]\n{rule}")
    assert config.failure.when == "prediction <> log.expected"
    spaced = look(tmp_path, "id,the answer,the truth", "{n},{word},late", name="b.csv", outcome="the truth", prediction="the answer")
    assert '# when = "\\"the answer\\" <> \\"the truth\\""' in spaced.to_toml()


def test_the_commented_settings_are_settings(tmp_path: Path) -> None:
    text = look(tmp_path, "id,prediction,outcome", "{n},{word},late").to_toml(tmp_path)
    config = parse("\n".join(line.removeprefix("# ") for line in text.split("\n") if "=" in line or "[" in line))
    assert config.log.key == ("id", "model")
    assert list(config.candidates) == ["prod", "rules", "llm", "other"]
    assert config.gate.resamples == 10_000
    assert config.slices == {"evening": "hour >= 18"}
    assert config.views["evening_misses"].sort == "-time" and config.privacy.check
    assert config.cost.per_hour == 0.0


@settings(max_examples=100)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_any_name_is_written_so_that_it_reads_back(name: str) -> None:
    assert parse(f"[log]\nid = {quote(name)}\nscores = {{ {quote(name)} = {quote(name)} }}").log.scores == {name: name}


def test_several_files_are_looked_at_together(tmp_path: Path) -> None:
    files = [put(tmp_path, f"{n}.csv", f"id,prediction\n{n},a\n") for n in range(3)]
    assert sniff(files, {}).roles == {"id": "id", "prediction": "prediction"}
    with pytest.raises(UsageError, match="not unique"):
        sniff([*files, put(tmp_path, "again.csv", "id,prediction\n1,b\n")], {})
