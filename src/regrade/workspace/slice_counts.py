"""How many examples each slice of ``regrade.toml`` has at two moments. What is known of an expression is not computed again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from regrade.errors import ExpressionError, IntegrityError
from regrade.evalset import Example, State
from regrade.evalset.review.changes import Tally
from regrade.evalset.review.comparing import Compared, asked_of
from regrade.evalset.review.diff import mode_names, tallies
from regrade.evalset.review.past import Moment
from regrade.evalset.review.trunk import Trunk
from regrade.evalset.review.trunk_of import Asked
from regrade.workspace.slice_masks import Masks, load, save

_ABOUT_LABELS = re.compile(r"\b(expected|mode|prediction)\b", re.IGNORECASE)

Counts: TypeAlias = tuple[list[Tally], list[str]]
"""Rows, and what could not be counted, and why."""

Inside: TypeAlias = Callable[[str, str, Sequence[Example]], Sequence[bool]]
"""From a slice's name and expression to whether each of these examples is in it; raises ExpressionError."""


def asks(slices: Mapping[str, str]) -> str:
    """Return what must be picked out of inputs for these slices, see :class:`Picker`; empty where they ask for labels too."""
    return "" if any(map(_ABOUT_LABELS.search, slices.values())) else " ".join(slices.values())


def slice_counts(before: Moment, after: Moment, compared: Compared, slices: Mapping[str, str], cache: Path) -> Counts:
    """Count the examples of each slice on both sides; a slice that cannot be computed on them is said.

    What the inputs of most examples say is remembered in ``cache``, where there is a trunk and all of one schema.
    """
    try:
        if compared.trunk is not None and asks(slices):
            found = _beside_a_trunk(before, compared, compared.trunk, slices, cache)
            if found is not None:
                return found
        states = before.state, after.state
        return _counts(states, slices, _Heavy({**before.schemas, **after.schemas}, mode_names(*states), labels=True).inside)
    except IntegrityError as error:
        return [], [f"no slice could be counted: {error}"]


def _beside_a_trunk(before: Moment, compared: Compared, trunk: Trunk, slices: Mapping[str, str], cache: Path) -> Counts | None:
    """Count the few, and add what is remembered of the others; ``None`` where the few have another schema than they."""
    masks = known = load(cache, trunk)
    if masks is None or not set(slices.values()) <= masks.inside.keys() | masks.errors.keys():
        asked = compared.asked or asked_of(before, trunk, asks(slices))
        if asked is None:
            return None
        masks = _masks(asked, len(trunk.keys), slices)
    if {example.content.schema for state in compared.states for example in state.examples()} - {masks.schema}:
        return None
    few = _Few(masks)
    counts, notes = _counts(compared.states, slices, few.inside)
    if masks is not known or few.new:
        save(cache, trunk, masks)
    counted = {row.name: row for row in counts}
    rows = []
    for name, text in slices.items():
        if text in masks.errors or name not in counted:
            if name in counted:
                notes.append(f"slice {name} is not counted: {masks.errors[text]}")
            continue
        row, inside = counted[name], masks.inside[text]
        same = sum(map(inside.__getitem__, compared.untouched))
        rows.append(Tally(name, row.before + same, row.after + same, row.added, row.left))
    return rows, notes


class _Heavy:
    """Computes slices on examples; the table of these is made once.

    Parameters
    ----------
    schemas : mapping
        Hash to encoded.
    mode_names : mapping
        Mode id to name.
    labels : bool
        Slices may ask for labels.
    """

    def __init__(self, schemas: Mapping[str, str], mode_names: Mapping[str, str], *, labels: bool) -> None:
        self._schemas, self._mode_names, self._labels = schemas, mode_names, labels
        self._table: Any = None

    def inside(self, name: str, text: str, examples: Sequence[Example]) -> Sequence[bool]:
        from regrade.workspace import slice_values  # brings pyarrow and DuckDB

        if self._table is None:
            self._table = slice_values.table_of_examples(examples, self._schemas, self._mode_names, labels=self._labels)
        return slice_values.inside(name, text, self._table)


class _Few:
    """What slices say of the few beside a trunk: remembered by content, since inputs alone decide it."""

    def __init__(self, masks: Masks) -> None:
        self._known = masks.few
        self._heavy = _Heavy({masks.schema: masks.encoded}, {}, labels=False)
        self.new = False

    def inside(self, name: str, text: str, examples: Sequence[Example]) -> Sequence[bool]:
        hashes = [example.content_hash for example in examples]
        known = self._known.get(text, {})
        if not known.keys() >= set(hashes):
            known = self._known[text] = dict(zip(hashes, self._heavy.inside(name, text, examples), strict=True))
            self.new = True
        return [known[each] for each in hashes]


def _masks(asked: Asked, n: int, slices: Mapping[str, str]) -> Masks:
    """Evaluate the slices on the ``n`` members of a trunk."""
    from regrade.workspace import slice_values  # brings pyarrow and DuckDB

    table = slice_values.table_of_columns(asked.columns, n, asked.encoded)
    inside: dict[str, bytes] = {}
    errors: dict[str, str] = {}
    for name, text in slices.items():
        try:
            inside[text] = bytes(slice_values.inside(name, text, table))
        except ExpressionError as error:
            errors[text] = error.what
    return Masks(asked.schema, asked.encoded, inside, errors, {})


def _counts(states: tuple[State, State], slices: Mapping[str, str], decide: Inside) -> Counts:
    """Count the examples of two states; one that reads the same in both is asked once."""
    new = states[1].examples()
    if not new and not states[0].members():
        return [Tally(name, 0, 0, 0, 0) for name in slices], []
    known = {example.key: example for example in new}
    old_only = [example for example in states[0].examples() if known.get(example.key) != example]
    changed = {example.key for example in old_only}
    rows, notes = [], []
    for name, text in slices.items():
        try:
            inside = decide(name, text, [*new, *old_only])
        except ExpressionError as error:
            notes.append(f"slice {name} is not counted: {error.what}")
            continue
        hits_new = _hits(new, inside)
        hits_old = _hits(old_only, inside[len(new) :]) | {key for key in hits_new if key not in changed and states[0].is_member(key)}
        rows += tallies(dict.fromkeys(hits_old, name), dict.fromkeys(hits_new, name)) or [Tally(name, 0, 0, 0, 0)]
    return rows, notes


def _hits(examples: Sequence[Example], inside: Sequence[bool]) -> set[str]:
    return {example.key for example, hit in zip(examples, inside, strict=False) if hit}
