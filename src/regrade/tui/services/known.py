"""The eval set as a list of it needs it: there, not there yet, or not to be opened, for which no key may wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regrade.errors import UsageError

if TYPE_CHECKING:
    from regrade.evalset import EvalSet
    from regrade.tui.services.decision_service import DecisionService


def known(decisions: DecisionService) -> EvalSet | None:
    """Return the eval set; None before it was looked at, after which whoever asks is told to ask again.

    Raises
    ------
    UsageError
        It could not be opened; once it can be, whoever asks is told so.
    """
    looked = decisions.looked.is_set()  # before the next line: what was opened meanwhile is found there
    evalset = decisions.evalset
    if looked and evalset is None:
        raise UsageError("the eval set could not be opened", hint="`regrade status` says why")
    return evalset
