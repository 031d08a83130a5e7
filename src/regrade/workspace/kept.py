"""Does a change still have every decision that its base has: an eval set that lost some judges nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regrade.errors import IntegrityError, UsageError

if TYPE_CHECKING:
    from regrade.compare.comparison import AtRef
    from regrade.evalset.review.past import Moment, Past
    from regrade.workspace.facade import Workspace


def refuse_lost(workspace: Workspace, past: Past, before: Moment, after: Moment, base: AtRef) -> None:
    """Refuse an eval set without decisions that were there where it left the base: deleted or rewritten, not merely unmerged.

    Only where segments of the base are not here is anything read. Where the histories have nothing in common (a shallow clone)
    nobody can say which it is, and what is lacking is a note, as it is for a branch that was not merged.

    Raises
    ------
    IntegrityError
    """
    from regrade.evalset.verify.base import merge_bases
    from regrade.workspace.verifying import verify

    lacking = before.shelf.places.keys() - after.shelf.places.keys()
    if not lacking:
        return
    try:
        parted = merge_bases(workspace.paths.root, base.commit)
    except UsageError:
        return
    if not any(lacking & past.pair(commit)[0].shelf.places.keys() for commit in parted):
        return
    found = verify(workspace.paths, workspace.config, base=base.ref)
    problems = [each for each in found.problems if each.code in ("base-missing", "base-changed")]
    if problems:
        first, rest = problems[0], len(problems) - 1
        what = f"{first.what}{f' (and {rest:,} more problems)' if rest else ''}: the eval set of {base.ref} was changed, not added to"
        raise IntegrityError(what, where=first.where, hint=f"{first.hint}; `regrade evalset verify --base {base.ref}` says all")
