"""Scores and verdicts: what is missing is predicted, and everything known is projected into workspace.db."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from regrade.errors import DataError, RegradeError, UsageError, near_names

if TYPE_CHECKING:
    import pandas as pd

    from regrade.config import Config
    from regrade.scoring import Scored
    from regrade.scoring.watching import Watcher
    from regrade.workspace.facade import Progress, Workspace


def score(
    workspace: Workspace,
    names: Sequence[str] | None,
    progress: Progress | None,
    cancelled: Callable[[], bool] | None = None,
    watcher: Watcher | None = None,
    config: Config | None = None,
    *,
    keep: bool = True,
) -> Scored:
    """Score candidates, without projecting; see :meth:`Workspace.score`.

    ``config``: by which answers are right, if not its own. Without ``keep`` a few answers may wait for ``cache.flush``.
    """
    from regrade import scoring

    check_names(workspace, names or ())
    if workspace.config.privacy.declared and workspace.has_log:
        with suppress(DataError):  # examples are scored without the log
            _ = workspace.log  # a name in [privacy] that was mistyped is found before a candidate is asked
    return scoring.score(
        workspace.evalset,
        config or workspace.config,
        workspace.pool,
        workspace.cache,
        names,
        progress=progress,
        cancelled=cancelled,
        watcher=watcher,
        keep=keep,
    )


def project(workspace: Workspace, scored: Scored | None = None, pause: Callable[[], None] = lambda: None) -> None:
    """Bring workspace.db up to what is known now; what ``pause`` raises on the way takes everything back."""
    from regrade import projection

    projection.project(workspace.database, workspace.evalset, workspace.config, scored, pause)


def scores(workspace: Workspace) -> pd.DataFrame:
    """Return every metric of every candidate; see :meth:`Workspace.scores`."""
    import pandas as pd

    from regrade.scoring.metrics import metrics

    scored = workspace.score()
    rows = []
    for name in scored.outputs:
        sampled, everything = metrics(scored, name, workspace.config), metrics(scored, name, workspace.config, sampled=False)
        rows += [(name, metric, value, everything[metric]) for metric, value in sampled.items()]
    return pd.DataFrame(rows, columns=["candidate", "metric", "sampled", "all"]).set_index(["candidate", "metric"])


def population(workspace: Workspace) -> int | None:
    """Return how many predictions of the log a sample can draw; None where no log can be read."""
    if not workspace.has_log:
        return None
    from regrade.log.deployed import requests
    from regrade.workspace.browse import view

    try:
        where = requests(workspace.log)
        return len(view(workspace, where)) if where else workspace.log.n_rows
    except RegradeError:
        return None  # the verdict rests on the eval set: a log that cannot be read is for `regrade log` to complain of


def mode_names(workspace: Workspace) -> dict[str, str]:
    """Return the id of every failure mode to its name."""
    return {mode.id: mode.name for mode in workspace.evalset.state.modes()}


def check_names(workspace: Workspace, names: Sequence[str]) -> None:
    """Refuse a name that is no candidate (naming the nearest), and no candidate at a ref."""
    workspace.pool.look_up(names)


def baseline(workspace: Workspace, base: str) -> str:
    """Return the candidate that ``base`` means: a name, ``NAME@REF``, or a git ref, which means the champion there.

    Raises
    ------
    UsageError
        It is none of them; or a candidate that a commit of this name does not have, see :func:`_refuse_in_disguise`.
    CandidateError, ConfigError
        That commit has no workspace, or one whose ``regrade.toml`` says what cannot be.
    """
    from regrade.candidates import split

    names = workspace.config.candidate_names
    parted = split(base, names)
    if base in names:
        _refuse_in_disguise(workspace, base)
    if base in names or (parted is not None and parted[0] in names):
        return base
    try:
        return workspace.pool.champion_at(base)
    except UsageError as error:
        if parted is not None:
            return base  # of a candidate that only that commit has; or nothing, which is said then
        candidates, commits = near_names(base, names), error.hint
        if "did you mean" in commits and "did you mean" not in candidates:
            candidates, commits = commits, candidates.replace("there are", "candidates")
        hint = " · ".join(filter(None, (candidates, commits)))
        raise UsageError(f"{base!r} is no candidate, and no commit, branch or tag", hint=hint) from None


def _refuse_in_disguise(workspace: Workspace, base: str) -> None:
    """Refuse a candidate with the name of a commit that lacks it: a change could bring it along, and be judged against it.

    A candidate that the commit has as well was there before the change: then its name is what was meant.
    """
    from regrade.candidates import split
    from regrade.candidates.at_ref import Past
    from regrade.git import commit_of

    root = workspace.paths.root
    parted = split(base, [name for name in workspace.config.candidate_names if name != base])
    for ref in (base, parted[1] if parted else ""):
        if commit_of(root, ref) is None:
            continue
        try:
            there = Past(root, workspace.config).commit(ref).config(ref)
        except RegradeError:
            continue  # a commit without a workspace is no base
        if base not in there.candidate_names:
            what = f"{base!r} is a candidate here, and names a commit that has no such candidate"
            raise UsageError(what, hint=f"give the candidate another name, or the commit in full: refs/heads/{ref}")
