"""`gate --base REF`: judged by the rules of the base, with all that the change did to the eval set in the verdict."""

from __future__ import annotations

import hashlib
import json
import shutil
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest

from regrade.candidates import Pool
from regrade.candidates.member import Member
from regrade.config import Config
from regrade.errors import CandidateError, DataError
from tests.git.repository import Repository

from .conftest import Regrade
from .test_at_ref import edit
from .test_reports import SCHEMA, SETTINGS, strict

FILE = '[candidates.file]\npredictions = "answers.csv"\n'

_MADE: list[Path] = []


def answers(root: Path, wrong: range) -> None:
    """Let the file of answers be right, but for these."""
    lines = (root / "flights.csv").read_text(encoding="utf-8").splitlines()[1:]
    rows = []
    for number, line in enumerate(lines):
        id, said, truth = (line.split(",")[at] for at in (0, 7, 8))
        other = "late" if (truth or said) == "on_time" else "on_time"
        rows.append(f"{id},{other if number in wrong else truth or said}\n")
    (root / "answers.csv").write_text("key,prediction\n" + "".join(rows), encoding="utf-8")


@pytest.fixture
def main(regrade: Regrade, log_csv: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Return a repository on a branch that is still as main: a file of answers is the champion, 40 are sampled, two pinned."""
    if not _MADE:
        assert regrade("init", log_csv, "--yes", "--json").code == 0
        config = tmp_path / "regrade.toml"
        config.write_text(config.read_text(encoding="utf-8") + SETTINGS + FILE, encoding="utf-8")
        edit(config, 'champion = "logged"', 'champion = "file"')
        answers(tmp_path, range(60, 80))
        (tmp_path / ".gitignore").write_text(".regrade/\n*.csv\n!answers.csv\n", encoding="utf-8")
        assert regrade("sample", 40).code == 0
        assert regrade("promote", "f0003", "f0007", "--origin", "important", "--pin").code == 0
        assert regrade("label", "f0005", "f0020", "--mode", "short hop", "--note", "below 250 miles").code == 0
        assert regrade("promote", "f0005", "f0020").code == 0
        repository = Repository(tmp_path)
        repository.git("init", "-q", "-b", "main")
        repository.commit("base")
        repository.git("switch", "-q", "-c", "change")
        _MADE.append(shutil.copytree(tmp_path, tmp_path_factory.mktemp("made") / "workspace"))
    else:
        shutil.copytree(_MADE[0], tmp_path, dirs_exist_ok=True)
    return Repository(tmp_path)


def test_nobody_passes_by_rules_that_came_with_the_change(regrade: Regrade, main: Repository) -> None:
    root, config = main.root, main.root / "regrade.toml"
    answers(root, range(60, 81))
    before = regrade("gate", "--base", "main", "--json").json
    assert (before["policy"]["ref"], before["policy"]["changes"], before["effects"]["evalset"]) == ("main", [], 0)

    edit(config, 'champion = "file"', 'champion = "file"\nmargin = 0.9\ndisputed = "fail"')
    edit(config, '[slices]\nevening = "hour >= 18"', '[slices]\nevening = "hour >= 23"\nnew = "hour < 3"')
    edit(config, "per_month = 1000", "per_month = 2000")
    ran = regrade("gate", "--base", "main", "--json")
    after = ran.json
    assert (after["verdict"], after["margin"], after["slices"]) == (before["verdict"], 0.01, before["slices"])
    assert (after["verdict"], after["business"]) == ("inconclusive", before["business"])
    told = {each["name"]: (each["before"], each["after"]) for each in after["policy"]["changes"]}
    assert told == {
        "business.per_month": (1000, 2000), "gate.disputed": ("exclude", "fail"), "gate.margin": (0.01, 0.9),
        "slices.evening": ("hour >= 18", "hour >= 23"), "slices.new": (None, "hour < 3"),
    }  # fmt: skip
    assert "gate.margin 0.01 → 0.9 in the same change: judged by 0.01, as at main" in after["notes"]
    assert 'slices.new = "hour < 3" is new in the same change: judged without it, as at main' in after["notes"]

    edit(config, 'margin = 0.9\ndisputed = "fail"', 'inconclusive = "fail"')
    ended = regrade("gate", "--base", "main", "--junit", "gate.xml")
    assert ended.code == 0, "how a gate ends is a rule of the base too"
    assert "<error" not in (root / "gate.xml").read_text(encoding="utf-8")
    assert regrade("gate", "--base", "logged").code == 3, "against a candidate the rules are those that are here"


def test_what_the_change_did_to_the_eval_set_is_part_of_the_verdict(regrade: Regrade, main: Repository) -> None:
    root = main.root
    at_main = regrade("gate", "--base", "main", "--json").json["metrics"]["accuracy"]["baseline"]
    answers(root, range(62, 90))
    broken = regrade("gate", "--base", "main", "--json").json["broken"]
    assert regrade("sample", 70).code == 0
    assert regrade("evalset", "relabel", broken[0], json.loads(_answer(root, broken[0])), "--note", "the log book").code == 0
    assert regrade("evalset", "unpin", "f0007").code == 0
    assert regrade("evalset", "retire", "f0003", "f0005", "--reason", "too hard").code == 0

    ran = regrade("gate", "--base", "main", "--json", "--inputs", "--junit", "gate.xml", "--markdown", "gate.md")
    found = ran.json
    jsonschema.Draft202012Validator(strict(json.loads(SCHEMA.read_text(encoding="utf-8")))).validate(found)
    assert (ran.code, found["verdict"], found["pinned_gone"], found["format"]) == (1, "regression", ["f0003"], 1)
    assert found["reasons"][0] == "1 pinned example was taken out of the eval set in the same change: f0003"
    data = found["changed"]["data"]
    assert (data["removed"], data["relabelled"], data["favouring"], data["unpinned"]) == (2, 1, 1, 1) and data["added_sampled"] > 0
    assert [(each["key"], each["how"], each["why"], each["pinned"]) for each in data["gone"]] == [
        ("f0003", "retired", "too hard", True),
        ("f0005", "retired", "too hard", False),
    ]
    assert [(each["key"], each["favours"], each["why"]) for each in data["labels"]] == [(broken[0], True, "the log book")]
    notes = " ".join(found["notes"])
    assert f"1 new label makes the candidate look better: {broken[0]}" in notes and "unpinned in the same change" in notes
    assert f"{data['added_sampled']} sampled examples came in in the same change" in notes
    assert f"{data['new_weight']:.0%} of the weight that the estimate rests on came in the same change" in notes
    assert 0 < data["new_weight"] < 1

    effects, now = found["effects"], found["metrics"]["accuracy"]
    assert effects["evalset"] != 0 and Fraction(effects["model"]) + Fraction(effects["evalset"]) == Fraction(effects["whole"])
    assert effects["whole"] == pytest.approx(now["candidate"] - at_main) and effects["model"] == pytest.approx(now["delta"])

    assert "code" in found["changed"]["same"] and found["changed"]["parts"] == ["data", "model"]
    assert [each["name"] for each in found["changed"]["model"]] == ["answers.csv"]
    first = found["flips"][0]
    assert first["inputs"]["carrier"] in ("EV", "B6") and first["promoted"]["by"] == "ann" and first["promoted"]["how"] == "sample"
    markdown = (root / "gate.md").read_text(encoding="utf-8")
    assert "**taken out: <code>f0003</code>**" in markdown and "by the eval set" in markdown and "sampled by ann" in markdown
    assert "taken out" in (root / "gate.xml").read_text(encoding="utf-8")
    shown = regrade("gate", "--base", "main", "--inputs").out
    assert "what changed   data, model" in shown and "by the eval set" in shown and "carrier=" in shown and "sampled by ann" in shown


def test_an_unpinned_example_may_still_not_break(regrade: Regrade, main: Repository) -> None:
    answers(main.root, range(6, 8))
    assert regrade("evalset", "unpin", "f0007").code == 0
    found = regrade("gate", "--base", "main", "--json").json
    assert (found["verdict"], found["pinned_broken"]) == ("regression", ["f0007"])


def test_what_a_branch_lacks_is_no_deed_of_its(regrade: Regrade, main: Repository) -> None:
    main.git("switch", "-q", "main")
    assert regrade("promote", "f0015", "--pin").code == 0
    main.commit("a pin that the branch has not seen")
    main.git("switch", "-q", "change")
    found = regrade("gate", "--base", "main", "--json").json
    assert (found["verdict"], found["pinned_gone"], found["changed"]["data"]["lacking"]) == ("pass", [], 1)
    assert any("main has 1 decision that is not here" in note for note in found["notes"])


@pytest.mark.parametrize("name", ["main", "file@main"])
def test_no_candidate_that_came_with_the_change_passes_for_its_base(regrade: Regrade, main: Repository, name: str) -> None:
    with (main.root / "regrade.toml").open("a", encoding="utf-8") as file:
        file.write(f'[candidates."{name}"]\npredictions = "answers.csv"\n')
    ran = regrade("gate", "--base", name)
    assert ran.code == 2 and "is a candidate here, and names a commit that has no such candidate" in ran.err
    main.git("branch", "logged")
    assert regrade("gate", "--base", "logged").code == 0, "a candidate that the commit has as well is what was meant"


def test_a_pin_of_the_base_that_the_branch_has_not_seen_holds_all_the_same(regrade: Regrade, main: Repository) -> None:
    main.git("switch", "-q", "main")
    assert regrade("evalset", "pin", "f0005").code == 0
    main.commit("a pin")
    main.git("switch", "-q", "change")
    answers(main.root, range(4, 6))
    ran = regrade("gate", "--base", "main", "--json")
    assert (ran.code, ran.json["pinned_broken"], ran.json["reasons"][0]) == (1, ["f0005"], "1 pinned example broke: f0005")


def _answer(root: Path, key: str) -> str:
    """Return what the file answers to a key, as JSON."""
    rows = dict(line.split(",") for line in (root / "answers.csv").read_text(encoding="utf-8").splitlines()[1:])
    return json.dumps(rows[key])


def test_a_pinned_example_that_broke_may_not_be_relabelled_in_the_same_change(regrade: Regrade, main: Repository) -> None:
    answers(main.root, range(6, 8))
    assert regrade("evalset", "relabel", "f0007", json.loads(_answer(main.root, "f0007"))).code == 0
    ran = regrade("gate", "--base", "main", "--json")
    assert (ran.code, ran.json["pinned_broken"], ran.json["broken"]) == (1, ["f0007"], [])
    assert "1 pinned example broke by the label of the base, and other labels came in the same change: f0007" in ran.json["reasons"]

    answers(main.root, range(60, 80))
    assert regrade("gate", "--base", "main", "--json").json["verdict"] == "pass", "in a change of its own a label may be corrected"


@pytest.mark.parametrize("how", ["deleted", "rewritten"])
def test_decisions_of_the_base_that_are_gone_are_no_eval_set_to_judge_by(regrade: Regrade, main: Repository, how: str) -> None:
    segment = next(path for path in (main.root / "evalset/segments").rglob("*.jsonl") if b'"f0007"' in path.read_bytes())
    data = segment.read_bytes()
    segment.unlink()
    if how == "rewritten":
        data = data.replace(b'"value":true', b'"value":false')
        segment.with_name(f"{hashlib.sha256(data).hexdigest()}.jsonl").write_bytes(data)
    ran = regrade("gate", "--base", "main")
    assert ran.code == 4 and "the eval set of main was changed, not added to" in ran.err, ran
    assert ("not here" if how == "deleted" else "other bytes") in ran.err


def test_without_what_the_base_pinned_there_is_no_verdict(regrade: Regrade, main: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(*_: object, **__: object) -> None:
        raise DataError("git does not answer")

    monkeypatch.setattr("regrade.workspace.since.compare", unreadable)
    ran = regrade("gate", "--base", "main", "--json")
    assert (ran.code, ran.json["verdict"]) == (3, "not_evaluated") and "cannot be told: git does not answer" in ran.json["reasons"][0]


def test_the_function_of_a_metric_is_the_one_that_the_base_names_and_its_code_is_watched(
    regrade: Regrade, main: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []

    def function(pool: Pool, name: str, config: Config | None = None) -> Member:
        asked.append(config.metrics.custom[name.partition(":")[2]].function if config is not None else None)
        raise CandidateError("it is not started here")

    monkeypatch.setattr("regrade.candidates.pool.Pool.function", function)
    main.git("switch", "-q", "main")
    config, code = main.root / "regrade.toml", main.root / "shares.py"
    code.write_text("def all_right(frame):\n    return 0.5\n", encoding="utf-8")
    with config.open("a", encoding="utf-8") as file:
        file.write('[metrics.custom.mine]\nfunction = "shares:all_right"\nbetter = "higher"\n')
    edit(config, "[metrics]\nshow", '[metrics]\nprimary = "mine"\nshow')
    main.commit("a metric of our own")
    answers(main.root, range(60, 81))
    assert "runs code" not in regrade("gate", "--base", "main").out

    edit(config, "shares:all_right", "other:always")
    (main.root / "other.py").write_text("def always(frame):\n    return 1.0\n", encoding="utf-8")
    edit(code, "0.5", "1.0")
    ran = regrade("gate", "--base", "main", "--json")
    assert ran.code == 3 and set(asked) == {"shares:all_right"}
    came = "metric:mine runs code that came in the same change; it judges as it stands here, not as at main"
    assert f"{came}: other.py, shares.py" in ran.json["notes"]
