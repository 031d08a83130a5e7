"""Amounts in words: shares in points, other metrics in their own units."""

from __future__ import annotations

SHARES = frozenset({"accuracy", "balanced_accuracy", "precision", "recall"})
"""Metrics that are shares of examples: differences are told in percentage points."""


def unit(metric: str) -> str:
    """Return the unit of a difference of ``metric``; empty where it has none of its own."""
    return "points" if metric in SHARES else ""


def amount(metric: str, value: float | None) -> str:
    """Return a difference with its sign, without unit: ``+1.7`` (points) or ``−0.0123``; "–" where there is none."""
    if value is None:
        return "–"
    scaled, digits = (value * 100, 1) if metric in SHARES else (value, 4 if abs(value) < 1 else 2)
    return signed(scaled, digits)


def level(metric: str, value: float | None) -> str:
    """Return a value of ``metric``: ``77.3%`` or ``0.5124``; "–" where there is none."""
    if value is None:
        return "–"
    return f"{value * 100:.1f}%" if metric in SHARES else f"{value:.4f}" if abs(value) < 10 else f"{value:,.2f}"


def signed(value: float, digits: int) -> str:
    """Return a number with a sign that is a real minus; what rounds to zero has none."""
    text = f"{abs(value):,.{digits}f}"
    return text if not text.strip("0.,") else ("+" if value > 0 else "−") + text


def money(value: float) -> str:
    """Return an amount of money with its sign, to three digits: an estimate of it has no more."""
    return signed(float(f"{value:.3g}"), 0 if abs(value) >= 100 else 2)


def difference(metric: str, delta: float | None, low: float | None, high: float | None) -> str:
    """Return ``+1.7 points [−1.1, +4.5]``."""
    words = f"{amount(metric, delta)} {unit(metric)}".rstrip()
    return words if low is None or high is None else f"{words} [{amount(metric, low)}, {amount(metric, high)}]"


def counted(n: int, one: str, many: str = "") -> str:
    """Return ``1 example`` or ``3 examples``."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def rough(n: int) -> int:
    """Return a number of examples to two digits, upwards: it is a plan, not a measurement."""
    step = int(10 ** max(0, len(str(n)) - 2))
    return -(-n // step) * step


def rests_on(n: int) -> str:
    """Return on how many sampled examples estimates rest, where errors leave some of them out."""
    return f"the estimates rest on {counted(n, 'sampled example')}: what every candidate with an estimate has answered"
