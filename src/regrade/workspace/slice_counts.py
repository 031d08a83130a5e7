"""How many examples each slice of ``regrade.toml`` has at two moments. Heavy: expressions run on Arrow tables, through DuckDB."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from regrade.compare.columns import answer_column, evaluate_text
from regrade.errors import ExpressionError, IntegrityError
from regrade.evalset import Example, State
from regrade.evalset.review.changes import Tally
from regrade.evalset.review.comparing import Compared
from regrade.evalset.review.diff import mode_names, tallies
from regrade.evalset.review.library import Shelf
from regrade.evalset.review.past import Moment
from regrade.evalset.review.trunk import Trunk
from regrade.scoring.inputs import input_table
from regrade.workspace.slice_masks import Masks, load, save

_LABELS = ("expected", "mode", "prediction")
_ABOUT_LABELS = re.compile(r"\b(expected|mode|prediction)\b", re.IGNORECASE)

Counts = tuple[list[Tally], list[str]]
"""Rows, and what could not be counted, and why."""


def slice_counts(before: Moment, after: Moment, compared: Compared, slices: Mapping[str, str], cache: Path) -> Counts:
    """Count the examples of each slice on both sides; a slice that cannot be computed on them is said.

    What the inputs of most examples say is remembered in ``cache``, where there is a trunk and all of one schema.
    """
    try:
        if compared.trunk is not None and not any(map(_ABOUT_LABELS.search, slices.values())):
            found = _beside_a_trunk(before, compared, compared.trunk, slices, cache)
            if found is not None:
                return found
        states = before.state, after.state
        return _counts(states, slices, {**before.schemas, **after.schemas})
    except IntegrityError as error:
        return [], [f"no slice could be counted: {error}"]


def _beside_a_trunk(before: Moment, compared: Compared, trunk: Trunk, slices: Mapping[str, str], cache: Path) -> Counts | None:
    """Count the few, and add what is remembered of the others; ``None`` where the few have another schema than they."""
    masks = load(cache, trunk)
    if masks is None or not set(slices.values()) <= masks.inside.keys() | masks.errors.keys():
        masks = _masks(before, trunk, slices)
        if masks is None:
            return None
        save(cache, trunk, masks)
    if {example.content.schema for state in compared.states for example in state.examples()} - {masks.schema}:
        return None
    few, notes = _counts(compared.states, slices, {masks.schema: masks.encoded})
    counted = {row.name: row for row in few}
    rows = []
    for name, text in slices.items():
        if text in masks.errors or name not in counted:
            if name in counted:
                notes.append(f"slice {name} is not counted: {masks.errors[text]}")
            continue
        row, inside = counted[name], masks.inside[text]
        same = sum(inside[at] for at in compared.untouched)
        rows.append(Tally(name, row.before + same, row.after + same, row.added, row.left))
    return rows, notes


def _masks(before: Moment, trunk: Trunk, slices: Mapping[str, str]) -> Masks | None:
    """Evaluate the slices on the members of the trunk; ``None`` where they have several schemas."""
    shelf = Shelf({name: before.shelf.places[name] for name in trunk.index.segments})
    examples = before.library.state(shelf).examples()
    names = {example.content.schema for example in examples}
    if len(names) != 1:
        return None
    (schema,) = names
    schemas = before.library.schemas(shelf)
    table = _table(examples, schemas, {})
    inside: dict[str, bytes] = {}
    errors: dict[str, str] = {}
    for name, text in slices.items():
        try:
            inside[text] = bytes(_inside(name, text, table))
        except ExpressionError as error:
            errors[text] = error.what
    return Masks(schema, schemas[schema], inside, errors)


def _counts(states: tuple[State, State], slices: Mapping[str, str], schemas: Mapping[str, str]) -> Counts:
    """Count the examples of two states; one that reads the same in both is asked once."""
    new = states[1].examples()
    if not new and not states[0].members():
        return [Tally(name, 0, 0, 0, 0) for name in slices], []
    known = {example.key: example for example in new}
    old_only = [example for example in states[0].examples() if known.get(example.key) != example]
    changed = {example.key for example in old_only}
    table = _table([*new, *old_only], schemas, mode_names(*states))
    rows, notes = [], []
    for name, text in slices.items():
        try:
            inside = _inside(name, text, table)
        except ExpressionError as error:
            notes.append(f"slice {name} is not counted: {error.what}")
            continue
        hits_new = _hits(new, inside)
        hits_old = _hits(old_only, inside[len(new) :]) | {key for key in hits_new if key not in changed and states[0].is_member(key)}
        rows += tallies(dict.fromkeys(hits_old, name), dict.fromkeys(hits_new, name)) or [Tally(name, 0, 0, 0, 0)]
    return rows, notes


def _hits(examples: Sequence[Example], inside: Iterable[bool]) -> set[str]:
    return {example.key for example, hit in zip(examples, inside, strict=False) if hit}


def _table(examples: Sequence[Example], schemas: Mapping[str, str], mode_names: Mapping[str, str]) -> pa.Table:
    """Return one row an example: its inputs, ``expected`` (unknown where disputed) and ``mode`` (its name)."""
    table = input_table(examples, schemas)
    table = table.rename_columns([f"log.{name}" if name in _LABELS else name for name in table.column_names])
    expected = [example.expected[0] if len(example.expected) == 1 else None for example in examples]
    modes = pa.array([mode_names.get(example.mode or "", example.mode) for example in examples], pa.string())
    return table.append_column("expected", answer_column(expected)).append_column("mode", modes)


def _inside(name: str, text: str, table: pa.Table) -> list[bool]:
    return [bool(value) for value in evaluate_text(text, table, where=f"slices.{name}", condition=True)]
