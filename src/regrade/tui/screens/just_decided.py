"""What was decided just before: `p` is about it until the cursor moves or something else is done."""

from __future__ import annotations

from dataclasses import dataclass

from regrade.tui.services.decision_messages import Targets

LEAVE_IT = frozenset(("promote", "promote_pinned", "promote_important", "help", "palette", "copy", "copy_gate"))
"""Actions after which ``p`` is still about it: they promote it, or decide and move nothing."""


@dataclass(frozen=True)
class JustDecided:
    """Predictions that a decision was about.

    Attributes
    ----------
    name : str
        The key where it is one, else how many.
    words : str
        What to say of a promotion: ``just labelled``.
    cursor : int
        Where the cursor was put after it.
    """

    targets: Targets
    count: int
    name: str
    words: str
    cursor: int
