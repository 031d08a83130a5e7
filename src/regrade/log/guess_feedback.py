"""Guess which column is what users said of the answers, and which of its values say wrong and right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from regrade.log.facts import Facts
from regrade.log.feedback import ANY, NEGATIVE, POSITIVE

if TYPE_CHECKING:
    from regrade.log.guess import Guesses

_FEEDBACK = (
    "feedback",
    "user_feedback",
    "thumb",
    "thumbs",
    "thumbs_up",
    "thumb_up",
    "vote",
    "reaction",
    "user_rating",
    "rating",
    "stars",
    "csat",
)
_TICKETS = ("ticket", "ticket_id", "support_ticket", "complaint", "complaint_id", "escalation", "escalation_id")
_NEVER = ("thumbs_down", "thumb_down", "downvote", "disliked", "complained")
"""Named after what is wrong: true says wrong."""
_SHOWN = 6


def feedback(facts: Mapping[str, Facts], made: Guesses) -> None:
    """Find the column; whose values are not understood is known only afterwards all the same, and no input."""
    taken = set(made.roles.values())
    free = {name.lower(): each for name, each in facts.items() if name not in taken and each.n}
    said = made.roles.get("feedback")
    tickets = [name for name in _TICKETS if name in free and free[name].n < free[name].rows]  # one in every row names the row
    found = facts[said] if said else next((free[name] for name in (*_FEEDBACK, *_NEVER, *tickets) if name in free), None)
    if found is None:
        return
    name = found.name.lower()
    if name in _TICKETS:
        _take(made, found, "by its name; a ticket at all says wrong, none says nothing")
        made.negative = (ANY,)
        return
    values = frozenset(re.sub(r"\.0$", "", each.strip().lower()) for each in found.values)
    unknown = values - {*NEGATIVE, *POSITIVE, "0", ""}
    if not values or unknown:
        shown = _listed(unknown) if values else f"{found.distinct:,} values"
        made.notes.append(
            f"feedback? {found.name} has {shown}: not understood, so it is ignored; name it as log.feedback, and in [failure] which values"
            " are negative and positive"
        )
        made.roles.pop("feedback", None)
        made.ignore = (*made.ignore, found.name)
        return
    if name in _NEVER:
        wrong = sorted(values & set(POSITIVE))
        made.negative = tuple(wrong)
        _take(made, found, f"by its name; {_listed(wrong)} says wrong, nothing says right")
        return
    negative, positive = values & set(NEGATIVE), values & set(POSITIVE)
    if "0" in values and not negative:
        negative, made.negative = frozenset({"0"}), (0,)
    rest = "; 0 says nothing" if "0" in values - negative else ""
    _take(made, found, f"by its name; {_listed(negative) or 'nothing'} says wrong, {_listed(positive) or 'nothing'} says right{rest}")


def _take(made: Guesses, found: Facts, reason: str) -> None:
    made.roles["feedback"] = found.name
    made.notes.append(f"feedback: {found.name} ({reason}; an outcome counts before it)")


def _listed(values: Iterable[str]) -> str:
    ordered = sorted(values)
    return ", ".join(map(repr, ordered[:_SHOWN])) + (", …" if len(ordered) > _SHOWN else "")
