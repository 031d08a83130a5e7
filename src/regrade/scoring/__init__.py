"""Scoring: every candidate's answer on every example, computed once, and the metrics over them. Imports sqlite-utils: heavy."""

from regrade.scoring.answers import answers
from regrade.scoring.database import Database
from regrade.scoring.frames import example_frames
from regrade.scoring.hidden import HiddenExamples, hidden_examples
from regrade.scoring.labels import is_right
from regrade.scoring.metrics import METRICS, metrics, metrics_all
from regrade.scoring.outputs import Output, OutputCache
from regrade.scoring.records import record
from regrade.scoring.replay import Replay, replay
from regrade.scoring.runner import score
from regrade.scoring.scored import CandidateRun, Scored

__all__ = [
    "METRICS",
    "CandidateRun",
    "Database",
    "HiddenExamples",
    "Output",
    "OutputCache",
    "Replay",
    "Scored",
    "answers",
    "example_frames",
    "hidden_examples",
    "is_right",
    "metrics",
    "metrics_all",
    "record",
    "replay",
    "score",
]
