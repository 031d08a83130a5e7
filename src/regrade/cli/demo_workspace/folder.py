"""The folder of the demo: made whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from itertools import count
from pathlib import Path

import regrade
from regrade.alone import alone
from regrade.cli.demo_workspace import kinds, own_git
from regrade.cli.demo_workspace.kinds import Kind
from regrade.errors import DataError, UsageError
from regrade.paths import CONFIG_NAME, Paths

Progress = Callable[[int, int], None]
"""Told as work goes on: steps done, steps in all."""

_UNFINISHED = ".regrade-demo-"
_GITIGNORE = "# Caches: may be deleted at any time.\n.regrade/\n"


def sample_data_folder() -> Path:
    """Return the folder of the bundled flights: in the installed package, or beside `src` in a checkout.

    Raises
    ------
    DataError
        The flights are in neither.
    """
    package = Path(regrade.__file__).resolve().parent
    places = (package / "sample_data", package.parent.parent / "sample_data")
    for place in places:
        if (place / "flights.parquet").is_file():
            return place
    raise DataError("the bundled flights are missing", where=str(places[0]), hint="install regrade again")


def demo_of(folder: Path) -> str | None:
    """Return which demo ``folder`` holds, None for none: its ``regrade.toml`` still begins as that demo's does."""
    try:
        with Paths(folder).config.open(encoding="utf-8") as file:
            ours = file.readline()
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return None
    data = sample_data_folder()
    for kind in kinds.OF.values():
        with (data / kind.toml).open(encoding="utf-8") as bundled:
            if ours == bundled.readline():
                return kind.name
    return None


def is_demo(folder: Path) -> bool:
    """Say whether ``folder`` holds a demo workspace, of whatever data."""
    return demo_of(folder) is not None


def make_demo(folder: Path, progress: Progress | None = None, data: str = "flights") -> None:
    """Make a demo workspace at ``folder``: log, configuration, trained candidates, an eval set that has begun.

    It is built beside its place and moved there when it is whole, so an interruption leaves nothing behind.
    A demo that is there already is left as it is, with everything that was decided in it.

    Parameters
    ----------
    folder : Path
        New, empty, or a demo already; its parents are made.
    progress : callable, optional
        Told steps done and steps in all.
    data : str
        One of :data:`kinds.KINDS`.

    Raises
    ------
    UsageError
        ``folder`` is a file, holds something else (the demo on other data, too), or cannot be written to.
    """
    folder = folder.expanduser().absolute()
    with _nobody_filling(folder):
        if _is_there(folder, data):
            return
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Inside a folder that exists: its parent may be another file system, or not ours to write to.
        site = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder if folder.exists() else folder.parent))
    except OSError as error:
        raise UsageError(f"cannot be made: {error.strerror}", where=str(folder), hint="name another folder: `regrade demo DIR`") from None
    try:
        built = site / "demo"
        built.mkdir()
        _build(built, kinds.OF[data], progress or (lambda done, total: None))
        own_git.commit(built, folder)
        _move(built, folder)
    finally:
        shutil.rmtree(site, ignore_errors=True)


def _is_there(folder: Path, data: str) -> bool:
    """Return whether ``folder`` holds this demo; raises UsageError where it holds anything else."""
    there = demo_of(folder)
    if there is not None and there != data:
        raise UsageError(f"is the demo on {there}", where=str(folder), hint=f"name another folder: `regrade demo --data {data} DIR`")
    if there is None:
        _refuse_what_is_not_ours(folder)
    return there is not None


def _nobody_filling(folder: Path) -> AbstractContextManager[None]:
    """Wait for another `regrade demo` that fills this very folder, piece by piece; where there is none yet, one comes whole."""
    return alone(folder) if folder.is_dir() and os.access(folder, os.R_OK) else nullcontext()


def _refuse_what_is_not_ours(folder: Path) -> None:
    """Raise where ``folder`` is a file or holds anything that a demo would mix with."""
    hint = "name a new folder: `regrade demo DIR`"
    if folder.exists() and not folder.is_dir():
        raise UsageError("is a file; the demo needs a folder", where=str(folder), hint=hint)
    if folder.is_dir() and any(not each.name.startswith(_UNFINISHED) for each in folder.iterdir()):
        raise UsageError("is not empty, and no demo of regrade", where=str(folder), hint=hint)


def _build(folder: Path, kind: Kind, progress: Progress) -> None:
    """Fill an empty folder."""
    from regrade.cli.demo_workspace import eval_set, training

    data, recipes, beginning = sample_data_folder(), kind.recipes(), kind.beginning()
    total = 1 + len(recipes) + beginning.steps
    steps = count(1)

    def done() -> None:
        progress(next(steps), total)

    progress(0, total)
    paths = Paths(folder)
    (folder / "logs").mkdir()
    kind.write_log(data, folder / "logs")
    shutil.copyfile(data / kind.toml, paths.config)
    (folder / ".gitignore").write_text(_GITIGNORE, encoding="utf-8")
    train = kind.trainer(data)
    done()
    for recipe in recipes:
        training.save(train(recipe), folder / "models" / f"{recipe.name}.skops")
        done()
    eval_set.begin(folder, done, beginning)
    shutil.rmtree(paths.private, ignore_errors=True)  # caches may name the place where this was built


def _move(built: Path, folder: Path) -> None:
    """Put the whole demo in its place, unless somebody made one there meanwhile: theirs is as good as ours."""
    try:
        with _nobody_filling(folder):
            if not folder.exists():
                built.rename(folder)
            elif not is_demo(folder):
                _move_into(built, folder)
    except OSError as error:
        if not is_demo(folder):
            what = f"cannot be put in its place: {error.strerror}"
            raise UsageError(what, where=str(folder), hint="name another folder: `regrade demo DIR`") from None


def _move_into(built: Path, folder: Path) -> None:
    """Fill a folder that exists (it may be somebody's current one); `regrade.toml` goes last, for it makes a workspace."""
    moved: list[Path] = []
    try:
        for each in sorted(built.iterdir(), key=lambda each: each.name == CONFIG_NAME):
            target = folder / each.name
            if target.exists():
                raise FileExistsError(errno.EEXIST, "something else is there now", str(target))
            each.rename(target)
            moved.append(target)
    except BaseException:
        for each in reversed(moved):
            each.rename(built / each.name)
        raise
