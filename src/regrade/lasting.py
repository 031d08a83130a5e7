"""Whether this process is a program that lasts and must answer at once: the app says so, whoever makes many objects acts on it."""

from __future__ import annotations

quick = False
"""Objects that were made in bulk and stay are then kept from Python's collector: going through them holds up every thread."""
