"""Guess which columns are probabilities that the model gave, and of which class."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from regrade.expressions import quote_identifier
from regrade.log.class_scores import read
from regrade.log.facts import Facts
from regrade.log.work import Work

if TYPE_CHECKING:
    from regrade.log.guess import Guesses

_SCORE = ("score", "probability", "prob", "proba", "p", "p_positive", "y_score", "y_prob", "y_proba")
_PER_CLASS = re.compile(r"(?:p|prob|proba|probability|score)_(.+)", re.IGNORECASE)

_OBJECTS = 200
"""Rows whose objects are looked at."""
_MOST = 0.9

_SOUNDS_LIKE = re.compile(r"prob|score|confidence|(?:^|_)p_", re.IGNORECASE)


def scores(facts: Mapping[str, Facts], made: Guesses, work: Work) -> None:
    """Find a probability for each class, or that of one; what else looks like the model's output is ignored."""
    if made.task == "classification" and not _object(facts, made, work):
        _of_classes(facts, made, work)
    _leftovers(facts, made)


def _object(facts: Mapping[str, Facts], made: Guesses, work: Work) -> bool:
    """Find the column that holds an object of class and probability: known by its classes, whatever it is called."""
    if "score" in made.roles:
        return False
    answers = [facts[made.roles[role]] for role in ("prediction", "outcome") if role in made.roles]
    classes = {value for each in answers for value in each.values}
    for name, each in facts.items():
        if name in made.roles.values() or not each.type.startswith(("JSON", "VARCHAR", "STRUCT", "MAP")):
            continue
        column = quote_identifier(name)
        text = column if each.type == "VARCHAR" else f"CAST(to_json({column}) AS VARCHAR)"
        objects = [read(row[0]) for row in work.ask(f"SELECT {text} FROM looked WHERE {column} IS NOT NULL LIMIT {_OBJECTS}")]
        known = [each for each in objects if each is not None]
        if not known or len(known) < len(objects) * _MOST:
            continue
        named = {key for each in known for key in each}
        in_range = all(0 <= p <= 1 for each in known for p in each.values())
        if len(named) > 1 and len(named & classes) >= max(len(named - classes), 1) and in_range:
            made.scores = name
            made.notes.append(f"scores: {name} (objects of class and probability: {', '.join(sorted(named)[:6])})")
            return True
    return False


def _of_classes(facts: Mapping[str, Facts], made: Guesses, work: Work) -> None:
    prediction, outcome = facts[made.roles["prediction"]], facts.get(made.roles.get("outcome", ""))
    classes = sorted(prediction.values | (outcome.values if outcome else frozenset()))
    free = {name: each for name, each in facts.items() if each.probability and name not in made.roles.values()}
    per_class = _per_class([*free, *([made.roles["score"]] if "score" in made.roles else [])], classes)
    if "score" not in made.roles:
        if len(per_class) > 1:
            made.scores = per_class
            made.notes.append(f"scores: {', '.join(f'{name} of {each!r}' for each, name in per_class.items())} (by name, in [0, 1])")
            return
        lower = {name.lower(): name for name in free}
        column = next(iter(per_class.values()), None) or next((lower[name] for name in _SCORE if name in lower), None)
        likely = [name for name in free if _SOUNDS_LIKE.search(name)]
        if column is None and len(likely) == 1 and len(classes) == 2:
            column = likely[0]
        if column is None:
            return
        made.roles["score"] = column
        made.notes.append(f"score: {column} (by its name, in [0, 1])")
    column = made.roles["score"]
    made.positive = next((each for each, name in per_class.items() if name == column), None)
    if made.positive is not None:
        made.notes.append(f"positive: {made.positive} (by the name of {column})")
    else:
        made.positive = _likely_positive(made, classes, work)
    made.ignore = tuple(name for name in per_class.values() if name != column)
    if made.ignore:
        made.notes.append(f"ignored: {', '.join(made.ignore)} (more of the model's own output)")


def _leftovers(facts: Mapping[str, Facts], made: Guesses) -> None:
    """No probability that sounds like the model's own becomes an input unsaid."""
    taken = {*made.roles.values(), *made.score_columns, *made.ignore}
    left = [name for name, each in facts.items() if name not in taken and each.probability and _SOUNDS_LIKE.search(name)]
    if left:
        made.ignore = (*made.ignore, *left)
        made.notes.append(f"ignored: {', '.join(left)} (in [0, 1], and named like a model's output; an input? take it out of log.ignore)")


def _per_class(names: Sequence[str], classes: Sequence[str]) -> dict[str, str]:
    """Class → the column that is named after it."""
    lower = {each.lower(): each for each in classes}
    matches = ((name, _PER_CLASS.fullmatch(name)) for name in names)
    return {lower[match[1].lower()]: name for name, match in matches if match and match[1].lower() in lower}


def _likely_positive(made: Guesses, classes: Sequence[str], work: Work) -> str | None:
    """The class whose predictions have the higher score; where only one is ever predicted, it if its mean is at least 0.5."""
    if len(classes) != 2:
        made.notes.append("positive: unknown, as there are not two classes; say which class the score is of in regrade.toml")
        return None
    score, prediction = (quote_identifier(made.roles[role]) for role in ("score", "prediction"))
    means = f"SELECT CAST({prediction} AS VARCHAR), avg({score}) FROM looked WHERE {prediction} IS NOT NULL GROUP BY 1"
    rows = work.ask(f"{means} ORDER BY 2 DESC NULLS LAST")
    positive = str(rows[0][0])
    if len(rows) == 1 and (rows[0][1] or 0) < 0.5:
        positive = next(each for each in classes if each != positive)
    made.notes.append(f"positive: {positive} (its predictions have the higher {made.roles['score']})")
    return positive
