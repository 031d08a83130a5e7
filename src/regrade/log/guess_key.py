"""Guess what names each prediction: one column, or an id together with the model where several models answered."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from regrade.errors import UsageError
from regrade.expressions import quote_identifier
from regrade.log.facts import FEW, Facts
from regrade.log.work import Work

if TYPE_CHECKING:
    from regrade.log.guess import Guesses

_ID = ("id", "prediction_id", "request_id", "event_id", "row_id", "uuid", "key", "trace_id")
_MODEL = ("model", "model_name", "model_version", "model_id", "deployed_model", "version")
_SHADOW = re.compile(r"(?<![a-z])(?:shadow|canary|candidate|challenger|experiment|test|staging)(?![a-z])")
_NO_ID = ("DOUBLE", "FLOAT", "BOOLEAN", "DECIMAL")


def key(facts: Mapping[str, Facts], made: Guesses, work: Work) -> None:
    """Find the id, and the model beside it where one id has the answers of several; raises UsageError where nothing names a prediction."""
    _model(facts, made)
    if "id" in made.roles:
        return
    free = {name: each for name, each in facts.items() if name not in made.roles.values() and name not in made.ignore}
    unique = {name: each for name, each in free.items() if each.unique and each.type.split("(")[0] not in _NO_ID}
    named = [each for name, each in unique.items() if name.lower().endswith(("id", "key", "uuid"))]
    found = _by_name(unique, _ID) or next(iter(named), None)
    likely = _by_name(free, _ID) or next((each for name, each in free.items() if name.lower().endswith(("_id", "_key"))), None)
    if found is None and likely is not None and _with_model(likely, made, work):
        made.roles["id"] = likely.name
        return
    if found is None:
        likely_ids = [each for each in unique.values() if not each.type.startswith(("TIMESTAMP", "DATE", "JSON"))]
        found = min(likely_ids, key=lambda each: _is_prose(each, work), default=None)
    if found is not None:
        made.roles["id"] = found.name
        made.notes.append(f"id: {found.name} (it is unique)")
        return
    what = _not_unique(likely) if likely else "no column is unique, so none can be the id of a prediction"
    hint = f"{columns_of(facts.values())}\n  add a column that names each prediction, or say which does: --id COLUMN"
    raise UsageError(what, hint=f"{hint}\n  {_several(likely, made)}" if likely else hint)


def check_given(facts: Mapping[str, Facts], made: Guesses, work: Work) -> None:
    """Raise UsageError where the id that the user named is not unique, not even beside the model."""
    said = made.roles.get("id")
    if said is None or facts[said].unique:
        return
    _model(facts, made)
    if not _with_model(facts[said], made, work):
        raise UsageError(_not_unique(facts[said]), where="--id", hint=f"{columns_of(facts.values())}\n  {_several(facts[said], made)}")


def columns_of(facts: Iterable[Facts]) -> str:
    """Return the columns' names, for an error."""
    return "the columns are: " + ", ".join(each.name for each in facts)


def _by_name(facts: Mapping[str, Facts], names: Iterable[str]) -> Facts | None:
    lower = {name.lower(): each for name, each in facts.items()}
    return next((lower[name] for name in names if name in lower), None)


def _model(facts: Mapping[str, Facts], made: Guesses) -> None:
    if "model" in made.roles:
        return
    found = _by_name({name: each for name, each in facts.items() if name not in made.roles.values() and 0 < each.distinct <= FEW}, _MODEL)
    if found is not None:
        made.roles["model"] = found.name
        made.notes.append(f"model: {found.name} (by its name)")


def _with_model(column: Facts, made: Guesses, work: Work) -> bool:
    """Take the id with the model as the key, where neither is missing and no pair occurs twice."""
    model = made.roles.get("model")
    if model is None or column.n < column.rows or column.type.split("(")[0] in _NO_ID:
        return False
    one, other = quote_identifier(column.name), quote_identifier(model)
    pairs, models = work.ask(f"SELECT count(DISTINCT ({one}, {other})), count({other}) FROM looked")[0]
    if not pairs == models == column.rows:
        return False
    made.key = (column.name, model)
    made.notes.append(
        f"key: {column.name} and {model} (one {column.name} has the answers of several models: {column.distinct:,} in {column.rows:,} rows)"
    )
    _deployed(model, made, work)
    return True


def _deployed(column: str, made: Guesses, work: Work) -> None:
    """Find out which of several models side by side production runs, by their names: all but one are called shadows."""
    names = [str(row[0]) for row in work.ask(f"SELECT DISTINCT CAST({quote_identifier(column)} AS VARCHAR) AS m FROM looked ORDER BY m")]
    plain = [each for each in names if not _SHADOW.search(each.lower())]
    if len(names) > 1 and len(plain) == 1:
        made.deployed = plain[0]
        made.notes.append(f"deployed: {plain[0]} (the others are called shadows)")
    elif len(names) > 1:
        made.notes.append(f"which of {', '.join(names[:6])} does production run? name it as log.deployed")


def _is_prose(column: Facts, work: Work) -> bool:
    """Is it text of several words, in most rows? Unique, but no name."""
    if column.type != "VARCHAR":
        return False
    return bool(
        work.ask(f"SELECT avg(CASE WHEN contains(trim({quote_identifier(column.name)}), ' ') THEN 1 ELSE 0 END) > 0.5 FROM looked")[0][0]
    )


def _several(column: Facts, made: Guesses) -> str:
    """Return what to do where one id has the answers of several models: as options, for there is no regrade.toml yet."""
    model = made.roles.get("model")
    if model is None:
        option = f"--id {shlex.quote(column.name)}"
        return f"one {column.name} with the answers of several models: {option} --model COLUMN, together they are the key"
    return f"not even with the model ({model}) is it unique: leave out what is there twice, or name another: --model COLUMN"


def _not_unique(column: Facts) -> str:
    if column.n < column.rows:
        return f"column {column.name!r} is empty in {column.rows - column.n:,} of {column.rows:,} rows: it cannot be the id"
    return f"column {column.name!r} is not unique ({column.distinct:,} values in {column.rows:,} rows): it cannot be the id"
