"""Import a candidate's modules from their sources alone, and only those that are trusted, as they were when they were.

Bytecode in a workspace may hold what no source there says; a file may change between the look at it and its import.
"""

from __future__ import annotations

import hashlib
import os
import sys
import sysconfig
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, FileFinder, ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any


class Trusted:
    """What may be imported from the workspace at ``home``: real path to SHA-256; None: anything."""

    def __init__(self, known: dict[str, str] | None, home: str) -> None:
        self._known, self._home = known, os.path.realpath(home) + os.sep

    def check(self, path: str, data: bytes) -> None:
        """Raise ImportError for a file of the workspace that is not what was trusted."""
        if self._known is None:
            return
        real = os.path.realpath(path)
        known = self._known.get(real)
        if known is None and not real.startswith(self._home):
            return
        if known != hashlib.sha256(data).hexdigest():
            name = os.path.relpath(real, self._home)
            why = "has changed since it was trusted" if known else "is not covered by trust: name its folder in pythonpath"
            raise ImportError(f"{name} {why}", path=path)


class Source(SourceFileLoader):
    """Compiles what the file says, without looking for bytecode."""

    trusted = Trusted(None, "")

    def get_code(self, fullname: str) -> CodeType:
        """Return the code of the source as it is now."""
        path = self.get_filename(fullname)
        data = self.get_data(path)
        self.trusted.check(path, data)
        return self.source_to_code(data, path)


class Extension(ExtensionFileLoader):
    """Loads a compiled module that is trusted."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Load the library."""
        Source.trusted.check(self.path, Path(self.path).read_bytes())
        return super().create_module(spec)


def install(trusted: dict[str, str] | None, home: str) -> None:
    """Let every folder but those of the standard library and of installed distributions be imported from source only.

    ``trusted``: what may be imported from the workspace at ``home``, real path to SHA-256; None: anything.
    """
    Source.trusted = Trusted(trusted, home)
    stdlib = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib")]
    sites = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    installed = tuple(os.path.realpath(path) + os.sep for path in (*stdlib, *sites))
    make = FileFinder.path_hook((Extension, EXTENSION_SUFFIXES), (Source, [".py"]))

    def hook(path: str) -> Any:
        if (os.path.realpath(path) + os.sep).startswith(installed):
            raise ImportError("installed: the usual way", path=path)
        return make(path)

    sys.path_hooks.insert(0, hook)
    sys.path_importer_cache.clear()
