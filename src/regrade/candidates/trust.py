"""Which code this user lets run: remembered by hash, for one workspace and one candidate, like direnv does."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from shlex import quote
from typing import Any

import msgspec

from regrade.alone import alone
from regrade.candidates.fingerprint import Files, digest, interpreter_stamp, static_parts
from regrade.candidates.sources import importable
from regrade.candidates.spec import Spec, resolve
from regrade.candidates.trust_changes import Changes, Covered, nearest, note, recall
from regrade.config import Config
from regrade.errors import NotTrustedError, UsageError
from regrade.paths import trust_file


def trust(root: Path, name: str, config: Config) -> str:
    """Let the candidate's code run as it is now; returns the hash that is remembered.

    Covered are its own files (a pickle, a command's script), every source (``.py``, ``.so``) under its import roots inside the
    workspace (of a command: every script and executable file of the workspace), the function, parameters, import roots, command,
    address, headers, the names of the environment variables that it is given, what ``postprocess`` names, and of a named interpreter
    its path, size, time and ``pyvenv.cfg``. Not covered: what lies outside the workspace (programs, the content of the interpreter,
    installed distributions, import roots elsewhere), virtual environments inside it, and data that the code reads, unless ``files``
    names it.

    Raises
    ------
    UsageError
        It is no code, so there is nothing to trust; or the memory cannot be written.
    ConfigError, CandidateError
        As :func:`regrade.candidates.spec.resolve`.
    """
    return remember(resolve(root, name, config))


def remember(spec: Spec) -> str:
    """Let a candidate's code run as it is; see :func:`trust`. Code of a commit is trusted apart from what stands in the work tree."""
    if not spec.is_code:
        raise UsageError(f"candidate {spec.name!r} is no code: it runs without being trusted", where=spec.place)
    files = Files()
    found, covered_by = code_hash(spec, files), _covered_by(spec, files)
    path = trust_file()
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with alone(path.parent):  # what others trust meanwhile must not be forgotten
            known = {**_read(), _entry(spec) + (f"@{spec.at.commit}" if spec.at else ""): found}
            temporary.write_text(json.dumps(known, indent=1, sort_keys=True))
            temporary.chmod(0o600)
            temporary.replace(path)
            noted = {**recall(_notes()), found: covered_by}
            note(_notes(), {hash: each for hash, each in noted.items() if hash in known.values()})
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise UsageError(f"cannot be written: {error.strerror}", where=str(path)) from None
    return found


def changes(spec: Spec, files: Files | None = None) -> Changes | None:
    """Return how a candidate differs from what is trusted of it; None where nothing is, or nobody noted what it was made of."""
    noted = recall(_notes())
    return nearest((noted[hash] for hash in _trusted(spec) if hash in noted), _covered_by(spec, files or Files()))


def is_trusted(root: Path, name: str, config: Config) -> bool:
    """May this candidate run as it is now? True for what is no code."""
    spec = resolve(root, name, config)
    return not spec.is_code or code_hash(spec) in _trusted(spec)


def require(spec: Spec, files: Files | None = None) -> None:
    """Raise NotTrustedError, saying what to do, unless the candidate may run as it is now."""
    if not spec.is_code:
        return
    known = _trusted(spec)
    if code_hash(spec, files) in known:
        return
    files_of = [*(spec.rules.files if spec.rules is not None else ()), *spec.files]
    shown = ", ".join(os.path.relpath(path, spec.root) for path in files_of[:4]) + (", …" if len(files_of) > 4 else "")
    if spec.kind == "url":
        new, shown = f"it sends inputs to {spec.settings['url']}, which nobody here has trusted yet", ", ".join(("regrade.toml", *spec.env))
    elif spec.kind == "pickle":
        new = "it is a pickle, which runs code when it is loaded, and nobody here has trusted it yet"
    else:
        new, shown = "it is code that nobody here has trusted yet", shown or spec.interpreter or "regrade.toml"
    found = changes(spec, files) if known else None
    what = "its code has changed since it was trusted" if known else new
    at = f" at {spec.at.label}" if spec.at is not None else ""
    if found and found.words():
        what = "its code is not what was trusted" if spec.at is not None else what
        what, shown = f"{what}: {found.words()}", found.files() or shown
        if spec.at is not None and found.changed:
            at += f" (`git diff {spec.at.commit[:7]} -- {' '.join(map(quote, found.changed[:4]))}`)"
    hint = f"look at {shown}{at}, then `regrade trust {spec.name}` (or --allow-code for this once)"
    raise NotTrustedError(what, where=spec.place, hint=hint)


def covered(spec: Spec, files: Files) -> dict[str, str] | None:
    """Return real path to SHA-256 of every source that is trusted with a candidate; None for one that imports nothing."""
    if not spec.roots:
        return None
    return {os.path.realpath(spec.root / path): found for path, found in files.of(importable(spec), spec.root, spec.place).items()}


def code_hash(spec: Spec, files: Files | None = None) -> str:
    """Return the hash of all that decides which code runs: sources, function, import roots, parameters, interpreter."""
    files = files or Files()
    parts = _parts(spec, files)
    if spec.rules is not None:
        parts["rules"] = code_hash(spec.rules, files)
    return digest(parts)


def _covered_by(spec: Spec, files: Files) -> Covered:
    return Covered.of(_parts(spec, files), None if spec.rules is None else _covered_by(spec.rules, files))


def _parts(spec: Spec, files: Files) -> dict[str, Any]:
    """Return all that decides which code runs but the rules, which are code of their own."""
    parts = static_parts(spec, files)
    parts["files"] = files.of(importable(spec), spec.root, spec.place)
    parts["interpreter"] = interpreter_stamp(spec.interpreter) if spec.interpreter else ""
    parts["environment"] = files.of(_environment(spec), spec.home, spec.place)
    parts.pop("session", None)
    if "settings" in parts:  # a new version is for whoever names it to say
        parts["settings"] = {name: value for name, value in parts["settings"].items() if name != "version"}
    if spec.env or spec.manner:
        parts["given"] = [list(spec.env), {key: spec.manner[key] for key in ("headers", "proxy", "keep_running") if key in spec.manner}]
    return parts


def _environment(spec: Spec) -> list[Path]:
    """Return the ``pyvenv.cfg`` that a named interpreter obeys, beside it or one folder up; the authorities of an endpoint."""
    folder = Path(spec.interpreter).parent
    if spec.manner.get("ca"):
        return [Path(spec.manner["ca"])]
    return [path for path in (folder / "pyvenv.cfg", folder.parent / "pyvenv.cfg") if spec.interpreter and path.is_file()]


def _notes() -> Path:
    """Return the file of what trusted hashes were made of."""
    return trust_file().with_name("trusted-files.json")


def _entry(spec: Spec) -> str:
    return f"{os.path.realpath(spec.home)}::{spec.at.name if spec.at else spec.name}"


def _trusted(spec: Spec) -> set[str]:
    """Return the hashes that are trusted: of a candidate of a commit, those of the work tree and of other commits as well."""
    own = _entry(spec)
    return {found for entry, found in _read().items() if entry == own or (spec.at is not None and entry.startswith(f"{own}@"))}


def _read() -> dict[str, str]:
    """Return what is trusted; a file that cannot be read trusts nothing."""
    try:
        return msgspec.json.decode(trust_file().read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError):
        return {}
