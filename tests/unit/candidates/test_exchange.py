"""Requests to a process and its answers: two on their way at once, each answer given to who asked for it, nothing else believed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from regrade.candidates.process import Child, Gone
from regrade.candidates.worker.channel import receive, send

NOBODY = 2**31 - 1
"""A process id that no process has."""


class Played:
    """A child whose process is played by a thread of this one."""

    def __init__(self) -> None:
        self.inbox, stdin = os.pipe()
        stdout, self.outbox = os.pipe()
        stderr, self._stderr = os.pipe()
        self.child = Child(NOBODY, stdin, stdout, stderr, lambda: 0)
        self._thread: threading.Thread | None = None

    def play(self, part: Callable[[], object]) -> None:
        self._thread = threading.Thread(target=part)
        self._thread.start()

    def hear(self) -> dict[str, Any]:
        header, payload = receive(self.inbox)
        return {**header, "said": bytes(payload)}

    def say(self, heard: dict[str, Any], **more: Any) -> None:
        send(self.outbox, {"turn": heard["turn"], "to": heard["name"], **more}, heard["said"])

    def close(self) -> None:
        if self._thread is not None:
            self._thread.join(20)
        for descriptor in (self.inbox, self.outbox, self._stderr):
            os.close(descriptor)
        self.child.kill()


@pytest.fixture
def played() -> Iterator[Played]:
    made = Played()
    yield made
    made.close()


LARGE = b"x" * 3_000_000
"""More than a pipe holds."""


def test_the_next_request_is_sent_while_one_is_answered_and_others_come_between(played: Played) -> None:
    def process() -> None:
        one, two = played.hear(), played.hear()  # neither is answered before both are here
        played.say(one)
        three = played.hear()
        for each in (two, three):
            played.say(each)

    played.play(process)
    first, second = {"name": "first"}, {"name": "second"}
    known: list[Any] = [None, (second, LARGE)]  # not known at once
    answer, payload = played.child.request(first, LARGE, timeout=60, following=lambda: known.pop(0))
    assert (answer["to"], len(payload), played.child.has_more) == ("first", len(LARGE), True)
    assert played.child.request({"name": "third"}, timeout=60)[0]["to"] == "third"
    assert played.child.request(second, LARGE, timeout=60)[0]["to"] == "second"
    assert not played.child.has_more and played.child.serving()


def test_an_answer_to_another_turn_is_none(played: Played) -> None:
    played.play(lambda: played.say(played.hear(), turn=7))
    with pytest.raises(Gone, match="no answer on the channel") as raised:
        played.child.request({"name": "first"}, timeout=60)
    assert not raised.value.shared and not played.child.alive


def test_whoever_dies_with_two_requests_may_have_died_of_either(played: Played) -> None:
    def process() -> None:
        played.hear(), played.hear()
        os.dup2(played._stderr, played.outbox)  # its end of the channel is closed

    played.play(process)
    following = iter([({"name": "second"}, b""), None])
    with pytest.raises(Gone, match="exit code 0") as raised:
        played.child.request({"name": "first"}, timeout=60, following=lambda: next(following))
    assert raised.value.shared
