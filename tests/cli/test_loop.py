"""The whole loop on the command line: a log comes in, failures are labelled and promoted, candidates are scored and judged."""

from __future__ import annotations

from pathlib import Path

from .conftest import Regrade, asked


def test_init_shows_its_guesses_and_writes_a_config_that_opens(regrade: Regrade, log_csv: Path, tmp_path: Path) -> None:
    done = regrade("init", log_csv, "--yes", "--json")
    assert done.code == 0, done.err
    assert done.json["rows"] == 120
    assert done.json["roles"] | {"id": "id", "prediction": "prediction", "outcome": "outcome", "score": "p_late"} == done.json["roles"]
    assert ".regrade/" in (tmp_path / ".gitignore").read_text()
    status = regrade("status", "--json").json
    assert (status["predictions"], status["examples"], status["candidates"]) == (120, 0, ["logged"])
    assert status["failures"] == status["open"] > 0


def test_predictions_filter_sort_limit(regrade: Regrade, workspace: Path) -> None:
    document = regrade("predictions", "--where", "result = 'wrong' and carrier = 'EV'", "--sort", "-distance", "--limit", 3, "--json").json
    assert document["exact"] is True and document["total"] > 3 == len(document["rows"])
    distances = [row["inputs"]["distance"] for row in document["rows"]]
    assert distances == sorted(distances, reverse=True)
    row = document["rows"][0]
    assert set(row) == {"id", "time", "prediction", "score", "outcome", "result", "status", "mode", "inputs"}
    assert row["result"] == "wrong" and row["prediction"] != row["outcome"] and row["status"] == "open"
    assert "outcome" not in row["inputs"] and "p_late" not in row["inputs"]


def test_label_promote_undo_redo_change_the_version_and_come_back(regrade: Regrade, workspace: Path) -> None:
    empty = regrade("evalset", "version").out.strip()
    labelled = regrade("label", "f0005", "f0020", "--mode", "Short hop", "--json").json
    assert labelled["kind"] == "label" and labelled["subjects"] == ["f0005", "f0020", "short-hop"]
    assert regrade("status", "--json").json["labelled"] == 2
    assert "(not 'Short hop', which was there before)" in regrade("label", "f0005", "--mode", "Shrt hop").out
    regrade("undo")
    assert regrade("promote", "f0005", "--json").code == 0
    after = regrade("evalset", "version").out.strip()
    assert after != empty
    regrade("undo")
    assert regrade("evalset", "version").out.strip() == empty
    regrade("redo")
    assert regrade("evalset", "version").out.strip() == after
    rows = regrade("evalset", "list", "--json").json["rows"]
    assert [(row["key"], row["origin"], row["mode_name"]) for row in rows] == [("f0005", "failure", "Short hop")]
    modes = regrade("modes", "list", "--json").json["rows"]
    assert [(mode["id"], mode["digit"], mode["labelled"], mode["examples"]) for mode in modes] == [("short-hop", 1, 2, 1)]


def test_show_tells_where_an_example_came_from(regrade: Regrade, workspace: Path) -> None:
    regrade("label", "f0005", "--mode", "short hop", "--note", "saw this twice", "--expected", "late")
    regrade("promote", "f0005", "--pin")
    shown = regrade("evalset", "show", "f0005", "--json").json
    assert shown["pinned"] and shown["notes"] == ["saw this twice"] and shown["expected"] == ["late"]
    assert shown["content"]["model"] == "hgb 1" and shown["content"]["source"]
    assert {event["kind"] for event in shown["history"]} == {"label", "promote"}
    assert {event["by"] for event in shown["history"]} == {"ann"}
    assert "saw this twice" in regrade("evalset", "show", "f0005").out


def test_nothing_is_predicted_twice(regrade: Regrade, workspace: Path) -> None:
    regrade("promote", "--where", "result = 'wrong'")
    first = regrade("score", "--json")
    assert first.code == 0, first.err
    examples = first.json["examples"]
    assert asked(workspace) == 2 * examples
    again = regrade("score", "--json").json
    assert asked(workspace) == 2 * examples
    assert [(each["predicted"], each["cached"]) for each in again["candidates"] if each["name"] != "logged"] == [(0, examples)] * 2
    regrade("promote", "f0001", "--origin", "important")
    regrade("score")
    assert asked(workspace) == 2 * (examples + 1), "a promotion costs one prediction a candidate"
    regrade("label", "f0005", "--mode", "hop", "--expected", "on_time")
    regrade("score")
    assert asked(workspace) == 2 * (examples + 1), "a relabel costs none"


def test_score_keeps_failures_out_of_the_estimate(regrade: Regrade, workspace: Path) -> None:
    regrade("promote", "--where", "result = 'wrong'")
    document = regrade("score", "--json").json
    logged = next(each for each in document["candidates"] if each["name"] == "logged")
    assert document["sampled"] == 0
    assert logged["metrics"]["accuracy"] is None and logged["metrics_all"]["accuracy"] == 0.0
    assert logged["known"] == {"passed": 0, "total": document["examples"], "unanswered": 0}
    regrade("sample", 60)
    logged = next(each for each in regrade("score", "--json").json["candidates"] if each["name"] == "logged")
    assert 0.6 < logged["metrics"]["accuracy"] < 0.95


def test_samples_of_the_same_log_nest(regrade: Regrade, workspace: Path) -> None:
    small = set(regrade("sample", 20, "--json").json["subjects"])
    large = set(regrade("sample", 50, "--json").json["subjects"])
    assert len(small) == 20 and regrade("status", "--json").json["sampled"] == 50
    assert len(small | large) == 50
    weights = {row["weight"] for row in regrade("evalset", "list", "--json").json["rows"]}
    assert weights == {120 / 50}


def test_compare_and_gate_say_the_documented_keys(regrade: Regrade, workspace: Path) -> None:
    regrade("sample", 100)
    regrade("promote", "--where", "result = 'wrong'", "--limit", 10)
    document = regrade("compare", "logged", "early", "--json").json
    expected = {"version", "baseline", "candidate", "verdict", "reasons", "fixed", "broken", "metrics", "n_sampled", "mcnemar_p"}
    expected |= {"detectable", "needed", "slices", "modes", "effects", "business", "pinned_broken", "disputed", "errors"}
    assert expected <= set(document)
    assert set(document["metrics"]["accuracy"]) >= {"baseline", "candidate", "delta", "low", "high"}
    gate = regrade("gate", "--base", "logged", "--head", "early", "--json")
    assert gate.json["verdict"] == document["verdict"]


def test_gate_passes_itself_and_fails_a_broken_pin(regrade: Regrade, workspace: Path) -> None:
    regrade("sample", 100)
    assert regrade("gate", "--base", "rules", "--head", "rules", "--json").json["verdict"] == "pass"
    broken = regrade("compare", "rules", "early", "--json").json["broken"]
    assert broken
    assert regrade("promote", broken[0], "--pin", "--origin", "important").code == 0
    gate = regrade("gate", "--base", "rules", "--head", "early", "--json")
    assert gate.json["pinned_broken"] == [broken[0]] and gate.json["verdict"] == "regression" and gate.code == 1


def test_people_get_text_and_scripts_get_one_document(regrade: Regrade, workspace: Path) -> None:
    regrade("sample", 40)
    for command in (["status"], ["predictions"], ["evalset", "list"], ["score"], ["compare", "logged", "rules"], ["modes", "list"]):
        plain = regrade(*command)
        assert plain.code == 0 and plain.out.strip() and "\x1b" not in plain.out, command
        document = regrade(*command, "--json")
        assert isinstance(document.json, dict) and document.err == "", command
