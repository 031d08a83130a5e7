"""Say which file, or which setting, differs from what was trusted: beside each hash stands what it was made of, as hashes again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from regrade import cached_file
from regrade.candidates.fingerprint import digest

_SHOWN = 4
_WORDS = {"roots": "pythonpath", "given": "env or headers", "interpreter": "the interpreter", "positive": "task.positive"}
"""How parts are called in ``regrade.toml``, where they are called otherwise."""


class Covered(msgspec.Struct, frozen=True):
    """What a hash of trust was made of: names to hashes, so that no value stands where nobody expects it."""

    files: dict[str, str] = {}
    settings: dict[str, str] = {}

    @classmethod
    def of(cls, parts: Mapping[str, Any], rules: Covered | None) -> Covered:
        """Return what ``trust.code_hash`` is about to hash, together with what its rules are made of."""
        files = {**(rules.files if rules else {}), **parts["files"], **parts["environment"]}
        rest: dict[str, Any] = {name: value for name, value in parts.items() if name not in ("files", "environment", "rules", "settings")}
        rest |= parts.get("settings") or {}
        own = {_WORDS.get(name, name): digest(value) for name, value in rest.items()}
        return cls(files, {**own, **{f"postprocess: {name}": found for name, found in (rules.settings if rules else {}).items()}})


class Changes(msgspec.Struct, frozen=True):
    """What differs; names are sorted."""

    changed: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.changed, self.new, self.gone, self.settings))

    def words(self) -> str:
        """Return it as one clause: "helper.py has changed, new.py is new"."""
        said = [
            _said(self.changed, "has changed", "have changed"),
            _said(self.new, "is new", "are new"),
            _said(self.gone, "is gone", "are gone"),
        ]
        said.append(f"regrade.toml says something else of {_listed(self.settings)}" if self.settings else "")
        return ", ".join(filter(None, said))

    def files(self) -> str:
        """Return what to look at."""
        return _listed((*self.changed, *self.new, *(("regrade.toml",) if self.settings else ())))


def between(before: Covered, now: Covered) -> Changes:
    """Return what differs."""
    changed = [name for name in before.files.keys() & now.files.keys() if before.files[name] != now.files[name]]
    new, gone = now.files.keys() - before.files.keys(), before.files.keys() - now.files.keys()
    named = before.settings.keys() | now.settings.keys()
    settings = [name for name in named if before.settings.get(name) != now.settings.get(name)]
    return Changes(*(tuple(sorted(each)) for each in (changed, new, gone, settings)))


def nearest(known: Iterable[Covered], now: Covered) -> Changes | None:
    """Return how ``now`` differs from that of ``known`` which is most like it; None where none is."""
    found = [between(each, now) for each in known]
    return min(found, key=lambda each: sum(map(len, (each.changed, each.new, each.gone, each.settings))), default=None)


def recall(path: Path) -> dict[str, Covered]:
    """Return hash of trust to what it was made of; nothing where the file cannot be read."""
    return cached_file.read(path, dict[str, Covered]) or {}


def note(path: Path, known: Mapping[str, Covered]) -> None:
    """Write what hashes were made of. It serves to say more, and no more: where it cannot be written nothing is wrong."""
    cached_file.write(path, known, mode=0o600)


def _said(names: tuple[str, ...], one: str, several: str) -> str:
    return f"{_listed(names)} {one if len(names) == 1 else several}" if names else ""


def _listed(names: tuple[str, ...]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
