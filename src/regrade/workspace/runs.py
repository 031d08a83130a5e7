"""The runs of a workspace: those of workspace.db, and those that were kept for git."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from regrade.errors import RegradeError, UsageError, near_names
from regrade.workspace.runs_kept import keep, kept_runs

if TYPE_CHECKING:
    from regrade.scoring.run_list import Stored
    from regrade.scoring.run_record import RunRecord
    from regrade.workspace.facade import Workspace

_SHORT = 12
"""Digits of a kept run's name that are shown; 7 are enough to name it."""
_BACK = re.compile(r"(.+)~(\d+)")


@dataclass(frozen=True)
class Run:
    """One run, wherever it is on record.

    Attributes
    ----------
    record : RunRecord
    id : int or None
        In workspace.db; None where only the kept file is left.
    kept : str or None
        Name of the kept file: SHA-256 in hex.
    note, by : str
        What was said when it was kept, and by whom.
    """

    record: RunRecord
    id: int | None = None
    kept: str | None = None
    note: str = ""
    by: str = ""

    @property
    def name(self) -> str:
        """What a person types for it."""
        return str(self.id) if self.id is not None else (self.kept or "")[:_SHORT]


@dataclass(frozen=True)
class Listed:
    """Runs, the newest first; ``wrong``: kept files that cannot be believed."""

    runs: list[Run]
    wrong: list[RegradeError]


def list_runs(workspace: Workspace, candidate: str | None = None) -> Listed:
    """Return every run on record, or those of a candidate; a kept one that is in workspace.db too stands there once."""
    kept, wrong = kept_runs(workspace.paths.root)
    runs, stored = [], {}
    for each in _stored(workspace, candidate):
        stored[each.record.at, each.record.candidate, each.id] = each
    for file in kept:
        record = file.record
        if candidate in (None, record.candidate):
            same = next((at for at, each in stored.items() if at[:2] == (record.at, record.candidate) and each.record == record), None)
            runs.append(Run(record, stored.pop(same).id if same else None, file.name, file.note, file.by))
    runs += [Run(each.record, each.id) for each in stored.values()]
    return Listed(sorted(runs, key=lambda run: (run.record.at, run.id or 0), reverse=True), wrong)


def _stored(workspace: Workspace, candidate: str | None) -> list[Stored]:
    if not workspace.paths.database.exists():
        return []  # nothing is made only to be looked at
    from regrade.scoring.run_list import stored_runs

    return stored_runs(workspace.database, candidate=candidate)


def find_run(workspace: Workspace, text: str, listed: Listed | None = None) -> Run:
    """Return the run that a person means.

    Parameters
    ----------
    text : str
        An id, at least 7 digits of a kept run's name, or a candidate: its newest run, ``NAME~1`` the one before.

    Raises
    ------
    UsageError
        There is none, or there are several.
    IntegrityError, DataError
        It is a kept file that cannot be believed.
    """
    found = listed or list_runs(workspace)
    if text.isdecimal():
        for run in found.runs:
            if run.id == int(text):
                return run
    if re.fullmatch(r"[0-9a-f]{7,64}", text):
        for error in found.wrong:
            if Path(error.where).name.startswith(text):
                raise error
        matches = [run for run in found.runs if run.kept and run.kept.startswith(text)]
        if len(matches) > 1:
            raise UsageError(f"{text!r} begins the names of {len(matches)} kept runs", hint="give more of its digits")
        if matches:
            return matches[0]
    back = _BACK.fullmatch(text)
    name, steps = (back[1], int(back[2])) if back and back[1] in {run.record.candidate for run in found.runs} else (text, 0)
    mine = [run for run in found.runs if run.record.candidate == name]
    if len(mine) > steps:
        return mine[steps]
    if mine:
        raise UsageError(f"{name} has {len(mine)} runs on record", where=text, hint=f"`regrade runs list --candidate {name}` lists them")
    names = {run.record.candidate for run in found.runs}
    hint = near_names(text, names) if names else "`regrade score` makes the first"
    raise UsageError(f"there is no run {text!r}: neither an id, nor a kept run, nor a candidate that was scored", hint=hint)


def keep_run(workspace: Workspace, text: str, note: str = "") -> tuple[Run, Path]:
    """Keep a run for git; see :func:`find_run` for what ``text`` may be. Returns it and its file."""
    from regrade.actor import current_actor

    run = find_run(workspace, text)
    path = keep(workspace.paths.root, run.record, note=note, by=current_actor(workspace.paths.root))
    return Run(run.record, run.id, path.stem, note, ""), path
