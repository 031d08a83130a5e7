"""What changed in the eval set between two moments: for the review of a pull request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from regrade.errors import ExpressionError, IntegrityError
from regrade.evalset.changes import Diff, Tally
from regrade.evalset.collector import no_cycles
from regrade.evalset.comparing import Totals, compare
from regrade.evalset.diff import tallies
from regrade.evalset.past import Moment, Past
from regrade.log.results import is_right

if TYPE_CHECKING:
    import pyarrow as pa

    from regrade.evalset import Example
    from regrade.workspace.facade import Workspace


@dataclass(frozen=True)
class Side:
    """One of the two moments."""

    label: str
    kind: str
    """``now``, ``commit``, ``date`` or ``version``."""
    version: str
    examples: int
    sampled: int
    commit: str | None
    decisions: int


@dataclass(frozen=True)
class Review:
    """From one moment of the eval set to another."""

    before: Side
    after: Side
    diff: Diff
    by_slice: list[Tally]
    notes: list[str]
    """What could not be said, and why."""


def review(workspace: Workspace, a: str = "HEAD", b: str | None = None) -> Review:
    """Compare two moments; see :meth:`Workspace.diff`."""
    task = workspace.config.task
    with no_cycles():
        before, after = Past(workspace.paths.evalset, task.kind).pair(a, b)
        right = partial(is_right, task.kind, task.tolerance)
        found, first, last = compare(before, after, right=right, cache=workspace.paths.cache)
        by_slice, notes = _by_slice(before, after, workspace.config.slices)
        return Review(_side(before, first), _side(after, last), found, by_slice, notes)


def _side(moment: Moment, totals: Totals) -> Side:
    return Side(
        label=moment.label,
        kind=moment.kind,
        version=totals.version,
        examples=totals.examples,
        sampled=totals.sampled,
        commit=moment.commit,
        decisions=totals.decisions,
    )


def _by_slice(before: Moment, after: Moment, slices: Mapping[str, str]) -> tuple[list[Tally], list[str]]:
    """Count the examples of each slice of ``regrade.toml`` on both sides; a slice that cannot be computed on them is said."""
    if not slices:
        return [], []  # and pyarrow is not imported
    new = after.state.examples()
    known = {example.key: example for example in new}
    # An example that reads the same on both sides is asked once.
    old_only = [example for example in before.state.examples() if known.get(example.key) != example]
    try:
        table = _table([*new, *old_only], {**before.schemas, **after.schemas}, before, after)
    except IntegrityError as error:
        return [], [f"no slice could be counted: {error}"]
    changed = {example.key for example in old_only}
    rows, notes = [], []
    for name, text in slices.items():
        try:
            inside = _inside(text, table, name)
        except ExpressionError as error:
            notes.append(f"slice {name} is not counted: {error.what}")
            continue
        hits_new = {example.key for example, hit in zip(new, inside, strict=False) if hit}
        hits_old = {example.key for example, hit in zip(old_only, inside[len(new) :], strict=True) if hit}
        hits_old |= {key for key in hits_new if key not in changed and before.state.is_member(key)}
        counted = tallies(dict.fromkeys(hits_old, name), dict.fromkeys(hits_new, name))
        rows += counted or [Tally(name, 0, 0, 0, 0)]
    return rows, notes


def _table(examples: Sequence[Example], schemas: Mapping[str, str], before: Moment, after: Moment) -> pa.Table:
    """Return one row an example: its inputs, ``expected`` (unknown where disputed) and ``mode`` (its name)."""
    import pyarrow as pa

    from regrade.compare.columns import answer_column
    from regrade.scoring.inputs import input_table

    table = input_table(examples, schemas)
    table = table.rename_columns([f"log.{name}" if name in ("expected", "mode", "prediction") else name for name in table.column_names])
    names = {mode.id: mode.name for moment in (before, after) for mode in moment.state.modes()}
    expected = [example.expected[0] if len(example.expected) == 1 else None for example in examples]
    modes = pa.array([names.get(example.mode or "", example.mode) for example in examples], pa.string())
    return table.append_column("expected", answer_column(expected)).append_column("mode", modes)


def _inside(text: str, table: pa.Table, name: str) -> list[bool]:
    from regrade.compare.columns import evaluate_text

    return [bool(value) for value in evaluate_text(text, table, where=f"slices.{name}", condition=True)]
