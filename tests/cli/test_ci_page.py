"""docs/ci.md says what works: the workflow's commands and the hook are run, with real git, in a repository with a remote."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from tests.git.repository import ENVIRONMENT, Repository

from .conftest import Regrade
from .test_reports import answer, judged  # noqa: F401

PAGE = (Path(__file__).parents[2] / "docs" / "ci.md").read_text(encoding="utf-8")

_GH = """#!/bin/sh
echo "$*" >> calls
case "$*" in *--paginate*) cat old 2>/dev/null || true;; esac
"""


def block(language: str) -> str:
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(found) == 1
    return str(found[0])


def steps() -> dict[str, str]:
    """Return the named steps of the workflow that run something."""
    workflow = yaml.safe_load(block("yaml"))
    assert workflow["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert workflow[True] == "pull_request", "YAML reads `on` as true"
    (job,) = workflow["jobs"].values()
    checkout = job["steps"][0]
    assert checkout["uses"].startswith("actions/checkout@") and checkout["with"]["fetch-depth"] == 0
    return {step["name"]: step["run"] for step in job["steps"] if "run" in step}


@pytest.fixture
def repository(regrade: Regrade, judged: Path, tmp_path_factory: pytest.TempPathFactory) -> Repository:  # noqa: F811
    """Return a clone whose champion on origin/main always says on_time, which is mostly right."""
    answer(judged, "on_time")
    repository = Repository(judged)
    config = judged / "regrade.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('champion = "logged"', 'champion = "file"'), encoding="utf-8")
    (judged / ".gitignore").write_text(".regrade/\nflights.csv\nbin/\ngate.*\ncalls\nold\n", encoding="utf-8")
    remote = tmp_path_factory.mktemp("remote")
    repository.git("init", "-q", "--bare", str(remote))
    repository.git("init", "-q")
    repository.commit("base")
    repository.git("remote", "add", "origin", str(remote))
    repository.git("push", "-q", "origin", "main")
    (judged / "bin").mkdir()
    (judged / "bin" / "regrade").symlink_to(Path(sys.executable).parent / "regrade")
    return repository


def shell(repository: Repository, command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a runner does: the first that fails ends it."""
    path = f"{repository.root / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**ENVIRONMENT, "PATH": path, "HOME": os.environ["HOME"], **more}
    return subprocess.run(["bash", "-e", "-c", command], cwd=repository.root, env=environment, capture_output=True, text=True)


def test_the_hook_lets_through_what_the_gate_passes(repository: Repository) -> None:
    hook = repository.root / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(block("sh"), encoding="utf-8")
    hook.chmod(0o755)
    repository.git("switch", "-q", "-c", "change")
    answer(repository.root, "late")
    repository.commit("say late to everything")
    refused = shell(repository, "git push -q origin change")
    assert refused.returncode != 0 and "regression" in refused.stdout + refused.stderr
    assert "change" not in repository.git("ls-remote", "origin")
    assert shell(repository, "git push -q origin main:other && git push -q origin :other").returncode == 0, "not what the work tree is"

    answer(repository.root, "on_time")
    repository.commit("take it back")
    passed = shell(repository, "git push -q origin change")
    assert passed.returncode == 0 and "pass" in passed.stdout + passed.stderr
    assert "change" in repository.git("ls-remote", "origin")


def test_the_commands_of_the_workflow(repository: Repository) -> None:
    commands = steps()
    answer(repository.root, "late")
    repository.git("switch", "-q", "-c", "change")
    repository.commit("say late to everything")
    summary = repository.root / "gate.summary"
    runner = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_BASE_REF": "main"}
    verified = shell(repository, commands["Every decision is still there"], **runner)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    gate = shell(repository, commands["Gate"], **runner)
    assert gate.returncode == 1 and "::error title=regrade" in gate.stderr
    assert "regression" in summary.read_text(encoding="utf-8")
    suite = ElementTree.parse(repository.root / "gate.xml").getroot()[0]
    assert int(suite.attrib["failures"]) >= 1

    (repository.root / "bin" / "gh").write_text(_GH, encoding="utf-8")
    (repository.root / "bin" / "gh").chmod(0o755)
    runner |= {"GITHUB_REPOSITORY": "team/flights", "NUMBER": "7", "GH_TOKEN": "none"}
    for old, said in (
        ("", "--method POST repos/team/flights/issues/7/comments"),
        ("42\n", "--method PATCH repos/team/flights/issues/comments/42"),
    ):
        (repository.root / "calls").unlink(missing_ok=True)
        (repository.root / "old").write_text(old, encoding="utf-8")
        assert shell(repository, commands["Comment"], **runner).returncode == 0
        looked, wrote = (repository.root / "calls").read_text(encoding="utf-8").splitlines()
        assert 'startswith("<!-- regrade-report file -->")' in looked and f"{said} --field body=@gate.md" in wrote
