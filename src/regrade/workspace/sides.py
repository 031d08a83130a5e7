"""A side of a comparison as a person names it: a candidate, one at a git ref, or a run on record, asked again where that can be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regrade.candidates import split
from regrade.errors import RegradeError, UsageError
from regrade.workspace.judge import baseline, check_names
from regrade.workspace.runs import Run, find_run, list_runs

if TYPE_CHECKING:
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
        The candidate that answers: ``prod``, ``prod@3fd7f29``; empty where there is none.
    run : Run or None
        The run on record that was named.
    why : str
        Of a run: why nobody can answer as it did; empty where ``name`` does.
    """

    name: str
    run: Run | None = None
    why: str = ""


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
    """Return who answers as the candidate of a run did: itself as it stands, or as of the run's commit; the fingerprints are the proof."""
    record = run.record
    if record.model.fingerprint is None:
        return Side("", run, "it could not be loaded when it was scored")
    commit, names = record.code.commit, workspace.config.candidate_names
    tried = [record.candidate] if record.candidate in names or split(record.candidate, names) else []
    if commit and record.candidate in names:
        tried.append(f"{record.candidate}@{commit[:_COMMIT]}")
    why = f"regrade.toml has no candidate {record.candidate!r}"
    for name in tried:
        try:
            check_names(workspace, [name])
            if workspace.pool.fingerprint(name).hash == record.model.fingerprint:
                return Side(name, run)
            why = f"{record.candidate} is not what it was then" + ("" if not commit or record.code.dirty else f", nor is {tried[-1]}")
        except RegradeError as error:
            why = f"{name}: {error.what}"
    if record.code.dirty:
        why += "; it was scored with changes that were not committed"
    return Side("", run, why)


def on_record(workspace: Workspace, found: Side) -> Run:
    """Return the run on record of a side: the one that was named, or the candidate's newest. Raises UsageError where there is none."""
    return found.run or find_run(workspace, found.name)


def run_words(run: Run) -> str:
    """Return a run in a few words: ``kept run 3fd7f29a1b2c of prod (2026-11-22 13:00, before the rewrite)``."""
    what = f"kept run {run.kept[:_COMMIT]}" if run.kept else f"run {run.name}"
    note = f", {run.note}" if run.note else ""
    return f"{what} of {run.record.candidate} ({run.record.at.replace('T', ' ')[:16]}{note})"
