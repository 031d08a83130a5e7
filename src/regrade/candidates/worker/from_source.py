"""Import a candidate's modules from their sources alone: bytecode in a workspace may hold what no source there says."""

from __future__ import annotations

import os
import sys
import sysconfig
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, FileFinder, SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any


class Source(SourceFileLoader):
    """Compiles what the file says, without looking for bytecode."""

    def get_code(self, fullname: str) -> CodeType:
        """Return the code of the source as it is now."""
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def install() -> None:
    """Let every folder but those of the standard library and of installed distributions be imported from source only."""
    stdlib = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib")]
    sites = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    installed = tuple(os.path.realpath(path) + os.sep for path in (*stdlib, *sites))
    make = FileFinder.path_hook((ExtensionFileLoader, EXTENSION_SUFFIXES), (Source, [".py"]))

    def hook(path: str) -> Any:
        if (os.path.realpath(path) + os.sep).startswith(installed):
            raise ImportError("installed: the usual way", path=path)
        return make(path)

    sys.path_hooks.insert(0, hook)
    sys.path_importer_cache.clear()
