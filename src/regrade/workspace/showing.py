"""One prediction as it may be shown: member of the eval set or not, without what ``[privacy]`` hides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from regrade.config_privacy import Privacy
from regrade.errors import DataError, UsageError, near_names
from regrade.log.content import JSON
from regrade.log.privacy import in_clear

if TYPE_CHECKING:
    from regrade.workspace.facade import Workspace


def presentable(value: JSON, privacy: Privacy) -> JSON:
    """Return a content without the inputs that ``[privacy]`` hides and that stand in it in clear; any other value as it is.

    The names of what was left out are its ``hidden``.
    """
    inputs = value.get("inputs") if isinstance(value, dict) else None
    if not isinstance(inputs, dict):
        return value
    hidden = in_clear(inputs, privacy)
    if not hidden:
        return value
    kept = {name: each for name, each in inputs.items() if name not in hidden}
    return {**value, "inputs": kept, "hidden": hidden}


def readable(content: Mapping[str, Any], schemas: Mapping[str, str]) -> dict[str, Any]:
    """Return a content with its inputs as people write them, dates as dates; what does not fit its schema stays as it is stored."""
    from regrade.log.schema import Schema
    from regrade.workspace.exchange.plain import show

    try:
        types = {each.name: each.type for each in Schema.decode(schemas[content["schema"]]).arrow}
        return {**content, "inputs": {name: show(value, types[name]) for name, value in content["inputs"].items()}}
    except (DataError, ValueError, TypeError, LookupError, AttributeError, OverflowError):
        return dict(content)  # `evalset verify` says what is wrong with it


def shown(workspace: Workspace, key: str) -> dict[str, Any]:
    """Return all that is known of a prediction that somebody decided on.

    Raises
    ------
    UsageError
        Nobody did.
    """
    state = workspace.evalset.state
    history = state.history(key)
    if state.status(key) == "open" and not history:
        raise UsageError(f"nobody decided anything about {key!r}", hint=near_names(key, state.decided_keys()))
    names = {mode.id: mode.name for mode in state.modes()}
    mode = state.mode(key)
    document: dict[str, Any] = {
        "key": key,
        "status": state.status(key),
        "mode": mode,
        "mode_name": names.get(mode or "", mode),
        "expected": state.expected(key),
        "pinned": state.values(key, "pinned") == [True],
        "disputed": state.status(key) == "disputed",
        "origin": None,
        "weight": None,
        "partition": None,
        "content": next(iter(state.values(key, "content")), None),
        "content_hash": None,
    }
    if state.is_member(key):
        example = state.example(key)
        document |= {
            "pinned": example.pinned,
            "origin": example.origin,
            "weight": example.weight,
            "partition": example.partition,
            "content": msgspec.to_builtins(example.content),
            "content_hash": example.content_hash,
        }
    privacy = workspace.config.privacy
    return document | {
        "content": presentable(document["content"], privacy),
        "disputed_fields": {
            field: [presentable(value, privacy) for value in state.values(key, field)] for field in state.disputed_fields(key)
        },
        "notes": state.notes(key),
        "history": [
            {
                "id": event.id,
                "at": event.at,
                "by": event.by,
                "kind": event.kind,
                "reason": event.reason,
                "note": event.note,
                "live": state.is_live(event.id),
            }
            for event in history
        ],
    }
