"""Hide in contents what ``[privacy]`` declares, where they were written before it did: git may hold them in clear for ever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from regrade.config_privacy import Privacy
from regrade.errors import ConfigError, DataError
from regrade.log.content import JSON, Content
from regrade.log.privacy import hide_schema, hide_table, is_hashed, why_refused
from regrade.log.schema import Schema, decode_rows, encode_table

Inputs = dict[str, JSON]


@dataclass(frozen=True)
class Hidden:
    """Contents as they may be shown, scored and exported.

    Attributes
    ----------
    contents : list of Content
        The same objects where there was nothing to hide.
    schemas : mapping
        Hash to encoded schema, those of ``contents`` among them.
    refused : dict of int to str
        Place to why no candidate may be asked: a value cannot be hashed here, and is null.
    """

    contents: list[Content]
    schemas: Mapping[str, str]
    refused: dict[int, str]


def hide_contents(contents: Sequence[Content], schemas: Mapping[str, str], privacy: Privacy) -> Hidden:
    """Return contents as they would have been written with ``privacy`` in force; never raises for want of a key.

    Parameters
    ----------
    contents : sequence of Content, length n
    schemas : mapping
        Schema hash to encoded schema.
    """
    if not privacy.declared:
        return Hidden(list(contents), schemas, {})
    found, more, refused = list(contents), dict(schemas), dict[int, str]()
    places: dict[str, list[int]] = {}
    for place, content in enumerate(contents):
        places.setdefault(content.schema, []).append(place)
    for name, rows in places.items():
        schema = Schema.decode(schemas[name]) if name in schemas else None
        after = hide_schema(schema, privacy) if schema else None
        stale = rows
        if schema is not None and after is not None and schema.hash == after.hash:
            names, hashes = frozenset(schema.names), [each for each in schema.names if privacy.hashes(each)]
            stale = [row for row in rows if not _is_hidden(contents[row].inputs, names, hashes)]
        if not stale:
            continue
        for row, inputs in zip(stale, _hide([contents[row].inputs for row in stale], schema, privacy), strict=True):
            found[row] = msgspec.structs.replace(contents[row], inputs=inputs, schema=after.hash if after else name)
            withheld = [each for each, value in inputs.items() if value is None and contents[row].inputs[each] is not None]
            if withheld:
                refused[row] = why_refused(withheld)
        if after is not None:
            more[after.hash] = after.encoded
    return Hidden(found, more, refused)


def hide_content(stored: JSON, schemas: Mapping[str, str], privacy: Privacy) -> tuple[Content, Mapping[str, str]]:
    """Return a content that stands in the eval set as it may be written there again, and the schemas to write it with.

    Raises
    ------
    ConfigError
        A value must be hashed, and the key is not here.
    """
    content = msgspec.convert(stored, Content)
    hidden = hide_contents([content], schemas, privacy)
    for why in hidden.refused.values():
        raise ConfigError(why, where="regrade.toml: privacy.hash", hint=f"the key of the hashes stands in ${privacy.key_env}")
    return hidden.contents[0], hidden.schemas


def _is_hidden(inputs: Mapping[str, JSON], names: frozenset[str], hashes: Sequence[str]) -> bool:
    """Is there nothing to hide in a content whose schema, of ``names``, needs none, for what must be hashed is text?"""
    return inputs.keys() == names and all(inputs[name] is None or is_hashed(inputs[name]) for name in hashes)


def _hide(rows: Sequence[Mapping[str, JSON]], schema: Schema | None, privacy: Privacy) -> list[Inputs]:
    """Hide in encoded rows; one that does not fit its schema only loses what is declared, and is an error wherever it is read."""
    if schema is None:
        return [_without(row, privacy) for row in rows]
    try:
        table = decode_rows(rows, schema)
    except DataError:
        if len(rows) == 1:
            return [_without(rows[0], privacy)]
        return [inputs for row in rows for inputs in _hide([row], schema, privacy)]
    try:
        return encode_table(hide_table(table, privacy))
    except ConfigError:
        return encode_table(hide_table(table, privacy, withhold=True))


def _without(row: Mapping[str, JSON], privacy: Privacy) -> Inputs:
    shown = {name: value for name, value in row.items() if not privacy.drops(name)}
    return {name: value if not privacy.hashes(name) or is_hashed(value) else None for name, value in shown.items()}
