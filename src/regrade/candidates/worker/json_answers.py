"""Answers that came as JSON, each read on its own: prediction, scores, error, tokens, cost."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any


class Answers:
    """What is known of ``n`` rows so far; a row has an answer, an error, or neither yet."""

    def __init__(self, n: int, positive: str | None, fields: Sequence[str] = ()) -> None:
        self.values: list[Any] = [None] * n
        self.scores: list[dict[str, float] | None] = [None] * n
        self.errors: dict[int, tuple[str, bool]] = {}
        self.done = [False] * n
        self.tokens = self.cost = 0.0
        self.calls = 0
        self.stop = ""
        """Why nothing more should be asked; empty where more may be."""
        self.beside: dict[int, dict[str, Any]] = {}
        """Row to what its answer has of ``fields``, for those that have one."""
        self._fields = fields
        self._positive = positive

    def fail(self, row: int, text: str, *, certain: bool = False) -> None:
        """Say why a row has no answer; ``certain``: asking again would say the same."""
        self.errors[row], self.done[row] = (text, certain), True

    def take(self, row: int, entry: Any) -> None:
        """Read the answer of a row: an object with ``prediction`` or ``error``. One that cannot be read is an error of the row."""
        try:
            self.values[row], self.scores[row] = self._read(entry)
            if self._fields:
                self.beside[row] = {name: entry[name] for name in self._fields if name in entry}
            self.done[row] = True
        except OverflowError:
            self.fail(row, "a number in its answer is beyond all floats")
        except ValueError as error:
            self.fail(row, str(error))

    def _read(self, entry: Any) -> tuple[Any, dict[str, float] | None]:
        if not isinstance(entry, dict):
            raise ValueError(f"its answer is no object: {shown(entry)}")
        self.tokens += _amount(entry, "tokens")
        self.cost += _amount(entry, "cost")
        if entry.get("error") not in (None, ""):
            raise ValueError(f"it says: {entry['error'] if isinstance(entry['error'], str) else shown(entry['error'])}"[:600])
        if "prediction" not in entry:
            there = ", ".join(repr(str(name)[:40]) for name in list(entry)[:8] if name != "id")
            raise ValueError("its answer has no 'prediction'" + (f", it has {there}" if there else ""))
        scores = entry.get("scores")
        if scores is None and entry.get("score") is not None and self._positive is not None:
            scores = {self._positive: entry["score"]}
        if scores is None:
            return entry["prediction"], None
        if not isinstance(scores, dict) or not scores:
            raise ValueError(f"its scores are no object of class and probability: {shown(scores)}")
        if any(isinstance(each, bool) or not isinstance(each, (int, float)) for each in scores.values()):
            raise ValueError(f"its scores are no numbers: {shown(scores)}")
        return entry["prediction"], {name: float(each) for name, each in scores.items()}

    def header(self) -> dict[str, Any]:
        """Return the message to regrade."""
        errors = [[row, text, certain] for row, (text, certain) in sorted(self.errors.items())]
        header = {"ok": True, "n": len(self.values), "values": self.values, "scores": self.scores, "errors": errors}
        return {**header, "calls": self.calls, "tokens": round(self.tokens), "cost": self.cost, "stop": self.stop}


def _amount(entry: dict[str, Any], name: str) -> float:
    value = entry.get(name)
    if value is None:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
        raise ValueError(f"its {name} are no amount: {shown(value)}")
    return float(value)


def parse(text: bytes) -> Any:
    """Return what JSON text says. Raises ValueError, for a name that stands twice in one object too."""
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands there twice")
    return found


def shown(value: Any, limit: int = 160) -> str:
    """Return the beginning of what came instead of an answer."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else repr(value)
    return text[:limit] + ("…" if len(text) > limit else "")
