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


@dataclass(frozen=True)
class Beginning:
    """How an eval set begins.

    Attributes
    ----------
    pinned, order : str
        What production got right and no change may lose: a filter, and the order in which the first four are taken.
    """

    modes: tuple[ModeRule, ...]
    pinned: str
    order: str

    @property
    def steps(self) -> int:
        """How often `begin` reports: after each mode, the pinned, the sample."""
        return len(self.modes) + 2


FLIGHTS = Beginning(MODES, PINNED_RULE, "-arr_delay")
TWEETS = Beginning(
    (
        ModeRule("mild praise", 1, "result = 'wrong' and outcome = 'neutral' and prediction = 'positive'", 40),
        ModeRule("mild complaint", 2, "result = 'wrong' and outcome = 'neutral' and prediction = 'negative'", 20),
        ModeRule("no word known", 3, "result = 'wrong' and compound = 0", 24),
        ModeRule("wrong sign", 4, "result = 'wrong' and outcome <> 'neutral' and prediction <> 'neutral'", 12),
    ),
    "result = 'right' and outcome = 'negative' and compound between -0.3 and -0.05",
    "rating",
)
"""Pinned: complaints that VADER heard, although they are faint."""
DELAYS = Beginning(
    (
        ModeRule("not seen coming", 1, "result = 'wrong' and arr_delay > 60 and predicted_minutes < 15 and hour >= 17", 32),
        ModeRule("false alarm", 2, "result = 'wrong' and arr_delay <= 0 and predicted_minutes > 30", 26),
        ModeRule("well ahead", 3, "result = 'wrong' and arr_delay < -25 and predicted_minutes between -5 and 30", 24),
        ModeRule("missing weather", 4, "result = 'wrong' and temp is null and arr_delay between 0 and 60", 20),
    ),
    "result = 'right' and arr_delay > 60",
    "-arr_delay",
)
"""Pinned: the longest delays that were forecast to the quarter of an hour."""
BEGINNINGS = {"flights": FLIGHTS, "tweets": TWEETS, "delays": DELAYS}


class _Demo(Workspace):
    """A workspace whose decisions are the demo's, not the user's."""

    @cached_property
    def evalset(self) -> EvalSet:
        """The eval set, with the demo as the one who decides."""
        return EvalSet.open(self.paths.evalset, actor=ACTOR, task_kind=self.config.task.kind)


def begin(folder: Path, done: Callable[[], None], beginning: Beginning = FLIGHTS) -> None:
    """Enter the demo's eval set into the workspace at ``folder``, and seal it.

    ``done`` is called after each of the beginning's steps. The same log gives the same eval set, event ids and times apart.
    """
    with _Demo.open(folder) as workspace:
        for mode in beginning.modes:
            workspace.define_mode(mode.name, digit=mode.digit)
            keys = _pick(workspace, mode)
            workspace.label(keys, mode.name, note=f"picked by rule: {mode.where}")
            workspace.promote(keys, origin="failure")
            done()
        worst = workspace.reader.view(beginning.pinned, beginning.order).addresses[:PINNED]
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
