"""Have a candidate's processes to oneself, or be told soon that they are busy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from regrade.candidates.member import Member


@contextmanager
def held(members: Sequence[Member], patience: float | None) -> Iterator[bool]:
    """Hold these processes in this thread; yields whether all were free within so many seconds (None: however long it takes).

    While a candidate is asked about many examples, a question about one row need not wait for all of them.
    """
    with ExitStack() as stack:
        for member in members:
            if not member.lock.acquire(timeout=-1 if patience is None else patience):
                yield False
                return
            stack.callback(member.lock.release)
        yield True
