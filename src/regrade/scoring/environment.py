"""Where a run takes place: code, packages, hardware; so that two runs can be told apart a year later."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from regrade.git import git
from regrade.scoring.run_record import Hardware

_PACKAGES = ("regrade", "numpy", "pandas", "pyarrow", "scikit-learn", "scipy", "skops", "duckdb")
_FRESH = 30.0
_KNOWN: dict[Path, tuple[float, Here]] = {}
_CHANGED = 50


@dataclass(frozen=True)
class Here:
    """Everything about a run that is neither the eval set nor a candidate; ``commit`` is None outside git.

    Attributes
    ----------
    changed : tuple of str
        Tracked files that say something else than the commit, from the top of the repository; at most 50.
    """

    commit: str | None
    dirty: bool | None
    changed: tuple[str, ...]
    python: str
    packages: dict[str, str]
    hardware: Hardware


def environment(root: Path) -> Here:
    """Return where we are: ``root`` is a folder of the repository. Git is asked twice a minute at most: the app scores often."""
    known = _KNOWN.get(root)
    if known is None or time.monotonic() - known[0] > _FRESH:
        _KNOWN[root] = known = (time.monotonic(), _look(root))
    return known[1]


def _look(root: Path) -> Here:
    commit = git(root, "rev-parse", "HEAD")
    said = git(root, "diff", "--name-only", "-z", "HEAD") if commit else None
    changed = sorted(each for each in (said or "").split("\0") if each)
    return Here(
        commit=commit or None,
        dirty=None if said is None else bool(changed),
        changed=tuple(changed[:_CHANGED]),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        packages=_packages(),
        hardware=hardware(),
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
def hardware() -> Hardware:
    """Return what this machine is, as far as it says so without asking another program."""
    return Hardware(
        system=platform.system(),
        machine=platform.machine(),
        cores=os.cpu_count(),
        cpu=_lines("/proc/cpuinfo", "model name") or platform.processor(),
        memory_gb=_memory(),
        gpus=sorted(_lines(str(path), "Model") for path in Path("/proc/driver/nvidia/gpus").glob("*/information")),
    )


def _lines(path: str, field: str) -> str:
    """Return what the first line ``field : value`` of a file says."""
    try:
        lines = Path(path).read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(field)), "")


def _memory() -> int | None:
    try:
        return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30)
    except (OSError, ValueError):
        return None
