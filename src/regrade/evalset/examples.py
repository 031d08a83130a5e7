"""A member of the eval set, read from its registers and facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from regrade.errors import IntegrityError
from regrade.evalset.events import Fact
from regrade.log.content import JSON, Content, canonical, content_hash

ORIGINS = ("sampled", "important", "synthetic", "failure")
"""Where an example may come from; the first that holds is the one that is named."""


@dataclass(frozen=True, slots=True)
class Example:
    """A member of the eval set.

    A known failure has ``"failure" in origins``; it is part of the production estimate where ``"sampled" in origins``.
    """

    key: str
    content: Content
    content_hash: str
    expected: tuple[JSON, ...]
    """Distinct expected values: none, one, or several (disputed)."""
    origin: str
    origins: frozenset[str]
    weight: float
    """1 / largest sampling probability; 1.0 for what was not sampled."""
    partition: str
    """``eval`` or ``fix``."""
    pinned: bool
    mode: str | None
    disputed: bool


def expected_values(fields: Mapping[str, tuple[JSON, ...]]) -> tuple[JSON, ...]:
    """Return what people say should have been answered, else the logged outcome: distinct, more than one means disputed."""
    said = fields.get("expected")
    if said:
        return said
    contents = fields.get("content", ())
    if len(contents) == 1 and isinstance(contents[0], dict):
        outcome = contents[0].get("outcome")
        return () if outcome is None else (outcome,)
    outcomes = [value.get("outcome") for value in contents if isinstance(value, dict)]
    distinct = {canonical(outcome): outcome for outcome in outcomes if outcome is not None}
    return tuple(distinct[encoded] for encoded in sorted(distinct))


def probability(kind: str, value: JSON) -> float:
    """Return with what probability a fact says that its example was sampled; 0.0 where it says none."""
    return float(value) if kind == "sample" and isinstance(value, int | float) and 0 < value <= 1 else 0.0


def largest_probability(facts: Iterable[Fact]) -> float:
    """Return the largest probability that an example was sampled with, by facts that are live; 0.0: it was not sampled."""
    largest = 0.0
    for fact in facts:
        if fact.kind == "sample":
            largest = max(largest, probability(fact.kind, fact.value))
    return largest


def origins_of(facts: Iterable[tuple[str, JSON]]) -> frozenset[str]:
    """Return where an example comes from, by its live facts; ``failure`` where they do not say."""
    found = {"sampled" if probability(kind, value) else value for kind, value in facts if _names_origin(kind, value)}
    return frozenset(found) or frozenset(["failure"])


def _names_origin(kind: str, value: JSON) -> bool:
    return probability(kind, value) > 0 or (kind == "origin" and value in ORIGINS)


def read_example(
    key: str, fields: Mapping[str, tuple[JSON, ...]], facts: Iterable[tuple[str, JSON]], *, mode: str | None, disputed: bool, task_kind: str
) -> Example:
    """Return the example of ``key``.

    Parameters
    ----------
    key : str
    fields : mapping
        What its registers say; ``content`` has a value.
    facts : iterable of (kind, value)
        Its live facts.
    mode : str or None
        The failure mode that it reads as.
    disputed : bool
        Whether any of its registers has several values.
    task_kind : str
        Part of the content hash.

    Raises
    ------
    IntegrityError
        Its content is none.
    """
    try:
        content = msgspec.convert(fields["content"][0], Content)
    except msgspec.ValidationError as error:
        raise IntegrityError(f"its content cannot be read: {error}", where=key) from None
    facts = list(facts)
    origins, largest = origins_of(facts), max([probability(*fact) for fact in facts], default=0.0)
    return Example(
        key=key,
        content=content,
        content_hash=content_hash(task_kind, content, from_json=True),
        expected=expected_values(fields),
        origin=next((origin for origin in ORIGINS if origin in origins), "failure"),
        origins=origins,
        weight=1.0 / largest if largest else 1.0,
        partition=str(fields.get("partition", ("eval",))[0]),
        pinned=any(value is True for value in fields.get("pinned", ())),
        mode=mode,
        disputed=disputed,
    )
