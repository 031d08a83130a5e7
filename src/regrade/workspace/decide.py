"""Decisions that need the log: what a promotion keeps of a prediction, and which predictions a sample draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from regrade.errors import DataError, UsageError
from regrade.evalset import chosen
from regrade.log.deployed import requests
from regrade.log.typed import typed_value
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
        found = _addresses(workspace, keys)
    items = contents(workspace, found)
    if origin is None:
        failures = failing(workspace, items, found)
        if not failures or (keys and len(failures) < len(items)):
            others = [key for key, _ in items if key not in {each for each, _ in failures}]
            what = f"nothing says that production was wrong on {others[0]!r}" + (
                f" and {len(others) - 1:,} more" if len(others) > 1 else ""
            )
            raise UsageError(what, hint="--origin important promotes what is no failure, --origin failure if you know better")
        items = failures
    return workspace.evalset.promote(items, origin=origin or "failure", pinned=pinned, schemas=_schemas(workspace))


def failing(workspace: Workspace, items: Sequence[tuple[str, Content]], addresses: np.ndarray) -> list[tuple[str, Content]]:
    """Return those of ``items`` on which production was wrong: by what people expect where they said so, else by the log."""
    from regrade.log.scorers import right_rule

    is_right, state = right_rule(workspace.config), workspace.evalset.state
    kept = []
    for (key, content), (result,) in zip(items, workspace.reader.cells(addresses, ["result"]), strict=True):
        said = state.values(key, "expected")
        wrong = any(is_right(each, content.prediction) is False for each in said) if said else result == "wrong"
        if wrong:
            kept.append((key, content))
    return kept


def contents(workspace: Workspace, addresses: np.ndarray) -> list[tuple[str, Content]]:
    """Return key and content of each row.

    Raises
    ------
    DataError
        A row has no key, or its key occurs twice in the log: a decision must mean one prediction.
    """
    keys = [row[0] for row in workspace.reader.cells(addresses, ["key"])]
    if None in keys:
        raise DataError("a prediction without an id cannot be decided on", hint="every row of the log needs a value in the id column")
    workspace.reader.find(keys)
    return list(zip(keys, workspace.reader.contents(addresses), strict=True))


def sample(workspace: Workspace, n: int | None, rate: float | None) -> Event:
    """Promote a random sample of the whole log, of shadows' answers none; see :meth:`Workspace.sample`."""
    if (n is None) == (rate is None):
        raise UsageError("give how many to sample, or --rate, one of the two")
    if n is not None and n < 1:
        raise UsageError(f"a sample has at least one prediction, not {n}")
    if rate is not None and not 0 < rate <= 1:
        raise UsageError(f"a rate lies between 0 and 1, not {rate}")
    population = requests(workspace.log)
    everything = view(workspace, population).addresses
    keys = [row[0] for row in workspace.reader.cells(everything, ["key"]) if row[0] is not None]
    drawn, probability = chosen(keys, workspace.config.sample.salt, rate=rate, n=n)
    if not keys and population:
        raise DataError(f"no prediction of the log is of {workspace.config.log.deployed!r}", where="regrade.toml: log.deployed")
    if not drawn:
        raise UsageError(f"a rate of {rate} draws none of {len(keys):,} predictions", hint="give a larger rate, or a count")
    items = contents(workspace, _addresses(workspace, drawn))
    return workspace.evalset.sample(
        items,
        probabilities=[probability] * len(items),
        population={"where": population, "count": len(keys), "span": _span(workspace, everything)},
        schemas=_schemas(workspace),
    )


def expected_value(workspace: Workspace, text: str) -> Any:
    """Return what a person typed as a value of the outcome's type, so that it compares with what candidates answer.

    Raises
    ------
    UsageError
        It is no value of that type.
    """
    if not workspace.has_log:
        return typed_value(text, _kind_of_examples(workspace), workspace.config.task.kind)
    role = "outcome" if workspace.config.log.outcome else "prediction"
    kind = next((column.type for column in workspace.log.columns if column.role == role), "VARCHAR")
    return typed_value(text, kind, workspace.config.task.kind)


def _kind_of_examples(workspace: Workspace) -> str:
    """Return the type of what is expected of the examples that there are: CI has no log, a golden set never had one."""
    kinds = {type(value) for example in workspace.evalset.state.examples() for value in example.expected if value is not None}
    if kinds == {bool}:
        return "BOOLEAN"
    return "BIGINT" if kinds == {int} else "DOUBLE" if kinds and kinds <= {int, float} else "VARCHAR"


def _addresses(workspace: Workspace, keys: Sequence[str]) -> np.ndarray:
    """Return the row addresses of keys, in their order; raises DataError on one that is not in the log, or twice."""
    import numpy as np

    asked = list(dict.fromkeys(keys))
    found = workspace.reader.find(asked)
    missing = [key for key in asked if key not in found]
    if missing:
        raise no_such_key(missing)
    return np.array([found[key] for key in asked], dtype=np.int64)


def no_such_key(missing: Sequence[str]) -> DataError:
    """Return the error for keys that the log does not have."""
    more = f" (and {len(missing) - 1:,} more)" if len(missing) > 1 else ""
    return DataError(f"no prediction has the key {missing[0]!r}{more}", hint="`regrade predictions` lists keys")


def _schemas(workspace: Workspace) -> dict[str, str]:
    return {workspace.log.schema.hash: workspace.log.schema.encoded}


def _span(workspace: Workspace, addresses: np.ndarray) -> list[str]:
    """Return the first and the last time of the log, ISO 8601; empty where it has no time."""
    column = workspace.config.log.time
    if column is None:
        return []
    times = [str(row[0]) for row in workspace.reader.cells(addresses, [column]) if row[0] is not None]
    return [min(times), max(times)] if times else []
