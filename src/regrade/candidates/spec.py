"""A candidate as ``regrade.toml`` names it, resolved to files that are there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from regrade.candidates.at import At
from regrade.config import Config
from regrade.config_candidate import PICKLES, Candidate
from regrade.errors import CandidateError, ConfigError, UsageError, near_names

LOGGED = "logged"
SOURCES = (".py", ".so")
"""Suffixes of what an import may run; bytecode is never read from a workspace."""
LONGEST_PAUSE = 60.0
"""Seconds between two attempts at an endpoint, whatever it asks for."""
_LFS = b"version https://git-lfs"


@dataclass(frozen=True)
class Spec:
    """Everything that is needed to start a candidate and to name what it depends on; paths are absolute.

    Attributes
    ----------
    kind : str
        ``logged``, ``predictions``, ``model`` (skops), ``onnx``, ``pickle``, ``python``, ``command``, ``url``; ``rules`` for what
        stands behind ``postprocess``.
    files : tuple of Path
        What its answers depend on: the artifact, the file of answers, or the source files; sorted.
    interpreter : str
        The Python that it runs on; empty for the one that regrade runs on.
    settings, manner : mapping
        What it is asked, which is part of the fingerprint, and how it is asked, which is not.
    env : tuple of str
        Environment variables that it is given.
    version : str or None
        What its author calls what answers; None where nobody can tell whether it is what it was (``command``, ``url``).
    threshold, rules
        What is applied to its raw answers.
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
    settings: Mapping[str, Any] = field(default_factory=dict)
    manner: Mapping[str, Any] = field(default_factory=dict)
    env: tuple[str, ...] = ()
    version: str | None = None
    threshold: float | None = None
    rules: Spec | None = None
    at: At | None = None
    """The commit that it is of; None for a candidate as it stands."""

    @property
    def by_key(self) -> bool:
        """Are its answers looked up by key, rather than computed from the inputs?"""
        return self.kind in ("logged", "predictions")

    @property
    def is_remote(self) -> bool:
        """Does something answer that regrade cannot look into, so that its version alone says what it is?"""
        return self.kind in ("command", "url")

    @property
    def is_code(self) -> bool:
        """Does it run code of the workspace's choosing, or post where it says? A named interpreter is code too.

        This machine is no exception: a request to a service that listens here alone may start something (a container, a job).
        """
        return self.kind in ("python", "pickle", "command", "rules", "url") or bool(self.interpreter) or self.rules is not None

    @property
    def artifact(self) -> str:
        """The file that is loaded; empty where there is none."""
        return str(self.files[0]) if self.kind in ("model", "onnx", "pickle") else ""

    def chunks(self, first: int) -> tuple[int, int]:
        """Return how many examples one request asks about at least, and at first: what is slow is asked in small numbers."""
        if self.kind == "url":
            atonce = int(self.manner["batch"]) * int(self.manner["concurrency"])
            return atonce, atonce
        return (1, 32) if self.kind == "command" else (1, first)

    def patience(self, n: int) -> float:
        """Return the seconds after which a request about ``n`` examples is given up, whatever happens behind it."""
        if self.kind != "url":
            return self.timeout
        rounds = -(-n // (int(self.manner["batch"]) * int(self.manner["concurrency"])))
        return rounds * (int(self.manner["retries"]) + 1) * (self.timeout + 2 * LONGEST_PAUSE) + 5.0

    @property
    def place(self) -> str:
        """Where it stands in ``regrade.toml``."""
        if self.at is not None:
            return f"regrade.toml at {self.at.label}: candidates.{self.at.name}"
        return in_config(self.name)

    @property
    def home(self) -> Path:
        """The folder of the workspace's own ``regrade.toml``, whatever commit the candidate is of."""
        return self.at.workspace if self.at is not None else self.root


def in_config(name: str) -> str:
    """Return where a candidate, or a function that is a metric or a scorer (``metric:NAME``, ``scorer:NAME``), stands."""
    what, colon, function = name.partition(":")
    if not colon:
        return f"regrade.toml: candidates.{name}"
    return f"regrade.toml: {'metrics.custom' if what == 'metric' else 'scorers'}.{function}"


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
    place = in_config(name)
    try:
        json.dumps(said.parameters, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"parameters are numbers, texts, booleans, lists and tables: {error}", where=f"{place}.parameters") from None
    rules = _rules(root, name, said, config, place) if said.postprocess else None
    common = {
        "interpreter": _interpreter(root, said, place),
        "positive": config.task.positive,
        "timeout": said.seconds,
        "memory_mb": said.memory_mb,
        "env": said.variables,
        "threshold": said.threshold,
        "rules": rules,
    }
    return _raw(root, name, said, place, common)


def _raw(root: Path, name: str, said: Candidate, place: str, common: Mapping[str, Any]) -> Spec:
    """Return what is asked, whatever is made of its answers."""
    roots = tuple((root / each).absolute() for each in said.pythonpath)
    settings: dict[str, Any]
    if said.model:
        path = _file(root, said.model, f"{place}.model")
        settings = {key: list(found) for key in ("columns", "classes") if (found := getattr(said, key))}
        if said.column is not None:
            settings["column"] = said.column
        if path.suffix in PICKLES:
            return Spec(name, "pickle", root, (path, *_matches(root, said, place)), roots=roots, settings=settings, **common)
        kind = "onnx" if path.suffix == ".onnx" else "model"
        return Spec(name, kind, root, (path, *_matches(root, said, place)), settings=settings, **common)
    if said.predictions:
        return Spec(name, "predictions", root, (_file(root, said.predictions, f"{place}.predictions"),), **common)
    if said.command:
        files = tuple(sorted({*_named_files(root, said.command), *_matches(root, said, place)}))
        settings = {"command": list(said.command), "version": said.version}
        manner: dict[str, Any] = {"keep_running": said.keep_running}
        return Spec(name, "command", root, files, settings=settings, manner=manner, version=said.version, **common)
    if said.url:
        # Headers may choose the model that answers; what stands behind `env:NAME` is no part of them.
        settings = {"url": said.url, "field": said.field, "version": said.version, **({"headers": said.headers} if said.headers else {})}
        ca = str(_file(root, str(Path(said.ca).expanduser()), f"{place}.ca")) if said.ca else None
        asked = {each: getattr(said, each) for each in ("batch", "concurrency", "retries", "backoff", "headers", "proxy")}
        manner = {**asked, "ca": ca}
        return Spec(name, "url", root, settings=settings, manner=manner, version=said.version, **common)
    module, function = str(said.python).split(":")
    files = _sources(root, roots, module, said, f"{place}.python", place)
    return Spec(name, "python", root, files, module, function, roots, parameters=said.parameters, **common)


def _rules(root: Path, name: str, said: Candidate, config: Config, place: str) -> Spec:
    """Return what stands behind ``postprocess``: a candidate of its own, which is asked about answers."""
    module, function = str(said.postprocess).split(":")
    roots = tuple((root / each).absolute() for each in said.pythonpath)
    files = _package(roots, module, said, f"{place}.postprocess")
    interpreter = _interpreter(root, said, place)
    common = {"positive": config.task.positive, "timeout": said.seconds, "memory_mb": said.memory_mb, "env": said.env}
    return Spec(name, "rules", root, tuple(sorted(files)), module, function, roots, interpreter, **common)  # type: ignore[arg-type]  # mixed values


def _named_files(root: Path, command: tuple[str, ...]) -> list[Path]:
    """Return the words of a command that are files of the workspace: a script, its settings."""
    short = [word for word in command if len(word) < 1_024 and "\n" not in word and not Path(word).is_absolute()]
    return [root / word for word in short if (root / word).is_file()]


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


def _sources(root: Path, roots: tuple[Path, ...], module: str, said: Candidate, where: str, place: str) -> tuple[Path, ...]:
    """Return the files that the behaviour depends on: the package of the module, and what ``files`` matches besides."""
    return tuple(sorted({*_matches(root, said, place), *_package(roots, module, said, where)}))


def _matches(root: Path, said: Candidate, place: str) -> tuple[Path, ...]:
    """Return what ``files`` matches, sorted."""
    found: set[Path] = set()
    for pattern in said.files:
        matches = {path for path in root.glob(pattern) if path.is_file()} if not Path(pattern).is_absolute() else set()
        if not matches:
            raise ConfigError(f"{pattern!r} matches no file", where=f"{place}.files", hint="globs are relative to the workspace")
        found |= matches
    return tuple(sorted(found))


def _package(roots: tuple[Path, ...], module: str, said: Candidate, place: str) -> tuple[Path, ...]:
    """Return the sources of the module's package, or of the module alone. Raises ConfigError where there is none."""
    if not re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*", module):
        raise ConfigError(f"{module!r} is no module", where=place, hint='write "module:function"')
    top, _, rest = module.partition(".")
    for folder in roots:
        if (folder / top).is_dir() and (rest or (folder / top / "__init__.py").is_file()):
            return tuple(path for path in (folder / top).rglob("*") if path.suffix in SOURCES and "__pycache__" not in path.parts)
        for suffix in SOURCES:
            if (folder / f"{top}{suffix}").is_file():
                return (folder / f"{top}{suffix}",)
    looked = ", ".join(said.pythonpath)
    hint = 'name its import roots: pythonpath = ["src"], or what it depends on: files = ["…"]'
    raise ConfigError(f"there is no module {module!r} under {looked}", where=place, hint=hint)
