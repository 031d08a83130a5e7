"""By whose rules a change is judged: those of the base, so that nobody passes by rules that came along with the change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from regrade.candidates.at_ref import Past
from regrade.compare.changed import Change, Policy
from regrade.config import Config

if TYPE_CHECKING:
    from regrade.compare.comparison import AtRef
    from regrade.workspace.facade import Workspace


def config_at(workspace: Workspace, at: AtRef) -> Config:
    """Return what ``regrade.toml`` said at a commit. Raises ConfigError, CandidateError."""
    return Past(workspace.paths.root, workspace.config).commit(at.commit).config(f"{at.ref} ({at.commit[:7]})")


def judged_by(here: Config, base: Config) -> Config:
    """Return ``here`` with the rules of ``base``: what is right, the primary metric, slices, values, the gate.

    What names or describes stays as it is here: candidates, the champion, the metrics that are only shown.
    """
    metrics = replace(here.metrics, primary=base.metrics.primary, custom={**here.metrics.custom, **base.metrics.custom})
    return replace(
        here,
        task=replace(here.task, tolerance=base.task.tolerance, scorers=base.task.scorers),
        scorers={**here.scorers, **base.scorers},
        metrics=metrics,
        slices=base.slices,
        business=base.business,
        gate=replace(base.gate, champion=here.gate.champion),
    )


def policy(here: Config, base: Config, at: AtRef) -> Policy:
    """Return by whose rules it is judged, and which of them this change would replace."""
    before, after = rules(base), rules(here)
    names = sorted(before.keys() | after.keys())
    changes = [Change(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)]
    return Policy(ref=at.ref, commit=at.commit, changes=changes)


def rules(config: Config) -> dict[str, Any]:
    """Return every rule by its dotted name in ``regrade.toml``."""
    said: dict[str, Any] = msgspec.to_builtins(config)
    parts = {
        "task": {name: said["task"][name] for name in ("tolerance", "scorers")},
        "metrics": {"primary": config.primary_metric, "custom": said["metrics"]["custom"]},
        "gate": {name: value for name, value in said["gate"].items() if name != "champion"},
        **{name: said[name] for name in ("scorers", "slices", "business")},
    }
    return _flat(parts)


def _flat(table: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Return nested tables as one, names joined by dots; an empty table says nothing."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{above}{name}.")
        else:
            found[f"{above}{name}"] = value
    return found
