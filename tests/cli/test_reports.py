"""`compare`, `gate` and `report` write what they found: JSON that its schema knows, Markdown, JUnit, and what GitHub Actions shows."""

from __future__ import annotations

import json
import runpy
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from tests.git.repository import Repository

from .conftest import Regrade

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = DOCS / "schema" / "comparison.schema.json"

SETTINGS = """
[metrics]
show = ["accuracy", "log_loss"]
[slices]
evening = "hour >= 18"
[business]
value = "case when prediction = expected then 0 else -10 end"
per_month = 1000
[gate.slices.evening]
margin = 0.02
"""
FILE = '[candidates.file]\npredictions = "answers.csv"\n'


_MADE: list[Path] = []
"""Where the workspace was put aside, once it was made."""


@pytest.fixture
def judged(regrade: Regrade, log_csv: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace with an eval set and, beside what production answered, a file of answers that says late whatever happens."""
    if _MADE:
        shutil.copytree(_MADE[0], tmp_path, dirs_exist_ok=True)
        return tmp_path
    assert regrade("init", log_csv, "--yes", "--json").code == 0
    config = tmp_path / "regrade.toml"
    config.write_text(config.read_text(encoding="utf-8") + SETTINGS + FILE, encoding="utf-8")
    answer(tmp_path, "late")
    assert regrade("label", "f0005", "f0020", "--mode", "short hop").code == 0
    assert regrade("promote", "f0005", "f0020", "--pin").code == 0
    assert regrade("sample", 60).code == 0
    _MADE.append(shutil.copytree(tmp_path, tmp_path_factory.mktemp("made") / "workspace"))
    return tmp_path


def answer(root: Path, what: str) -> None:
    """Let the file of answers say ``what`` to everything."""
    lines = [f"f{number:04d},{what},{0.9 if what == 'late' else 0.1}\n" for number in range(120)]
    (root / "answers.csv").write_text("key,prediction,score\n" + "".join(lines), encoding="utf-8")


def strict(schema: Any) -> Any:
    """Return the schema with every object closed: a key that it does not know is a fault here."""
    if isinstance(schema, dict):
        closed = {"additionalProperties": False} if "properties" in schema else {}
        return closed | {name: strict(each) for name, each in schema.items()}
    return [strict(each) for each in schema] if isinstance(schema, list) else schema


def test_the_schema_is_up_to_date() -> None:
    made = runpy.run_path(str(DOCS / "make_schema.py"))
    assert SCHEMA.read_text(encoding="utf-8") == made["page"](), "run docs/make_schema.py"


def test_documents_are_what_the_schema_says(regrade: Regrade, judged: Path) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(strict(schema))
    gate = regrade("gate", "--base", "logged", "--head", "file", "--json")
    compare = regrade("compare", "file", "logged", "--json")
    assert (gate.code, gate.json["verdict"]) == (1, "regression") and compare.code == 0
    for document in (gate.json, compare.json):
        validator.validate(document)
        assert document["slices"] and document["modes"] and document["business"] and document["flips"]
    assert regrade("report", "logged", "file", "--json", "-").out == gate.out
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(gate.json | {"unknown": 1})
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({name: value for name, value in gate.json.items() if name != "flips"})


def test_files_are_written_beside_the_terminal_report(regrade: Regrade, judged: Path) -> None:
    ran = regrade("gate", "--base", "logged", "--head", "file", "--markdown", "out/gate.md", "--junit", "out/gate.xml")
    assert ran.code == 1 and ran.out.startswith("✗ regression") and "written: out/gate.md" in ran.err
    markdown = (judged / "out/gate.md").read_text(encoding="utf-8")
    assert markdown.startswith("<!-- regrade-report file -->\n### ✗ regression") and "<code>short hop</code>" in markdown
    suite = ElementTree.parse(judged / "out/gate.xml").getroot()[0]
    assert suite.find("testcase[@name='verdict']/failure") is not None

    alone = regrade("report", "logged", "file", "--markdown", "again.md", "--json", "again.json")
    assert (alone.code, alone.out) == (0, "")
    assert (judged / "again.md").read_text(encoding="utf-8") == markdown
    assert json.loads((judged / "again.json").read_text(encoding="utf-8"))["verdict"] == "regression"
    assert regrade("report", "logged", "file").out == ran.out
    assert regrade("compare", "logged", "file", "--markdown", "-").out == markdown
    assert "hour" not in markdown and "hour&#61;" in regrade("report", "logged", "file", "--markdown", "-", "--inputs").out


def test_what_cannot_be_written_is_said_after_the_verdict(regrade: Regrade, judged: Path) -> None:
    (judged / "folder").mkdir()
    ran = regrade("gate", "--base", "logged", "--head", "file", "--markdown", "folder", "--junit", "gate.xml")
    assert ran.code == 2 and ran.out.startswith("✗ regression") and "error: folder: is a folder" in ran.err
    assert (judged / "gate.xml").exists() and list((judged / "folder").iterdir()) == []
    for both in (("--markdown", "-", "--json"), ("--markdown", "a.md", "--junit", "./a.md"), ("--junit", "")):
        refused = regrade("compare", "logged", "file", *both)
        assert (refused.code, refused.out) == (2, ""), both
    assert not (judged / "a.md").exists()


def test_github_is_told(regrade: Regrade, judged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = judged / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    gate = ("gate", "--base", "logged", "--head", "file")
    quiet = regrade(*gate, "--no-summary")
    assert "::error" not in quiet.err and not summary.exists()

    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    ran = regrade(*gate, "--json")
    assert ran.json["verdict"] == "regression" and ran.err.startswith("::error title=regrade%3A regression%2C file::")
    assert "### ✗ regression" in summary.read_text(encoding="utf-8")
    for _ in range(2):
        regrade("compare", "logged", "file")
    assert summary.read_text(encoding="utf-8").count("###") == 1, "a gate alone has a summary"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(judged))
    unwritable = regrade(*gate)
    assert unwritable.code == 1 and "the summary of the step cannot be written" in unwritable.err


def test_a_document_in_the_log_of_a_run_commands_nothing(regrade: Regrade, judged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert regrade("modes", "define", "##[add-mask]e ::stop-commands::x").code == 0
    usual, told = regrade("modes", "list", "--json"), regrade("modes", "list")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    there = regrade("modes", "list", "--json")
    assert there.json == usual.json and "##[" in usual.out and "##[" not in there.out
    assert "##[" in told.out and "##[" not in regrade("modes", "list").out


def test_what_could_not_be_judged_leaves_reports_that_say_so(regrade: Regrade, judged: Path) -> None:
    (judged / "gate.xml").write_text("from before", encoding="utf-8")
    ran = regrade("gate", "--base", "mian", "--junit", "gate.xml", "--markdown", "gate.md")
    assert ran.code in (2, 3) and ran.out == ""
    error = ElementTree.parse(judged / "gate.xml").getroot().find("testsuite/testcase/error")
    assert error is not None and error.attrib["message"] in ran.err
    assert "not evaluated" in (judged / "gate.md").read_text(encoding="utf-8")


def test_report_compares_with_the_main_branch_of_origin(regrade: Regrade, judged: Path) -> None:
    nothing = regrade("report")
    assert nothing.code == 2 and "no origin/HEAD" in nothing.err
    repository = Repository(judged)
    repository.git("init", "-q")
    (judged / ".gitignore").write_text(".regrade/\nflights.csv\n", encoding="utf-8")
    config = judged / "regrade.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('champion = "logged"', 'champion = "file"'), encoding="utf-8")
    repository.commit("base")
    repository.git("update-ref", "refs/remotes/origin/main", "HEAD")
    answer(judged, "on_time")
    ran = regrade("report", "--json", "-")
    assert "compared with origin/main" in ran.err
    assert (ran.json["baseline"], ran.json["candidate"]) == ("file@origin/main", "file") and ran.json["fixed"]
