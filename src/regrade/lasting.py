"""Whether this process runs for long and must answer keys at once: the app sets the flag, code that makes many objects reads it."""

from __future__ import annotations

quick = False
"""Where it is set, objects that are made in bulk and stay are hidden from the garbage collector: its pass over them stops every thread."""
