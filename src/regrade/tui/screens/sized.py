"""What all screens share: they are laid out for the terminal as it is now, not for the sizes that it had on the way."""

from __future__ import annotations

from textual import events
from textual.screen import Screen

from regrade.tui.sure_timers import SureTimers


class Sized(SureTimers, Screen[None]):
    """A screen that takes every word of a new size for the size that the terminal has by now.

    A screen of Textual's that is laid out anew tells itself its size once more, behind whatever else it has to do. Where a terminal
    changes twice in that time the older size may come last, or both follow each other round and round for ever. Where it is the size
    again that the screen is laid out for, the terminal was another for a moment and has lost a part of what was drawn: all is drawn anew.

    What is on a screen is styled when it is mounted, and where the colours change (``RegradeApp.refresh_css``), not each time that the
    screen is shown, as Textual would: that takes longer than all else, and leaves the styles of before to Python's collector.
    """

    async def on_event(self, event: events.Event) -> None:
        """Handle an event."""
        if isinstance(event, events.ScreenResume):
            event.refresh_styles = False
        if not isinstance(event, events.Resize):
            await super().on_event(event)
            return
        now, before = self.app.size, self.outer_size
        await super().on_event(events.Resize(now, now) if event.size != now else event)
        if before == now:
            self.refresh()
