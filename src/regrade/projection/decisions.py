"""Examples, failure modes and decisions, as rows of workspace.db."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from regrade.config import Config
from regrade.evalset import EvalSet, Example, State
from regrade.projection.rows import Row
from regrade.scoring import hidden_examples
from regrade.scoring.pausing import paced


def mode_rows(state: State) -> list[Row]:
    """Return one row a mode, in the order of the table's columns."""
    return [
        (
            mode.id,
            mode.name,
            mode.digit,
            mode.state,
            mode.description or None,
            mode.owner or None,
            mode.priority,
            mode.link or None,
            int(mode.disputed),
        )
        for mode in state.modes()
    ]


def example_rows(evalset: EvalSet, config: Config, pause: Callable[[], None] = lambda: None) -> list[Row]:
    """Return one row a member, in the order of the table's columns; what is private is hidden. ``pause`` is called often."""
    return [_example_row(evalset.state, each, config) for each in paced(hidden_examples(evalset, config).examples, pause)]


def _example_row(state: State, example: Example, config: Config) -> Row:
    expected = example.expected
    text = example.content.inputs.get(config.log.text or "")
    return (
        example.key,
        example.content_hash,
        _json(expected[0] if len(expected) == 1 else list(expected)) if expected else None,
        example.origin,
        example.weight,
        example.partition,
        int(example.pinned),
        example.mode,
        int(example.disputed),
        state.status(example.key),
        _json(example.content.inputs),
        None if text is None else str(text),
        "\n".join(state.notes(example.key)) or None,
    )


def decision_rows(state: State, pause: Callable[[], None] = lambda: None) -> list[Row]:
    """Return one row an event: who decided what about how many, and whether it still holds. ``pause`` is called often."""
    rows = []
    for event in paced(state.events(), pause):
        subjects = sorted({write.subject for write in event.writes} | {fact.subject for fact in event.facts})
        rows.append((event.id, event.at, event.by, event.kind, _json(subjects), event.note, event.reason, int(state.is_live(event.id))))
    return rows


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
