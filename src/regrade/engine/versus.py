"""Two candidates side by side, as the Compare screen wants them: the comparison, every compared example, a report to paste."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from regrade.compare import compare
from regrade.compare.pairs import pairs
from regrade.errors import UsageError
from regrade.report.comparison_markdown import to_markdown
from regrade.scoring.watching import Watcher
from regrade.workspace import Workspace
from regrade.workspace.judge import mode_names, population, score


def versus(workspace: Workspace, baseline: str, candidate: str, cancelled: Callable[[], bool], watcher: Watcher) -> dict[str, Any]:
    """Return ``comparison`` (as `regrade compare --json` has it), ``pairs`` and ``markdown``; what is missing is predicted.

    Raises
    ------
    UsageError
        It was cancelled; what was answered is kept.
    """
    config, names = workspace.config, [baseline, candidate]
    scored = score(workspace, names, None, cancelled, watcher)
    if any(run.unasked for run in scored.runs.values()):
        raise UsageError("cancelled: what was answered is kept")
    modes = mode_names(workspace)
    comparison = compare(scored, baseline, candidate, config, mode_names=modes, population=partial(population, workspace))
    rows = pairs(scored, baseline, candidate, config, mode_names=modes)
    return {
        "comparison": msgspec.to_builtins(comparison),
        "pairs": msgspec.to_builtins(rows),
        "markdown": to_markdown(comparison),
    }
