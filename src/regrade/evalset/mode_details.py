"""What may be said of a failure mode beside its name: description, owner, priority, link."""

from __future__ import annotations

import unicodedata

from regrade.errors import UsageError
from regrade.evalset.modes import PRIORITIES
from regrade.log.content import JSON

DETAILS = ("description", "owner", "priority", "link")
LONGEST = {"description": 2_000, "owner": 200, "link": 500}
"""Characters."""


def detail(field: str, value: JSON) -> JSON:
    """Return what is kept of ``value``: text without blanks around it, or a priority; ``None`` of a text clears it.

    Raises
    ------
    UsageError
        It is too long, or no such thing.
    """
    if field == "priority":
        if value is not None and (type(value) is not int or value not in PRIORITIES):
            raise UsageError(f"a priority is a number from 0, the most urgent, to 3, not {value!r}")
        return value
    if value is not None and not isinstance(value, str):
        raise UsageError(f"a failure mode's {field} is a text, not {value!r}")
    text = (value or "").strip()
    if len(text) > LONGEST[field]:
        raise UsageError(f"a failure mode's {field} has at most {LONGEST[field]:,} characters, not {len(text):,}", where=text[:40] + "…")
    if field != "description" and any(unicodedata.category(character) == "Cc" for character in text):
        raise UsageError(f"a failure mode's {field} is one line, without control characters", where=repr(text[:40]))
    return text
