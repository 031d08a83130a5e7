"""The version of an eval set: a hash of what its members are."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence

from regrade.evalset.events import Fact
from regrade.evalset.examples import Example, probability
from regrade.evalset.fold import Register
from regrade.log.content import JSON, canonical, hash_of_asked


def version_line(example: Example) -> bytes:
    """Return what the version says of one member: key, content hash, distinct expected values, partition, weight, pinned."""
    return canonical([example.key, example.content_hash, example.expected, example.partition, example.weight, example.pinned])


def plain_line(
    key: str,
    registers: Mapping[str, Mapping[str, Register]],
    facts: Sequence[tuple[str, Fact]],
    dead: Collection[str],
    task_kind: str,
) -> bytes | None:
    """Return what :func:`version_line` says of a member, straight from its registers; ``None`` where its content is not plain.

    Making no example of a member takes a third of the time, which is most of what the version of a large eval set costs.
    """
    values = registers["content"][key].values
    content: JSON = values[0] if len(values) == 1 else None
    asked = plainly_asked(content)
    if asked is None:
        return None
    register = registers["expected"].get(key)
    expected = register.values if register is not None else ()
    register = registers["partition"].get(key)
    partition = str(register.values[0]) if register is not None and register.values else "eval"
    register = registers["pinned"].get(key)
    pinned = register is not None and any(value is True for value in register.values)
    largest = max([probability(fact.kind, fact.value) for id, fact in facts if id not in dead], default=0.0)
    return canonical(plain_row(key, hash_of_asked(task_kind, *asked), content, expected, partition, pinned, largest))


def plain_row(
    key: str, hash: str, content: Mapping[str, JSON], expected: tuple[JSON, ...], partition: str, pinned: bool, largest: float
) -> list[JSON]:
    """Return what the version says of a member whose content is plain, before it is encoded.

    Parameters
    ----------
    key : str
    hash : str
        Of the content.
    content : mapping
    expected : tuple
        What people say; empty: nothing, then the logged outcome counts.
    partition, pinned
    largest : float
        The largest probability that it was sampled with; 0.0: it was not sampled.
    """
    if not expected:
        outcome = content.get("outcome")
        expected = () if outcome is None else (outcome,)
    return [key, hash, expected, partition, 1.0 / largest if largest else 1.0, pinned]


def plainly_asked(content: JSON) -> tuple[dict[str, JSON], str] | None:
    """Return inputs and schema of a content; ``None`` where it is not plain."""
    if type(content) is not dict:
        return None
    inputs, schema = content.get("inputs"), content.get("schema")
    return (inputs, schema) if type(inputs) is dict and type(schema) is str else None


def version_of(lines: Iterable[bytes]) -> str:
    """Return the SHA-256, in hex, over the lines of all members, which must come sorted by key."""
    digest = hashlib.sha256()
    digest.update(b"\n".join(lines))
    return digest.hexdigest()
