"""Whether functions that decide a verdict (metrics, scorers) differ from the base: alone of all rules their code is run as it is here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from regrade.candidates.at_ref import Past
from regrade.candidates.functions import function_spec
from regrade.candidates.sources import importable
from regrade.compare.changed_words import some
from regrade.errors import RegradeError
from regrade.git import ask

if TYPE_CHECKING:
    from regrade.compare.comparison import AtRef
    from regrade.config import Config
    from regrade.workspace.facade import Workspace


def code_notes(workspace: Workspace, judged_by: Config, base: AtRef) -> list[str]:
    """Return a note for each function that decides the verdict and whose sources, or what they may import, differ from the base."""
    notes = []
    for name in _deciding(judged_by):
        try:
            changed = _changed(workspace, judged_by, name, base)
        except RegradeError as error:
            notes.append(f"whether the code of {name} changed since {base.ref} cannot be told: {error.what}")
            continue
        if changed:
            came = f"{name} runs code that came in the same change; it judges as it stands here, not as at {base.ref}"
            notes.append(f"{came}: {some(changed, len(changed))}")
    return notes


def _deciding(config: Config) -> list[str]:
    """Return the primary metric and the scorers of the task, where they are functions, as ``metric:NAME`` and ``scorer:NAME``."""
    primary = config.metrics.custom.get(config.primary_metric)
    found = [f"metric:{config.primary_metric}"] if primary is not None and primary.function else []
    return found + [f"scorer:{name}" for name, said in config.task_scorers.items() if said.kind == "function"]


def _changed(workspace: Workspace, config: Config, name: str, base: AtRef) -> list[str]:
    """Return which sources that a function can import are not as they are at the base, or are not there."""
    root = workspace.paths.root
    commit = Past(root, workspace.config).commit(base.commit)
    paths = [os.path.relpath(path, root).replace(os.sep, "/") for path in importable(function_spec(root, name, config))]
    there = {path: entry for path in paths if (entry := commit.entries.get(commit.prefix + path)) is not None and "\n" not in path}
    hashed = ask(root, "hash-object", "--stdin-paths", given="".join(f"{path}\n" for path in there).encode("utf-8", "surrogateescape"))
    now = dict(zip(there, hashed.decode("ascii").split(), strict=True))
    return [path for path in paths if path not in there or there[path].object != now[path]]
