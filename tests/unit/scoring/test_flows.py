"""What is computed and what is not: predict calls are counted, one line a call."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from regrade.candidates.ask import FIRST_CHUNK
from regrade.compare import compare, scoreboard
from regrade.errors import UsageError
from regrade.log.content import Content
from regrade.scoring import record
from regrade.scoring.answers import answers
from regrade.scoring.foreign import foreign_labels
from regrade.scoring.metrics import counts, metrics
from regrade.scoring.replay import replay

from .conftest import COUNTING, SCHEMAS, Bench, contents


def test_an_unchanged_workspace_costs_no_call_and_no_process(bench: Bench) -> None:
    bench.python("rules", COUNTING)
    bench.promote(10, outcome="late")
    first = bench.score()
    assert bench.calls == [10]
    assert (first.runs["rules"].predicted, first.runs["rules"].cached) == (10, 0)

    bench.score()
    bench.restart()
    again = bench.score()

    assert bench.calls == [10]
    assert bench.parts["pool"].started == 0
    assert (again.runs["rules"].predicted, again.runs["rules"].cached) == (0, 10)
    assert again.outputs["rules"].equals(first.outputs["rules"])


def test_one_new_example_costs_one_prediction_of_each_candidate(bench: Bench) -> None:
    bench.python("rules", COUNTING)
    bench.python("other", COUNTING + "# another\n")
    bench.promote(10, outcome="late")
    bench.score()
    bench.promote(1, start=50, outcome="late")
    scored = bench.score()

    assert sorted(bench.calls) == [1, 1, 10, 10]
    assert scored.runs["rules"].predicted == scored.runs["rules"].calls == 1
    assert len(scored.outputs["rules"]) == 11


def test_what_the_cache_saved_is_told_at_the_pace_of_earlier_runs(bench: Bench) -> None:
    bench.toml += "[cost]\nper_hour = 3600.0\n"
    bench.python("rules", COUNTING)
    bench.promote(10, outcome="late")
    first = bench.score()
    record(bench.database, first, bench.settings())
    assert first.runs["rules"].cost == pytest.approx(first.runs["rules"].seconds) and first.runs["rules"].seconds > 0
    assert first.runs["rules"].saved == 0

    bench.restart()
    again = bench.score().runs["rules"]
    assert (again.cost, again.seconds) == (0, 0)
    assert again.saved == pytest.approx(first.runs["rules"].seconds)


def test_decisions_that_change_no_input_cost_nothing(bench: Bench) -> None:
    bench.python("rules", COUNTING)
    bench.promote(4, outcome="late")
    assert bench.score().outputs["rules"]["right"].tolist() == [False] * 4

    bench.evalset.relabel(["k0"], "on_time")
    bench.evalset.retire(["k1"])
    bench.evalset.pin(["k2"])
    bench.evalset.label(["k2"], "storm")
    scored = bench.score()

    assert bench.calls == [4]
    assert scored.outputs["rules"]["right"].to_dict() == {"k0": True, "k2": False, "k3": False}
    assert scored.examples.loc["k2", ["pinned", "mode"]].tolist() == [True, "storm"]


def test_a_new_metric_costs_nothing(bench: Bench) -> None:
    bench.python("rules", COUNTING)
    bench.promote(4, outcome="late")
    bench.score()
    bench.toml += '[metrics]\nshow = ["f1"]\n'
    bench.restart()

    assert metrics(bench.score(), "rules", bench.settings(), sampled=False) == {"accuracy": 0.0, "f1": 0.0}
    assert bench.calls == [4]


def test_changed_code_is_asked_about_everything(bench: Bench) -> None:
    bench.python("rules", COUNTING)
    bench.promote(4, outcome="late")
    bench.score()
    (bench.root / "rules.py").write_text(COUNTING.replace("0.45", "-1"))

    assert bench.score().outputs["rules"]["prediction"].tolist() == ["late"] * 4
    assert bench.calls == [4, 4]


SAVES = """
from pathlib import Path

def predict(frame):
    source = Path("NAME.py")
    source.write_text(source.read_text().replace("ol" + "d", "ne" + "w"))  # as an editor would, while it runs
    return ["old"] * len(frame)
"""


@pytest.mark.parametrize("name", ["rules", "helper"])
def test_answers_are_never_kept_under_the_name_of_newer_code(bench: Bench, name: str) -> None:
    (bench.root / "helper.py").write_text(SAVES.replace("NAME", name))
    bench.python("rules", SAVES.replace("NAME", name) if name == "rules" else "from helper import predict")
    bench.promote(2, outcome="new")
    asked = contents(1, start=5)[0]
    parts = (SCHEMAS, bench.evalset, bench.settings(), bench.part("pool", bench.pool), bench.cache)
    answers(*asked, *parts)

    assert {row["name"]: row["prediction"] for row in answers(*asked, *parts)}["rules"] == "new"
    (bench.root / f"{name}.py").write_text(SAVES.replace("NAME", name))
    assert bench.score().outputs["rules"]["prediction"].tolist() == ["new"] * 2
    bench.restart()
    assert bench.score().outputs["rules"]["prediction"].tolist() == ["new"] * 2


def test_a_module_that_is_saved_while_it_is_loaded_is_loaded_anew(bench: Bench) -> None:
    save = "from pathlib import Path\nPath(__file__).write_text('def predict(frame): return [\"new\"] * len(frame)')\n"
    bench.python("rules", save + "def predict(frame): return ['old'] * len(frame)\n")
    (bench.root / "helper.py").write_text(save + "def predict(frame): return ['old'] * len(frame)\n")
    bench.python("imports", "from helper import predict\n")
    bench.promote(2, outcome="new")
    scored = bench.score()

    for name in ("rules", "imports"):
        assert scored.outputs[name]["prediction"].tolist() == ["new"] * 2


def test_one_that_changes_whenever_it_is_loaded_is_an_error(bench: Bench) -> None:
    bench.python("rules", "with open(__file__, 'a') as file: file.write('#')\ndef predict(frame): return ['old'] * len(frame)\n")
    bench.promote(1, outcome="new")

    assert "kept changing" in str(bench.score().runs["rules"].error)


def test_equal_inputs_are_asked_once_but_looked_up_by_key(bench: Bench) -> None:
    bench.python("rules", COUNTING)
    content = contents(1, outcome="late", prediction="late")[0][1]
    other = contents(1, outcome="on_time", prediction="on_time")[0][1]
    bench.evalset.promote([("a", content), ("b", other)], origin="failure", schemas=SCHEMAS)
    scored = bench.score()

    assert bench.calls == [1]
    assert scored.outputs["rules"]["right"].tolist() == [False, True]
    assert scored.outputs["logged"]["prediction"].tolist() == ["late", "on_time"]


def test_a_candidate_that_fails_wholly_harms_no_other(bench: Bench) -> None:
    bench.python("rules", COUNTING)
    bench.python("broken", "import nowhere\n")
    bench.toml += '[candidates.gone]\nmodel = "gone.skops"\n[candidates.nowhere]\npython = "not_there:predict"\n'
    bench.promote(3, outcome="late", prediction="late")
    scored = bench.score()

    for name, said in {"broken": "nowhere", "gone": "no such file", "nowhere": "no module"}.items():
        assert said in str(scored.runs[name].error)
        assert scored.runs[name].errors == 3
        assert scored.runs[name].fingerprint is None
        assert scored.outputs[name]["error"].str.contains(said).all()
        assert scored.outputs[name]["right"].isna().all()
        assert metrics(scored, name, bench.settings(), sampled=False) == {"accuracy": None}
    assert scored.runs["rules"].error is None
    assert scored.outputs["logged"]["right"].tolist() == [True] * 3


def test_untrusted_code_is_an_error_of_its_run(bench: Bench) -> None:
    bench.python("rules", COUNTING)
    bench.promote(1, outcome="late")
    bench.parts["pool"] = bench.pool(allow_code=False)

    assert "regrade trust rules" in str(bench.score().runs["rules"].error)
    assert bench.calls == []


def test_an_error_that_is_the_examples_own_is_remembered_and_a_crash_is_not(bench: Bench) -> None:
    bench.python("raises", COUNTING.replace("return", "assert 1 not in set(frame['n'])\n    return"))
    bench.python("crashes", COUNTING.replace("return", "import os\n    1 in set(frame['n']) and os._exit(1)\n    return"))
    bench.promote(2, outcome="late")
    first = bench.score()
    assert [first.runs[name].errors for name in ("raises", "crashes")] == [1, 1]
    calls = len(bench.calls)

    again = bench.score()
    assert again.outputs["raises"]["error"].tolist() == first.outputs["raises"]["error"].tolist()
    assert again.runs["raises"].calls == 0
    assert len(bench.calls) == calls + 1  # only the example that crashed is asked again
    assert (again.runs["crashes"].predicted, again.runs["crashes"].cached, again.runs["crashes"].errors) == (0, 1, 1)


def test_cancelling_keeps_what_is_there(bench: Bench) -> None:
    bench.python("rules", COUNTING)
    bench.promote(3_000, outcome="late")
    told = threading.Event()
    scored = bench.score(["rules"], progress=lambda *_: told.set(), cancelled=told.is_set)
    rest = 3_000 - FIRST_CHUNK
    assert (scored.runs["rules"].predicted, scored.runs["rules"].unasked, scored.runs["rules"].errors) == (FIRST_CHUNK, rest, 0)
    assert scored.whole().outputs == {}

    seen: list[tuple[str, int, int]] = []
    scored = bench.score(["rules"], progress=lambda *each: seen.append(each))
    assert (scored.runs["rules"].cached, scored.runs["rules"].predicted, scored.runs["rules"].errors) == (FIRST_CHUNK, rest, 0)
    assert seen[-1] == ("rules", rest, rest)


def test_a_changed_file_of_answers_is_read_again(bench: Bench) -> None:
    bench.toml += '[candidates.file]\npredictions = "a.csv"\n'
    bench.promote(2, outcome="late")
    (bench.root / "a.csv").write_text("key,prediction\nk0,late\n")
    assert bench.score().outputs["file"]["prediction"].tolist() == ["late", None]

    (bench.root / "a.csv").write_text("key,prediction\nk0,late\nk1,late\n")
    assert bench.score().outputs["file"]["prediction"].tolist() == ["late", "late"]


def test_an_unknown_candidate_is_refused_before_anything_runs(bench: Bench) -> None:
    bench.python("rules", COUNTING)
    bench.promote(1)
    with pytest.raises(UsageError, match="did you mean 'rules'"):
        bench.score(["rules", "rule"])
    assert bench.calls == []


def test_an_empty_eval_set_has_empty_frames(bench: Bench) -> None:
    bench.python("rules", COUNTING)
    scored = bench.score()

    assert len(scored.examples) == len(scored.outputs["rules"]) == 0
    assert scored.inputs.num_rows == 0
    assert scored.runs["rules"].error is None
    assert metrics(scored, "rules", bench.settings()) == {"accuracy": None}


def test_answers_of_one_prediction_stand_beside_the_champions(bench: Bench) -> None:
    bench.python("rules", COUNTING)
    bench.python("eager", "def predict(frame):\n    return ['late'] * len(frame)")
    bench.python("broken", "import nowhere")
    asked = contents(1, outcome="late", prediction="on_time", scores={"late": 0.3})[0]
    parts = (SCHEMAS, bench.evalset, bench.settings(), bench.part("pool", bench.pool), bench.cache)
    rows = {row["name"]: row for row in answers(*asked, *parts)}

    plain = {"name": "rules", "prediction": "on_time", "score": None, "right": False, "flip": None, "error": None}
    assert rows["rules"] == plain
    assert rows["eager"]["flip"] == "fixed"
    assert (rows["logged"]["prediction"], rows["logged"]["score"]) == ("on_time", 0.3)
    assert "nowhere" in rows["broken"]["error"]

    assert answers(*asked, *parts) == list(rows.values())
    assert bench.calls == [1]  # the second time it was known


def test_replay_counts_what_production_answered_otherwise(bench: Bench) -> None:
    bench.python("rules", COUNTING)
    config, pool = bench.settings(), bench.pool()
    same = contents(5, prediction="on_time", scores={"late": 0.1})
    found = replay("rules", [*same, *contents(5, start=5, prediction="on_time"), *contents(1, start=10)], SCHEMAS, config, pool)

    assert (found.n, found.same, found.rate, found.errors) == (10, 5, 0.5, 0)
    assert found.differing == ("k5", "k6", "k7", "k8", "k9")
    assert found.largest is None
    assert replay("rules", contents(1), SCHEMAS, config, pool).rate is None


def test_known_failures_without_an_answer_are_counted_apart(bench: Bench) -> None:
    bench.python("rules", "def predict(frame): return [None if n == 1 else 'late' if n > 2 else 'on_time' for n in frame['n']]\n")
    bench.promote(5, outcome="late")
    bench.promote(3, start=50)  # nobody knows what is right
    bench.evalset.promote(contents(2, start=90, outcome="late"), origin="failure", partition="fix", schemas=SCHEMAS)
    bench.evalset.pin(["k1", "k3", "k50"])
    scored = bench.score(["rules"])

    assert counts(scored, "rules", "known") == {"passed": 2, "total": 5, "unanswered": 1}
    assert counts(scored, "rules", "pinned") == {"passed": 1, "total": 2, "unanswered": 1}
    (row,) = scoreboard(scored, bench.settings())
    for part in ("known", "pinned"):
        assert msgspec.to_builtins(getattr(row, part)) == counts(scored, "rules", part)


def test_what_was_scored_is_on_record(bench: Bench) -> None:
    bench.python("rules", COUNTING)
    bench.promote(8, outcome="late", prediction="on_time")
    bench.sample(2, start=20, outcome="late", prediction="late")
    scored = bench.score()
    written = record(bench.database, scored, bench.settings())
    db = bench.database.db

    run = db["runs"].get(written["rules"])
    assert (run["version"], run["fingerprint"]) == (scored.version, scored.runs["rules"].fingerprint)
    assert (run["examples"], run["predicted"], run["errors"]) == (10, 10, 0)
    rows = {(row["metric"], row["part"]): row["value"] for row in db["scores"].rows_where("run_id = ?", [written["rules"]])}
    assert rows == {("accuracy", "sampled"): 1.0, ("accuracy", "all"): 0.5, ("passed", "known"): 3, ("total", "known"): 8,
                    ("unanswered", "known"): 0, ("passed", "pinned"): 0, ("total", "pinned"): 0, ("unanswered", "pinned"): 0}  # fmt: skip
    assert db["results"].count == 20
    assert {row["candidate"] for row in db.query("select * from scoreboard")} == {"rules", "logged"}

    assert record(bench.database, bench.score(), bench.settings()) == written  # nothing new, so no second run
    bench.evalset.relabel(["k0"], "on_time")
    assert record(bench.database, bench.score(), bench.settings())["rules"] > written["rules"]
    assert db["results"].get(("rules", "k0"))["right"] == 1


def test_a_file_of_floats_for_integer_classes_is_right(bench: Bench) -> None:
    bench.toml = '[task]\npositive = "1"\n[candidates.file]\npredictions = "a.csv"\n'
    (bench.root / "a.csv").write_text("key,prediction,p_0.0,p_1.0\nk0,1.0,0.2,0.8\nk1,0.0,0.6,0.4\n")
    bench.promote(2, outcome=1, prediction=0)
    scored = bench.score()

    assert scored.outputs["file"]["right"].tolist() == [True, False]
    assert scored.outputs["file"]["p_expected"].tolist() == [0.8, 0.4]
    assert scored.runs["file"].notice == ""


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (["ontime", "late", "late", "late"], "'ontime' (1 of 4 answers), nowhere expected or logged: did you mean 'on_time'?"),
        (["on_time", "Late", None, "late"], "'Late' (1 of 3 answers), nowhere expected or logged: did you mean 'late'?"),
        (["class 2", "late", "late", "late"], ""),
        (["unheard of", "on_time", "late", "late"], ""),
        (["unheard of", "unheard of", "late", "late"], "'unheard of' (2 of 4 answers), nowhere expected or logged; known are"),
        (["unheard of"], "no class that it predicts ('unheard of')"),
        (["on_time", "late", "class 1"], ""),
        ([None], ""),
    ],
)
def test_a_misspelt_class_is_said_however_many_are_right(answers: list[str | None], said: str) -> None:
    content = Content(inputs={}, schema="", outcome="late", prediction="on_time")
    members = [SimpleNamespace(expected=("late",), content=content), SimpleNamespace(expected=("class 1",), content=content)]
    notice = foreign_labels(cast(Any, members), answers)
    assert said in notice and bool(said) == bool(notice)


def test_classes_that_nobody_expects_or_logged_are_said_loudly(bench: Bench) -> None:
    bench.python("rules", "def predict(frame): return ['LATE'] * len(frame)")
    bench.python("other", "def predict(frame): return ['on_time'] * len(frame)")
    bench.promote(3, outcome="late", prediction="on_time")
    scored = bench.score()
    rows = {row.name: row.error for row in scoreboard(scored, bench.settings())}

    assert "'LATE'" in scored.runs["rules"].notice and "'late'" in scored.runs["rules"].notice
    assert rows == {"rules": scored.runs["rules"].notice, "other": None, "logged": None}
    assert compare(scored, "other", "rules", bench.settings()).notes[0] == f"rules: {rows['rules']}"
