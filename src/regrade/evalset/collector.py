"""Keep Python's collector of reference cycles out of work that makes many objects and no cycle."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from regrade import lasting

_MANY = 20_000
"""So many objects take the collector some milliseconds, in which nothing else runs."""


@contextmanager
def no_cycles() -> Iterator[None]:
    """Switch the collector off for as long as this lasts: going through a growing heap again and again doubles what reading costs."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if lasting.quick and gc.get_count()[0] > _MANY:
                gc.freeze()
            gc.enable()
