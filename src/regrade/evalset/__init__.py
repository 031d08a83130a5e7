"""The eval set: decisions as immutable events, folded into what is known of every prediction."""

from __future__ import annotations

from regrade.evalset.add_drafts import Added
from regrade.evalset.decided import decided_rows
from regrade.evalset.events import Event, Fact, Write
from regrade.evalset.examples import ORIGINS, Example
from regrade.evalset.modes import Mode, slug
from regrade.evalset.sampling import chosen
from regrade.evalset.state import STATUSES, State
from regrade.evalset.store import UNSET, EvalSet

__all__ = [
    "ORIGINS",
    "STATUSES",
    "UNSET",
    "Added",
    "EvalSet",
    "Event",
    "Example",
    "Fact",
    "Mode",
    "State",
    "Write",
    "chosen",
    "decided_rows",
    "slug",
]
