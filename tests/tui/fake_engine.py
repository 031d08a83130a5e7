"""An engine that answers from a script, in the app's own process; imported by apps that tests start, so it imports nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def board_row(name: str, passed: int, total: int, *, champion: bool = False, value: float = 0.75, **more: Any) -> dict[str, Any]:
    """Return one row of a scoreboard."""
    return {
        "name": name,
        "champion": champion,
        "estimate": {"value": value, "low": value - 0.05, "high": value + 0.05, "n": 300},
        "delta": None if champion else {"value": value - 0.75, "low": value - 0.8, "high": value - 0.7, "n": 300},
        "known": {"passed": passed, "total": total},
        "pinned": {"passed": 0, "total": 0},
        "fixed": 0 if champion else passed,
        "broken": 0,
        "errors": 0,
        "error": None,
        **more,
    }


class FakeEngine:
    """An engine that knows one better candidate; counts what it was asked."""

    made: list[FakeEngine] = []

    def __init__(self, root: Path, hear: Callable[[dict[str, Any]], None]) -> None:
        self.hear = hear
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.closed = False
        self.mute = False
        self.known = 10
        self.results: dict[str, dict[str, Any]] = {}
        FakeEngine.made.append(self)

    def start(self) -> None:
        """Nothing to start."""

    def close(self) -> None:
        """Remember that it was ended."""
        self.closed = True

    def count(self, op: str) -> int:
        """Return how often it was asked this."""
        return sum(1 for each, _ in self.asked if each == op)

    def request(self, op: str, **params: Any) -> int:
        """Answer at once, by message as the real one does."""
        self.asked.append((op, params))
        number = len(self.asked)
        if not self.mute and op != "cancel":
            result = self.result(op, params)
            self.hear({"id": number, "ok": bool(result), "result": result, "error": {"what": f"this engine knows no {op}"}})
        return number

    def result(self, op: str, params: dict[str, Any]) -> dict[str, Any]:
        """Return what it answers."""
        if op in self.results:
            return self.results[op]
        return self.board() if op == "scoreboard" else self.answers(params["key"]) if op == "answers" else {}

    def board(self) -> dict[str, Any]:
        """Return a scoreboard that is better each time."""
        self.known += 1
        rows = [board_row("logged", 0, self.known, champion=True), board_row("better", self.known, self.known, value=0.79)]
        return {"version": "8a9d17c", "examples": 400 + self.known, "sampled": 300, "primary": "accuracy", "rows": rows}

    def answers(self, key: str) -> dict[str, Any]:
        """Return answers about one prediction."""
        given = [
            {"name": "logged", "prediction": "on_time", "score": 0.3, "right": False, "flip": None, "error": None},
            {"name": "better", "prediction": "late", "score": 0.7, "right": True, "flip": "fixed", "error": None},
        ]
        return {"key": key, "answers": given}
