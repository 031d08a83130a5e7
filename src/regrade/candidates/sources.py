"""Every source file that a candidate could import from its workspace: what `regrade trust` covers."""

from __future__ import annotations

import os
from pathlib import Path

from regrade.candidates.spec import SOURCES, Spec
from regrade.errors import CandidateError

MOST = 20_000
"""Source files under the import roots; more than that is no project of candidates but a folder of something else."""
_SKIPPED = frozenset({".git", ".regrade", "node_modules", "__pycache__"})
_DECISIONS = "evalset"
_SCRIPTS = (*SOURCES, ".sh", ".bash", ".js", ".mjs", ".cjs", ".ts", ".rb", ".pl", ".pm", ".lua", ".php", ".awk", ".jq", ".r", ".R", ".jl")
"""What a command may run without naming it."""


def importable(spec: Spec) -> tuple[Path, ...]:
    """Return the sources under the import roots that lie in the workspace, and the candidate's own files; sorted.

    A command has no import roots: scripts and executable files of the whole workspace are those that it may run. Virtual environments
    (a folder with ``pyvenv.cfg``), ``.git``, ``.regrade``, ``node_modules`` and the workspace's ``evalset`` are left out; no import of
    a process that needs trust finds them (``worker/from_source.py``).

    Raises
    ------
    CandidateError
        There are too many to be hashed before every use, or a folder cannot be read.
    """
    found, home = set(spec.files), os.path.realpath(spec.root)
    for root in (spec.root,) if spec.kind == "command" else spec.roots:
        real = os.path.realpath(root)
        if real == home or real.startswith(home + os.sep):
            _walk(root, spec, found)
    return tuple(sorted(found))


def _walk(root: Path, spec: Spec, found: set[Path]) -> None:
    def refuse(error: OSError) -> None:
        raise CandidateError(f"{error.filename} cannot be read: {error.strerror}", where=spec.place)

    def runs(path: Path) -> bool:
        if spec.kind != "command":
            return path.name.endswith(SOURCES) and path.is_file()
        return path.is_file() and (path.name.endswith(_SCRIPTS) or os.access(path, os.X_OK))

    seen: set[str] = set()
    home = os.path.realpath(spec.root)
    for folder, inside, names in os.walk(root, onerror=refuse, followlinks=True):  # imports follow links too
        real = os.path.realpath(folder)
        if real in seen or (folder != str(root) and "pyvenv.cfg" in names):
            inside.clear()
            continue
        seen.add(real)
        inside[:] = [name for name in inside if name not in _SKIPPED and not (name == _DECISIONS and real == home)]
        found.update(path for path in (Path(folder, name) for name in names) if runs(path))
        if len(found) > MOST:
            hint = 'name the folder that holds the candidates: pythonpath = ["src"]'
            raise CandidateError(f"more than {MOST:,} source files under {root}", where=f"{spec.place}.pythonpath", hint=hint)
