"""A side of a comparison as a person names it: a candidate, one at a git ref, or a run on record, asked again where that can be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regrade.candidates import split
from regrade.compare.wording import counted
from regrade.errors import RegradeError, UsageError
from regrade.workspace.judge import baseline, check_names
from regrade.workspace.recalled import answered
from regrade.workspace.runs import Run, find_run, list_runs

if TYPE_CHECKING:
    from regrade.scoring.run_record import RunRecord
    from regrade.workspace.facade import Workspace

_A_RUN = re.compile(r"\d+|[0-9a-f]{7,64}|.+~\d+")
_COMMIT = 12
"""Digits of a commit in a candidate's name."""


@dataclass(frozen=True)
class Side:
    """One of the two.

    Attributes
    ----------
    name : str
        Who answers: ``prod``, ``prod@3fd7f29``, ``prod (run 0ac85ec9d2af)``; empty where nobody can.
    run : Run or None
        The run on record that was named.
    recalled : bool
        The candidate of the run is gone, and its answers come from the cache.
    note : str
        Of a run: who answers as it did, or why nobody can.
    """

    name: str
    run: Run | None = None
    recalled: bool = False
    note: str = ""


def side(workspace: Workspace, text: str, *, base: bool = False) -> Side:
    """Return the side that ``text`` means; with ``base`` a git ref alone is the champion there, as for a gate.

    A candidate comes before a run, and a run before a ref: ``prod~1`` is the run before the last, where ``prod`` has one.

    Raises
    ------
    UsageError
        It is none of them.
    IntegrityError, DataError
        It is a kept run that cannot be believed.
    """
    if text not in workspace.config.candidate_names and split(text, workspace.config.candidate_names) is None and _A_RUN.fullmatch(text):
        listed = list_runs(workspace)
        try:
            return again(workspace, find_run(workspace, text, listed))
        except UsageError:
            if not base:
                raise
    name = baseline(workspace, text) if base else text
    check_names(workspace, [name])
    return Side(name)


def again(workspace: Workspace, run: Run) -> Side:
    """Return who answers as the candidate of a run did: itself as it stands, or as of the run's commit; else the cache of answers.

    The fingerprints are the proof.
    """
    record, words = run.record, run_words(run)
    if record.model.fingerprint is None:
        return Side("", run, note=f"{words} could not be loaded when it was scored")
    name, why = _itself(workspace, record)
    if name:
        return Side(name, run, note=f"{words} is {name}, of the same fingerprint, asked on the eval set as it is now")
    known, total = answered(workspace, record)
    if not known:
        return Side("", run, note=f"{words} cannot be asked again: {why}, and the cache has none of its answers")
    told = f"{words}: {why}; its answers are those in the cache, to {known:,} of {counted(total, 'example')}"
    return Side(f"{record.candidate} (run {_short(run)})", run, recalled=True, note=told)


def _itself(workspace: Workspace, record: RunRecord) -> tuple[str, str]:
    """Return the candidate that is what it was in a run, or why there is none."""
    commit, names = record.code.commit, workspace.config.candidate_names
    tried = [record.candidate] if record.candidate in names or split(record.candidate, names) else []
    if commit and record.candidate in names:
        tried.append(f"{record.candidate}@{commit[:_COMMIT]}")
    for name in tried:
        try:
            check_names(workspace, [name])
            if workspace.pool.fingerprint(name).hash == record.model.fingerprint:
                return name, ""
        except RegradeError:
            continue  # it is not there any more, or is another one that cannot be loaded
    if not tried:
        return "", f"regrade.toml has no candidate {record.candidate!r} any more"
    return "", f"{record.candidate} is not what it was then" + (", with changes that were not committed" if record.code.dirty else "")


def on_record(workspace: Workspace, found: Side) -> Run:
    """Return the run on record of a side: the one that was named, or the candidate's newest. Raises UsageError where there is none."""
    return found.run or find_run(workspace, found.name)


def run_words(run: Run) -> str:
    """Return a run in a few words: ``kept run 3fd7f29a1b2c of prod (2026-11-22 13:00, before the rewrite)``."""
    what = f"{'kept ' * bool(run.kept)}run {_short(run)}"
    note = f", {run.note}" if run.note else ""
    return f"{what} of {run.record.candidate} ({run.record.at.replace('T', ' ')[:16]}{note})"


def _short(run: Run) -> str:
    return run.kept[:_COMMIT] if run.kept else run.name
