"""A timer that is to call once calls, however late: Textual leaves out a call that comes too late, also where none follows."""

from __future__ import annotations

from textual.message_pump import MessagePump
from textual.timer import Timer, TimerCallback


class SureTimers(MessagePump):
    """What has timers of one call each that somebody waits for: keys, the prediction under the cursor, a new size of the terminal.

    Textual skips calls for which it is too late already when a timer begins. Where the machine stops its thread just then for longer
    than the timer was to take (8 ms for a new size, 20 for keys that wait), the only call is skipped, and whoever holds the timer
    believes for ever that it runs.
    """

    def set_timer(self, delay: float, callback: TimerCallback | None = None, *, name: str | None = None, pause: bool = False) -> Timer:
        """Call a function once, after some seconds."""
        timer = super().set_timer(delay, callback, name=name, pause=pause)
        timer._skip = False  # it begins with the next turn of the event loop
        return timer
