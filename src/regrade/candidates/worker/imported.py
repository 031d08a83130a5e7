"""What a candidate's answers depend on besides its own files: the distributions and project files that it really imported."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ALWAYS = ("numpy", "pandas", "pyarrow", "scipy", "scikit-learn", "skops", "joblib", "threadpoolctl", "narwhals")
"""Counted where they are installed, imported or not: the starter imports them for everybody, a plain start does not."""


def imported(already: frozenset[str], also: Sequence[str] = ()) -> dict[str, Any]:
    """Return distributions with versions, those named ``also`` too, project files, and where this interpreter finds its distributions.

    A project file is one that neither the standard library nor an installed distribution brought: a module beside the
    candidate's, or one of an editable install.
    """
    stdlib = {os.path.realpath(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
    sites = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    installed = [os.path.realpath(path) + os.sep for path in sites]
    tops, files = set(), set()
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name in already or not file or name.startswith(("_regrade_", "__main", "__mp_main")):
            continue
        if not (Path(file).is_absolute() or Path(file).exists()):
            continue  # an object that only looks like a module (torch.classes is "_classes.py"): an import gives whole paths
        real = os.path.realpath(file)
        if real.startswith(tuple(installed)):
            tops.add(name.partition(".")[0])
        elif not any(real.startswith(folder + os.sep) for folder in stdlib):
            files.add(str(Path(file).absolute()))
    owners = importlib.metadata.packages_distributions()
    names = {distribution for top in tops for distribution in owners.get(top, ())} | {*ALWAYS, *also}
    versions = {}
    for name in sorted(names):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {
        "distributions": versions,
        "files": sorted(files),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "sites": sites,
    }
