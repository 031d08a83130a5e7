"""Text cut behind every character of which terminals do not agree how wide it is, so that what follows can be put in its place."""

from __future__ import annotations

from functools import cache, lru_cache

from rich.cells import cell_len

_PICTURES = "\U0001f000"
"""From here on: emoji, flags, skin tones, some drawn two cells wide by one terminal and four by another."""


@lru_cache(2048)
def pieces(text: str) -> tuple[str, ...]:
    """Return the pieces of a text in order; only the last character of each, with what combines with it, may be of another width."""
    found = []
    begin = 0
    for at, character in enumerate(text):
        following = text[at + 1 : at + 2]
        if _unsure(character) and not (following and _combines(following)):
            found.append(text[begin : at + 1])
            begin = at + 1
    return (*found, text[begin:]) if begin < len(text) else tuple(found)


@cache
def _unsure(character: str) -> bool:
    return character >= _PICTURES or not character.isprintable() or _combines(character)


@cache
def _combines(character: str) -> bool:
    return cell_len(character) == 0
