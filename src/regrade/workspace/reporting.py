"""What reports of a comparison need beside it: inputs of examples that may be shown, and the branch that changes go to."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from regrade.errors import UsageError
from regrade.git import commit_of
from regrade.workspace.showing import readable

if TYPE_CHECKING:
    from regrade.compare import Comparison
    from regrade.workspace.facade import Workspace

_USUAL = ("origin/HEAD", "origin/main", "origin/master")


def inputs_of(workspace: Workspace, keys: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return the inputs of members as people write them; what ``[privacy]`` hides is not in them."""
    import msgspec

    from regrade.scoring import hidden_examples

    wanted, found = set(keys), hidden_examples(workspace.evalset, workspace.config)
    shown = [each for each in found.examples if each.key in wanted and each.key not in found.refused]
    return {each.key: readable(msgspec.to_builtins(each.content), found.schemas)["inputs"] for each in shown}


def with_inputs(workspace: Workspace, comparison: Comparison) -> Comparison:
    """Return the comparison with the inputs of the flips to read first, as they may be shown."""
    from msgspec.structs import replace

    known = inputs_of(workspace, [flip.key for flip in comparison.flips])
    return replace(comparison, flips=[replace(flip, inputs=known.get(flip.key)) for flip in comparison.flips])


def usual_base(workspace: Workspace) -> str:
    """Return the ref of the branch that a change is for: where the remote's HEAD points. Raises UsageError where there is none."""
    for ref in _USUAL:
        if commit_of(workspace.paths.root, ref):
            return ref
    raise UsageError("there is nothing to compare with: no origin/HEAD, origin/main or origin/master", hint="regrade report BASE [HEAD]")
