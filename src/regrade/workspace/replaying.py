"""The replay check, remembered: does the candidate that claims to be in production say what production said?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from regrade import cached_file
from regrade.errors import ConfigError, DataError, NotEvaluatedError
from regrade.log.deployed import deployed_rows
from regrade.workspace.decide import contents
from regrade.workspace.judge import check_names

if TYPE_CHECKING:
    from regrade.log.content import Content
    from regrade.scoring import Replay
    from regrade.workspace.facade import Workspace

REPLAYED = 1_000
"""Logged predictions that are compared, spread evenly over the log."""
ENOUGH = 0.999
"""A candidate that reproduces less than this share of the log is not what production runs, or is fed something else."""


def replay(workspace: Workspace, name: str) -> Replay:
    """Compare a candidate's answers with production's; see :meth:`Workspace.replay`.

    Of a log with several models, only the predictions of the deployed one are compared: the one that ``[log] deployed`` names, else
    the newest. The same model on the same log is computed once: the result is kept in the cache folder.
    """
    from regrade.scoring.replay import replay as compared

    check_names(workspace, [name])
    identity, known = _known(workspace, name)
    if known is not None:
        return known
    items, schemas = _logged(workspace)
    found = compared(name, items, schemas, workspace.config, workspace.pool)
    _keep(workspace, name, identity, found)
    return found


def _known(workspace: Workspace, name: str) -> tuple[list[Any], Replay | None]:
    """Return what the comparison rests on, and what it gave where it was made before."""
    from regrade.scoring.replay import Replay

    privacy = workspace.config.privacy
    files = [[each.path, each.size, each.changed] for each in workspace.log.files.files]
    declared = [list(privacy.drop), list(privacy.hash)]
    identity = [workspace.pool.fingerprint(name).hash, files, declared, workspace.config.log.deployed]
    known = _read(workspace).get(name, {})
    return identity, msgspec.convert(known["replay"], Replay) if known.get("of") == identity else None


def _logged(workspace: Workspace) -> tuple[list[tuple[str, Content]], dict[str, str]]:
    schema = workspace.log.schema
    return contents(workspace, deployed_rows(workspace.reader, REPLAYED)), {schema.hash: schema.encoded}


def _keep(workspace: Workspace, name: str, identity: list[Any], found: Replay) -> None:
    identity[0] = workspace.pool.fingerprint(name).hash  # what it imports may be known only now
    _write(workspace, name, {"of": identity, "replay": msgspec.to_builtins(found)})


def replay_steps(workspace: Workspace, unwanted: Callable[[], bool]) -> Iterator[bool | Replay]:
    """Do what :func:`champion_replay` does in pieces: each yields whether it was answered, or ``unwanted``; at last what was found."""
    from regrade.scoring.replay import answered, compared

    if not _can_be_asked(workspace) or without_key(workspace):
        return
    name = workspace.config.champion
    try:
        check_names(workspace, [name])
        identity, known = _known(workspace, name)
        if known is not None:
            yield known
            return
        items, schemas = _logged(workspace)
        logged = [item for item in items if item[1].prediction is not None]
        for given in answered(name, logged, schemas, workspace.pool, unwanted):
            if isinstance(given, bool):
                yield given
                continue
            found = compared(logged, given, workspace.config)
            _keep(workspace, name, identity, found)
            yield found
    except (DataError, NotEvaluatedError):
        return  # scoring has said already why the candidate cannot answer


def champion_replay(workspace: Workspace) -> Replay | None:
    """Return the champion's replay; None where there is nothing to compare: no log, no model that could be asked, no key."""
    if not _can_be_asked(workspace) or without_key(workspace):
        return None
    try:
        return replay(workspace, workspace.config.champion)
    except (DataError, NotEvaluatedError):
        return None  # scoring has said already why the candidate cannot answer; CI has no log


def without_key(workspace: Workspace) -> str:
    """Return why the log cannot be replayed although it is here: [privacy] hashes columns, and the key is absent; empty where it can."""
    privacy = workspace.config.privacy
    if not privacy.hash or not workspace.has_log or not _can_be_asked(workspace):
        return ""
    from regrade.log.keyed_hash import key_of

    try:
        key_of(privacy)
    except ConfigError as error:
        return f"the champion was not compared with the log: {error.what}"
    return ""


def unclear_model(workspace: Workspace) -> str:
    """Return why it is not clear which predictions of the log are the deployed model's; empty where it is."""
    if workspace.config.log.model is None or not workspace.has_log or not _can_be_asked(workspace):
        return ""
    try:
        deployed_rows(workspace.reader, 1)
    except DataError as error:
        return f"the champion was not compared with the log: {error.what}" + (f" ({error.hint})" if error.hint else "")
    return ""


def _can_be_asked(workspace: Workspace) -> bool:
    """Is the champion a model, and not answers that are known by key?"""
    candidate = workspace.config.candidates.get(workspace.config.champion)
    return candidate is not None and candidate.kind != "predictions"


def replay_warning(champion: str, found: Replay) -> str:
    """Return the loud warning that a champion deserves which does not reproduce the log; empty where it does."""
    if found.rate is None or found.rate >= ENOUGH:
        return ""
    errors = f", {found.errors:,} errors" if found.errors else ""
    return (
        f"{champion} reproduces only {found.rate:.1%} of {found.n:,} logged predictions{errors}: it is not what production ran, "
        f"or production feeds it something else (for example {', '.join(found.differing[:3])})"
    )


def _read(workspace: Workspace) -> dict[str, Any]:
    return cached_file.read(_path(workspace), dict[str, Any]) or {}


def _write(workspace: Workspace, name: str, entry: dict[str, Any]) -> None:
    cached_file.write(_path(workspace), {**_read(workspace), name: entry})


def _path(workspace: Workspace) -> Path:
    return workspace.paths.cache / "replay.json"
