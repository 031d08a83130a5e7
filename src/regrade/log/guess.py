"""Guess the role of each column from its name and its values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from regrade.errors import UsageError
from regrade.expressions import quote_identifier
from regrade.log.facts import FEW, Facts
from regrade.log.guess_feedback import feedback
from regrade.log.guess_key import check_given, columns_of, key
from regrade.log.guess_scores import scores
from regrade.log.roles import is_number
from regrade.log.work import Work

_PREDICTION = (
    "prediction", "predicted", "pred", "y_pred", "yhat", "y_hat", "predicted_label", "pred_label", "predicted_class", "predicted_value",
    "model_output", "output", "answer", "response", "completion",
)  # fmt: skip
_OUTCOME = (
    "outcome", "actual", "label", "target", "y_true", "y", "truth", "ground_truth", "true_label", "actual_label", "actual_value",
    "observed", "expected", "gold", "reference", "ideal", "expected_output", "expected_answer", "expected_response", "reference_answer",
)  # fmt: skip
_TIME = ("time", "timestamp", "ts", "datetime", "predicted_at", "created_at", "created", "date", "event_time")
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
    scores: dict[str, str] | str = field(default_factory=dict)
    key: tuple[str, ...] = ()
    deployed: str | None = None
    negative: tuple[str | int, ...] = ()
    ignore: tuple[str, ...] = ()
    positive: str | None = None
    tolerance: float = 0.0
    notes: list[str] = field(default_factory=list)

    @property
    def score_columns(self) -> tuple[str, ...]:
        """The columns of probabilities by class, or the one of all."""
        return (self.scores,) if isinstance(self.scores, str) else tuple(self.scores.values())


def roles(facts: Mapping[str, Facts], given: Mapping[str, str], work: Work) -> Guesses:
    """Return the guesses; raises UsageError where the prediction or the id cannot be found."""
    made = Guesses()
    for role, column in given.items():
        if role != "task":
            made.roles[role] = column
            made.notes.append(f"{role}: {column} (as you said)")
    check_given(facts, made, work)
    for find in (_prediction, feedback, _outcome, _time):
        find(facts, made)
    key(facts, made, work)
    made.task = given.get("task") or _task(facts, made, work)
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
        raise UsageError(what, hint=f"{columns_of(facts.values())}\n  say which it is: --prediction COLUMN")
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


def _look_alikes(facts: Mapping[str, Facts], made: Guesses, work: Work) -> None:
    """Warn of inputs that give the answer away: numbers that are the outcome or the prediction in nearly every row."""
    inputs = {name: each for name, each in _free(facts, made).items() if name not in made.ignore and name not in made.score_columns}
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


def _task(facts: Mapping[str, Facts], made: Guesses, work: Work) -> str:
    prediction = facts[made.roles["prediction"]]
    outcome = facts.get(made.roles.get("outcome", ""))
    fractions = is_number(prediction.type) and any(not each.endswith(".0") for each in prediction.values if "." in each)
    numeric_outcome = outcome is None or is_number(outcome.type)
    if prediction.type == "JSON" or prediction.type.startswith(("STRUCT", "MAP")) or prediction.type.endswith("[]"):
        kind, why = "json", "predictions are objects or lists"
    elif prediction.type == "VARCHAR" and (share := _share_json(prediction.name, work)) >= _MOST:
        kind, why = "json", f"{share:.0%} of predictions are text that holds JSON"
    elif is_number(prediction.type) and (prediction.distinct > FEW or (fractions and numeric_outcome)):
        kind, why = "regression", "predictions are numbers of many values"
    elif prediction.type == "VARCHAR" and (prediction.length > 40 or prediction.distinct > _classes_at_most(prediction)):
        kind, why = "text", "predictions are free text"
    else:
        kind, why = "classification", f"predictions have {prediction.distinct} distinct values"
    made.notes.insert(0, f"task: {kind} ({why})")
    return kind


def _classes_at_most(prediction: Facts) -> float:
    """More distinct answers are no classes: in a log of some size, or where hardly one is given twice."""
    return prediction.n / 2 if 10 <= prediction.n <= 2 * FEW else max(2 * FEW, prediction.n / 5)


def _share_json(name: str, work: Work) -> float:
    """The share of predictions that are the text of an object or a list."""
    text = f"ltrim({quote_identifier(name)})"
    is_json = f"(starts_with({text}, '{{') OR starts_with({text}, '[')) AND json_valid({text})"
    return float(work.ask(f"SELECT avg(CASE WHEN {is_json} THEN 1 ELSE 0 END) FROM looked WHERE {text} <> ''")[0][0] or 0.0)


def _text(facts: Mapping[str, Facts], made: Guesses) -> None:
    texts = {
        name: each
        for name, each in _free(facts, made).items()
        if each.type == "VARCHAR" and name not in (*made.ignore, *made.score_columns)
    }
    found = _by_name(texts, _TEXT) or next((each for each in texts.values() if each.length > 60), None)
    if found is not None and found.distinct > FEW:
        _say(made, "text", found.name, "it holds prose; an input too")


def _tolerance(facts: Mapping[str, Facts], made: Guesses) -> None:
    """A tenth of the spread, to one digit: something to start from."""
    spread = facts[made.roles.get("outcome", made.roles["prediction"])].spread
    if spread:
        made.tolerance = float(f"{spread / 10:.0e}")
    made.notes.append(f"tolerance: {made.tolerance:g} (a tenth of the spread: set what still counts as right)")
