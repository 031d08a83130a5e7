"""`regrade doctor`: is everything here that work needs, and does it do what it says; one step after the other."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from regrade import config as settings
from regrade.compare.wording import counted
from regrade.errors import RegradeError, UsageError
from regrade.paths import Paths, find_root
from regrade.workspace import doctor_machine as machine
from regrade.workspace.doctor_machine import BROKEN, FINE, WARNING, Check

if TYPE_CHECKING:
    from regrade.workspace.facade import Workspace

Update = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Step:
    """Something to look at; ``run`` takes what is told of its progress."""

    title: str
    run: Callable[[Update], list[Check]]


def steps(start: Path, *, allow_code: bool = False) -> Generator[Step, None, None]:
    """Yield what there is to look at from ``start`` on, the quick things first; what needs what is broken is left out."""
    yield Step("python", lambda update: machine.python())
    yield Step("terminal", lambda update: machine.terminal())
    try:
        root = find_root(start)
    except UsageError as error:
        told = Check(group="workspace", name="workspace", status=WARNING, what=error.what, hint=error.hint)
        yield Step("workspace", lambda update: [told])
        return
    paths = Paths(root)
    yield Step("git", lambda update: machine.repository(root))
    yield Step("disk", lambda update: machine.disk(root))
    try:
        config = settings.load(paths.config)
    except RegradeError as error:
        told = _check("regrade.toml", "valid", BROKEN, f"{error.where}: {error.what}", error.hint, error.exit_code)
        yield Step("regrade.toml", lambda update: [told])
        return
    names = list(config.candidates)
    there = counted(len(names), "candidate")
    told = _check("regrade.toml", "valid", FINE, f"{config.task.kind} · {there} · the champion is {config.champion}")
    yield Step("regrade.toml", lambda update: [told])
    yield Step("eval set", lambda update: _evalset(paths, config, update))
    from regrade.workspace.facade import Workspace

    with Workspace(paths, config, allow_code=allow_code, read_only=True) as workspace:
        yield Step("log", lambda update: _log(workspace))
        yield Step("caches", lambda update: _caches(workspace))
        if names:
            from regrade.workspace.doctor_candidates import candidate

            for name in names:
                yield Step(name, partial(_one, candidate, workspace, name, allow_code))


def _one(look: Callable[..., Check], workspace: Workspace, name: str, allow_code: bool, update: Update) -> list[Check]:
    return [look(workspace, name, allow_code=allow_code)]


def _evalset(paths: Paths, config: settings.Config, update: Update) -> list[Check]:
    """Hold every file of the eval set to its name, and every decision to the rules; what its inputs say is left to `verify`."""
    from regrade.evalset.verify.check import verify

    if not paths.evalset.is_dir():
        return [_check("eval set", "files", FINE, "nothing was decided yet")]
    began = time.perf_counter()
    found = verify(paths.evalset, paths.root, task_kind=config.task.kind, progress=update)
    checked, seconds = found.checked, time.perf_counter() - began
    told = ", ".join(
        f"{checked[each]:,} {one if checked[each] == 1 else one + 's'}" for each, one in (("segments", "segment"), ("events", "decision"))
    )
    if not found.ok:
        first = found.problems[0]
        what = f"{told}: {len(found.problems):,} problems, the first: {first.where}: {first.what}"
        return [_check("eval set", "files", BROKEN, what, "`regrade evalset verify` lists them", 4)]
    more = [each for each, n in ((f"{checked['disputed']:,} disputes", checked["disputed"]), (_n(found.warnings), found.warnings)) if n]
    what = " · ".join((told, "as they were written", *more))
    hint = "`regrade evalset verify` and `regrade evalset disputes` say which" if more else ""
    return [_check("eval set", "files", WARNING if found.warnings else FINE, what, hint, seconds=seconds)]


def _n(warnings: tuple[object, ...]) -> str:
    return f"{len(warnings):,} warning{'' if len(warnings) == 1 else 's'}"


def _log(workspace: Workspace) -> list[Check]:
    if not workspace.has_log:
        return [_check("log", "log", FINE, "there is none here: scoring and the gate need none, triage does")]
    began = time.perf_counter()
    try:
        log = workspace.log
        told = f"{len(log.files.files):,} file{'' if len(log.files.files) == 1 else 's'}, {log.n_rows:,} predictions"
        log.check_keys()
    except RegradeError as error:
        where = f"{error.where}: " if error.where else ""
        return [_check("log", "log", BROKEN, f"{where}{error.what}", error.hint, error.exit_code)]
    return [_check("log", "log", FINE, f"{told}, every key is there once", seconds=time.perf_counter() - began)]


def _caches(workspace: Workspace) -> list[Check]:
    cache = workspace.paths.cache
    folder = next(each for each in (cache, *cache.parents) if each.exists())
    if not os.access(folder, os.W_OK | os.X_OK):
        return [_check("caches", "cache", BROKEN, f"{folder} cannot be written", "make it writable: answers are kept there", 2)]
    size = _bytes_in(cache)
    if not workspace.paths.database.exists():
        return [_check("caches", "cache", FINE, f"{size / 1e6:,.1f} MB · nothing was scored yet")]
    try:
        database = workspace.database
        answers, runs = (int(str(database.rows(f"select count(*) from {table}")[0][0])) for table in ("outputs", "runs"))
    except RegradeError as error:
        return [_check("caches", "workspace.db", BROKEN, f"{error.where}: {error.what}", error.hint, error.exit_code)]
    if database.rebuilt:
        return [_check("caches", "workspace.db", WARNING, database.rebuilt, "`regrade score` computes what is missing")]
    return [_check("caches", "cache", FINE, f"{size / 1e6:,.1f} MB · {answers:,} answers, {runs:,} runs")]


def _bytes_in(folder: Path) -> int:
    """Return how much lies in a folder; what others remove meanwhile counts for nothing."""
    found = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                found += Path(place, name).stat().st_size
    return found


def _check(group: str, name: str, status: str, what: str, hint: str = "", exit_code: int = 0, seconds: float | None = None) -> Check:
    return Check(group=group, name=name, status=status, what=what, hint=hint, exit_code=exit_code, seconds=seconds)
