"""Ending disputes: by one of the views that a person was shown, or along with another decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from regrade.errors import UsageError
from regrade.safe_text import safe_text
from regrade.tui.describe import field_name
from regrade.tui.model import Dispute, View
from regrade.tui.services import past
from regrade.tui.services.outcome import Outcome

if TYPE_CHECKING:
    from regrade.config_privacy import Privacy
    from regrade.evalset import EvalSet, Event, State


def resolve(evalset: EvalSet, dispute: Dispute, view: View, names: Mapping[str, str], privacy: Privacy) -> Outcome:
    """End a dispute by one view; a content that was written before ``[privacy]`` is written as that allows now.

    Raises
    ------
    UsageError
        Others have joined it meanwhile, or have ended it: the person decided on something else than there is now.
    ConfigError
        A value of the content must be hashed, and the key is not here.
    """
    state = evalset.state
    of_modes = dispute.of_mode
    now = past.disputes_of_modes(state, names, privacy) if of_modes else past.disputes_of(state, dispute.subject, names, privacy)
    if not any(each.heads == dispute.heads and each.field == dispute.field for each in now):
        raise UsageError("the dispute is another one by now, so nothing was resolved", hint="R shows it as it stands")
    event = _resolve(evalset, view, dispute.field, privacy)
    text = safe_text(view.text, 80)
    said = (
        f"resolved {dispute.about}: {text}" if dispute.of_mode else f"resolved {safe_text(dispute.subject, 60)}: {text} ({dispute.about})"
    )
    keys = () if dispute.of_mode else (dispute.subject,)
    return Outcome("resolve", keys, (event.id,), said, scores=bool(keys) and evalset.state.is_member(dispute.subject))


def _resolve(evalset: EvalSet, view: View, field: str, privacy: Privacy) -> Event:
    if field != "content":
        return evalset.resolve(view.subject, view.value, field=field)
    from regrade.log.hidden import hide_content

    content, schemas = hide_content(view.value, evalset.schemas, privacy)
    return evalset.resolve(view.subject, content, field=field, schemas=schemas)


def settled(state: State, disputed: Sequence[str], outcome: Outcome) -> str:
    """Return what a decision did to the disputes on ``disputed``, the predictions that were before it: ended, or left."""
    if outcome.kind == "note":
        return ""
    touched = set(outcome.keys)
    left = [key for key in disputed if key in touched and state.status(key) == "disputed"]
    over = sum(1 for key in disputed if key in touched) - len(left)
    parts = []
    if over and outcome.kind != "resolve":
        parts.append("resolved" if len(touched) == 1 else f"{over:,} dispute{'' if over == 1 else 's'} resolved")
    if left and len(touched) == 1:
        parts.append(f"{' and '.join(map(field_name, past.disputed_fields(state, left[0])))} still disputed: R resolves it")
    elif left:
        parts.append(f"{len(left):,} still disputed")
    return "; ".join(parts)
