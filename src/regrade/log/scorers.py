"""What an answer of a text or JSON task is worth beside what was expected, from 0 to 1; ``scorer_sql.py`` says the same as SQL."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from regrade.config import Config
from regrade.config_scorers import Scorer, steps
from regrade.log.results import as_json, is_right, json_form, label_text

BLANKS = "[ \\t\\n\\v\\f\\r]+"
PUNCTUATION = r"[!-/:-@\[-`{-~]"
NUMERAL = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?"
ENDS = "^[ \"'`(]+|[ \"'`.,;:!?)]+$"
SLACK = 1e-9
"""What rounding may take from a value that reaches its threshold."""
_BLANKS, _PUNCTUATION, _NUMERAL, _ENDS = (re.compile(each) for each in (BLANKS, PUNCTUATION, NUMERAL, ENDS))
_MISSING = object()

Right = Callable[[Any, Any], bool | None]
"""Takes expected and prediction; None where nothing is expected, nothing was predicted, or they do not fit the task."""


def right_rule(config: Config) -> Right:
    """Return what decides whether an answer is right: the first scorer of the task where it has some, else the kind's own rule.

    A scorer that is a function cannot be said here: the kind's own rule stands in for it.
    """
    scorer = next(iter(config.task_scorers.values()), None)
    if scorer is None or scorer.kind == "function":
        return partial(is_right, config.task.kind, config.task.tolerance)
    return partial(_reaches, scorer)


def _reaches(scorer: Scorer, expected: Any, prediction: Any) -> bool | None:
    return reaches(scorer, value(scorer, expected, prediction))


def reaches(scorer: Scorer, worth: float | None) -> bool | None:
    """Return whether a value is one of a right answer; None for none."""
    return None if worth is None else worth >= scorer.threshold - SLACK


def value(scorer: Scorer, expected: Any, prediction: Any) -> float | None:
    """Return what a prediction is worth; None where nothing is expected, nothing was predicted, or expected is not of that kind.

    Parameters
    ----------
    scorer : Scorer
        Of any kind but ``function``.
    expected, prediction : JSON values
    """
    if expected is None or prediction is None:
        return None
    found: bool | float | None = _VALUES[str(scorer.kind)](scorer, expected, prediction)
    return None if found is None else float(found)


def text_of(value: Any) -> str:
    """Return a value as the text that is compared: lists and objects as JSON."""
    return str(label_text(value)) if isinstance(value, (str, bool, int, float)) else json_form(value)


def lower(text: str) -> str:
    """Return text in lower case, each character by itself, as SQL has it: no final sigma, no dot above an i."""
    return "".join(map(_lower_one, text)) if "Σ" in text or "İ" in text else text.lower()


def _lower_one(character: str) -> str:
    return "i" if character == "İ" else character.lower()


def one_spaced(text: str) -> str:
    """Return text with one blank for every run of blanks, tabs and line ends, and none at either end."""
    return _BLANKS.sub(" ", text).strip(" ")


def normalised(text: str) -> str:
    """Return text in NFC, in lower case, one-spaced, without quotes at either end and without full stops and the like at its end."""
    return _ENDS.sub("", one_spaced(lower(unicodedata.normalize("NFC", text))))


def tokens(text: str) -> list[str]:
    """Return the words of a text: in NFC and lower case, without ASCII punctuation, parted by blanks."""
    return [each for each in one_spaced(_PUNCTUATION.sub("", lower(unicodedata.normalize("NFC", text)))).split(" ") if each]


def number(value: Any) -> float | None:
    """Return a finite number, also where it is written as text with blanks around it; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str) and not _NUMERAL.fullmatch(value := one_spaced(value)):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if abs(found) < float("inf") else None


def _exact(scorer: Scorer, expected: Any, prediction: Any) -> bool:
    wanted, got = text_of(expected), text_of(prediction)
    return lower(wanted) == lower(got) if scorer.ignore_case else wanted == got


def _normalised(_: Scorer, expected: Any, prediction: Any) -> bool:
    return normalised(text_of(expected)) == normalised(text_of(prediction))


def _contains(scorer: Scorer, expected: Any, prediction: Any) -> bool:
    wanted, got = one_spaced(text_of(expected)), one_spaced(text_of(prediction))
    if scorer.ignore_case:
        wanted, got = lower(wanted), lower(got)
    return wanted in got if wanted else not got  # an empty text is in every text


def _regex(scorer: Scorer, expected: Any, prediction: Any) -> bool | None:
    """RE2, as DuckDB has it: no pattern takes longer than the text is long."""
    import pyarrow as pa
    import pyarrow.compute as pc

    pattern = text_of(expected) if scorer.pattern is None else scorer.pattern
    try:
        return bool(pc.match_substring_regex(pa.scalar(text_of(prediction)), pattern, ignore_case=scorer.ignore_case).as_py())
    except pa.ArrowInvalid:  # what was expected is no pattern
        return None


def _numeric(scorer: Scorer, expected: Any, prediction: Any) -> bool | None:
    wanted, got = number(expected), number(prediction)
    if wanted is None:
        return None
    if got is None:
        return False
    allowed = max(scorer.tolerance, scorer.relative * abs(wanted))
    return abs(wanted - got) <= allowed + 1e-12 * max(abs(wanted), abs(got))


def _json(_: Scorer, expected: Any, prediction: Any) -> bool:
    return json_form(as_json(expected)) == json_form(as_json(prediction))


def _json_path(scorer: Scorer, expected: Any, prediction: Any) -> float | None:
    """The share of the fields that are equal; None where what is expected has none of them."""
    paths = [steps(each) or () for each in scorer.fields]
    wanted, got = as_json(expected), as_json(prediction)
    asked = [_at(wanted, path) for path in paths]
    if all(each is _MISSING for each in asked):
        return None
    same = [_alike(each, _at(got, path)) for each, path in zip(asked, paths, strict=True)]
    return sum(same) / len(same)


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        if isinstance(step, str):
            value = value.get(step, _MISSING) if isinstance(value, dict) else _MISSING
        else:
            value = value[step] if isinstance(value, list) and step < len(value) else _MISSING
    return value


def _alike(one: Any, other: Any) -> bool:
    if one is _MISSING or other is _MISSING:
        return one is other
    return json_form(one) == json_form(other)


def _token_f1(_: Scorer, expected: Any, prediction: Any) -> float:
    """2 · precision · recall / (precision + recall) over words, as of SQuAD (Rajpurkar and others 2016), articles kept."""
    wanted, got = Counter(tokens(text_of(expected))), Counter(tokens(text_of(prediction)))
    if not wanted or not got:
        return float(wanted == got)
    return 2 * (wanted & got).total() / (wanted.total() + got.total())


_VALUES: dict[str, Callable[[Scorer, Any, Any], bool | float | None]] = {
    "exact": _exact,
    "normalised": _normalised,
    "contains": _contains,
    "regex": _regex,
    "numeric": _numeric,
    "json": _json,
    "json_path": _json_path,
    "token_f1": _token_f1,
}
