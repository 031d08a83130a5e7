"""A session in words that can be pasted into a channel: plain text, counts first; no widget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regrade.safe_text import safe_text
from regrade.tui.services.session import Board, Session
from regrade.tui.services.tally import Sum

if TYPE_CHECKING:
    from regrade.tui.screens.looking import Looking

_MODES, _KEYS = 5, 8
"""So many failure modes and promoted predictions are named."""
_FILTER = 120
"""Characters of a filter that are shown."""
_SHARES = frozenset(("accuracy", "balanced_accuracy", "f1", "f1_macro", "precision", "recall", "roc_auc", "average_precision"))


@dataclass(frozen=True)
class Left:
    """Failures that the filter finds, and how many of them nothing was decided on."""

    where: str
    failures: int
    open: int


def left_of(looking: Looking) -> Left | None:
    """Return what is left of a view; None where that is not known yet."""
    wrong, decided = looking.results_now, looking.decided_now
    if wrong is None or decided is None or looking.begun:
        return None
    failures = wrong[looking.addresses] == 1
    n = int(failures.sum())
    return Left(looking.where, n, n - int((failures & decided[looking.addresses]).sum()))


def summary(name: str, session: Session, done: Sum, left: Left | None, unsealed: int) -> str:
    """Return what came of a session on the workspace ``name``."""
    lines = [f"regrade session on {safe_text(name, 60)}: {lasted(session.seconds)}, {_clocks(session)}", progress(session, done)]
    if left is not None and left.failures:
        of = f" of {safe_text(' '.join(left.where.split()), _FILTER)}" if left.where else " of the whole log"
        lines.append(f"left: {left.open:,} of {left.failures:,} failures{of}")
    if done.modes:
        named = ", ".join(f"{safe_text(mode, 60)} {n:,}" for mode, n in done.modes[:_MODES])
        lines.append(f"failure modes: {named}{_more(len(done.modes), _MODES)}")
    if done.promoted:
        named = ", ".join(safe_text(key, 60) for key in done.promoted[:_KEYS])
        lines.append(f"promoted: {named}{_more(len(done.promoted), _KEYS)}")
    lines += changes(session.first, session.last)
    if unsealed:
        decisions = "decision" if unsealed == 1 else "decisions"
        lines.append(f"{unsealed:,} {decisions} not sealed yet: safe on this disk, sealed at the next start")
    return "\n".join(lines)


def progress(session: Session, done: Sum) -> str:
    """Return the counts: seen, then what was decided."""
    parts = [f"seen {len(session.seen):,}", *(f"{word} {n:,}" for word, n in done.counts.items())]
    if done.pinned:
        parts.append(f"pinned {len(done.pinned):,}")
    if done.others and not done.pinned:
        parts.append(f"other decisions {done.others:,}")
    return " · ".join(parts)


def changes(first: Board | None, last: Board | None) -> list[str]:
    """Return one line for each candidate whose numbers are others than when the session began."""
    if first is None or last is None:
        return []
    before = {row["name"]: row for row in first.get("rows", ())}
    lines = []
    for row in last.get("rows", ()):
        old = before.get(row["name"])
        parts = _changed(old, row, str(last.get("primary") or "score")) if old is not None else []
        if parts:
            lines.append(f"{safe_text(row['name'], 40)}: {', '.join(parts)}")
    return lines


def _changed(old: Mapping[str, Any], new: Mapping[str, Any], primary: str) -> list[str]:
    parts = []
    known, now = (_pair(row.get("known")) for row in (old, new))
    if known != now:
        parts.append(f"known failures passed {known} → {now}")
    value, after = ((row.get("estimate") or {}).get("value") for row in (old, new))
    if value is not None and after is not None and _number(value, primary) != _number(after, primary):
        parts.append(f"{primary.replace('_', ' ')} {_number(value, primary)} → {_number(after, primary)}")
    pinned, held = (_pair(row.get("pinned")) for row in (old, new))
    if pinned != held:
        parts.append(f"pinned passed {pinned} → {held}")
    return parts


def _pair(share: Mapping[str, Any] | None) -> str:
    part = share or {}
    return f"{part.get('passed', 0):,}/{part.get('total', 0) - part.get('unanswered', 0):,}"


def _number(value: float, metric: str) -> str:
    return f"{value:.1%}" if metric in _SHARES else f"{value:.4g}"


def _more(n: int, shown: int) -> str:
    return f" and {n - shown:,} more" if n > shown else ""


def lasted(seconds: float) -> str:
    """Return a duration in words."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return f"{int(seconds)} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def _clocks(session: Session) -> str:
    began, now = session.began, session.now
    until = f"{now:%H:%M}" if began.date() == now.date() else f"{now:%Y-%m-%d %H:%M}"
    return f"{began:%Y-%m-%d %H:%M} to {until}"
