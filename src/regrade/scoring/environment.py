"""Where a run took place: code, packages, hardware; so that two runs can be told apart a year later."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from regrade.git import git

_PACKAGES = ("regrade", "numpy", "pandas", "pyarrow", "scikit-learn", "scipy", "skops", "duckdb")
_FRESH = 30.0
_KNOWN: dict[Path, tuple[float, Environment]] = {}


@dataclass(frozen=True)
class Environment:
    """Everything about a run that is neither the eval set nor a candidate; ``commit`` is None outside git."""

    commit: str | None
    dirty: bool | None
    python: str
    packages: dict[str, str]
    hardware: str


def environment(root: Path) -> Environment:
    """Return where we are: ``root`` is a folder of the repository. Git is asked twice a minute at most: the app scores often."""
    known = _KNOWN.get(root)
    if known is None or time.monotonic() - known[0] > _FRESH:
        _KNOWN[root] = known = (time.monotonic(), _look(root))
    return known[1]


def _look(root: Path) -> Environment:
    commit = git(root, "rev-parse", "HEAD")
    changed = git(root, "status", "--porcelain", "--untracked-files=no") if commit else None
    return Environment(
        commit=commit or None,
        dirty=None if changed is None else bool(changed),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        packages=_packages(),
        hardware=_hardware(),
    )


@cache
def _packages() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


@cache
def _hardware() -> str:
    model = ""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    except OSError:
        model = platform.processor()
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores" + (f", {model}" if model else "")
