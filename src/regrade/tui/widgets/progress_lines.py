"""How far a candidate is while it is scored, as one line: a bar, a count, a rate, the time left; no widget."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len

from regrade.safe_text import safe_text
from regrade.tui.cells import fit
from regrade.tui.glyphs import Glyphs

Cell = tuple[str, str]
"""Text and the name of its style."""

_BAR = 20
_LEAST = 8
_WORDS = {"waiting": "waits for its turn", "starting": "starting", "done": "answered"}


@dataclass(frozen=True)
class Progress:
    """What the engine says of a candidate that is being scored; see ``regrade.scoring.watching.Standing``."""

    candidate: str
    state: str
    done: int
    total: int
    cached: int
    rate: float | None
    left: float | None
    quiet: float
    what: str = ""

    @classmethod
    def read(cls, message: Mapping[str, Any]) -> Progress:
        """Return what a message of the engine says."""

        def count(name: str) -> int:
            value = message.get(name)
            return max(0, int(value)) if isinstance(value, int) else 0

        def number(name: str) -> float | None:
            value = message.get(name)
            return float(value) if isinstance(value, int | float) and math.isfinite(value) and value >= 0 else None

        return cls(
            str(message.get("candidate") or ""),
            str(message.get("state") or "asking"),
            min(count("done"), count("total")),
            count("total"),
            count("cached"),
            number("rate"),
            number("left"),
            number("quiet") or 0.0,
            safe_text(message.get("what") or "", 30),
        )


def progress_cells(progress: Progress, width: int, glyphs: Glyphs) -> list[Cell]:
    """Return a bar and what it stands for, in at most ``width`` cells: what says least goes where there is no room."""
    words = _words(progress)
    room = width - cell_len("   ".join(words)) - 3
    while room < _LEAST and len(words) > 1:
        words.pop()
        room = width - cell_len("   ".join(words)) - 3
    size = min(room, _BAR)
    text = "   ".join(words)
    if size < _LEAST:
        return [(fit(text, max(min(cell_len(text), width), 0)), "dim")]
    filled = min(size, round(size * progress.done / progress.total)) if progress.total else 0
    return [(glyphs.full * filled, "bar"), (glyphs.empty * (size - filled) + "   ", "dim"), (text, "text")]


def partial_cells(done: int, total: int, width: int, glyphs: Glyphs) -> list[Cell]:
    """Return what is said of a candidate that was stopped: how far it came, which is no result."""
    text = f"{glyphs.labelled} {done:,} of {total:,} answered; r goes on"
    return [(fit(text, min(cell_len(text), width)), "dim")]


def _words(progress: Progress) -> list[str]:
    """Return what is said beside the bar, the most telling first."""
    words = [f"{progress.done:,} / {progress.total:,}" + (f" calls of {progress.what}" if progress.what else "")]
    if progress.quiet:
        words.append(f"no answer for {duration(progress.quiet)}")
    elif progress.rate:
        words.append(f"{duration(progress.left)} left" if progress.left is not None else "")
        words.append(f"{progress.rate:,.0f}/s" if progress.rate >= 10 else f"{progress.rate:.1f}/s")
    elif progress.state in _WORDS:
        words.append(_WORDS[progress.state])
    if progress.cached:
        words.append(f"{progress.cached:,} known before")
    return [word for word in words if word]


def duration(seconds: float) -> str:
    """Return seconds as people say them."""
    whole = math.ceil(seconds)
    if whole < 100:
        return f"{whole} s"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60:,} h {minutes % 60} min"
