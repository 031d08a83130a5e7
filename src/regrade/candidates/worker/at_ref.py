"""Run the code of one commit although the work tree, another moment of it, is installed: the trap of editable installs.

``pip install -e`` lets an import find the work tree, whatever was exported. Where an import leads there, the same file of the export
is imported in its place, or none.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


class Elsewhere:
    """A finder before all others: asks them, and turns what they find in ``tree`` into what lies there in ``export``."""

    def __init__(self, tree: str, export: str) -> None:
        self.tree, self.export = (os.path.realpath(each) + os.sep for each in (tree, export))
        sites = [path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")]  # noqa: PTH119
        known = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib")] + sites
        self.installed = tuple(os.path.realpath(path) + os.sep for path in known)

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return where a module comes from. Raises ModuleNotFoundError for one that only the work tree has."""
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            found: ModuleSpec | None = None if finder is self or find is None else find(name, path, target)
            if found is None:
                continue
            real = os.path.realpath(found.origin) if found.has_location and found.origin else ""
            if not real.startswith(self.tree) or real.startswith((self.export, *self.installed)):
                return found
            folder = os.path.dirname(real)  # noqa: PTH120
            if found.submodule_search_locations is not None:
                folder = os.path.dirname(folder)  # noqa: PTH120
            there = self.export + os.path.relpath(folder, self.tree)
            if (instead := PathFinder.find_spec(name, [there])) is not None:
                return instead
            place = os.path.relpath(real, self.tree)
            raise ModuleNotFoundError(f"no module {name!r} at this commit: {place} is in the work tree, and not in git there", name=name)
        return None


def move(folder: str, tree: str, export: str) -> None:
    """Work in ``folder`` of an export, and let no import of this process reach the work tree."""
    os.chdir(folder)
    sys.meta_path.insert(0, Elsewhere(tree, export))
