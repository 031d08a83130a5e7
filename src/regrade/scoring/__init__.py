"""Scoring: every candidate's answer on every example, computed once, and the metrics over them; heavy parts come when asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regrade.scoring.database import Database
    from regrade.scoring.frames import example_frames
    from regrade.scoring.hidden import HiddenExamples, hidden_examples
    from regrade.scoring.labels import is_right
    from regrade.scoring.outputs import Output, OutputCache
    from regrade.scoring.records import record
    from regrade.scoring.replay import Replay
    from regrade.scoring.runner import score
    from regrade.scoring.scored import CandidateRun, Scored

_HOMES = {
    "CandidateRun": "scored",
    "Database": "database",
    "HiddenExamples": "hidden",
    "Output": "outputs",
    "OutputCache": "outputs",
    "Replay": "replay",
    "Scored": "scored",
    "example_frames": "frames",
    "hidden_examples": "hidden",
    "is_right": "labels",
    "record": "records",
    "score": "runner",
}

__all__ = [
    "CandidateRun",
    "Database",
    "HiddenExamples",
    "Output",
    "OutputCache",
    "Replay",
    "Scored",
    "example_frames",
    "hidden_examples",
    "is_right",
    "record",
    "score",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: sqlite-utils brings pandas, which takes longer than many commands."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
