"""Examples as their screen shows them, read out of the eval set alone: the log need not be there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from regrade.errors import DataError, IntegrityError
from regrade.evalset.examples import ORIGINS
from regrade.log.content import Content
from regrade.log.privacy import in_clear
from regrade.log.scorers import right_rule
from regrade.tui.services import told
from regrade.tui.services.example_messages import ExampleRead, ExampleRow
from regrade.tui.widgets.detail_lines import Detail
from regrade.tui.widgets.nested import readable

if TYPE_CHECKING:
    from regrade.config import Config
    from regrade.evalset import EvalSet, Event, State
    from regrade.tui.model import Decisions

_PARTS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def row_of(state: State, key: str, names: Mapping[str, str]) -> ExampleRow:
    """Return what the list says of an example; ``names`` is mode id → name."""
    content, mode, came = content_of(state, key), state.mode(key), came_in(state, key)
    return ExampleRow(
        key,
        state.status(key),
        True in state.values(key, "pinned"),
        origin_of(state, key),
        names.get(mode, mode) if mode else "",
        tuple(state.expected(key)),
        content.get("prediction"),
        tuple(content.get("scores") or ()),
        weight_of(state, key),
        str(content.get("time") or ""),
        came.at if came else "",
        came.by if came else "",
    )


def origin_of(state: State, key: str) -> str:
    """Return where an example came from; of several origins the weightiest."""
    origins = state.origins(key)
    return next((origin for origin in ORIGINS if origin in origins), "failure")


def came_in(state: State, key: str) -> Event | None:
    """Return the decision that brought an example in, or retired it."""
    return next((event for id in state.heads(key, "member") if (event := state.event(id)) is not None), None)


def content_of(state: State, key: str) -> dict[str, Any]:
    """Return what an example holds, as it is kept."""
    values = state.values(key, "content")
    return values[0] if values and isinstance(values[0], dict) else {}


def weight_of(state: State, key: str) -> float:
    """Return how many predictions of production an example stands for."""
    try:
        return state.example(key).weight if state.is_member(key) else 1.0
    except IntegrityError:
        return 1.0  # its content is none, which opening it says


def read_example(evalset: EvalSet, key: str, config: Config, decisions: Decisions) -> ExampleRead:
    """Return an example whole, without what ``[privacy]`` hides.

    Raises
    ------
    DataError
        Its content cannot be read.
    """
    state = evalset.state
    try:
        content = msgspec.convert(content_of(state, key), Content)
    except msgspec.ValidationError:
        raise DataError("has no content that can be read", where=key, hint="`regrade evalset verify` says what is wrong") from None
    row = row_of(state, key, decisions.names)
    hidden = set(in_clear(content.inputs, config.privacy))
    past = told.history(state, key, decisions.names, config.privacy)
    expected = row.expected[0] if len(row.expected) == 1 else None
    right = right_rule(config)(expected, content.prediction) if expected is not None else None
    about = [
        ("origin", row.origin),
        ("weight", row.weight),
        ("time", content.time),
        ("model", content.model),
        ("logged in", content.source),
    ]
    scores: list[tuple[str, object]] = [*sorted((content.scores or {}).items(), key=lambda item: -item[1])]
    detail = Detail(
        key=key,
        result="unknown" if right is None else "right" if right else "wrong",
        prediction=readable(content.prediction),
        scores=scores,
        outcome=readable(content.outcome),
        champion=config.champion,
        candidates=sorted(config.candidate_names, key=lambda name: name != config.champion),
        inputs=[(name, value) for name, value in _inputs(content, evalset.schemas).items() if name not in hidden],
        about=[(name, value) for name, value in about if value is not None],
        state=decisions.of(key),
        history=past.history,
        notes=past.notes,
        disputes=past.disputes,
    )
    return ExampleRead(detail, content, {content.schema: evalset.schemas.get(content.schema, "")})


def _inputs(content: Content, schemas: Mapping[str, str]) -> dict[str, object]:
    """Return the inputs as people write them: times as times; the rest as it is kept."""
    from regrade.log.schema import Schema

    try:
        types = {field.name: field.type for field in Schema.decode(schemas[content.schema]).arrow}
    except (DataError, ValueError, LookupError):
        types = {}  # `evalset verify` says what is wrong with it
    return {name: _moment(value, str(types.get(name, ""))) if isinstance(value, int) else value for name, value in content.inputs.items()}


def _moment(value: int, kind: str) -> object:
    """Return a count of days, seconds or parts of them as a date or a time, by its Arrow type."""
    try:
        if kind == "date32[day]":
            return date(1970, 1, 1) + timedelta(days=value)
        if kind.startswith("timestamp["):
            unit = kind.removeprefix("timestamp[").partition("]")[0].partition(",")[0]
            return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value * 1_000_000 // _PARTS[unit])).replace(tzinfo=None)
    except (OverflowError, KeyError):
        return value
    return value
