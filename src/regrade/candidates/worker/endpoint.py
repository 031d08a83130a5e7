"""An HTTP endpoint: batches of rows posted as JSON, several at a time, again where a server may answer the next time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .answers import Refused
from .json_answers import Answers
from .posting import Again, Poster, RowsRefused

IN_A_ROW = 3
"""Batches that were given up one after the other, from which on nothing more is asked."""
FAILING = 200
"""Refused requests that one request of regrade may spend on finding the rows that the server does not take."""


class Endpoint:
    """An address, asked with batches of rows."""

    takes_rows = True
    model: Any = None

    def __init__(self, settings: dict[str, Any], manner: dict[str, Any], timeout: float, positive: str | None) -> None:
        self._poster = Poster(settings["url"], settings["field"], manner["headers"], manner["proxy"], manner["ca"], timeout)
        self._manner, self._positive = manner, positive
        self._given_up = 0
        """Batches given up since the last answer, those of earlier requests too."""

    def answer_rows(self, rows: list[dict[str, Any]], fields: Sequence[str] = ()) -> Answers:
        """Ask about rows, in batches. Raises Refused when the server says what is no answer at all."""
        answers = Answers(len(rows), self._positive, fields)
        asking = _Asking(self._poster, self._manner, rows, answers, self._given_up)
        size = int(self._manner["batch"])
        with ThreadPoolExecutor(int(self._manner["concurrency"]), thread_name_prefix="post") as threads:
            list(threads.map(lambda start: asking.batch(start, min(start + size, len(rows))), range(0, len(rows), size)))
        self._poster.close()
        self._given_up = 0 if answers.stop else asking.given_up  # who asks again after a stop wants to know anew
        if asking.refused is not None:
            raise asking.refused
        return answers


class _Asking:
    """The batches of one request; used from several threads."""

    def __init__(self, poster: Poster, manner: dict[str, Any], rows: list[dict[str, Any]], answers: Answers, given_up: int) -> None:
        self._poster, self._rows, self._answers = poster, rows, answers
        self._attempts, self._backoff = int(manner["retries"]) + 1, float(manner["backoff"])
        self._lock, self._halt = threading.Lock(), threading.Event()
        self.given_up, self._failing = given_up, 0
        self.refused: Refused | None = None

    def batch(self, start: int, stop: int) -> None:
        """Ask about rows [start, stop); whatever happens is noted."""
        try:
            self._ask(start, stop, self._attempts)
        except Refused as refused:
            with self._lock:
                self.refused = self.refused or refused
            self._halt.set()

    def _ask(self, start: int, stop: int, attempts: int) -> None:
        why = ""
        for attempt in range(attempts):
            if self._halt.is_set():
                self._fail(start, stop, self._answers.stop or "not asked: another request failed")
                return
            with self._lock:
                self._answers.calls += 1
            try:
                entries = self._poster.post(self._rows[start:stop])
            except RowsRefused as refused:
                self._divide(start, stop, refused)
                return
            except Again as again:
                why = again.why
                if again.divides and attempt == attempts - 1 and stop - start > 1:
                    self._divide(start, stop, RowsRefused(why, certain=False))
                    return
                if again.pause is None or attempt == attempts - 1:
                    break
                self._halt.wait(max(again.pause, self._backoff * 2**attempt))
            else:
                with self._lock:
                    self.given_up = 0
                    for row, entry in enumerate(entries, start):
                        self._answers.take(row, entry)
                return
        self._give_up(start, stop, f"{why} ({attempts} attempts)" if attempts > 1 else why)

    def _give_up(self, start: int, stop: int, why: str) -> None:
        self._fail(start, stop, why)
        with self._lock:
            self.given_up += 1
            if self.given_up >= IN_A_ROW:
                self._answers.stop = self._answers.stop or why
                self._halt.set()

    def _divide(self, start: int, stop: int, refused: RowsRefused) -> None:
        """Find the rows that the server does not take: halves, until they stand alone."""
        with self._lock:
            self._failing += 1
            spent = self._failing >= FAILING
        if stop - start == 1 or spent:
            text = refused.why + (f" (not tried alone: {self._failing} requests had failed)" if stop - start > 1 else "")
            self._fail(start, stop, text, certain=refused.certain and stop - start == 1)
            return
        middle = (start + stop) // 2
        self._ask(start, middle, 1)
        self._ask(middle, stop, 1)

    def _fail(self, start: int, stop: int, why: str, *, certain: bool = False) -> None:
        with self._lock:
            for row in range(start, stop):
                self._answers.fail(row, why, certain=certain)
