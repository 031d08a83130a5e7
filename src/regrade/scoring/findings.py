"""Where examples were found to part between two candidates, as it is kept and travels: by hashes, in words, without a value of an input."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from regrade.candidates.values import is_text

_HASH = re.compile(r"[0-9a-f]{64}")
_LONGEST = 1_000
"""Characters of a name or of a sentence."""
_STAGES = 1_000


class Found(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the answers to one example part."""

    stage: str | None
    why: str
    check: str | None = None
    """The first check that fails."""
    failed: bool = False
    """The stage is that of the check."""
    lasting: bool = True


class Pair(msgspec.Struct, forbid_unknown_fields=True):
    """What was found of two candidates."""

    sides: tuple[str | None, str | None]
    """Their fingerprints."""
    order: list[str] = []
    """Their stages, in the order in which they are run."""
    other: str = ""
    """How the stages themselves differ, in words."""
    found: dict[str, Found] = {}
    """By a hash of the example and of both answers."""


def fault(name: str, pair: Pair) -> str:
    """Return what is wrong with a pair that came from elsewhere; empty for nothing."""
    if not all(each is not None and _HASH.fullmatch(each) for each in (name, *pair.sides, *pair.found)):
        return "a finding under what is no SHA-256"
    texts = [*pair.order, pair.other]
    for each in pair.found.values():
        texts += [each.stage or "", each.why, each.check or ""]
    if len(pair.order) > _STAGES or any(len(text) > _LONGEST or not is_text(text) for text in texts):
        return "a finding that is too long, or no text"
    return ""


def between(pairs: Mapping[str, Pair], fingerprints: set[str]) -> dict[str, Pair]:
    """Return the pairs both sides of which are among these."""
    return {name: pair for name, pair in pairs.items() if fingerprints.issuperset(pair.sides)}
