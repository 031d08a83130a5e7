"""From the columns of a file to examples: what is expected, where they come from, how they are weighed; every fault with its line."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa

from regrade.errors import UsageError
from regrade.evalset import UNSET, Added, slug
from regrade.evalset.add_drafts import ADDED_AS
from regrade.evalset.drafts import PARTITIONS
from regrade.log.content import JSON, Content, canonical, content_hash
from regrade.log.readers.csv import CsvSource
from regrade.log.results import label_text, normal
from regrade.workspace.exchange.columns import LABELS, Columns, Options
from regrade.workspace.exchange.plain import Misfit, read, show
from regrade.workspace.exchange.types import FileTypes

if TYPE_CHECKING:
    from regrade.workspace.exchange.incoming import Incoming
    from regrade.workspace.facade import Workspace

_TRUTH = {"true": True, "false": False}
_PLAIN_TIMES = (pa.timestamp("us"), pa.timestamp("us", "UTC"))


class Rows:
    """Makes the examples of one file.

    Parameters
    ----------
    inputs, schemas : list, length n_rows
        Encoded inputs of each row, and the hash of their schema.
    """

    def __init__(
        self,
        workspace: Workspace,
        incoming: Incoming,
        columns: Columns,
        options: Options,
        types: FileTypes,
        inputs: Sequence[dict[str, JSON]],
        schemas: Sequence[str],
    ) -> None:
        self._workspace, self._incoming, self._columns, self._options = workspace, incoming, columns, options
        self._config = workspace.config
        self._inputs, self._schemas = inputs, schemas
        self._roles = {role: self._values(role, column, types) for role, column in columns.roles.items()}
        self._scores = {name: self._numbers(column) for name, column in columns.scores.items()}
        self._score = self._numbers(columns.roles["score"]) if "score" in columns.roles else None
        self._keys = [incoming.values(column) for column in columns.key]
        self._other = self._other_class() if self._score is not None else None

    def make(self) -> list[Added]:
        """Return an example a row; what is wrong with one is noted in the file's problems."""
        return [self._make(row) for row in range(len(self._incoming))]

    def _get(self, role: str, row: int) -> Any:
        values = self._roles.get(role)
        return None if values is None else values[row]

    def _make(self, row: int) -> Added:
        outcome = self._get("outcome", row)
        content = Content(
            inputs=self._inputs[row],
            schema=self._schemas[row],
            outcome=outcome,
            prediction=self._get("prediction", row),
            scores=self._scores_of(row),
            time=self._text("time", row),
            model=self._text("model", row),
            source=self._text("source", row) if "source" in self._roles else self._incoming.name,
        )
        origins, probability = self._origins(row)
        return Added(
            key=self._key(row) or "x-" + content_hash(self._config.task.kind, content),
            content=content,
            origin=origins[0],
            also=tuple(origins[1:]),
            expected=self._expected(row, outcome),
            mode=self._mode(row),
            pinned=self._pinned(row),
            partition=self._partition(row),
            probability=probability,
        )

    # --- labels ---

    def _values(self, role: str, column: str, types: FileTypes) -> list[JSON]:
        """Return a column as JSON values: labels of the type that the log gives them, or that all of the file fits."""
        incoming, workspace = self._incoming, self._workspace
        if role not in LABELS:
            return incoming.values(column)
        kind = None
        if not self._columns.is_export and self._config.task.kind != "json":
            logged = self._config.log.outcome or self._config.log.prediction
            if workspace.has_log and logged:
                kind = types.arrow({column: next(each.type for each in workspace.log.columns if each.name == logged)})[column]
            elif isinstance(incoming.source, CsvSource):  # all is text there, until all of it is something else
                kind = types.of([column])[column]
        values = incoming.values(column) if kind is None else incoming.typed(column, kind, range(len(incoming)))
        for row, value in enumerate(values):
            self._check_label(role, row, value)
        return values

    def _nested(self, role: str, row: int) -> JSON:
        """Return a list or an object, which CSV holds as text."""
        value = self._get(role, row)
        if not isinstance(value, str):
            return value
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError:
            self._bad(row, role, value, "JSON")
            return None

    def _check_label(self, role: str, row: int, value: JSON) -> None:
        kind = self._config.task.kind
        expected = ""
        if kind == "regression" and value is not None and normal(kind, value) is None:
            expected = "a finite number"
        elif kind == "classification" and isinstance(value, (dict, list)):
            expected = "a class"
        elif kind == "text" and value is not None and not isinstance(value, str):
            expected = "text"
        elif isinstance(value, int) and not -(2**63) <= value < 2**64:
            expected = "a number of 64 bits"
        if expected:
            self._bad(row, role, value, expected)

    def _expected(self, row: int, outcome: JSON) -> Any:
        several = self._nested("expected_values", row)
        if isinstance(several, list) and len(several) > 1:
            self._bad(row, "expected_values", " | ".join(map(str, several)), "one value: resolve the dispute first, or take the line out")
        elif isinstance(several, list) and len(several) == 1:
            return several[0]
        value = self._get("expected", row)
        if value is None or ("outcome" in self._roles and canonical(value) == canonical(outcome)):
            return UNSET
        return value

    # --- what production said ---

    def _numbers(self, column: str) -> list[JSON]:
        return self._incoming.typed(column, pa.float64(), range(len(self._incoming)))

    def _scores_of(self, row: int) -> dict[str, float] | None:
        kept = self._nested("scores", row)
        if isinstance(kept, dict) and all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in kept.values()):
            return {name: float(each) for name, each in kept.items()} or None
        if kept is not None:
            self._bad(row, "scores", kept, "an object of class and probability")
        given = {name: values[row] for name, values in self._scores.items()}
        if given:
            return {name: value for name, value in given.items() if isinstance(value, float)} or None
        value, positive = self._score[row] if self._score else None, self._config.task.positive
        if not isinstance(value, float) or positive is None:
            return None
        return {positive: value, **({self._other: 1.0 - value} if self._other else {})}

    def _other_class(self) -> str | None:
        """Return the other class of two, which has the rest of the score."""
        classes = set(self._workspace.log.classes() or ()) if self._workspace.has_log else set()
        for role in LABELS if not classes else ():
            classes |= {str(label_text(each)) for each in self._roles.get(role, ()) if isinstance(each, (str, bool, int, float))}
        others = classes - {self._config.task.positive}
        return others.pop() if len(others) == 1 and len(classes) == 2 else None

    def _text(self, role: str, row: int) -> str | None:
        value = self._get(role, row)
        if value is None:
            return None
        text = value if isinstance(value, str) else str(label_text(value))
        if role != "time" or self._columns.is_export:
            return text
        for kind in _PLAIN_TIMES:
            try:
                return str(show(read(text, kind), kind))
            except Misfit:
                continue
        return text

    # --- what is said of it ---

    def _key(self, row: int) -> str:
        """Return the key as the log would spell it; empty: the content makes it."""
        parts = []
        for column, values in zip(self._columns.key, self._keys, strict=True):
            value = values[row]
            if isinstance(value, (float, list, dict, bool)):
                self._bad(row, column, value, "a key: text, or a whole number")
            elif value is None or value == "":
                self._incoming.bad(row, f"{column}: is empty, expected the key of an example")
            parts.append(str(value))
        return "|".join(parts)

    def _origins(self, row: int) -> tuple[list[str], float | None]:
        several = self._nested("origins", row)
        one = self._get("origin", row)
        origins = [
            str(each) for each in (several if isinstance(several, list) and several else [one if one is not None else self._options.origin])
        ]
        for each in origins:
            if each not in ADDED_AS:
                self._bad(row, "origin", each, ", ".join(ADDED_AS[:-1]) + f" or {ADDED_AS[-1]}")
                return [self._options.origin], None
        weight = self._weight(row)
        if "sampled" not in origins:
            if weight not in (None, 1.0):
                self._bad(row, "weight", weight, "none, or 1: it was not sampled")
            return origins, None
        if weight is None:
            self._incoming.bad(row, "weight: is empty, expected the weight of a sampled example (1 / its probability)")
            return origins, None
        origins.remove("sampled")
        return ["sampled", *origins], _probability(weight)

    def _weight(self, row: int) -> float | None:
        value = self._get("weight", row)
        try:
            weight = None if value is None else float(value) if not isinstance(value, bool) else math.nan
        except (TypeError, ValueError):
            weight = math.nan
        if weight is not None and not 1.0 <= weight < math.inf:
            self._bad(row, "weight", value, "a number, 1 or more")
            return 1.0
        return weight

    def _mode(self, row: int) -> str | None:
        if self._columns.fixed_mode is not None:
            return self._columns.fixed_mode
        id, name = self._get("mode", row), self._get("mode_name", row)
        known = isinstance(id, str) and self._workspace.evalset.state.book.get(id) is not None
        mode = id if name is None or known else name
        if mode is None or mode == "":
            return None
        try:
            slug(mode)
        except (UsageError, TypeError):
            self._bad(row, "mode", mode, "the name of a failure mode")
        return str(mode)

    def _pinned(self, row: int) -> bool:
        value = self._get("pinned", row)
        found = value if isinstance(value, bool) or value is None else _TRUTH.get(str(value).lower())
        if found is None and value is not None:
            self._bad(row, "pinned", value, "true or false")
        return bool(found) or self._options.pinned

    def _partition(self, row: int) -> str | None:
        value = self._get("partition", row)
        if value is not None and value not in PARTITIONS:
            self._bad(row, "partition", value, " or ".join(PARTITIONS))
            return None
        return value if value is None else str(value)

    def _bad(self, row: int, role: str, value: object, expected: str) -> None:
        shown = re.sub(r"\s+", " ", str(value))
        self._incoming.bad(row, f"{self._columns.roles.get(role, role)}: {shown[:60]}{'…' if len(shown) > 60 else ''}, expected {expected}")


def _probability(weight: float) -> float:
    """Return the probability of which ``weight`` is the inverse, to the last digit."""
    low = high = found = 1.0 / weight
    for _ in range(4):
        for each in (low, high):
            if each <= 1.0 and 1.0 / each == weight:
                return each
        low, high = math.nextafter(low, 0.0), math.nextafter(high, 2.0)
    return found
