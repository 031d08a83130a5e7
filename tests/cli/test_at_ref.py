"""Comparing with the past from the command line: `prod@main`, and `gate --base main` before a pull request."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.git.repository import Repository

from .conftest import Regrade


@pytest.fixture
def repository(regrade: Regrade, workspace: Path) -> Repository:
    """Return the workspace under git: scored examples, on main; nothing is known from before."""
    repository = Repository(workspace)
    repository.git("init", "-q")
    edit(workspace / "regrade.toml", 'champion = "logged"', 'champion = "rules"')
    (workspace / ".gitignore").write_text(".regrade/\n*.csv\nasked.txt\n", encoding="utf-8")
    assert regrade("sample", 30).code == 0
    repository.commit("base")
    return repository


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_the_same_candidate_is_not_asked_again(regrade: Regrade, repository: Repository) -> None:
    assert regrade("score", "rules", "--json").json["candidates"][0]["predicted"] > 0

    found = regrade("score", "rules@main", "--json").json["candidates"][0]
    commit = repository.git("rev-parse", "HEAD").strip()
    assert (found["name"], found["ref"], found["commit"]) == ("rules@main", "main", commit)
    assert (found["predicted"], found["errors"]) == (0, 0)
    with sqlite3.connect(repository.root / ".regrade/cache/workspace.db") as database:
        runs = dict(database.execute('select candidate, "commit" from runs'))
    assert runs["rules@main"] == commit
    assert f"rules@main ({commit[:7]})" in regrade("score", "rules", "rules@main").out


def test_gate_with_a_ref_judges_the_champion_against_itself_there(regrade: Regrade, repository: Repository) -> None:
    same = regrade("gate", "--base", "main", "--json").json
    assert (same["baseline"], same["candidate"], same["verdict"]) == ("rules@main", "rules", "pass")
    assert (same["fixed"], same["broken"]) == ([], [])

    edit(repository.root / "rules.py", '"hour"] >= late_from', '"hour"] < late_from')
    assert regrade("gate", "--base", "main").code == 3  # new code, which nobody has trusted
    assert regrade("trust", "rules").code == 0
    repository.git("switch", "-q", "-c", "change")
    repository.commit("turn it round")
    changes = repository.changes()
    ran = regrade("gate", "--base", "main", "--allow-code", "--json")
    assert ran.json["verdict"] == "regression"
    assert ran.code == 1
    assert ran.json["baseline_at"] == {"ref": "main", "commit": repository.git("rev-parse", "main").strip()}
    assert ran.json["candidate_at"] is None
    for spelling in ("rules@main", "HEAD~1", repository.git("rev-parse", "--short", "main").strip()):
        told = regrade("gate", "--base", spelling, "--allow-code", "--json").json
        assert (told["fixed"], told["broken"]) == (ran.json["fixed"], ran.json["broken"])
    shown = regrade("compare", "rules@main", "early@HEAD", "--allow-code").out.replace("\n", " ")
    head, base = (repository.git("rev-parse", "--short=7", ref).strip() for ref in ("HEAD", "main"))
    assert f"early@HEAD ({head}) against rules@main ({base})" in shown
    assert repository.changes() == changes == ""


def test_trust_of_a_commit(regrade: Regrade, repository: Repository) -> None:
    edit(repository.root / "rules.py", "0.8", "0.6")
    assert regrade("trust", "rules").code == 0
    refused = regrade("score", "rules@main")
    assert refused.code == 3
    assert "`regrade trust rules@main`" in refused.err
    assert regrade("trust", "rules@main").out.startswith("trusted rules@main")
    assert regrade("score", "rules@main", "rules").code == 0


def test_what_a_ref_lacks_is_said_and_harms_no_other(regrade: Regrade, repository: Repository) -> None:
    (repository.root / "answers.csv").write_text("key,prediction\n", encoding="utf-8")
    config = repository.root / "regrade.toml"
    config.write_text(config.read_text(encoding="utf-8") + '[candidates.file]\npredictions = "answers.csv"\n', encoding="utf-8")
    repository.commit("a candidate whose file is ignored")

    ran = regrade("score", "rules", "file@HEAD", "--json")
    rules, file = ran.json["candidates"]
    assert (ran.code, rules["error"]) == (3, None)
    assert "answers.csv is not in git at that commit, and ignored here" in file["error"]
    compared = regrade("compare", "file@HEAD", "rules", "--json")
    assert (compared.code, compared.json["verdict"]) == (3, "not_evaluated")

    for name in ("rules@mian", "rulse@HEAD", "rulse"):
        wrong = regrade("score", name)
        assert (wrong.code, wrong.out) == (2, "")
        assert "did you mean" in wrong.err or "there are" in wrong.err
    nothing = regrade("gate", "--base", "mian")
    assert nothing.code == 2
    assert "is no candidate, and no commit, branch or tag" in nothing.err


def test_a_base_from_before_the_workspace_and_no_git_at_all(regrade: Regrade, workspace: Path) -> None:
    bare = regrade("gate", "--base", "main")
    assert bare.code == 3
    assert "not a git repository" in bare.err

    repository = Repository(workspace)
    repository.git("init", "-q")
    repository.git("commit", "-q", "--allow-empty", "-m", "nothing yet")
    early = regrade("gate", "--base", "main")
    assert early.code == 3
    assert "there is no regrade.toml at main" in early.err


def test_a_misspelt_base_is_told_the_branch_that_is_near(regrade: Regrade, repository: Repository) -> None:
    ran = regrade("gate", "--base", "mian")
    assert ran.code == 2 and "did you mean 'main'? · candidates: " in ran.err
