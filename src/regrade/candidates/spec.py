"""A candidate as ``regrade.toml`` names it, resolved to files that are there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from regrade.config import Candidate, Config
from regrade.errors import CandidateError, ConfigError, UsageError, near_names

LOGGED = "logged"
SOURCES = (".py", ".so")
"""Suffixes of what an import may run; bytecode is never read from a workspace."""
_LFS = b"version https://git-lfs"


@dataclass(frozen=True)
class Spec:
    """Everything that is needed to start a candidate and to name what it depends on; paths are absolute.

    Attributes
    ----------
    files : tuple of Path
        What its answers depend on: the artifact, the file of answers, or the source files; sorted.
    interpreter : str
        The Python that it runs on; empty for the one that regrade runs on.
    """

    name: str
    kind: str
    root: Path
    files: tuple[Path, ...] = ()
    module: str = ""
    function: str = ""
    roots: tuple[Path, ...] = ()
    interpreter: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    positive: str | None = None
    timeout: float = 600.0
    memory_mb: int = 4_096

    @property
    def by_key(self) -> bool:
        """Are its answers looked up by key, rather than computed from the inputs?"""
        return self.kind in ("logged", "predictions")

    @property
    def is_code(self) -> bool:
        """Does it run code of the workspace's choosing? A named interpreter is code too."""
        return self.kind == "python" or bool(self.interpreter)

    @property
    def place(self) -> str:
        """Where it stands in ``regrade.toml``."""
        return f"regrade.toml: candidates.{self.name}"


def resolve(root: Path, name: str, config: Config) -> Spec:
    """Return the candidate ``name`` of the workspace at ``root``.

    Raises
    ------
    UsageError
        There is no such candidate.
    ConfigError
        It names something that cannot be: another kind of artifact, a module that is nowhere.
    CandidateError
        A file that it needs is not there.
    """
    root = root.absolute()
    if name == LOGGED:
        return Spec(LOGGED, LOGGED, root)
    if name not in config.candidates:
        raise UsageError(f"there is no candidate {name!r}", where="regrade.toml", hint=near_names(name, config.candidate_names))
    said = config.candidates[name]
    place = f"regrade.toml: candidates.{name}"
    try:
        json.dumps(said.parameters, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"parameters are numbers, texts, booleans, lists and tables: {error}", where=f"{place}.parameters") from None
    common = {
        "interpreter": _interpreter(root, said, place),
        "parameters": said.parameters,
        "positive": config.task.positive,
        "timeout": said.timeout,
        "memory_mb": said.memory_mb,
    }
    if said.model:
        path = _file(root, said.model, f"{place}.model")
        if path.suffix != ".skops":
            hint = 'skops.io.dump(model, "model.skops") writes one; anything else can be wrapped: python = "module:function"'
            raise ConfigError(f"{said.model!r} is no .skops file", where=f"{place}.model", hint=hint)
        return Spec(name, "model", root, (path,), **common)  # type: ignore[arg-type]  # a dict of mixed values
    if said.predictions:
        return Spec(name, "predictions", root, (_file(root, said.predictions, f"{place}.predictions"),), positive=config.task.positive)
    module, function = str(said.python).split(":")
    roots = tuple((root / each).absolute() for each in said.pythonpath)
    files = _sources(root, roots, module, said, place)
    return Spec(name, "python", root, files, module, function, roots, **common)  # type: ignore[arg-type]  # a dict of mixed values


def _file(root: Path, name: str, place: str) -> Path:
    path = root / name
    if not path.is_file():
        what = "is a directory" if path.is_dir() else "there is no such file"
        raise CandidateError(f"{what}: {name}", where=place, hint="paths are relative to the workspace")
    try:
        with path.open("rb") as file:
            start = file.read(len(_LFS))
    except OSError as error:
        raise CandidateError(f"{name} cannot be read: {error.strerror}", where=place) from None
    if start == _LFS:
        raise CandidateError(f"{name} is a git-lfs pointer, not the file itself", where=place, hint="run `git lfs pull`")
    return path


def _interpreter(root: Path, said: Candidate, place: str) -> str:
    if not said.interpreter:
        return ""
    # Not resolved: a virtual environment is known by the path of its link.
    path = root / Path(said.interpreter).expanduser()
    if not path.is_file():
        raise CandidateError(f"there is no interpreter {said.interpreter}", where=f"{place}.interpreter")
    return str(path)


def _sources(root: Path, roots: tuple[Path, ...], module: str, said: Candidate, place: str) -> tuple[Path, ...]:
    """Return the files that the behaviour depends on: the package of the module, and what ``files`` matches besides."""
    if not re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*", module):
        raise ConfigError(f"{module!r} is no module", where=f"{place}.python", hint='write "module:function"')
    found: set[Path] = set()
    for pattern in said.files:
        matches = {path for path in root.glob(pattern) if path.is_file()} if not Path(pattern).is_absolute() else set()
        if not matches:
            raise ConfigError(f"{pattern!r} matches no file", where=f"{place}.files", hint="globs are relative to the workspace")
        found |= matches
    return tuple(sorted(found | set(_package(roots, module, said, place))))


def _package(roots: tuple[Path, ...], module: str, said: Candidate, place: str) -> tuple[Path, ...]:
    """Return the sources of the module's package, or of the module alone. Raises ConfigError where there is none."""
    top, _, rest = module.partition(".")
    for folder in roots:
        if (folder / top).is_dir() and (rest or (folder / top / "__init__.py").is_file()):
            return tuple(path for path in (folder / top).rglob("*") if path.suffix in SOURCES and "__pycache__" not in path.parts)
        for suffix in SOURCES:
            if (folder / f"{top}{suffix}").is_file():
                return (folder / f"{top}{suffix}",)
    looked = ", ".join(said.pythonpath)
    hint = 'name its import roots: pythonpath = ["src"], or what it depends on: files = ["…"]'
    raise ConfigError(f"there is no module {module!r} under {looked}", where=f"{place}.python", hint=hint)
