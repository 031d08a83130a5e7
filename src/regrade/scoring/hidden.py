"""The members of an eval set as they may be scored, shown and exported: what ``[privacy]`` declares is hidden in old ones too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from regrade.config import Config
from regrade.config_privacy import Privacy
from regrade.log import hide_contents
from regrade.log.content import content_hash

if TYPE_CHECKING:
    from regrade.evalset import EvalSet, Example


@dataclass
class _Memory:
    """What one eval set's members look like when they are hidden, so that only new ones are looked at and an example stays one object."""

    privacy: Privacy
    shown: dict[str, tuple[Example, Example]] = field(default_factory=dict)
    """Key to an example as stored, and as hidden: the same object where there is nothing to hide."""
    schemas: dict[str, str] = field(default_factory=dict)


_MEMORIES: WeakKeyDictionary[EvalSet, _Memory] = WeakKeyDictionary()


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
    memory = _MEMORIES.get(evalset)
    if memory is None or memory.privacy != config.privacy:
        memory = _MEMORIES[evalset] = _Memory(config.privacy)
    before = memory.shown
    new = [each for each in members if each.key not in before or before[each.key][0] is not each]
    hidden = hide_contents([each.content for each in new], evalset.schemas, config.privacy)
    memory.schemas.update(hidden.schemas)
    memory.shown = {each.key: before[each.key] for each in members if each.key in before}
    for member, content in zip(new, hidden.contents, strict=True):
        changed = content is not member.content
        hash_now = content_hash(config.task.kind, content) if changed else member.content_hash
        memory.shown[member.key] = (member, replace(member, content=content, content_hash=hash_now) if changed else member)
    shown = [memory.shown[each.key][1] for each in members]
    refused = {new[place].key: why for place, why in hidden.refused.items()}
    for key in refused:
        memory.shown.pop(key)  # looked at again the next time
    return HiddenExamples(shown, {**memory.schemas, **evalset.schemas}, refused)
