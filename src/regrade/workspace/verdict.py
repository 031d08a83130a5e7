"""One comparison from beginning to end: rules, answers, what changed, the verdict, and who promoted what broke."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from regrade.candidates import split
from regrade.config_place import with_line
from regrade.errors import ConfigError, ExpressionError
from regrade.workspace.judge import check_names, mode_names, population, project, score
from regrade.workspace.policy import config_at, judged_by, policy
from regrade.workspace.promoted import promotions
from regrade.workspace.since import since
from regrade.workspace.staging import with_stages

if TYPE_CHECKING:
    from regrade.compare import Comparison
    from regrade.compare.comparison import AtRef
    from regrade.config import Config
    from regrade.scoring import Scored
    from regrade.scoring.run_record import RunRecord
    from regrade.scoring.watching import Watcher
    from regrade.workspace.facade import Progress, Workspace


@dataclass(frozen=True)
class Judged:
    """A comparison, and the rules that it was judged by: how a gate ends is one of them."""

    comparison: Comparison
    config: Config


def judged(
    workspace: Workspace,
    baseline: str,
    candidate: str,
    progress: Progress | None = None,
    *,
    typed: str | None = None,
    seen: Callable[[Scored], None] | None = None,
    traced: Sequence[str] = (),
    cancelled: Callable[[], bool] | None = None,
    watcher: Watcher | None = None,
    records: Mapping[str, RunRecord] = {},
    keep: bool = True,
) -> Judged:
    """Score both, and judge ``candidate``: by the rules of the baseline's commit, where it is one of another commit.

    Parameters
    ----------
    typed : str, optional
        What a person named as the base: a ref, where ``baseline`` alone does not say it.
    seen : callable, optional
        Is shown what the comparison rests on.
    traced : sequence of str
        Keys of examples of which the whole way through both candidates is told.
    cancelled, watcher
        As of :func:`regrade.workspace.judge.score`; what comes of a scoring that was cancelled ``seen`` refuses, or it is judged.
    records : mapping, optional
        What is on record of a side that was named as a run: what changed is told from that.
    keep : bool
        Bring workspace.db up to what is known now.
    """
    from regrade.compare import compare

    names = list(dict.fromkeys((baseline, candidate)))
    check_names(workspace, names)
    base = base_of(workspace, baseline, typed)
    config, rules = workspace.config, None
    if base is not None:
        there = config_at(workspace, base)
        config, rules = judged_by(workspace.config, there), policy(workspace.config, there, base)
    scored = score(workspace, names, progress, cancelled, watcher, config)
    if keep and (config.task, config.scorers) == (workspace.config.task, workspace.config.scorers):
        project(workspace, scored)  # by other rules than those of regrade.toml other answers are right
    if seen is not None:
        seen(scored)
    lies_between = since(workspace, scored, baseline, candidate, config, base, rules, progress, records, watcher)
    try:
        found = compare(
            scored, baseline, candidate, config,
            mode_names=mode_names(workspace), population=lambda: population(workspace), since=lies_between,
        )  # fmt: skip
    except (ExpressionError, ConfigError) as error:
        if base is None:
            raise with_line(error, workspace.paths.config) from None
        if not error.where.startswith("regrade.toml"):
            raise
        where = error.where.replace("regrade.toml", f"regrade.toml at {base.ref}", 1)
        raise type(error)(error.what, where=where, hint=error.hint or "a change is judged by the rules of its base") from None
    try:
        found = with_stages(workspace, scored, found, traced)
    except ExpressionError as error:
        raise with_line(error, workspace.paths.config) from None
    return Judged(_drilled(workspace, found), config)


def base_of(workspace: Workspace, baseline: str, typed: str | None) -> AtRef | None:
    """Return the commit that gives the rules; None where the baseline is a candidate of the work tree."""
    from regrade.candidates.at_ref import Past
    from regrade.compare.comparison import AtRef

    names = workspace.config.candidate_names
    if typed is not None and typed != baseline and typed not in names:
        ref = typed
    else:
        parted = split(baseline, names)
        if parted is None:
            return None
        ref = parted[1]
    return AtRef(ref=ref, commit=Past(workspace.paths.root, workspace.config).commit(ref).id)


def _drilled(workspace: Workspace, found: Comparison) -> Comparison:
    """Return the comparison with who promoted each of the flips to read first."""
    state = workspace.evalset.state
    known = promotions(state, [flip.key for flip in found.flips])
    flips = [
        replace(flip, promoted=known.get(flip.key), origin=state.example(flip.key).origin if state.is_member(flip.key) else "")
        for flip in found.flips
    ]
    return replace(found, flips=flips)
