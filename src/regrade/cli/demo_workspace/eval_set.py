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
    """A failure mode of the demo: its key in the app, which failures belong to it, how many are promoted, what is said of it."""

    name: str
    digit: int
    where: str
    n: int
    about: str
    owner: str
    priority: int


_STORMS = "Rain over New York in the evening, when the delays of the day have added up."
_HOP = "Under 250 miles there is no time in the air to make up for a late start."
_HOLIDAY = "Full flights on days that look like any other: the model is told month and weekday, but of no holiday."
_GAP = "The weather of that hour is missing."
_FRIENDLY = "People call it neutral; one friendly word decides."
_UNFRIENDLY = "People call it neutral; one unfriendly word decides."
_UNKNOWN = "No word of the tweet is in the lexicon, so it is called neutral."
_SIGN = "Praise taken for a complaint, or a complaint for praise."
_UNSEEN = "More than an hour late in the evening, where less than a quarter of an hour was announced."
_ALARM = "More than half an hour was announced, and the flight came on time or early."
_AHEAD = "More than 25 minutes early, where it was announced to be about on time."

# No flight falls under two rules. The dates are Independence Day, Thanksgiving and Christmas of 2013.
MODES = (
    ModeRule("evening storms", 1, "result = 'wrong' and outcome = 'late' and hour >= 17 and precip > 0", 32, _STORMS, "weather", 1),
    ModeRule(
        "short hop",
        2,
        "result = 'wrong' and outcome = 'late' and hour < 17 and distance < 250 and precip = 0",
        26,
        _HOP,
        "network",
        2,
    ),
    ModeRule(
        "holiday",
        3,
        "result = 'wrong' and hour < 17 and distance >= 250 and temp is not null and (sched_time between '2013-07-03' and '2013-07-08'"
        " or sched_time between '2013-11-26' and '2013-12-02' or sched_time >= '2013-12-20')",
        24,
        _HOLIDAY,
        "network",
        2,
    ),
    ModeRule("missing weather", 4, "result = 'wrong' and temp is null", 20, _GAP, "data", 3),
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
        ModeRule("mild praise", 1, "result = 'wrong' and outcome = 'neutral' and prediction = 'positive'", 40, _FRIENDLY, "words", 2),
        ModeRule("mild complaint", 2, "result = 'wrong' and outcome = 'neutral' and prediction = 'negative'", 20, _UNFRIENDLY, "words", 2),
        ModeRule(
            "no word known",
            3,
            "result = 'wrong' and compound = 0",
            24,
            "No word of the tweet is in the lexicon, so it is called neutral.",
            "words",
            1,
        ),
        ModeRule("wrong sign", 4, "result = 'wrong' and outcome <> 'neutral' and prediction <> 'neutral'", 12, _SIGN, "words", 1),
    ),
    "result = 'right' and outcome = 'negative' and compound between -0.3 and -0.05",
    "rating",
)
"""Pinned: complaints that VADER heard, although they are faint."""
DELAYS = Beginning(
    (
        ModeRule(
            "not seen coming", 1, "result = 'wrong' and arr_delay > 60 and predicted_minutes < 15 and hour >= 17", 32, _UNSEEN, "weather", 1
        ),
        ModeRule(
            "false alarm",
            2,
            "result = 'wrong' and arr_delay <= 0 and predicted_minutes > 30",
            26,
            "Half an hour and more was announced, and the flight came on time or early.",
            "weather",
            2,
        ),
        ModeRule(
            "well ahead",
            3,
            "result = 'wrong' and arr_delay < -25 and predicted_minutes between -5 and 30",
            24,
            "More than 25 minutes early: a tail wind, or a generous schedule.",
            "network",
            3,
        ),
        ModeRule("missing weather", 4, "result = 'wrong' and temp is null and arr_delay between 0 and 60", 20, _GAP, "data", 3),
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
            workspace.evalset.define_mode(mode.name, digit=mode.digit, description=mode.about, owner=mode.owner, priority=mode.priority)
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
