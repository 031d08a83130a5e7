"""A change of score taken apart: what the model did, and what the eval set did."""

from __future__ import annotations

import math

from regrade.compare.comparison import Effects

_BITS = 50
"""Of the 53 bits of a float: three such numbers are added and subtracted without rounding."""


def decompose(base_on_base: float | None, base_on_head: float | None, head_on_head: float | None) -> Effects:
    """Return model effect and eval-set effect; their sum is the whole change, to the last bit.

    The levels are first brought to one grid, 2^-50 of the largest (a relative change of 1e-15): on it sums and differences are exact.

    Parameters
    ----------
    base_on_base, base_on_head, head_on_head : float or None
        The metric of the base's model on the base's eval set, of the base's model on the head's eval set, of the head's
        model on the head's eval set. ``None``: not known, and so is the effect that rests on it.
    """
    known = [each for each in (base_on_base, base_on_head, head_on_head) if each is not None]
    _, exponent = math.frexp(max(map(abs, known), default=0.0))

    def on_grid(value: float | None) -> float | None:
        return None if value is None else math.ldexp(round(math.ldexp(value, _BITS - exponent)), exponent - _BITS)

    first, between, last = map(on_grid, (base_on_base, base_on_head, head_on_head))
    return Effects(
        model=None if between is None or last is None else last - between,
        evalset=None if first is None or between is None else between - first,
        whole=None if first is None or last is None else last - first,
    )
