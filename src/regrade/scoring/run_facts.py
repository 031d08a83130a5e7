"""Sort what is known of a candidate and of this machine into the parts of a run's record."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any

import msgspec

from regrade.candidates.spec import SOURCES
from regrade.scoring.environment import Here
from regrade.scoring.run_record import Code, Environment, Facts, Model, Scalar
from regrade.scoring.scored import CandidateRun

_SEED = re.compile(r"(^|_)(seed|random_state)$")
_APART = frozenset({"files", "imported", "python", "distributions"})
"""Parts of a fingerprint that are no settings."""


def facts_of(run: CandidateRun, here: Here) -> Facts:
    """Return model, code, environment, hardware and seeds of a run that took place ``here``."""
    parts = run.parts
    declared: dict[str, str] = parts.get("files") or {}
    imported: dict[str, str] = parts.get("imported") or {}
    sources = {path: found for path, found in declared.items() if PurePath(path).suffix in SOURCES}
    settings = {name: value for name, value in parts.items() if name not in _APART and value not in (None, "", [], {})}
    facts = Facts(
        model=Model(
            fingerprint=run.fingerprint,
            type=run.about.type,
            parameters=dict(run.about.parameters),
            settings=settings,
            files={path: found for path, found in declared.items() if path not in sources},
        ),
        code=_code(run, here, {**imported, **sources}),
        environment=Environment(
            python=parts.get("python") or here.python,
            # Those of the candidate's interpreter, where they are known, are what its answers came from.
            packages={**here.packages, **(parts.get("distributions") or {})},
        ),
        hardware=here.hardware,
        seeds=_seeds(run),
    )
    return readable(facts)


def _code(run: CandidateRun, here: Here, files: dict[str, str]) -> Code:
    """Return what stands in the work tree, or the commit that the candidate is of."""
    if run.at is not None:
        return Code(commit=run.at.commit, dirty=False, files=files)
    return Code(commit=here.commit, dirty=here.dirty, changed=list(here.changed), files=files)


def _seeds(run: CandidateRun) -> dict[str, Scalar]:
    declared: dict[str, Any] = {**run.about.parameters, **(run.parts.get("parameters") or {})}
    return {
        name: value
        for name, value in declared.items()
        if _SEED.search(name) and (value is None or isinstance(value, (str, int, float, bool)))
    }


def readable(facts: Facts) -> Facts:
    """Return facts without halves of surrogate pairs, which no JSON can hold: names of files may have them."""
    return msgspec.convert(_whole(msgspec.to_builtins(facts)), Facts)


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_whole(name): _whole(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_whole(each) for each in value]
    return value
