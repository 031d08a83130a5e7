"""Name what a candidate's answers depend on: its files, parameters, interpreter, and the distributions it really imported."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from regrade import cached_file
from regrade.candidates.late import Late, LateImports, relative
from regrade.candidates.spec import Spec
from regrade.errors import CandidateError
from regrade.log.content import canonical

_SESSION = secrets.token_hex(8)
"""Part of what has no version: nobody can say that it is the same the next time."""
LATE = "late.json"
"""The file of what is imported late, in the cache."""
_RACY = 2_000_000_000
"""Nanoseconds: a file changed more recently than this may change again within one tick of its time stamp."""


class About(msgspec.Struct, frozen=True):
    """What a loaded model says of itself; empty for what is no model, or was not loaded yet."""

    type: str = ""
    """The class of the estimator."""
    parameters: dict[str, str | int | float | bool | None] = {}
    """Its ``get_params``, those of its steps as ``step__name``."""


@dataclass(frozen=True)
class Fingerprint:
    """What a candidate is: equal hashes promise equal answers.

    Attributes
    ----------
    hash : str
        SHA-256 in hex.
    parts : dict
        What was hashed: ``kind``, ``files`` (path to SHA-256), ``python``, ``distributions``, ``parameters``, …
    about : About
        What it said of itself, for people: nothing of it is hashed.
    lasting : bool
        May its answers be kept on disk? Not those of what has no version.
    raw : Fingerprint or None
        Of the answers before threshold and rules, where there are any.
    bases : tuple
        Hashes of what it was when it was loaded, by which it is known what is imported later; see :mod:`regrade.candidates.late`.
    """

    hash: str
    parts: dict[str, Any]
    about: About = field(default_factory=About)
    lasting: bool = True
    raw: Fingerprint | None = None
    bases: tuple[str, ...] = ()


class Dependencies(msgspec.Struct, frozen=True):
    """What a loaded candidate turned out to depend on besides its declared files."""

    distributions: dict[str, str]
    files: tuple[str, ...]
    python: str
    sites: tuple[str, ...]
    interpreter: str = ""
    about: About = About()

    def joined(self, files: Sequence[str], distributions: Mapping[str, str]) -> Dependencies:
        """Return these and more: absolute paths, and distributions to versions."""
        return msgspec.structs.replace(
            self, files=tuple(sorted({*self.files, *files})), distributions={**distributions, **self.distributions}
        )

    def beyond(self, loaded: Dependencies, root: Path) -> Late:
        """Return what was imported since ``loaded``."""
        files = {*self.files} - {*loaded.files}
        return Late(relative(files, root), tuple(sorted({*self.distributions} - {*loaded.distributions})))


class Files:
    """Hashes of files, each read once while it stays unchanged; not thread-safe beyond what a dict is."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, int, int], str]] = {}

    def sha256(self, path: Path) -> str:
        """Return the SHA-256 of a file, in hex. Raises OSError."""
        stat = path.stat()
        stamp = (stat.st_size, stat.st_mtime_ns, stat.st_ino)
        known = self._known.get(path)
        if known and known[0] == stamp:
            return known[1]
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if time.time_ns() - stat.st_mtime_ns > _RACY:
            self._known[path] = (stamp, found)
        return found

    def of(self, paths: Sequence[Path], root: Path, place: str) -> dict[str, str]:
        """Return path, relative to ``root``, to hash. Raises CandidateError."""
        try:
            return {os.path.relpath(path, root): self.sha256(path) for path in paths}
        except OSError as error:
            raise CandidateError(f"{error.filename} cannot be read: {error.strerror}", where=place) from None


def static_parts(spec: Spec, files: Files) -> dict[str, Any]:
    """Return what is known about a candidate without starting it. Raises CandidateError when a file cannot be read."""
    parts = {
        "kind": spec.kind,
        "files": files.of(spec.files, spec.root, spec.place),
        "module": spec.module,
        "function": spec.function,
        "roots": [os.path.relpath(path, spec.root) for path in spec.roots],
        "parameters": dict(spec.parameters),
        "positive": spec.positive,
    }
    if spec.settings:
        parts["settings"] = dict(spec.settings)
    if spec.is_remote and spec.version is None:
        parts["session"] = _SESSION
    return parts


def remembered_by(spec: Spec, static: Mapping[str, Any], *, anywhere: bool = False) -> str:
    """Return what a candidate is remembered by: its folder counts, unless nothing was imported from one (``anywhere``)."""
    return digest([static, spec.interpreter, "" if anywhere else str(spec.root)])


def digest(parts: object) -> str:
    """Return the SHA-256, in hex, of parts as canonical JSON."""
    return hashlib.sha256(canonical(parts)).hexdigest()


def interpreter_stamp(interpreter: str) -> str:
    """Return what tells one interpreter from another that was put in its place: real path, size, time."""
    path = Path(os.path.realpath(interpreter or sys.executable))
    try:
        stat = path.stat()
    except OSError:
        return str(path)
    return f"{path}:{stat.st_size}:{stat.st_mtime_ns}"


def still_installed(dependencies: Dependencies, interpreter: str) -> bool:
    """Are the distributions that a candidate imported last time still there, in the same versions? Starts no process."""
    if dependencies.interpreter != interpreter_stamp(interpreter):
        return False
    if not interpreter:
        return versions(dependencies.distributions) == dependencies.distributions
    return versions(dependencies.distributions, list(dependencies.sites)) == dependencies.distributions


def versions(names: Mapping[str, str] | Sequence[str], sites: list[str] | None = None) -> dict[str, str]:
    """Return distribution to version as installed, here or in the ``site-packages`` folders of another interpreter."""
    found = {}
    for name in names:
        where: dict[str, Any] = {} if sites is None else {"path": sites}
        distribution = next(iter(importlib.metadata.distributions(name=name, **where)), None)
        if distribution is not None:
            found[name] = distribution.version
    return found


class Memory:
    """What each candidate depended on when it was last loaded, by the hash of its static parts; a file in the cache.

    It may be deleted at any time: the next run starts the candidate to find out again. ``late``: what candidates imported later.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.late = LateImports(path.with_name(LATE))
        self._known = cached_file.read(path, dict[str, Dependencies]) or {}

    def get(self, static: str) -> Dependencies | None:
        """Return what the candidate depended on, None when it is not known."""
        return self._known.get(static)

    def knows(self, spec: Spec, static: Mapping[str, Any]) -> bool:
        """Is it known what this candidate depended on when it was last loaded?"""
        return remembered_by(spec, static) in self._known or remembered_by(spec, static, anywhere=True) in self._known

    def put(self, static: str, dependencies: Dependencies) -> None:
        """Remember it. A cache that cannot be written costs time only, so that is no error."""
        if self._known.get(static) == dependencies:
            return
        self._known[static] = dependencies
        for old in list(self._known)[:-500]:
            del self._known[old]
        cached_file.write(self._path, self._known)


def build(spec: Spec, static: dict[str, Any], dependencies: Dependencies | None, files: Files) -> Fingerprint:
    """Put a fingerprint together. Raises CandidateError when a file that the candidate imported is gone."""
    if dependencies is None:
        return Fingerprint(digest(static), dict(static), lasting="session" not in static)
    return named(static, dependencies, files.of([Path(path) for path in dependencies.files], spec.root, spec.place))


def foreseen(loaded: Dependencies, late: Late, root: Path, interpreter: str) -> Dependencies | None:
    """Return what a candidate will depend on once it has imported what others of its kind did, without a process.

    None: a distribution is not found from here, so that the candidate's own process must say which version it has, if any.
    """
    more = [name for name in late.distributions if name not in loaded.distributions]
    found = versions(more, list(loaded.sites) if interpreter else None)
    return loaded.joined(late.found(root), found) if len(found) == len(more) else None


def named(static: dict[str, Any], dependencies: Dependencies, imported: Mapping[str, str]) -> Fingerprint:
    """Return the fingerprint of a candidate that imported these files (path to SHA-256), whatever the disk says by now."""
    parts = dict(static)
    parts["python"] = dependencies.python
    parts["distributions"] = dict(dependencies.distributions)
    parts["imported"] = {path: found for path, found in imported.items() if path not in static["files"]}
    return Fingerprint(digest(parts), parts, dependencies.about)


def refined(raw: Fingerprint, threshold: float | None, rules: Fingerprint | None) -> Fingerprint:
    """Return the fingerprint of a candidate whose raw answers a threshold and rules are applied to."""
    parts: dict[str, Any] = {**raw.parts, "threshold": threshold, "rules": rules.parts if rules else None}
    bases = (*raw.bases, *(rules.bases if rules else ()))
    return Fingerprint(digest(parts), parts, raw.about, lasting=rules is not None and raw.lasting, raw=raw, bases=bases)
