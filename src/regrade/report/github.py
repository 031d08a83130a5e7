"""What GitHub Actions shows of a gate: an annotation, and the summary of the step."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from regrade.compare.comparison import Verdict
from regrade.report.comparison_words import VERDICTS
from regrade.safe_text import safe_text


def annotation(verdict: Verdict, reason: str, candidate: str, *, failing: bool) -> str:
    """Return the line by which a runner shows the verdict at the top of the run; nothing for a pass."""
    if verdict == "pass":
        return ""
    title = _escaped(f"regrade: {VERDICTS[verdict]}, {safe_text(candidate, 80)}").replace(":", "%3A").replace(",", "%2C")
    return f"::{'error' if failing else 'warning'} title={title}::{_escaped(safe_text(reason, 1_000))}"


def append_summary(markdown: Callable[[], str], environment: Mapping[str, str] = os.environ) -> bool:
    """Append to the summary of the step; returns whether there is one. Raises OSError where it cannot be written."""
    path = environment.get("GITHUB_STEP_SUMMARY")
    if not path:
        return False
    with Path(path).open("a", encoding="utf-8") as file:
        file.write("\n" + markdown())
    return True


def _escaped(text: str) -> str:
    """Return a text in which no byte ends the command (actions/toolkit, command.ts: escapeData)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
