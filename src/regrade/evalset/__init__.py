"""The eval set: decisions as immutable events, folded into what is known of every prediction; imported as it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regrade.evalset.add_drafts import Added
    from regrade.evalset.decided import decided_rows, decided_since
    from regrade.evalset.events import Event, Fact, Write
    from regrade.evalset.examples import ORIGINS, Example
    from regrade.evalset.modes import Mode, slug
    from regrade.evalset.sampling import chosen
    from regrade.evalset.state import STATUSES, State
    from regrade.evalset.store import UNSET, EvalSet

_HOMES = {
    "ORIGINS": "examples",
    "STATUSES": "state",
    "UNSET": "store",
    "Added": "add_drafts",
    "EvalSet": "store",
    "Event": "events",
    "Example": "examples",
    "Fact": "events",
    "Mode": "modes",
    "State": "state",
    "Write": "events",
    "chosen": "sampling",
    "decided_rows": "decided",
    "decided_since": "decided",
    "slug": "modes",
}

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
    "decided_since",
    "slug",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: to compare two commits takes no store."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return found
