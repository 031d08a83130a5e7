"""Take the values of variables that a candidate was given out of what it writes."""

from __future__ import annotations

SHORTEST = 6
"""Characters from which the value of a variable is taken out of what a candidate writes; shorter ones are words."""
_PIECE = 16
"""Characters of a piece of such a value that is taken out on its own; half of a shorter value."""


def without(text: str, secret: str) -> str:
    """Return text without a secret, and without any half or longer piece of it: what is shown may have been cut in the middle of it."""
    text = text.replace(secret, "…")
    least = max(SHORTEST, min(_PIECE, len(secret) // 2))
    pieces = {secret[at : at + least] for at in range(len(secret) - least + 1)}
    kept, at = [], 0
    while at < len(text):
        if text[at : at + least] not in pieces:
            kept.append(text[at])
            at += 1
            continue
        while text[at : at + least] in pieces:
            at += 1
        at += least - 1
        kept.append("…")
    return "".join(kept)
