"""A metric or a scorer that is a function: code of the workspace, so it is trusted and run as a candidate that is one."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from regrade.candidates.spec import Spec, resolve
from regrade.config import Config
from regrade.config_candidate import Candidate
from regrade.errors import UsageError, near_names

FUNCTIONS = ("metric:", "scorer:")
"""How their names begin where candidates are named too; no candidate's name holds a colon."""


def function_spec(root: Path, name: str, config: Config) -> Spec:
    """Return what is needed to start ``metric:NAME`` or ``scorer:NAME``.

    Raises
    ------
    UsageError
        There is no such function.
    ConfigError, CandidateError
        As :func:`regrade.candidates.spec.resolve`.
    """
    kind, _, bare = name.partition(":")
    named = {each: said for each, said in (config.metrics.custom if kind == "metric" else config.scorers).items() if said.function}
    if bare not in named:
        raise UsageError(f"there is no {kind} {bare!r} that is a function", where="regrade.toml", hint=near_names(bare, named))
    said = named[bare]
    made = Candidate(python=said.function, pythonpath=said.pythonpath, files=said.files, timeout=said.timeout)
    return resolve(root, name, structs.replace(config, candidates={name: made}))
