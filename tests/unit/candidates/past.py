"""A repository whose candidates have a past."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from textwrap import dedent

from regrade.candidates import RefPool
from regrade.config import load
from regrade.errors import RegradeError
from tests.git.repository import Repository

from .conftest import SCHEMAS, contents

TOML = '[task]\npositive = "late"\n'


class PastWorkspace(Repository):
    """A workspace under git; ``folder`` is where its ``regrade.toml`` lies in the repository."""

    folder = ""

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file of the workspace."""
        file = self.home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else dedent(content).encode())
        return file

    def says(self, *candidates: str, task: str = TOML) -> None:
        """Write ``regrade.toml``."""
        self.write("regrade.toml", task + "\n".join(candidates) + "\n")

    @property
    def home(self) -> Path:
        """The folder of ``regrade.toml``."""
        return self.root / self.folder

    def pool(self, *, allow_code: bool = True) -> RefPool:
        """Open the candidates."""
        return RefPool(self.home, load(self.home / "regrade.toml"), allow_code=allow_code)

    def refused(self, name: str) -> RegradeError:
        """Return the error with which a candidate cannot be found or started."""
        with self.pool() as pool:
            try:
                pool.look_up([name])
                pool.predict(name, contents(1), SCHEMAS)
            except RegradeError as error:
                return error
        raise AssertionError(f"{name} answered")

    @property
    def exports(self) -> list[str]:
        """Everything in the folder of exports."""
        folder = self.home / ".regrade/cache/refs"
        return sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []


def answers(pool: RefPool, *names: str) -> list[object]:
    """Return what each candidate answers to one example."""
    found: list[object] = []
    for name in names:
        given = pool.predict(name, contents(1), SCHEMAS)
        found.append(given.errors[0] or given.predictions[0])
    return found


def stamps(root: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of every file of a work tree, and of git's index."""
    return dict(_stamps(root))


def _stamps(root: Path) -> Iterable[tuple[str, tuple[int, int]]]:
    for folder, inside, names in os.walk(root):
        inside[:] = [name for name in inside if name not in (".git", ".regrade", "__pycache__")]
        for name in names:
            about = Path(folder, name).stat()
            yield os.path.relpath(Path(folder, name), root), (about.st_size, about.st_mtime_ns)
    about = (root / ".git/index").stat()
    yield ".git/index", (about.st_size, about.st_mtime_ns)
