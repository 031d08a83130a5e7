"""What lies between the commit of the baseline and here: rules, decisions about the eval set, code, model, environment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from regrade.compare.changed import MOST, PARTS, Change, Changed, Commit, Policy
from regrade.compare.changed_words import evalset_notes, policy_notes
from regrade.compare.since import Since
from regrade.errors import IntegrityError, RegradeError
from regrade.evalset.review.comparing import compare
from regrade.evalset.review.past import Moment, Past
from regrade.scoring.environment import environment
from regrade.scoring.run_facts import facts_of
from regrade.scoring.run_record import Data, RunRecord
from regrade.workspace.evalset_since import EvalSetSince, broken_pins, evalset_since
from regrade.workspace.kept import refuse_lost
from regrade.workspace.rule_code import code_notes
from regrade.workspace.runs import Run
from regrade.workspace.runs_diff import diff_runs

if TYPE_CHECKING:
    from regrade.compare.comparison import AtRef
    from regrade.config import Config
    from regrade.evalset import EvalSet
    from regrade.evalset.state import State
    from regrade.scoring import Scored
    from regrade.scoring.watching import Watcher
    from regrade.workspace.facade import Progress, Workspace
    from regrade.workspace.runs_compared import Change as RunChange


@dataclass(eq=False)
class _PastEvalSet:
    """An eval set of another commit, as much of it as is scored."""

    state: State
    schemas: dict[str, str]

    @property
    def version(self) -> str:
        return self.state.version


def since(
    workspace: Workspace,
    scored: Scored,
    baseline: str,
    candidate: str,
    config: Config,
    base: AtRef | None,
    policy: Policy | None,
    progress: Progress | None,
    records: Mapping[str, RunRecord] = {},
    watcher: Watcher | None = None,
) -> Since:
    """Return what changed from the baseline to the candidate; what cannot be told is said in the notes.

    What the base pinned is no such thing: where that cannot be told, there is no verdict.

    Parameters
    ----------
    config : Config
        By which is judged.
    base : AtRef, optional
        The commit of the baseline.
    records : mapping, optional
        What is on record of a side, where it is a run.
    watcher : Watcher, optional
        Sees how far the baseline is, where it is asked about its own commit's eval set.

    Raises
    ------
    IntegrityError
        Decisions of the base were deleted or rewritten here.
    """
    parts = _parts(workspace, scored, baseline, candidate, records)
    if base is None:
        return Since(changed=parts)
    notes = [*(policy_notes(policy) if policy is not None else []), *code_notes(workspace, config, base)]
    try:
        past = Past(workspace.paths.evalset, config.task.kind)
        before, after = past.pair(base.commit)
        refuse_lost(workspace, past, before, after, base)
        compared = compare(before, after, cache=workspace.paths.cache)
    except IntegrityError:
        raise
    except RegradeError as error:
        said = f"what changed in the eval set since {base.ref} cannot be told: {error.what}"
        told = notes if config.gate.pinned == "never-regress" else [*notes, said]  # there it is a reason
        return Since(policy=policy, changed=parts, same_evalset=False, untold=said, notes=tuple(told))
    versions = compared.before.version, compared.after.version
    found = evalset_since(compared.diff, versions, scored, baseline, candidate, config)
    level: float | None = None
    troubles: list[str] = []
    same = versions[0] == versions[1]
    if not same and compared.before.sampled:
        level, troubles = _level(workspace, before, baseline, config, progress, watcher)
    return Since(
        policy=policy,
        changed=_with_data(parts, found, same=same),
        pins_gone=found.pins_gone,
        pins_before=found.pins_before,
        pins_broken=broken_pins(compared.states[0], scored, baseline, candidate, config),
        same_evalset=same,
        level=level,
        notes=(*notes, *evalset_notes(found.change, base.ref), *troubles),
    )


def _level(
    workspace: Workspace, moment: Moment, baseline: str, config: Config, progress: Progress | None, watcher: Watcher | None
) -> tuple[float | None, list[str]]:
    """Return how the baseline did on the eval set of its own commit; only what was never asked is."""
    from regrade import scoring
    from regrade.compare.level import level

    past = cast("EvalSet", _PastEvalSet(moment.state, moment.schemas))  # nothing else of it is used to score
    try:
        scored = scoring.score(past, config, workspace.pool, workspace.cache, [baseline], progress=progress, watcher=watcher)
        return level(scored, baseline, config), []
    except RegradeError as error:
        return None, [f"what the eval set did to the score is not known: {error.what}"]


def _parts(workspace: Workspace, scored: Scored, baseline: str, candidate: str, records: Mapping[str, RunRecord]) -> Changed:
    """Return code, model, environment and hardware of both sides, compared as two runs are."""
    here = environment(workspace.paths.root)
    runs = []
    for name in (baseline, candidate):
        if name in records:  # both sides are compared on the eval set of now, whatever it was scored on
            runs.append(Run(replace(records[name], data=Data(version=scored.version))))
            continue
        facts = facts_of(scored.runs[name], here)
        record = RunRecord(
            at="", candidate=name, data=Data(version=scored.version),
            model=facts.model, code=facts.code, environment=facts.environment, hardware=facts.hardware,
        )  # fmt: skip
        runs.append(Run(record))
    found = diff_runs(workspace, *runs)
    model, code = found.model, found.code
    told = [each for each in (model.type, *model.parameters, *model.settings, *model.files) if each is not None]
    return Changed(
        parts=[part for part in PARTS if part in found.changed],
        same=[part for part in PARTS if part in found.same],
        unknown=[part for part in PARTS if part in found.unknown],
        ahead=code.ahead,
        behind=code.behind,
        commits=[Commit(each.hash, each.subject) for each in code.commits],
        uncommitted=code.changed_after[:MOST] if code.changed_after != code.changed_before else [],
        code=_changes(code.files),
        model=_changes(told),
        environment=_changes(each for each in (found.environment.python, *found.environment.packages) if each is not None),
        hardware=_changes(found.hardware),
        notes=[*filter(None, (code.note, model.note)), *_cut("of the model", len(told)), *_cut("of the sources", len(code.files))],
    )


def _changes(rows: Iterable[RunChange]) -> list[Change]:
    return [Change(each.name, each.before, each.after) for each in rows][:MOST]


def _cut(what: str, n: int) -> list[str]:
    return [f"{n - MOST:,} more changes {what}: `regrade runs diff` lists them"] if n > MOST else []


def _with_data(parts: Changed, found: EvalSetSince, *, same: bool) -> Changed:
    changed, unchanged = set(parts.parts), set(parts.same)
    (unchanged if same else changed).add("data")
    (changed if same else unchanged).discard("data")
    return replace(
        parts, parts=[each for each in PARTS if each in changed], same=[each for each in PARTS if each in unchanged], data=found.change
    )
