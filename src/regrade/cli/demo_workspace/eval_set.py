"""How the demo's eval set begins: real failures picked by rule, a few pinned successes, a random sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from regrade.evalset import EvalSet, chosen
from regrade.workspace import Workspace

ACTOR = "regrade demo"
"""Stands in every decision made here, so that nobody takes them for a person's."""

SAMPLED = 300
"""Predictions drawn at random, whatever came of them: the basis of the production estimate."""

PINNED = 4
PINNED_RULE = "result = 'right' and outcome = 'late' and hour >= 17 and precip > 0"
"""Storm evenings that production saw coming. The worst of them are pinned: no change may lose them."""


@dataclass(frozen=True)
class ModeRule:
    """A failure mode of the demo: its key in the app, which failures belong to it, how many are promoted."""

    name: str
    digit: int
    where: str
    n: int


# No flight falls under two rules. The dates are Independence Day, Thanksgiving and Christmas of 2013.
MODES = (
    ModeRule("evening storms", 1, "result = 'wrong' and outcome = 'late' and hour >= 17 and precip > 0", 32),
    ModeRule("short hop", 2, "result = 'wrong' and outcome = 'late' and hour < 17 and distance < 250 and precip = 0", 26),
    ModeRule(
        "holiday",
        3,
        "result = 'wrong' and hour < 17 and distance >= 250 and temp is not null and (sched_time between '2013-07-03' and '2013-07-08'"
        " or sched_time between '2013-11-26' and '2013-12-02' or sched_time >= '2013-12-20')",
        24,
    ),
    ModeRule("missing weather", 4, "result = 'wrong' and temp is null", 20),
)

STEPS = len(MODES) + 2
"""How often `begin` reports: after each mode, the pinned, the sample."""


class _Demo(Workspace):
    """A workspace whose decisions are the demo's, not the user's."""

    @cached_property
    def evalset(self) -> EvalSet:
        """The eval set, with the demo as the one who decides."""
        return EvalSet.open(self.paths.evalset, actor=ACTOR, task_kind=self.config.task.kind)


def begin(folder: Path, done: Callable[[], None]) -> None:
    """Enter the demo's eval set into the workspace at ``folder``, and seal it.

    ``done`` is called after each of the `STEPS`. The same log gives the same eval set, event ids and times apart.
    """
    with _Demo.open(folder) as workspace:
        for mode in MODES:
            workspace.define_mode(mode.name, digit=mode.digit)
            keys = _pick(workspace, mode)
            workspace.label(keys, mode.name, note=f"picked by rule: {mode.where}")
            workspace.promote(keys, origin="failure")
            done()
        worst = workspace.reader.view(PINNED_RULE, "-arr_delay").addresses[:PINNED]
        workspace.promote([str(row[0]) for row in workspace.reader.cells(worst, ["key"])], origin="important", pinned=True)
        done()
        workspace.sample(SAMPLED)
        workspace.evalset.seal()
        done()


def _pick(workspace: Workspace, mode: ModeRule) -> list[str]:
    """Return keys of ``mode.n`` failures that the rule finds, drawn by hash: the same for everybody."""
    found = workspace.reader.view(mode.where).addresses
    keys = [str(row[0]) for row in workspace.reader.cells(found, ["key"])]
    drawn, _probability = chosen(keys, f"demo: {mode.name}", n=mode.n)
    return drawn
