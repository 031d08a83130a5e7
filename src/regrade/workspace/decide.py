"""Decisions that need the log: what a promotion keeps of a prediction, and which predictions a sample draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from regrade.errors import UsageError, near_names
from regrade.evalset import chosen
from regrade.workspace.browse import view

if TYPE_CHECKING:
    import numpy as np

    from regrade.evalset import Event
    from regrade.log import Content
    from regrade.workspace.facade import Workspace


def promote(workspace: Workspace, keys: Sequence[str], where: str, limit: int | None, origin: str | None, pinned: bool) -> Event:
    """Promote by key or by expression; see :meth:`Workspace.promote`."""
    if bool(keys) == bool(where):
        raise UsageError("promote takes keys, or --where with an expression, one of the two")
    if where:
        found = view(workspace, where).addresses[:limit]
        if not len(found):
            raise UsageError("no prediction matches", where=where)
    else:
        import numpy as np

        asked = list(dict.fromkeys(keys))
        by_key = workspace.require(asked)
        again = [key for key in asked if key not in by_key]
        if again:
            by_key |= workspace.reader.find(again)
        found = np.array([by_key[key] for key in asked if key in by_key], dtype=np.int64)
    items = contents(workspace, found)
    return workspace.evalset.promote(
        items, origin=origin or _origin(workspace, found), pinned=pinned, schemas={workspace.log.schema.hash: workspace.log.schema.encoded}
    )


def contents(workspace: Workspace, addresses: np.ndarray) -> list[tuple[str, Content]]:
    """Return key and content of each row."""
    keys = [str(row[0]) for row in workspace.reader.cells(addresses, ["key"])]
    return list(zip(keys, workspace.reader.contents(addresses), strict=True))


def sample(workspace: Workspace, n: int | None, rate: float | None) -> Event:
    """Promote a random sample of the whole log; see :meth:`Workspace.sample`."""
    if (n is None) == (rate is None):
        raise UsageError("give how many to sample, or --rate, one of the two")
    if n is not None and n < 1:
        raise UsageError(f"a sample has at least one prediction, not {n}")
    if rate is not None and not 0 < rate <= 1:
        raise UsageError(f"a rate lies between 0 and 1, not {rate}")
    everything = view(workspace, "").addresses
    keys = [str(row[0]) for row in workspace.reader.cells(everything, ["key"])]
    drawn, probability = chosen(keys, workspace.config.sample.salt, rate=rate, n=n)
    if not drawn:
        raise UsageError(f"a rate of {rate} draws none of {len(keys):,} predictions", hint="give a larger rate, or a count")
    by_key = dict(zip(keys, everything, strict=True))
    import numpy as np

    items = contents(workspace, np.array([by_key[key] for key in drawn], dtype=np.int64))
    return workspace.evalset.sample(
        items,
        probabilities=[probability] * len(items),
        population={"where": "", "count": len(keys), "span": _span(workspace, everything)},
        schemas={workspace.log.schema.hash: workspace.log.schema.encoded},
    )


def expected_value(workspace: Workspace, text: str) -> Any:
    """Return what a person typed as a value of the outcome's type, so that it compares with what candidates answer.

    Raises
    ------
    UsageError
        It is no value of that type.
    """
    if workspace.config.task.kind == "json":
        return _parsed(text, "JSON", msgspec.json.decode)
    role = "outcome" if workspace.config.log.outcome else "prediction"
    kind = next((column.type for column in workspace.log.columns if column.role == role), "VARCHAR")
    if workspace.config.task.kind == "regression" or kind in ("DOUBLE", "FLOAT") or kind.startswith("DECIMAL"):
        return _parsed(text, "number", float)
    if kind == "BOOLEAN":
        return _parsed(text.lower(), "boolean (true or false)", {"true": True, "false": False}.__getitem__)
    if kind.endswith(("INT", "INTEGER")):
        return _parsed(text, "whole number", int)
    return text


def resolution(workspace: Workspace, key: str, text: str, field: str | None) -> tuple[str, Any]:
    """Return which register of ``key`` a person settles, and the value they typed for it.

    Raises
    ------
    UsageError
        Nothing is disputed, several registers are and none is named, or the value is none of the register's.
    """
    disputed = workspace.evalset.state.disputed_fields(key)
    if not disputed:
        raise UsageError(f"nothing about {key!r} is disputed", hint="`regrade evalset show KEY` shows what is known")
    if field is None and len(disputed) > 1:
        raise UsageError(f"{key!r} is disputed in {', '.join(disputed)}", hint="say which with --field")
    chosen = field or disputed[0]
    if chosen not in disputed:
        raise UsageError(f"{chosen!r} of {key!r} is not disputed", hint=near_names(chosen, disputed))
    if chosen == "expected":
        return chosen, expected_value(workspace, text)
    values = workspace.evalset.state.values(key, chosen)
    by_text = {(value if isinstance(value, str) else msgspec.json.encode(value).decode()): value for value in values}
    if chosen == "mode" and text not in by_text:
        mode = workspace.evalset.state.book.find(text)
        text = mode.id if mode else text
    if text not in by_text:
        raise UsageError(f"{text!r} is none of the values of {chosen}", hint=near_names(text, by_text))
    return chosen, by_text[text]


def _parsed(text: str, kind: str, parse: Callable[[str], Any]) -> Any:
    try:
        return parse(text)
    except (ValueError, KeyError, msgspec.DecodeError):
        raise UsageError(f"{text!r} is no {kind}", where="expected value", hint="the outcome column of the log decides the type") from None


def _origin(workspace: Workspace, addresses: np.ndarray) -> str:
    """Failures, unless production was right on every one of them."""
    results = {row[0] for row in workspace.reader.cells(addresses, ["result"])}
    return "important" if results == {"right"} else "failure"


def _span(workspace: Workspace, addresses: np.ndarray) -> list[str]:
    """Return the first and the last time of the log, ISO 8601; empty where it has no time."""
    column = workspace.config.log.time
    if column is None:
        return []
    times = [str(row[0]) for row in workspace.reader.cells(addresses, [column]) if row[0] is not None]
    return [min(times), max(times)] if times else []
