"""Python's collector of reference cycles at the app's pace: it goes through everything only while nobody waits for anything.

By itself it goes through every object that there is whenever their number has grown by a quarter, in whichever thread makes the next
one, and everything stands still meanwhile: a third of a second under somebody's keys with 100,000 examples.
"""

from __future__ import annotations

import gc
import time

from regrade import lasting

_YOUNG, _MIDDLE, _OLD = 2_000, 10, 2_000
"""Objects that are looked through at once when they are new; so many times that before what survived is looked through, some
milliseconds at most; so many times that before everything is: some 40 million objects later, where nobody ever rests."""
_PAUSE_SECONDS = 0.4
_PAUSE_MOST, _PAUSE_LEFT = 40_000, 10_000
"""Where no key came for so long, what survived since the last rest is looked through, if it is no more than so many objects: 20 ms. If more
than so many of them are alive, the next look passes over those: most of its time would be theirs."""
_REST_SECONDS = 30.0
_GROWN = 1.25
"""So many times the objects that were left by the last look at everything, before everything is looked at again: what was alive at a
rest and became a cycle later is found then."""


class Garbage:
    """Decides when the collector runs, from :meth:`begin` to :meth:`end`."""

    def __init__(self) -> None:
        self._before = gc.get_threshold()
        self._touched = 0.0
        self._left = 0
        self._begun = self._passed = False
        """Whether what there was at the beginning is passed over by now; whether more is than at the last rest."""

    def begin(self) -> None:
        """From now on what is made in bulk and stays is never looked through, and the rest seldom."""
        gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
        lasting.quick = True

    def touched(self) -> None:
        """Hear that somebody is at the keyboard, or the mouse."""
        self._touched = time.monotonic()

    def pause(self) -> None:
        """Go through what survived, between two keys; what there was at the beginning, or where it is much, is left to the next rest."""
        if time.monotonic() - self._touched <= _PAUSE_SECONDS or not gc.get_count()[2]:
            return
        if self._begun and len(gc.get_objects(generation=2)) <= _PAUSE_MOST:
            gc.collect()
        if not self._begun or len(gc.get_objects(generation=2)) > _PAUSE_LEFT:
            gc.freeze()
            self._begun = self._passed = True

    def rest(self) -> None:
        """Go through what was made since the last rest, where nobody has been at the keys for a while; through everything if it grew."""
        if time.monotonic() - self._touched <= _REST_SECONDS or not (self._passed or any(gc.get_count()[1:])):
            return
        everything = gc.get_freeze_count() >= _GROWN * self._left
        if everything:
            gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._begun, self._passed = True, False
        if everything:
            self._left = gc.get_freeze_count()

    def end(self) -> None:
        """Leave the collector as it was: what was kept from it ends with the app."""
        lasting.quick = False
        gc.set_threshold(*self._before)
        gc.unfreeze()
