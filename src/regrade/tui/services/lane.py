"""A lane: one thread that does one kind of work; what it finds goes to the screen as a message, never into a widget."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

from textual.message import Message

from regrade.errors import RegradeError
from regrade.tui.services.went_wrong import explained
from regrade.tui.support import Support

Post = Callable[[Message], object]
Job = Callable[[], Message | None]


def wait(event: Event, seconds: float) -> Job:
    """Return a job that waits for ``event``, at most so long."""

    def job() -> None:
        event.wait(seconds)

    return job


@dataclass
class Failed(Message):
    """A lane could not do what was asked.

    Attributes
    ----------
    lane : str
        Which one.
    what, where, hint : str
        As in :class:`regrade.errors.RegradeError`; never with data of the log in it unless regrade wrote it.
    """

    lane: str
    what: str
    where: str = ""
    hint: str = ""

    @property
    def text(self) -> str:
        """All of it on one line."""
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what}" + (f" ({self.hint})" if self.hint else "")


class Lane:
    """One thread, first come, first served.

    Parameters
    ----------
    name : str
        Of the thread, and of its failures.
    post : callable
        Takes the messages; called from the lane's thread, so it must be safe from any thread.
    support : Support
        Where errors that nobody foresaw are noted.
    interrupt : callable, optional
        Makes the job that runs now end early.
    """

    def __init__(self, name: str, post: Post, support: Support, *, interrupt: Callable[[], None] | None = None) -> None:
        self.name = name
        self._post = post
        self._support = support
        self._interrupt = interrupt
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=f"regrade-{name}")
        self._last: Future[Message | None] | None = None
        self._closed = False

    def queue(self, job: Job) -> Future[Message | None] | None:
        """Do a job after those before it; None once the lane is closed."""
        if self._closed:
            return None
        future = self._pool.submit(job)
        self._last = future
        future.add_done_callback(self._tell)
        return future

    def newest(self, job: Job) -> None:
        """Do a job in place of the one before it, which is interrupted, and whose result nobody hears of."""
        before, self._last = self._last, None
        if before is not None and not before.done() and not before.cancel() and self._interrupt is not None:
            self._interrupt()
        if self._closed:
            return
        future = self._pool.submit(job)
        self._last = future
        future.add_done_callback(lambda done: self._tell(done) if self._last is done else None)

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return self._last is None or self._last.done()

    def close(self, *, wait: bool = True) -> None:
        """Take no more jobs; end the one that runs, and with ``wait`` see it end."""
        self._closed = True
        if self._interrupt is not None and not self.idle:
            self._interrupt()
        self._pool.shutdown(wait=wait, cancel_futures=self._interrupt is not None)

    def _tell(self, done: Future[Message | None]) -> None:
        if done.cancelled():
            return
        error = done.exception()
        if error is None:
            message = done.result()
            if message is not None:
                self._post(message)
        elif isinstance(error, RegradeError) or not self._closed:
            said = explained(self.name, error, self._support)
            self._post(Failed(self.name, said.what, said.where, said.hint))
