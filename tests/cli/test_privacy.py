"""The whole loop over a log with a name and a number that must not leave it: commands, the app, its engine, what is left on the disk."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from regrade.candidates import Pool
from regrade.config import load
from regrade.config_privacy import Privacy
from regrade.log import Content
from regrade.paths import Paths
from regrade.tui.layout import GridColumn
from regrade.tui.services.log_messages import WholeRow
from regrade.tui.services.log_service import LogService
from regrade.tui.services.past import disputes_of
from regrade.tui.services.saved_view import SavedView, without_private
from regrade.tui.support import Support
from regrade.workspace import Workspace
from tests.cli.conftest import Regrade
from tests.conftest import log_lines
from tests.git.repository import Repository
from tests.pty_app import PtyApp
from tests.unit.log.keyed import expected_check

SECRET, NUMBER = "SECRET-7f3", 77_310_000
SIZE = {"COLUMNS": "200", "LINES": "36"}
"""What a parallel run of the tests sets otherwise."""
KEY = "the key that the whole team shares"
RECORDER = '''
import json

def predict(frame):
    """Says late in the evening; writes down everything that it is given."""
    with open("given.txt", "a") as given:
        given.write(json.dumps({"columns": list(frame.columns), "rows": frame.astype(str).values.tolist()}) + "\\n")
    return ["late" if hour >= 15 else "on_time" for hour in frame["hour"]]
'''
PRIVACY = f'[privacy]\ndrop = ["customer_name"]\nhash = ["customer_id"]\ncheck = "{expected_check(KEY)}"\n'
CONFIG = """
[candidates.recorder]
python = "recorder:predict"
[candidates.other]
python = "recorder:predict"
[slices]
one = "customer_id is not null"
"""


@pytest.fixture
def folder(regrade: Regrade, tmp_path: Path) -> Path:
    """Return a workspace over a log with two columns of a customer, whose champion writes down what it is given."""
    header, *lines = log_lines(120)
    rows = [f"{header},Customer_Name,customer_id", *(f"{line},{SECRET} {at},{NUMBER + at % 9}" for at, line in enumerate(lines))]
    log = tmp_path / "flights.csv"
    log.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert regrade("init", log, "--yes", "--json").code == 0
    (tmp_path / "recorder.py").write_text(RECORDER, encoding="utf-8")
    config = tmp_path / "regrade.toml"
    text = config.read_text(encoding="utf-8").replace('champion = "logged"', 'champion = "recorder"')
    config.write_text(text + CONFIG, encoding="utf-8")
    for name in ("recorder", "other"):
        assert regrade("trust", name).code == 0
    log.unlink()
    return tmp_path


@pytest.fixture
def private(folder: Path) -> Path:
    """Return the same with [privacy] from the start."""
    declare(folder)
    return folder


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set the team's key."""
    monkeypatch.setenv("REGRADE_PRIVACY_KEY", KEY)
    yield


def declare(folder: Path) -> None:
    with (folder / "regrade.toml").open("a", encoding="utf-8") as file:
        file.write(PRIVACY)


def holding(folder: Path, *texts: str) -> list[str]:
    """Return every file below that holds one of the texts in any byte, digits not in the middle of a hash; the log itself may."""
    sought = re.compile(b"|".join((rb"(?<![0-9a-f])" if text.isdigit() else b"") + re.escape(text.encode()) for text in texts))
    files = [each for each in folder.rglob("*") if each.is_file() and each.parent != Paths(folder).log]
    assert files
    return sorted(str(each.relative_to(folder)) for each in files if sought.search(each.read_bytes()))


def test_a_dispute_between_what_was_in_clear_and_what_is_hidden_shows_and_writes_nothing_in_clear(
    folder: Path, regrade: Regrade, key: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ann filled a column in on one branch, Bob hid another on his: whoever is right, the hidden one stays hidden."""
    repository = Repository(folder)
    kept = [PRIVACY, (folder / "regrade.toml").read_text(encoding="utf-8")]
    assert regrade("promote", "f0005", "f0015").code == 0
    repository.git("init", "-q")
    repository.commit("begin")
    for name in ("ann", "bob"):
        repository.git("switch", "-q", "-c", name, "main")
        monkeypatch.setenv("REGRADE_ACTOR", name)
        (folder / "regrade.toml").write_text(kept[1] + (kept[0] if name == "bob" else ""), encoding="utf-8")
        with Workspace.open(folder) as workspace:
            content = msgspec.convert(workspace.evalset.state.values("f0005", "content")[0], Content)
            more = msgspec.structs.replace(content, inputs={**content.inputs, "distance": 7})
            if name == "ann":
                workspace.evalset.backfill([("f0005", more)], schemas={})
            else:
                workspace.backfill()
        repository.commit(name)
    repository.git("merge", "-q", "--no-edit", "ann")
    asked = [("diff", "HEAD^1", "HEAD", "--json"), ("diff", "HEAD^1", "HEAD", "--markdown", "-"), ("diff", "HEAD^1", "HEAD")]
    for words in (*asked, ("disputes", "--json"), ("disputes",)):
        said = regrade("evalset", *words)
        assert said.code == 0 and "content" in said.out and SECRET not in said.out and f"{NUMBER + 5}" not in said.out
        if words[-1] in ("-", "disputes"):  # no JSON, no table as wide as a terminal
            assert "distance 7" in " ".join(said.out.split()) and "carrier" not in said.out, "what differs, and nothing else"
    with Workspace.open(folder, read_only=True) as workspace:
        (dispute,) = disputes_of(workspace.evalset.state, "f0005", {}, workspace.config.privacy)
    app = " | ".join(view.text for view in dispute.views)
    assert "distance 7" in app and "hidden by [privacy]" in app and SECRET not in app and f"{NUMBER + 5}" not in app
    before = set(folder.rglob("evalset/segments/*/*.jsonl"))
    monkeypatch.delenv("REGRADE_PRIVACY_KEY")
    refused = regrade("evalset", "resolve", "f0005", "--by", "ann", "--json")
    assert (refused.code, refused.out, "REGRADE_PRIVACY_KEY" in refused.err) == (2, "", True)
    monkeypatch.setenv("REGRADE_PRIVACY_KEY", KEY)
    assert regrade("evalset", "resolve", "f0005", "--by", "ann").code == 0
    (segment,) = set(folder.rglob("evalset/segments/*/*.jsonl")) - before
    assert SECRET not in segment.read_text(encoding="utf-8") and str(NUMBER + 5) not in segment.read_text(encoding="utf-8")
    inputs = regrade("evalset", "show", "f0005", "--json").json["content"]["inputs"]
    assert inputs["distance"] == 7 and inputs["customer_id"].startswith("hmac:") and "Customer_Name" not in inputs
    found = regrade("evalset", "verify", "--json").json
    assert {each["code"] for each in found["warnings"]} == {"privacy"}, "its schema stands in its own file"
    assert found["checked"]["disputed"] == 0


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_no_message_about_a_file_shows_what_is_hidden(private: Path, regrade: Regrade, key: None, suffix: str) -> None:
    """Messages are kept where files are not: in a terminal's history, in the log of a CI."""
    header, line = (f"{each}," for each in log_lines(1)[:2])
    names, values = f"{header}Customer_Name,customer_id".split(","), f"{line}{SECRET},{SECRET}".split(",")
    row = dict(zip(names, values, strict=True)) | {"hour": "noon"}
    path = private / f"bad.{suffix}"
    path.write_text(f"{','.join(row)}\n{','.join(row.values())}\n" if suffix == "csv" else json.dumps(row), encoding="utf-8")
    refused = regrade("evalset", "add", path)
    assert (refused.code, SECRET in refused.err) == (2, False)
    assert "hour: noon, expected" in refused.err and "customer_id: a value that [privacy] hides, expected" in refused.err


def given(folder: Path) -> list[dict[str, list[object]]]:
    """Return what candidates were given, request by request."""
    path = folder / "given.txt"
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def test_after_a_whole_loop_no_file_and_no_candidate_has_a_name_or_a_number(private: Path, regrade: Regrade, key: None) -> None:
    assert regrade("promote", "--where", f"result = 'wrong' and customer_name like '{SECRET}%'", "--limit", 9).code == 0
    assert regrade("sample", 20).code == 0
    assert regrade("score").code == 0
    assert regrade("compare", "recorder", "other", "--json").json["slices"][0]["n"] > 9, "the slice reads hashes"
    exports = [
        regrade("export", what, "--out", f"{what}.{kind}").code for what in ("eval", "labels") for kind in ("csv", "jsonl", "parquet")
    ]
    assert exports == [0] * 6
    with PtyApp(private, columns=200, **SIZE) as app:
        app.until("120 of 120")
        app.until(f"{SECRET} ")  # the log's own screen shows the log
        app.until("recorder")
        app.send(f"/customer_name = '{SECRET} 5'\r")
        app.until("1 of 120")
        app.rest()
        app.send("p")
        app.until("promoted f0005")
        app.rest()
        app.send("q")
        assert app.wait() == 0
    assert holding(private, SECRET, str(NUMBER)[:5]) == []
    with PtyApp(private, columns=200, **SIZE) as app:
        app.until("120 of 120")  # a filter on a name was not kept, and neither were the rows that it found
        app.until(f"{SECRET} ")
        app.send("q")
        assert app.wait() == 0
    assert b"f0027" in (private / ".regrade/cache/last_view.json").read_bytes()
    assert (private / ".regrade/cache/workspace.db").exists()
    assert holding(private, SECRET, str(NUMBER)[:5]) == []
    assert holding(private, "hmac:"), "the search would find something"
    columns = {tuple(each["columns"]) for each in given(private)}
    assert columns == {("carrier", "hour", "distance", "arr_delay", "customer_id")}
    assert all(str(row[-1]).startswith("hmac:") for each in given(private) for row in each["rows"])
    assert regrade("evalset", "show", "f0005", "--json").json["content"]["inputs"].keys() == set(columns.pop())


def test_the_engine_is_told_nothing_of_it(private: Path, key: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the app asks the engine about a prediction is the content of the row under the cursor."""
    service = LogService(Paths(private), load(private / "regrade.toml"), lambda _: None, Support(private / "s"), list)
    try:
        service.open()
        service.opened.result(30)
        row = service._whole_row("f0000", 0)
        assert isinstance(row, WholeRow)
        sent = msgspec.json.encode([row.content, dict(row.schemas)])
        monkeypatch.delenv("REGRADE_PRIVACY_KEY")
        refused = service._whole_row("f0000", 0)
    finally:
        service.end()
        service.close()
    assert SECRET.encode() not in sent and str(NUMBER).encode() not in sent and b"hmac:" in sent
    assert isinstance(refused, WholeRow) and refused.content is None and "REGRADE_PRIVACY_KEY" in refused.refused
    assert SECRET in str(refused.values), "the log is shown without the key"


def test_without_the_key_nothing_is_taken_out_of_the_log_and_the_rest_works(private: Path, regrade: Regrade) -> None:
    for command in (["promote", "f0000"], ["sample", 5], ["promote", "--where", "result = 'wrong'"]):
        ran = regrade(*command)
        assert ran.code == 2 and "REGRADE_PRIVACY_KEY" in ran.err and "regrade.toml: privacy.hash" in ran.err
    assert regrade("label", "f0000", "--mode", "storms").code == 0
    assert regrade("dismiss", "f0005", "--reason", "noise").code == 0
    assert regrade("status", "--json").json["examples"] == 0
    row = regrade("predictions", "--where", f"customer_name = '{SECRET} 5'", "--json").json["rows"][0]
    assert row["inputs"]["customer_id"] == NUMBER + 5 and "Customer_Name" not in row["inputs"]
    assert given(private) == []


def test_ci_scores_without_key_and_log_what_was_promoted_with_them(
    private: Path, regrade: Regrade, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with monkeypatch.context() as here:
        here.setenv("REGRADE_PRIVACY_KEY", KEY)
        assert regrade("promote", "--where", "result = 'wrong'").code == 0
        assert regrade("sample", 30).code == 0
        before = regrade("score", "--json").json
    assert before["replay"]["n"] == 120
    ran = regrade("score", "--json")
    assert [each["predicted"] for each in ran.json["candidates"]] == [0, 0, 0]
    assert ran.json["replay"] is None and "not compared with the log" in ran.err
    (private / ".regrade").rename(tmp_path_factory.mktemp("gone") / "regrade")
    after = regrade("score", "--json")
    assert after.code == 0 and "not compared" not in after.err
    for one, other in zip(before["candidates"], after.json["candidates"], strict=True):
        assert (one["metrics"], one["known"], one["errors"]) == (other["metrics"], other["known"], 0)
    assert sum(each["predicted"] for each in after.json["candidates"]) >= after.json["examples"]  # two on one code: either predicts


def test_examples_from_before_are_hidden_at_every_door_but_not_in_git(
    folder: Path, regrade: Regrade, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert regrade("promote", "--where", "result = 'wrong'", "--limit", 6).code == 0
    assert regrade("score").code == 0
    assert {tuple(each["columns"])[-2:] for each in given(folder)} == {("Customer_Name", "customer_id")}, "nothing is declared yet"
    for path in (folder / "given.txt", folder / ".regrade/cache/workspace.db"):
        path.unlink()
    declare(folder)
    monkeypatch.setenv("REGRADE_PRIVACY_KEY", KEY)
    with Workspace.open(folder) as workspace:
        assert regrade("score", "--json").json["candidates"][0]["errors"] == 0
        frame = workspace.examples()
        assert "Customer_Name" not in frame and frame["customer_id"].str.startswith("hmac:").all()
        old = set(frame["content_hash"])
    assert holding(folder / ".regrade/cache", SECRET, str(NUMBER)[:5]) == []
    assert SECRET not in (folder / "given.txt").read_text() and str(NUMBER)[:5] not in (folder / "given.txt").read_text()
    assert holding(folder / "evalset", SECRET), "git holds what was written before: `evalset backfill` and a cleaned history mend that"
    calls = len(given(folder))
    assert regrade("promote", "--where", "result = 'wrong'", "--limit", 6, "--origin", "important").code == 0
    with Workspace.open(folder) as workspace:
        assert set(workspace.examples()["content_hash"]) == old, "written anew it is the same content as it was hidden to be"
    assert regrade("score", "--json").json["candidates"][0]["predicted"] == 0 and len(given(folder)) == calls


def test_examples_from_before_are_errors_where_nothing_can_hash_them(folder: Path, regrade: Regrade) -> None:
    assert regrade("promote", "--where", "result = 'wrong'", "--limit", 6).code == 0
    assert regrade("score").code == 0, "the answers of then are in the cache, and are not used now"
    (folder / "given.txt").unlink()
    declare(folder)
    ran = regrade("score", "--json")
    scores = {each["name"]: each for each in ran.json["candidates"]}
    assert (scores["recorder"]["errors"], scores["other"]["errors"], scores["logged"]["errors"]) == (6, 6, 0)
    assert "'customer_id' in clear" in scores["recorder"]["error"] and "backfill" in scores["recorder"]["error"]
    assert given(folder) == []
    with sqlite3.connect(folder / ".regrade/cache/workspace.db") as database:
        inputs = [row[0] for row in database.execute("select inputs from examples")]
    assert len(inputs) == 6 and not any(SECRET in each or str(NUMBER)[:5] in each for each in inputs)


def test_a_mistyped_name_is_found_before_a_candidate_is_asked(folder: Path, regrade: Regrade) -> None:
    assert regrade("promote", "--where", "result = 'wrong'", "--limit", 6).code == 0
    config = folder / "regrade.toml"
    config.write_text(config.read_text(encoding="utf-8") + '[privacy]\ndrop = ["custommer_name"]\n', encoding="utf-8")
    for command in (["score"], ["compare", "logged", "recorder"], ["sample", 5], ["predictions"], ["status"]):
        ran = regrade(*command)
        assert ran.code == 2 and "privacy.drop" in ran.err and "did you mean 'Customer_Name'" in ran.err
    assert given(folder) == []


def test_a_pool_refuses_what_is_in_clear_whoever_hands_it_over(private: Path) -> None:
    """The last door: an app that was started before [privacy] was written sends what it read then."""
    with Workspace.open(private) as workspace:
        raw = workspace.reader.logged_contents(workspace.reader.view("", "").addresses[:3])
        schema = workspace.log.logged_schema
        items: list[tuple[str, Content]] = [(str(at), each) for at, each in enumerate(raw)]
    with Pool(private, load(private / "regrade.toml")) as pool:
        outputs = pool.predict("recorder", items, {schema.hash: schema.encoded})
    assert all(error is not None and "in clear" in error for error in outputs.errors)
    assert outputs.transient == {0, 1, 2}, "not to be cached"
    assert given(private) == [] and outputs.calls == 0


def test_a_saved_view_keeps_the_columns_and_not_what_stood_in_them() -> None:
    saved = SavedView(
        columns=[GridColumn("Customer_Name", "VARCHAR", "ignore"), GridColumn("mode", "VARCHAR", "input", "log.mode")],
        formats={},
        n_rows=2,
        blocks={0: {"key": ["a", "b"], "result": ["wrong", "right"], "Customer_Name": [SECRET, None], "log.mode": [SECRET, "x"]}},
        states={"a": ("labelled", None, False)},
        where="hour > 1",
        cursor=1,
    )
    privacy = Privacy(drop=("customer_name",), hash=("mode",))
    kept = without_private(saved, privacy)
    assert SECRET.encode() not in msgspec.json.encode(kept)
    assert kept.blocks == {0: {"key": ["a", "b"], "result": ["wrong", "right"], "Customer_Name": [None, None], "log.mode": [None, None]}}
    assert (kept.where, kept.cursor, kept.n_rows) == ("hour > 1", 1, 2)
    on_it = without_private(msgspec.structs.replace(saved, where=f"customer_name = '{SECRET}'"), privacy)
    assert (on_it.where, on_it.n_rows, on_it.blocks, on_it.cursor, on_it.states) == ("", 0, {}, 0, {}), (
        "rows that only this filter explains"
    )
    assert without_private(saved, Privacy()) is saved
