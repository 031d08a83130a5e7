"""GitHub Actions: an annotation is one command, and data in a log is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from regrade.report.github import annotation, append_summary

from .hostile import HOSTILE, named
from .test_terminal import printed


@pytest.mark.parametrize("text", HOSTILE)
def test_an_annotation_is_one_line_and_ends_where_it_should(text: str) -> None:
    line = annotation("regression", text, text, failing=True)
    head, title, message = line.partition(" ")[0], *line.partition(" ")[2].split("::", 1)
    assert head == "::error" and "\n" not in line and "\r" not in line
    assert title.startswith("title=regrade%3A regression%2C ") and "," not in title and ":" not in title
    assert "%0A" not in message.replace("%250A", "")


def test_what_passes_is_not_announced() -> None:
    assert annotation("pass", "fine", "prod", failing=False) == ""
    assert annotation("inconclusive", "open", "prod", failing=False).startswith("::warning title=")


@pytest.mark.parametrize("text", ["::error::pwned", "x ::stop-commands::y", "##[add-mask]e", ":" * 300, "word " * 30 + "::add-path::/tmp"])
@pytest.mark.parametrize("width", [30, 80])
def test_no_report_commands_a_runner(text: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "::" in (before := printed(named(text), width)) or "##[" in before
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for line in printed(named(text), width).splitlines():
        assert not line.lstrip().startswith("::") and "##[" not in line


def test_the_summary_is_appended(tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_text("before\n", encoding="utf-8")
    assert append_summary(lambda: "### ✓ pass\n", {"GITHUB_STEP_SUMMARY": str(file)})
    assert file.read_text(encoding="utf-8") == "before\n\n### ✓ pass\n"
    assert not append_summary(lambda: "", {})
