"""Compare two runs: which of data, code, model, environment and hardware changed, and how."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import to_builtins

from regrade.errors import DataError, IntegrityError, UsageError
from regrade.git import git
from regrade.workspace.runs_compared import (
    PARTS,
    Change,
    CodeChange,
    Commit,
    CostChange,
    DataChange,
    EnvironmentChange,
    ModelChange,
    RunName,
    RunsCompared,
)

if TYPE_CHECKING:
    from regrade.scoring.run_record import Code, Data, Model, RunRecord, Work
    from regrade.workspace.facade import Workspace
    from regrade.workspace.runs import Run

_COMMITS = 20
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_VERSION = re.compile(r"[0-9a-f]{64}")
_ELSEWHERE = ("logged", "predictions", "command", "url")
"""Kinds of candidates whose answers come from no interpreter that regrade looks into."""
_HARDWARE = ("system", "machine", "cores", "cpu", "memory_gb", "gpus")


def diff_runs(workspace: Workspace, a: Run, b: Run) -> RunsCompared:
    """Return what changed from run ``a`` to run ``b``; what cannot be told is said in the notes."""
    before, after = a.record, b.record
    data = _data(workspace, before.data, after.data)
    code = _code(workspace.paths.root, before.code, after.code)
    model = _model(before.model, after.model)
    unknown = _unknown(before, after)
    environment = EnvironmentChange() if "environment" in unknown else _environment(before, after)
    hardware = [
        change for name in _HARDWARE if (change := _change(name, getattr(before.hardware, name), getattr(after.hardware, name))) is not None
    ]
    differs = {
        "data": before.data.version != after.data.version,
        "code": bool(code.files)
        or before.code.commit != after.code.commit
        or (before.code.dirty, before.code.changed) != (after.code.dirty, after.code.changed),
        "model": "model" not in unknown and bool(model.type or model.parameters or model.settings or model.files),
        "environment": bool(environment.python or environment.packages),
        "hardware": bool(hardware) and "hardware" not in unknown,
    }
    return RunsCompared(
        a=_name(a),
        b=_name(b),
        changed=[part for part in PARTS if differs[part]],
        same=[part for part in PARTS if not differs[part] and part not in unknown],
        unknown=unknown,
        data=data,
        code=code,
        model=model,
        environment=environment,
        hardware=[] if "hardware" in unknown else hardware,
        metrics=changes(_metrics(before), _metrics(after)),
        work_before=before.work,
        work_after=after.work,
        cost=_cost(before.work, after.work),
    )


def _unknown(before: RunRecord, after: RunRecord) -> list[str]:
    """Return the parts that cannot be compared."""
    models = before.model, after.model
    bare = models[0].fingerprint != models[1].fingerprint and not all(each.settings for each in models)
    told = before.hardware.machine and after.hardware.machine
    loaded = all(each.fingerprint is not None for each in models)
    return [*(["model"] if bare else []), *([] if loaded else ["environment"]), *([] if told else ["hardware"])]


def _environment(before: RunRecord, after: RunRecord) -> EnvironmentChange:
    """Compare packages; of what runs elsewhere only those that regrade runs on itself are on record, which takes none away."""
    ours, theirs = before.environment.packages, after.environment.packages
    if (before.model.settings.get("kind") in _ELSEWHERE) != (after.model.settings.get("kind") in _ELSEWHERE):
        shared = ours.keys() & theirs.keys()
        ours, theirs = ({name: each[name] for name in shared} for each in (ours, theirs))
    return EnvironmentChange(python=_change("python", before.environment.python, after.environment.python), packages=changes(ours, theirs))


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return the entries that differ, by name; what one side lacks is None there."""
    names = sorted(before.keys() | after.keys())
    return [
        Change(name, before.get(name), after.get(name))
        for name in names
        if (name in before) != (name in after) or _apart(before[name], after[name])
    ]


def _apart(before: Any, after: Any) -> bool:
    return bool(before != after) or isinstance(before, bool) != isinstance(after, bool)


def _change(name: str, before: Any, after: Any) -> Change | None:
    return Change(name, before, after) if _apart(before, after) else None


def _name(run: Run) -> RunName:
    return RunName(run.name, run.id, run.kept, run.record.candidate, run.record.at)


def _metrics(record: RunRecord) -> dict[str, float | None]:
    return {f"{part}.{name}": value for part, values in record.metrics.items() for name, value in values.items()}


def _cost(before: Work, after: Work) -> CostChange | None:
    """Return how much of a difference in cost other rates make, and how much other work does."""
    ours, theirs = before.rates, after.rates
    if ours is None or theirs is None:
        if before.cost == after.cost:
            return None
        lacks = "neither has" if ours is theirs else "the first has no" if ours is None else "the second has no"
        note = f"{lacks} rates on record: whether these or the work explain the difference is not known"
        return CostChange(before=before.cost, after=after.cost, note=note)
    found = [Change("currency", before.currency, after.currency)] if before.currency != after.currency else []
    found = [*changes(to_builtins(ours), to_builtins(theirs)), *found]
    if not found and before.cost == after.cost:
        return None
    if before.currency != after.currency:
        return CostChange(before=before.cost, after=after.cost, rates=found, note="amounts in two currencies are not compared")
    by_rates = theirs.of(after) - ours.of(after)
    by_work = after.cost - before.cost - by_rates
    return CostChange(before=before.cost, after=after.cost, rates=found, by_rates=by_rates, by_work=by_work)


def _data(workspace: Workspace, before: Data, after: Data) -> DataChange:
    """Return the eval set's two versions, and through its own diff what lies between them."""
    if before.version == after.version:
        return DataChange(before=before, after=after)
    from regrade.evalset.review.comparing import compare
    from regrade.evalset.review.past import Past
    from regrade.log.scorers import right_rule

    task = workspace.config.task
    try:
        for each in (before, after):
            if not _VERSION.fullmatch(each.version):
                raise UsageError(f"{each.version!r} is no version")
        moments = Past(workspace.paths.evalset, task.kind).pair(before.version, after.version)
        found = compare(*moments, right=right_rule(workspace.config), cache=workspace.paths.cache).diff
    except (UsageError, DataError, IntegrityError) as error:
        return DataChange(before=before, after=after, note=f"what lies between the two versions cannot be told: {error.what}")
    counts = {
        "added": len(found.added),
        "left": len(found.retired) + len(found.gone),
        "relabelled": len(found.relabelled),
        "pinned": len(found.pinned),
        "unpinned": len(found.unpinned),
        "new_content": len(found.new_content),
        "other": len(found.repartitioned) + len(found.reweighted),
        "unchanged": len(found.unchanged),
    }
    return DataChange(before=before, after=after, counts=counts)


def _code(root: Path, before: Code, after: Code) -> CodeChange:
    found = CodeChange(
        before=before.commit,
        after=after.commit,
        dirty_before=before.dirty,
        dirty_after=after.dirty,
        changed_before=before.changed,
        changed_after=after.changed,
        files=changes(before.files, after.files),
    )
    if before.commit == after.commit or before.commit is None or after.commit is None:
        return found
    from msgspec.structs import replace

    if not (_COMMIT.fullmatch(before.commit) and _COMMIT.fullmatch(after.commit)):
        return replace(found, note="one of the two is no commit")
    counted = git(root, "rev-list", "--left-right", "--count", f"{before.commit}...{after.commit}", "--")
    if counted is None:
        return replace(found, note="git does not know both commits here: `git fetch` may bring them")
    behind, ahead = (int(each) for each in counted.split())
    return replace(
        found,
        ahead=ahead,
        behind=behind,
        commits=_log(root, before.commit, after.commit) if ahead else [],
        lost=_log(root, after.commit, before.commit) if behind else [],
    )


def _log(root: Path, start: str, end: str) -> list[Commit]:
    said = git(root, "log", f"--max-count={_COMMITS}", "--format=%h%x00%s", f"{start}..{end}", "--") or ""
    return [Commit(*line.split("\0", 1)) for line in said.splitlines() if "\0" in line]


def _model(before: Model, after: Model) -> ModelChange:
    note = ""
    parameters: list[Change] = []
    ours, theirs = _dotted(before.parameters), _dotted(after.parameters)
    if before.fingerprint is not None and before.fingerprint == after.fingerprint:
        return ModelChange(fingerprint_before=before.fingerprint, fingerprint_after=after.fingerprint)
    if bool(before.parameters) == bool(after.parameters):
        parameters = changes(ours, theirs)
    else:
        lacks = "the first" if not before.parameters else "the second"
        note = f"{lacks} has no parameters of an estimator on record"
    known = before.settings and after.settings
    if not known:
        note = "one of them is on record with its fingerprint alone: what it was made of is not known"
    return ModelChange(
        fingerprint_before=before.fingerprint,
        fingerprint_after=after.fingerprint,
        type=_change("type", before.type, after.type) if before.type and after.type else None,
        parameters=parameters,
        gone=sorted(ours.keys() - theirs.keys()) if parameters else [],
        new=sorted(theirs.keys() - ours.keys()) if parameters else [],
        settings=changes(_flat(before.settings), _flat(after.settings)) if known else [],
        files=changes(before.files, after.files),
        note=note,
    )


def _dotted(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``classifier__max_iter`` as ``classifier.max_iter``, as people read it."""
    return {name.replace("__", "."): value for name, value in parameters.items()}


def _flat(settings: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Return nested tables as one, names joined by dots."""
    found: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping):
            found.update(_flat(value, f"{above}{name}."))
        else:
            found[f"{above}{name}"] = value
    return found
