"""Is an eval set as regrade left it: every file, line and decision, and what git has of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from regrade.errors import IntegrityError, UsageError
from regrade.evalset.collector import no_cycles
from regrade.evalset.state import State
from regrade.evalset.story.disputes import disputes
from regrade.evalset.verify.base import check_base, merge_bases
from regrade.evalset.verify.changed import check_changed
from regrade.evalset.verify.findings import Finding
from regrade.evalset.verify.git_side import check_tracked, tracked
from regrade.evalset.verify.order import check_order
from regrade.evalset.verify.survey import Progress, Survey, survey


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What was found; the keys of ``regrade evalset verify --json``."""

    ok: bool
    """There is no problem; warnings may be."""
    problems: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    checked: dict[str, int | bool | None]
    """Counts: ``segments``, ``events``, ``contents``, ``schemas``, ``journals``, ``unsealed`` (events in journals), ``torn`` (journals
    whose last line was never acknowledged), ``disputed``, ``uncommitted`` (segments), ``base`` (events at the base); ``git``."""


@no_cycles()
def verify(
    folder: Path,
    root: Path,
    *,
    task_kind: str,
    base: str | None = None,
    progress: Progress | None = None,
    more: Callable[[Survey, State | None], None] | None = None,
) -> Verified:
    """Check everything, and report all that is wrong; nothing is written.

    Parameters
    ----------
    folder : Path
        ``evalset``.
    root : Path
        The workspace: files are named relative to it.
    task_kind : str
        See :class:`~regrade.evalset.state.State`.
    base : str, optional
        A git ref: every decision at its merge base with HEAD must be here with the same bytes.
    progress : callable, optional
    more : callable, optional
        Notes what only other libraries can find; it is given the survey, and the state, ``None`` where there is a cycle.

    Raises
    ------
    UsageError
        There is no such ``base``.
    """
    if base is not None:
        merge_bases(root, base)
    known = tracked(folder, root)
    found = survey(folder, root, progress, known.object_format)
    check_changed(found, known.top, known.index)
    check_tracked(found, known)
    check_order(found, shallow=known.shallow)
    _check_schemas(found)
    checked: dict[str, int | bool | None] = dict(found.counts)
    checked |= {"events": len(found.events), "contents": len(found.contents), "schemas": len(found.schemas), "git": known.top is not None}
    if base is not None:
        if known.top is None:
            raise UsageError("git does not answer here", where=str(root), hint=known.trouble)
        checked["base"] = check_base(found, base, known.top)
    state = _together(found, task_kind)
    if more is not None:
        more(found, state)
    checked["disputed"] = len(disputes(state)) if state is not None else None
    problems, warnings = tuple(found.findings.problems), tuple(found.findings.warnings)
    return Verified(ok=not problems, problems=problems, warnings=warnings, checked=checked)


def _check_schemas(found: Survey) -> None:
    """Note schemas that contents name: nowhere, or only in another file."""
    for hash, where in found.schemas_elsewhere.items():
        if hash not in found.schemas:
            hint = "restore the file, or merge the branch that has the schema: without it nothing can be scored"
            found.findings.problem("schema-missing", where, f"names the schema {hash[:12]}…, which stands nowhere", hint)
        else:
            what = f"names the schema {hash[:12]}…, which stands at {found.schemas[hash][1]} only, not in its own file"
            found.findings.warning(
                "schema-elsewhere", where, what, "regrade writes it into each; should that file go, nothing can be scored"
            )


def _together(found: Survey, task_kind: str) -> State | None:
    """Return what all decisions say; ``None`` where they cannot be read together."""
    state = State(task_kind)
    try:
        state.apply(list(found.events.values()), list(found.lines.values()))
    except IntegrityError:
        return None  # said as a problem already: a cycle
    return state
