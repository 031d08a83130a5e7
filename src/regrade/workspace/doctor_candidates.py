"""What `regrade doctor` asks of each candidate: is it there, is it trusted, does it load, does it say what the log says."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from regrade.errors import CandidateError, ConfigError, DataError, NotEvaluatedError, NotTrustedError, RegradeError
from regrade.workspace.doctor_machine import BROKEN, FINE, WARNING, Check
from regrade.workspace.replaying import ENOUGH, replay, without_key

if TYPE_CHECKING:
    from regrade.workspace.facade import Workspace

_LOCAL = ("model", "python", "onnx", "pickle")
"""Kinds that are asked about 1,000 logged predictions; others may cost money by the call."""


def candidate(workspace: Workspace, name: str, *, allow_code: bool = False) -> Check:
    """Return the line of one candidate: it is started, loaded, and asked about logged predictions."""
    from regrade.candidates.spec import resolve
    from regrade.candidates.trust import require

    try:
        if not allow_code:
            require(resolve(workspace.paths.root, name, workspace.config))
        seconds = _load(workspace, name)
    except NotTrustedError as error:
        return _check(name, WARNING, f"{error.what}: not started", error.hint)
    except RegradeError as error:
        code = error.exit_code if isinstance(error, ConfigError) else CandidateError.exit_code
        where = f"{error.where}: " if error.where and name not in error.where else ""
        return _check(name, BROKEN, f"{where}{error.what}", error.hint, code)
    if workspace.pool.by_key(name):
        return _check(name, FINE, "its file of answers can be read", seconds=seconds)
    told = f"loads in {seconds:.1f} s"
    champion = name == workspace.config.champion
    if not workspace.has_log:
        return _check(name, FINE, told, seconds=seconds)
    if not champion and workspace.config.candidates[name].kind not in _LOCAL:
        if workspace.config.candidates[name].kind == "url":
            return _check(name, FINE, "not called, so nobody knows whether it answers: its calls may cost money", seconds=seconds)
        return _check(name, FINE, f"{told} · not asked about the log: its calls may cost money", seconds=seconds)
    if why := without_key(workspace):
        return _check(name, WARNING, f"{told} · {why}", "set the variable that [privacy] names", seconds=seconds)
    try:
        found = replay(workspace, name)
    except DataError as error:
        return _check(name, WARNING if champion else FINE, f"{told} · not compared with the log: {error.what}", error.hint, seconds=seconds)
    except (NotEvaluatedError, ConfigError) as error:
        return _check(name, BROKEN, f"{told}, but cannot answer logged predictions: {error.what}", error.hint, error.exit_code, seconds)
    if found.rate is None:
        return _check(name, FINE, f"{told} · the log holds no answers to compare with", seconds=seconds)
    errors = f", {found.errors:,} errors" if found.errors else ""
    told += f" · reproduces {found.rate:.1%} of {found.n:,} logged predictions{errors}"
    if found.errors == found.n:
        return _check(name, BROKEN, told, "`regrade score` says why it answers none", CandidateError.exit_code, seconds)
    if champion and found.rate < ENOUGH:
        hint = f"it is not what production ran, or production feeds it something else: look at {', '.join(found.differing[:3])}"
        return _check(name, WARNING, told, hint, seconds=seconds)
    return _check(name, FINE, told + ("" if champion else " (not the champion: it need not)"), seconds=seconds)


def _load(workspace: Workspace, name: str) -> float:
    """Start and load a candidate, or read its file; returns the seconds. In a thread, so that Ctrl-C is heard meanwhile."""
    failed: list[RegradeError | str] = []
    pool = workspace.pool

    def load() -> None:
        try:
            if pool.by_key(name):
                pool.predict(name, [], {})
            else:
                failed.extend(pool.warm([name]).values())
        except RegradeError as error:
            failed.append(error)

    began = time.perf_counter()
    thread = threading.Thread(target=load, daemon=True, name="doctor")
    thread.start()
    while thread.is_alive():
        thread.join(0.1)
    for error in failed:
        raise error if isinstance(error, RegradeError) else _said(error)
    return time.perf_counter() - began


def _said(text: str) -> CandidateError:
    """Return what the pool said of a failure as an error: its first line, the rest as the hint."""
    what, _, rest = text.partition("\n")
    return CandidateError(what, hint=rest.strip())


def _check(name: str, status: str, what: str, hint: str = "", exit_code: int = 0, seconds: float | None = None) -> Check:
    return Check(group="candidates", name=name, status=status, what=what, hint=hint, exit_code=exit_code, seconds=seconds)
