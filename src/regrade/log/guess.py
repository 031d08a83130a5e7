"""Guess the role of each column from its name and its values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from regrade.errors import UsageError
from regrade.expressions import quote_identifier
from regrade.log.facts import FEW, Facts
from regrade.log.guess_scores import scores
from regrade.log.roles import is_number
from regrade.log.work import Work

_PREDICTION = (
    "prediction", "predicted", "pred", "y_pred", "yhat", "y_hat", "predicted_label", "pred_label", "predicted_class", "predicted_value",
    "model_output", "output", "answer", "response", "completion",
)  # fmt: skip
_OUTCOME = (
    "outcome", "actual", "label", "target", "y_true", "y", "truth", "ground_truth", "true_label", "actual_label", "actual_value",
    "observed", "expected", "gold",
)  # fmt: skip
_ID = ("id", "prediction_id", "request_id", "event_id", "row_id", "uuid", "key", "trace_id")
_TIME = ("time", "timestamp", "ts", "datetime", "predicted_at", "created_at", "created", "date", "event_time")
_MODEL = ("model", "model_name", "model_version", "model_id", "deployed_model", "version")
_NO_ID = ("DOUBLE", "FLOAT", "BOOLEAN", "DECIMAL")
_TEXT = ("text", "prompt", "question", "input", "message", "body", "content", "comment", "review", "tweet")

_AFFIX = re.compile(r"^(?:predicted|pred)_|_(?:pred|predicted|prediction)$")
"""What makes the name of a prediction of the name of what it predicts."""
_MOST = 0.8
"""In so many rows two columns are alike by more than chance."""


@dataclass
class Guesses:
    """Roles, and the reasons."""

    task: str = "classification"
    roles: dict[str, str] = field(default_factory=dict)
    scores: dict[str, str] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    positive: str | None = None
    tolerance: float = 0.0
    notes: list[str] = field(default_factory=list)


def roles(facts: Mapping[str, Facts], given: Mapping[str, str], work: Work) -> Guesses:
    """Return the guesses; raises UsageError where the prediction or the id cannot be found."""
    made = Guesses()
    for role, column in given.items():
        if role != "task":
            made.roles[role] = column
            made.notes.append(f"{role}: {column} (as you said)")
    if "id" in made.roles and not facts[made.roles["id"]].unique:
        raise UsageError(_not_unique(facts[made.roles["id"]]), where="--id", hint=_columns(facts.values()))
    for find in (_prediction, _outcome, _time, _id, _model):
        find(facts, made)
    made.task = given.get("task") or _task(facts, made)
    scores(facts, made, work)
    _look_alikes(facts, made, work)
    _text(facts, made)
    if made.task == "regression":
        _tolerance(facts, made)
    return made


def _free(facts: Mapping[str, Facts], made: Guesses) -> dict[str, Facts]:
    taken = set(made.roles.values())
    return {name: each for name, each in facts.items() if name not in taken}


def _by_name(facts: Mapping[str, Facts], names: Iterable[str]) -> Facts | None:
    lower = {name.lower(): each for name, each in facts.items()}
    return next((lower[name] for name in names if name in lower), None)


def _say(made: Guesses, role: str, column: str, reason: str) -> None:
    made.roles[role] = column
    made.notes.append(f"{role}: {column} ({reason})")


def _columns(facts: Iterable[Facts]) -> str:
    return "the columns are: " + ", ".join(each.name for each in facts)


def _prediction(facts: Mapping[str, Facts], made: Guesses) -> None:
    if "prediction" in made.roles:
        return
    free = _free(facts, made)
    found = _by_name(free, _PREDICTION)
    if found is None:
        named = re.compile(r"(?:.*_)?(?:pred|predicted|prediction)(?:_.*)?(?<!id)")
        similar = [each for name, each in free.items() if named.fullmatch(name.lower())]
        found = similar[0] if len(similar) == 1 else None
    if found is None:
        what = "no column looks like the model's prediction"
        raise UsageError(what, hint=f"{_columns(facts.values())}\n  say which it is: --prediction COLUMN")
    _say(made, "prediction", found.name, "by its name")


def _outcome(facts: Mapping[str, Facts], made: Guesses) -> None:
    if "outcome" in made.roles:
        return
    free, prediction = _free(facts, made), facts[made.roles["prediction"]]
    found = _by_name(free, _OUTCOME)
    if found is not None:
        _say(made, "outcome", found.name, "by its name")
        return
    stem = _AFFIX.sub("", prediction.name.lower())
    paired = next((each for name, each in free.items() if stem != prediction.name.lower() and name.lower() == stem), None)
    if paired is not None:
        _say(made, "outcome", paired.name, f"{prediction.name} is named after it")
        return
    same = [each for each in free.values() if each.values and prediction.values and len(each.values & prediction.values) >= 2]
    if len(same) == 1 and not is_number(prediction.type):
        _say(made, "outcome", same[0].name, f"it has the values of {prediction.name}")
        return
    made.notes.append("outcome: none found; results are unknown until there is one (--outcome COLUMN)")


def _time(facts: Mapping[str, Facts], made: Guesses) -> None:
    if "time" in made.roles:
        return
    times = {name: each for name, each in _free(facts, made).items() if each.type.startswith(("TIMESTAMP", "DATE"))}
    found = _by_name(times, _TIME) or next(iter(times.values()), None)
    if found is not None:
        _say(made, "time", found.name, "it holds times" if len(times) == 1 else f"the likeliest of {', '.join(times)}")


def _id(facts: Mapping[str, Facts], made: Guesses) -> None:
    if "id" in made.roles:
        return
    free = _free(facts, made)
    unique = {name: each for name, each in free.items() if each.unique and each.type.split("(")[0] not in _NO_ID}
    found = _by_name(unique, _ID)
    if found is None:
        named = [each for name, each in unique.items() if name.lower().endswith(("id", "key", "uuid"))]
        others = [each for each in unique.values() if not each.type.startswith(("TIMESTAMP", "DATE", "JSON"))]
        found = next(iter([*named, *others]), None)
    if found is not None:
        _say(made, "id", found.name, "it is unique")
        return
    likely = _by_name(free, _ID) or next((each for name, each in free.items() if name.lower().endswith(("_id", "_key"))), None)
    what = _not_unique(likely) if likely else "no column is unique, so none can be the id of a prediction"
    hint = f"{_columns(facts.values())}\n  add a column that names each prediction, or say which does: --id COLUMN"
    if likely:
        hint += '\n  one id with the answers of several models: log.key = ["id", "model"] in regrade.toml'
    raise UsageError(what, hint=hint)


def _look_alikes(facts: Mapping[str, Facts], made: Guesses, work: Work) -> None:
    """Warn of inputs that give the answer away: numbers that are the outcome or the prediction in nearly every row."""
    inputs = {name: each for name, each in _free(facts, made).items() if name not in made.ignore and name not in made.scores.values()}
    for role in ("outcome", "prediction"):
        told = facts.get(made.roles.get(role, ""))
        if told is None or not is_number(told.type) or told.distinct < 2:
            continue
        for name, each in inputs.items():
            if is_number(each.type) and each.distinct > 1 and (share := _share_alike(name, told, work)) >= _MOST:
                made.notes.append(
                    f"WARNING: input {name} is the {role} ({told.name}), or nearly so, in {share:.0%} of rows: if it is known only"
                    " afterwards, a candidate that sees it cheats; name it in log.ignore"
                )


def _share_alike(name: str, told: Facts, work: Work) -> float:
    """The share of rows where two columns of numbers are within a hundredth of the told one's spread."""
    one, other = (f"CAST({quote_identifier(each)} AS DOUBLE)" for each in (name, told.name))
    query = f"SELECT avg(CASE WHEN abs({one} - {other}) <= {(told.spread or 0.0) / 100!r} THEN 1 ELSE 0 END) FROM looked"
    return float(work.ask(f"{query} WHERE {one} IS NOT NULL AND {other} IS NOT NULL")[0][0] or 0.0)


def _not_unique(column: Facts) -> str:
    if column.n < column.rows:
        return f"column {column.name!r} is empty in {column.rows - column.n:,} of {column.rows:,} rows: it cannot be the id"
    return f"column {column.name!r} is not unique ({column.distinct:,} values in {column.rows:,} rows): it cannot be the id"


def _model(facts: Mapping[str, Facts], made: Guesses) -> None:
    if "model" in made.roles:
        return
    few = {name: each for name, each in _free(facts, made).items() if 0 < each.distinct <= FEW}
    found = _by_name(few, _MODEL)
    if found is not None:
        _say(made, "model", found.name, "by its name")


def _task(facts: Mapping[str, Facts], made: Guesses) -> str:
    prediction = facts[made.roles["prediction"]]
    outcome = facts.get(made.roles.get("outcome", ""))
    fractions = is_number(prediction.type) and any(not each.endswith(".0") for each in prediction.values if "." in each)
    numeric_outcome = outcome is None or is_number(outcome.type)
    if prediction.type == "JSON" or prediction.type.startswith("STRUCT"):
        kind, why = "json", "predictions are objects"
    elif is_number(prediction.type) and (prediction.distinct > FEW or (fractions and numeric_outcome)):
        kind, why = "regression", "predictions are numbers of many values"
    elif prediction.type == "VARCHAR" and (prediction.length > 40 or prediction.distinct > max(2 * FEW, prediction.n / 5)):
        kind, why = "text", "predictions are free text"
    else:
        kind, why = "classification", f"predictions have {prediction.distinct} distinct values"
    made.notes.insert(0, f"task: {kind} ({why})")
    return kind


def _text(facts: Mapping[str, Facts], made: Guesses) -> None:
    texts = {name: each for name, each in _free(facts, made).items() if each.type == "VARCHAR" and name not in made.ignore}
    found = _by_name(texts, _TEXT) or next((each for each in texts.values() if each.length > 60), None)
    if found is not None and found.distinct > FEW:
        _say(made, "text", found.name, "it holds prose; an input too")


def _tolerance(facts: Mapping[str, Facts], made: Guesses) -> None:
    """A tenth of the spread, to one digit: something to start from."""
    spread = facts[made.roles.get("outcome", made.roles["prediction"])].spread
    if spread:
        made.tolerance = float(f"{spread / 10:.0e}")
    made.notes.append(f"tolerance: {made.tolerance:g} (a tenth of the spread: set what still counts as right)")
