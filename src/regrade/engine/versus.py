"""Two candidates side by side, as the Compare screen wants them: the comparison, every compared example, a report to paste."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from regrade.compare.pairs import pairs
from regrade.compare.versus import OnRecord, RunChoice, Versus
from regrade.errors import UsageError
from regrade.report.comparison_markdown import to_markdown
from regrade.report.runs_diff import told
from regrade.scoring import Scored
from regrade.scoring.watching import Watcher
from regrade.workspace import Workspace
from regrade.workspace.judge import mode_names
from regrade.workspace.recalled import recalling
from regrade.workspace.runs import list_runs
from regrade.workspace.runs_diff import diff_runs
from regrade.workspace.sides import Side, on_record, run_words, side
from regrade.workspace.verdict import judged


def versus(workspace: Workspace, baseline: str, candidate: str, cancelled: Callable[[], bool], watcher: Watcher) -> dict[str, Any]:
    """Return a :class:`regrade.compare.versus.Versus`; what is missing is predicted.

    ``baseline``, ``candidate``: as :func:`regrade.workspace.sides.side` takes them. Where one is a run that nobody can ask again, what is
    on record of both is compared.

    Raises
    ------
    UsageError
        It was cancelled; what was answered is kept.
    """
    before, after = side(workspace, baseline, base=True), side(workspace, candidate)
    notes = [each.note for each in (before, after) if each.note]
    if not (before.name and after.name):
        return _document(Versus(notes=notes, on_record=_on_record(workspace, before, after)))
    seen: list[Scored] = []

    def see(scored: Scored) -> None:
        if any(run.unasked for run in scored.runs.values()):
            raise UsageError("cancelled: what was answered is kept")
        seen.append(scored)

    records = {each.name: each.run.record for each in (before, after) if each.run is not None}
    with recalling(workspace, {each.name: records[each.name] for each in (before, after) if each.recalled}):
        judgement = judged(
            workspace, before.name, after.name, typed=None if before.run else baseline,
            seen=see, cancelled=cancelled, watcher=watcher, records=records, keep=False,
        )  # fmt: skip  # the engine brings workspace.db up to date in a quiet moment
    comparison = judgement.comparison
    rows = pairs(seen[0], before.name, after.name, judgement.config, mode_names=mode_names(workspace))
    gate = not (before.recalled or after.recalled)
    return _document(Versus(comparison=comparison, pairs=rows, markdown=to_markdown(comparison), notes=notes, gate=gate))


def kept_runs(workspace: Workspace) -> list[dict[str, Any]]:
    """Return the runs that were kept, the newest first, as :class:`regrade.compare.versus.RunChoice`."""
    primary = workspace.config.primary_metric
    found = []
    for run in list_runs(workspace).runs:
        if run.kept:
            value = run.record.metrics.get("sampled", {}).get(primary)
            found.append(RunChoice(name=run.kept[:12], candidate=run.record.candidate, at=run.record.at, note=run.note, value=value))
    return [_document(each) for each in found]


def _on_record(workspace: Workspace, before: Side, after: Side) -> OnRecord:
    runs = [on_record(workspace, each) for each in (before, after)]
    compared = diff_runs(workspace, *runs)
    names = [run_words(each) for each in runs]
    parts = told(compared, everything=True)
    return OnRecord(baseline=names[0], candidate=names[1], parts=parts, same=compared.same, unknown=compared.unknown)


def _document(found: msgspec.Struct) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(found)
    return document
