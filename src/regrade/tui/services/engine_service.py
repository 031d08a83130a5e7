"""The only owner of the engine: asks it for the scoreboard and for answers, one question of each kind at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import msgspec
from textual.message import Message

from regrade.safe_text import safe_text
from regrade.tui.services.lane import Post
from regrade.tui.widgets.detail_lines import Answer


class Client(Protocol):
    """What the service needs of :class:`regrade.engine.client.EngineClient`."""

    def start(self) -> None:
        """Start the engine."""

    def close(self) -> None:
        """End it."""

    def request(self, op: str, **params: Any) -> int:
        """Ask, and return the number that the answer will have."""
        ...


@dataclass
class BoardReady(Message):
    """The engine scored every candidate."""

    board: Mapping[str, Any]


@dataclass
class EngineSaid(Message):
    """How far the engine is, or what is wrong with it.

    Attributes
    ----------
    trouble : bool
        Whether a person should know, even if they look elsewhere.
    """

    text: str
    trouble: bool = False


@dataclass
class AnswersReady(Message):
    """What the candidates say of one prediction."""

    key: str
    answers: tuple[Answer, ...]
    error: str = ""


class EngineService:
    """The engine behind the screen.

    Parameters
    ----------
    make : callable, optional
        Makes the client out of the workspace and the function that takes its messages; tests give their own.
    """

    def __init__(self, root: Path, post: Post, make: Callable[[Path, Callable[[dict[str, Any]], None]], Client] | None = None) -> None:
        self._root, self._post, self._make = root, post, make
        self._client: Client | None = None
        self._board_id = self._answers_id = 0
        self._board_again = False
        self._asked: tuple[str, Any, Mapping[str, str]] | None = None
        self._waiting: tuple[str, Any, Mapping[str, str]] | None = None
        self._known: dict[str, tuple[Answer, ...]] = {}

    def start(self) -> None:
        """Start the engine, and ask for the first scoreboard."""
        if self._client is None:
            self._client = self._make_client()
            self._client.start()
        self.score()

    def _make_client(self) -> Client:
        if self._make is not None:
            return self._make(self._root, self._hear)
        from regrade.engine.client import EngineClient

        return EngineClient(self._root, self._hear)

    def close(self) -> None:
        """End the engine."""
        if self._client is not None:
            self._client.close()

    def score(self) -> None:
        """Ask for the scoreboard; while an answer is on its way, one more question is remembered, not a queue of them."""
        if self._client is None:
            return
        self._known.clear()
        if self._board_id:
            self._board_again = True
        else:
            self._board_id = self._client.request("scoreboard")

    def known_answers(self, key: str) -> tuple[Answer, ...] | None:
        """Return answers that were given before, unless something changed since."""
        return self._known.get(key)

    def ask(self, key: str, content: Any, schemas: Mapping[str, str]) -> None:
        """Ask every candidate about one prediction; of several asked in a hurry only the last is answered."""
        if self._client is None:
            return
        self._waiting = (key, content, schemas)
        if not self._answers_id:
            self._send_waiting()

    def _send_waiting(self) -> None:
        if self._waiting is not None and self._client is not None:
            self._asked, self._waiting = self._waiting, None
            key, content, schemas = self._asked
            self._answers_id = self._client.request("answers", key=key, content=msgspec.to_builtins(content), schemas=dict(schemas))

    # --- what it says; `_hear` runs in the client's thread, `handle` in the app's ----------------------------------------

    def _hear(self, message: dict[str, Any]) -> None:
        self._post(Heard(message))

    def handle(self, message: Mapping[str, Any]) -> Message | None:
        """Take one message of the engine; return what to tell the screen."""
        event = message.get("event")
        if event == "progress":
            done, total = message.get("done") or 0, message.get("total") or 0
            return EngineSaid(f"scoring {safe_text(message.get('candidate'), 40)} {done:,} of {total:,}")
        if event == "notice":
            return EngineSaid(safe_text(message.get("what"), 300), trouble=True)
        if event == "exited":
            hint = message.get("hint")
            return EngineSaid(safe_text(message.get("what"), 300) + (f"; {safe_text(hint, 200)}" if hint else ""), trouble=True)
        number = message.get("id")
        if number is not None and number == self._board_id:
            return self._board(message)
        if number is not None and number == self._answers_id:
            return self._answers(message)
        return None

    def _board(self, message: Mapping[str, Any]) -> Message:
        self._board_id = 0
        if self._board_again:
            self._board_again = False
            self.score()
        if message.get("ok"):
            return BoardReady(message["result"])
        return EngineSaid(_error_text(message), trouble=True)

    def _answers(self, message: Mapping[str, Any]) -> Message:
        self._answers_id = 0
        key = self._asked[0] if self._asked else ""
        self._send_waiting()
        if not message.get("ok"):
            return AnswersReady(key, (), _error_text(message))
        answers = tuple(
            Answer(str(each["name"]), each.get("prediction"), each.get("score"), each.get("right"), each.get("flip"), each.get("error"))
            for each in message["result"]["answers"]
        )
        if len(self._known) > 500:
            self._known.clear()
        self._known[key] = answers
        return AnswersReady(key, answers)


@dataclass
class Heard(Message):
    """A message of the engine, on its way from the client's thread to the app's."""

    message: dict[str, Any]


def _error_text(message: Mapping[str, Any]) -> str:
    error = message.get("error") or {}
    where = f"{error['where']}: " if error.get("where") else ""
    hint = f" ({error['hint']})" if error.get("hint") else ""
    return safe_text(f"{where}{error.get('what', 'the engine did not answer')}{hint}", 400)
