"""Write the commented ``regrade.toml`` of a new workspace."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from regrade.expressions import quote_identifier
from regrade.log.query import BUILT_IN

if TYPE_CHECKING:
    from regrade.log.sniffer import Sniffed

_PLAIN = re.compile(r"[^\W\d]\w*")


def to_toml(sniffed: Sniffed, root: Path | None = None) -> str:
    """Return the file's text: what was found is set, everything else stands as a comment with its default."""
    return "\n".join([*_task(sniffed), *_log(sniffed, root), *_rest(sniffed)]) + "\n"


def quote(text: str) -> str:
    """Return ``text`` as a TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _line(key: str, value: str | None, comment: str, example: str = "") -> str:
    """A setting, or its example as a comment."""
    written = f"{key} = {value}" if value is not None else f"# {key} = {example}"
    return f"{written:<36} # {comment}"


def _task(sniffed: Sniffed) -> list[str]:
    positive = quote(sniffed.positive) if sniffed.positive is not None else None
    tolerance = f"{sniffed.tolerance!r}" if sniffed.task == "regression" else None
    return [
        "# What regrade does in this folder. Every key has a default; an unknown key is an error.",
        "",
        "[task]",
        _line("kind", quote(sniffed.task), "classification, regression, text or json"),
        _line("positive", positive, "the class that the score is of", '"late"'),
        _line("tolerance", tolerance, "regression: how far off still counts as right", "0.0"),
    ]


def _log(sniffed: Sniffed, root: Path | None) -> list[str]:
    roles = {role: quote(column) for role, column in sniffed.roles.items()}
    scores = (
        quote(sniffed.scores)
        if isinstance(sniffed.scores, str)
        else (
            "{ " + ", ".join(f"{quote(name)} = {quote(column)}" for name, column in sniffed.scores.items()) + " }"
            if sniffed.scores
            else None
        )
    )
    paths = "[" + ", ".join(quote(_relative(each, root)) for each in sniffed.in_place) + "]" if sniffed.in_place else None
    key = "[" + ", ".join(map(quote, sniffed.key)) + "]" if sniffed.key else None
    deployed = quote(sniffed.deployed) if sniffed.deployed is not None else None
    ignore = "[" + ", ".join(map(quote, sniffed.ignore)) + "]" if sniffed.ignore else None
    return [
        "",
        "[log]                                # which column is what; a column that is not named is an input",
        _line("paths", paths, "Parquet that is read in place; `log add` imports everything else", '["logs/*.parquet"]'),
        _line("id", roles.get("id"), "names each prediction", '"id"'),
        _line("key", key, "columns that name it together, instead of the id", '["id", "model"]'),
        _line("time", roles.get("time"), "when it was predicted", '"time"'),
        _line("model", roles.get("model"), "the name of the model that answered", '"model"'),
        _line("deployed", deployed, "which of them production runs, where its shadows are logged too", '"prod-1"'),
        _line("prediction", roles.get("prediction"), "what it answered", '"prediction"'),
        _line("score", roles.get("score"), "its probability of task.positive", '"p_late"'),
        _line("scores", scores, "the probability of each class, or one column of objects", '{ late = "p_late", on_time = "p_on_time" }'),
        _line("outcome", roles.get("outcome"), "what turned out to be true; may be empty", '"outcome"'),
        _line("feedback", roles.get("feedback"), "what users said, where there is no outcome", '"thumb"'),
        _line("text", roles.get("text"), "an input that is prose", '"text"'),
        _line("ignore", ignore, "known only afterwards: never shown to a candidate", '["arrival_delay"]'),
    ]


def _relative(path: Path, root: Path | None) -> str:
    base = root.absolute() if root else None
    return str(path.relative_to(base)) if base and path.is_relative_to(base) else str(path)


def _in_expressions(column: str) -> str:
    """How an expression names a column of the log."""
    if column.lower() in BUILT_IN:
        return f"log.{column}"
    return column if _PLAIN.fullmatch(column) else quote_identifier(column)


def _failure(sniffed: Sniffed, when: str) -> list[str]:
    """What counts as a failure: a default for each task, and the values of feedback where they need saying."""
    feedback = "feedback" in sniffed.roles
    negative = "[" + ", ".join(quote(each) if isinstance(each, str) else str(each) for each in sniffed.negative) + "]"
    return [
        f"{'[failure]' if sniffed.negative else '# [failure]':<36} # what counts as a failure",
        f"# when = {quote(when)}",
        *([_line("negative", negative if sniffed.negative else None, "feedback that says wrong", '["down", -1]')] if feedback else []),
        *([_line("positive", None, "feedback that says right", '["up", 1]')] if feedback else []),
    ]


def _rest(sniffed: Sniffed) -> list[str]:
    prediction, outcome = sniffed.roles["prediction"], sniffed.roles.get("outcome", "outcome")
    prediction, outcome = _in_expressions(prediction), _in_expressions(outcome)
    when = f"abs({prediction} - {outcome}) > {sniffed.tolerance!r}" if sniffed.task == "regression" else f"{prediction} <> {outcome}"
    return [
        "",
        *_failure(sniffed, when),
        "",
        "# Models to be judged; `logged`, what production answered, is always there.",
        "# [candidates.prod]",
        '# model = "models/prod.skops"        # or .onnx; .joblib and .pkl, which are code: `regrade trust prod`',
        "# threshold = 0.4                    # of the positive class; changing it asks the model nothing again",
        "# [candidates.rules]",
        '# python = "rules:predict"           # frame in, predictions out',
        "# [candidates.llm]",
        '# command = ["./ask"]                # JSON lines in, JSON lines out; or url = "http://…"',
        '# version = "1"                      # of what answers; without it no answer is kept',
        "# [candidates.other]",
        '# predictions = "other.parquet"      # answers in a file, joined by key',
        "",
        "# [metrics]",
        '# primary = "accuracy"               # what a verdict rests on',
        '# show = ["log_loss", "roc_auc", "f1"]',
        "",
        "# [slices]                           # parts of the eval set that get rows of their own",
        '# evening = "hour >= 18"',
        "",
        "# [views.evening_misses]             # a filter and an order that everybody has: V in the app, --view NAME",
        "# where = \"hour >= 18 and result = 'wrong'\"",
        '# sort = "-time"                     # a column, descending with "-"; default: newest first',
        "",
        "# [business]                         # what a prediction is worth",
        '# currency = "USD"',
        f"# value = {quote('case when prediction = expected then 0 else -10 end')}",
        "# per_month = 2_000_000",
        "",
        "[gate]",
        _line("champion", quote("logged"), "what production runs; name your model here once it is a candidate"),
        "# margin = 0.01                      # so much worse on the primary metric is still a pass",
        "# alpha = 0.05",
        '# pinned = "never-regress"           # or "report"',
        '# inconclusive = "warn"              # or "fail"',
        '# disputed = "exclude"               # or "fail"',
        "# max_errors = 0",
        "# resamples = 10_000",
        '# cluster = "day"                    # rows with one value of it belong together',
        "# [gate.slices.evening]",
        "# margin = 0.02",
        "",
        "# [sample]",
        '# salt = "regrade"                   # the same salt draws the same predictions for everybody',
        "",
        "# [privacy]                          # before a candidate sees it, and before git keeps it: docs/privacy.md",
        '# drop = ["customer_name"]           # gone',
        '# hash = ["customer_id"]             # equal values stay equal; needs the team\'s key',
        '# key_env = "REGRADE_PRIVACY_KEY"    # the environment variable that holds it',
        '# check = "0a1b2c3d"                 # tells that key from others: regrade prints the line to add',
        "",
        "# [cost]",
        "# per_hour = 0.0                     # of one candidate's process, in the currency",
    ]
