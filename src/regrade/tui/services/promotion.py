"""Promoting: keys and contents of the same rows, those that are failures, those that are not in yet, and its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regrade.errors import DataError, UsageError
from regrade.log.scorers import Right, right_rule
from regrade.safe_text import safe_text
from regrade.tui.services.outcome import Outcome, named

if TYPE_CHECKING:
    from regrade.config import Config
    from regrade.evalset import EvalSet, State
    from regrade.log import Content, PredictionLog, Reader


@dataclass(frozen=True)
class Row:
    """One prediction as the log has it now."""

    key: str
    result: str
    content: Content


def carry_out(
    evalset: EvalSet, log: PredictionLog, config: Config, rows: Sequence[Row], *, important: bool = False, pinned: bool = False
) -> Outcome:
    """Promote rows: as failures those where production was wrong, as important any; what is in already is pinned where that is asked.

    Raises
    ------
    UsageError
        There is no failure among them.
    """
    wrong = failures(rows, evalset.state, right_rule(config))
    kept, origin = (rows, "important") if important else (wrong, "failure")
    if not kept:
        right = all(row.result == "right" for row in rows)
        what = "production was right here" if right else "no outcome says that production was wrong here"
        raise UsageError(what, hint="i promotes it as important; c says what should have been answered")
    missing = fresh(kept, evalset.state, origin, pinned)
    if not missing:
        return Outcome("promote", said=f"{named([row.key for row in kept])}: already in the eval set")
    keys = tuple(row.key for row in missing)
    if pinned and not fresh(kept, evalset.state, origin, False):
        event = evalset.pin(keys)
        return Outcome("pin", keys, (event.id,), f"pinned {named(keys)}", scores=True)
    schemas = {log.schema.hash: log.schema.encoded}
    event = evalset.promote([(row.key, row.content) for row in missing], origin=origin, pinned=pinned, schemas=schemas)
    words = said(missing, rows, wrong, important, pinned)
    return Outcome("promote", keys, (event.id,), words, scores=True, again=important and bool(wrong))


def read(reader: Reader, addresses: Any, expected_keys: Sequence[str] = ()) -> list[Row]:
    """Return the rows at these addresses.

    Parameters
    ----------
    addresses : ndarray of int64, shape (n,)
    expected_keys : sequence of str, length n or 0
        What the screen says their keys are.

    Raises
    ------
    DataError
        A row has no key.
    UsageError
        A row has another key than the screen says: its content must not be written under that one.
    """
    cells = reader.cells(addresses, ["key", "result"])
    if any(key is None for key, _ in cells):
        raise DataError("a prediction without an id cannot be decided on", hint="every row of the log needs a value in the id column")
    keys = [str(key) for key, _ in cells]
    for said, found in zip(expected_keys, keys, strict=True) if expected_keys else ():
        if said != found:
            raise UsageError("is not the prediction that the log has in this row", where=safe_text(said, 60), hint="r reads the log anew")
    contents = reader.contents(addresses)
    return [Row(key, str(result), content) for key, (_, result), content in zip(keys, cells, contents, strict=True)]


def failures(rows: Sequence[Row], state: State, is_right: Right) -> list[Row]:
    """Return those on which production was wrong: by what people expect, where they said so, else by the log."""

    def wrong(row: Row) -> bool:
        said = state.values(row.key, "expected")
        if not said:
            return row.result == "wrong"
        return any(is_right(value, row.content.prediction) is False for value in said)

    return [row for row in rows if wrong(row)]


def fresh(rows: Sequence[Row], state: State, origin: str, pinned: bool) -> list[Row]:
    """Return those that a promotion would change: not in, in for other reasons only, or not pinned yet."""

    def settled(row: Row) -> bool:
        if not state.is_member(row.key) or origin not in state.example(row.key).origins:
            return False
        return not pinned or state.values(row.key, "pinned") == [True]

    return [row for row in rows if not settled(row)]


def said(promoted: Sequence[Row], asked: Sequence[Row], wrong: Sequence[Row], important: bool, pinned: bool) -> str:
    """Return what to say of a promotion; ``wrong`` are the failures among what it was asked of."""
    text = f"promoted {named([row.key for row in promoted])}" + (" as important" if important else "") + (" and pinned" if pinned else "")
    kept = asked if important else wrong
    if len(kept) < len(asked):
        text += f"; {len(asked) - len(kept):,} that are no failures stay out"
    if len(promoted) < len(kept):
        text += f"; {len(kept) - len(promoted):,} were in already"
    if important and wrong:
        one = "this one is wrong: p promotes it as a failure"
        text += f"; {one if len(asked) == 1 else f'{len(wrong):,} are wrong: p promotes those as failures'}"
    return text
