"""The members of an eval set as they may be scored, shown and exported: what ``[privacy]`` declares is hidden in old ones too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from regrade.config import Config
from regrade.log import hide_contents
from regrade.log.content import content_hash

if TYPE_CHECKING:
    from regrade.evalset import EvalSet, Example

_KNOWN: WeakKeyDictionary[EvalSet, tuple[object, dict[str, tuple[Example, Example]]]] = WeakKeyDictionary()
"""Example as stored and as hidden, by key, so that an example stays one object from one scoring to the next."""


@dataclass(frozen=True)
class HiddenExamples:
    """Examples, sorted by key, their schemas, and key to why no candidate may be asked about it."""

    examples: list[Example]
    schemas: Mapping[str, str]
    refused: dict[str, str]


def hidden_examples(evalset: EvalSet, config: Config) -> HiddenExamples:
    """Return the members; the very objects of the eval set where nothing is to be hidden.

    A value that must be hashed is null where there is no key, and its example is refused to candidates: CI has no key, and scores
    what was promoted under ``[privacy]`` without it.
    """
    members = evalset.state.examples()
    if not config.privacy.declared:
        return HiddenExamples(members, evalset.schemas, {})
    hidden = hide_contents([each.content for each in members], evalset.schemas, config.privacy)
    known = _known(evalset, config)
    shown = []
    for member, content in zip(members, hidden.contents, strict=True):
        if content is member.content:
            shown.append(member)
            continue
        before = known.get(member.key)
        if before is None or before[0] is not member or before[1].content != content:
            known[member.key] = before = (member, replace(member, content=content, content_hash=content_hash(config.task.kind, content)))
        shown.append(before[1])
    return HiddenExamples(shown, hidden.schemas, {members[place].key: why for place, why in hidden.refused.items()})


def _known(evalset: EvalSet, config: Config) -> dict[str, tuple[Example, Example]]:
    found = _KNOWN.get(evalset)
    if found is None or found[0] != config.privacy:
        found = _KNOWN[evalset] = (config.privacy, {})
    return found[1]
