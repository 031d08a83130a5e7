"""The only owner of the engine: asks it for the scoreboard and for answers, one question of each kind at a time."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec
from textual.message import Message

from regrade.safe_text import safe_text
from regrade.tui.services.engine_messages import AnswersReady, BoardDone, BoardReady, Comparing, EngineSaid, Heard, Replayed, Scoring
from regrade.tui.services.lane import Post
from regrade.tui.widgets.detail_lines import Answer
from regrade.tui.widgets.progress_lines import Progress


class Client(Protocol):
    """What the service needs of :class:`regrade.engine.client.EngineClient`."""

    def start(self) -> None:
        """Start the engine."""

    def close(self) -> None:
        """End it."""

    def request(self, op: str, **params: Any) -> int:
        """Ask, and return the number that the answer will have."""
        ...


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
        self._board_again = self._lost_before = False
        self._stopped_id = 0
        self._round = self._asked_in = 0
        """How often scores were asked for, now and when the answers on their way were: those from before are not kept."""
        self._asked: tuple[str, Any, Mapping[str, str]] | None = None
        self._waiting: tuple[str, Any, Mapping[str, str]] | None = None
        self._known: dict[str, tuple[Answer, ...]] = {}
        self.board: Mapping[str, Any] = {}
        """The newest scoreboard; empty before there is one."""
        self._replies: dict[int, Callable[[Mapping[str, Any], str], Message]] = {}

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
        self._round += 1
        if self._board_id:
            self._board_again = True
        else:
            self._board_id = self._client.request("scoreboard")

    def stop_scoring(self) -> bool:
        """Stop what is being scored; what is known by then comes as :class:`BoardReady`. Return whether there was anything to stop."""
        if self._client is None or not self._board_id or self._stopped_id == self._board_id:
            return False
        self._stopped_id, self._board_again = self._board_id, False
        self._client.request("cancel", of=self._board_id)
        return True

    def request(self, op: str, reply: Callable[[Mapping[str, Any], str], Message], **params: Any) -> int:
        """Ask for something else, and return its number, 0 without an engine; ``reply`` makes a message of what comes, or of why not."""
        if self._client is None:
            return 0
        number = self._client.request(op, **params)
        self._replies[number] = reply
        return number

    def cancel(self, number: int) -> None:
        """Stop what was asked by :meth:`request`; its reply says so."""
        if self._client is not None and number in self._replies:
            self._client.request("cancel", of=number)

    @property
    def scoring(self) -> bool:
        """Whether candidates are being asked."""
        return bool(self._board_id)

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

    def foresee(self, examples: Sequence[tuple[str, Any]], schemas: Mapping[str, str]) -> None:
        """Say what will probably be promoted next, key and content, in place of what was said before; from any thread."""
        if self._client is not None:
            self._client.request("ahead", examples=msgspec.to_builtins(examples), schemas=dict(schemas))

    def _send_waiting(self) -> None:
        if self._waiting is not None and self._client is not None:
            self._asked, self._waiting, self._asked_in = self._waiting, None, self._round
            key, content, schemas = self._asked
            self._answers_id = self._client.request("answers", key=key, content=msgspec.to_builtins(content), schemas=dict(schemas))

    # --- what it says; `_hear` runs in the client's thread, `handle` in the app's ----------------------------------------

    def _hear(self, message: dict[str, Any]) -> None:
        self._post(Heard(message))

    def handle(self, message: Mapping[str, Any]) -> Message | None:
        """Take one message of the engine; return what to tell the screen."""
        event = message.get("event")
        if event == "progress" and message.get("op") == "compare":
            return Comparing(Progress.read(message))
        if event == "progress":
            return Scoring(Progress.read(message)) if self._board_id else None
        if event == "board":
            return BoardDone(message["result"]) if self._board_id else None
        if event == "replay":
            rate, n = message.get("rate"), message.get("n") or 0
            text = f"reproduces {rate:.1%} of {n:,}" if isinstance(rate, float | int) else ""
            return Replayed(safe_text(message.get("warning"), 500), text)
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
        if number in self._replies:
            wrong = "" if message.get("ok") else _error_text(message)
            return self._replies.pop(number)(message.get("result") or {}, wrong)
        return None

    def _board(self, message: Mapping[str, Any]) -> Message:
        stopped, self._board_id = self._stopped_id == self._board_id, 0
        self._known.clear()  # of a candidate that was being scored they said only that
        lost = not message.get("ok") and bool((message.get("error") or {}).get("lost")) and not stopped
        if self._board_again or (lost and not self._lost_before):  # once: what ends the engine may be what it was asked
            self._board_again = False
            self.score()
        self._lost_before = lost
        if message.get("ok"):
            if not self.board and self._make is None:
                gc.freeze()  # what is open by now stays: going through it all for cycles took a tenth of a second, under somebody's keys
            self.board = message["result"]
            return BoardReady(self.board, stopped)
        if stopped:
            return EngineSaid("scoring was stopped: r scores again")
        return EngineSaid(_error_text(message), trouble=True)

    def _answers(self, message: Mapping[str, Any]) -> Message | None:
        self._answers_id = 0
        key, stale = self._asked[0] if self._asked else "", self._asked_in != self._round
        if stale and self._waiting is None:
            self._waiting = self._asked  # something was decided meanwhile: what it says now is wanted
        self._send_waiting()
        if stale:
            return None
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


def _error_text(message: Mapping[str, Any]) -> str:
    error = message.get("error") or {}
    where = f"{error['where']}: " if error.get("where") else ""
    hint = f" ({error['hint']})" if error.get("hint") else ""
    return safe_text(f"{where}{error.get('what', 'the engine did not answer')}{hint}", 400)
