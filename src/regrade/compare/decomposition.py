"""A change of score taken apart: what the model did, and what the eval set did."""

from __future__ import annotations

from regrade.compare.comparison import Effects


def decompose(base_on_base: float | None, base_on_head: float | None, head_on_head: float | None) -> Effects:
    """Return model effect and eval-set effect; their sum is the whole change.

    Parameters
    ----------
    base_on_base, base_on_head, head_on_head : float or None
        The metric of the base's model on the base's eval set, of the base's model on the head's eval set, of the head's
        model on the head's eval set. ``None``: not known, and so is the effect that rests on it.
    """
    model = None if base_on_head is None or head_on_head is None else head_on_head - base_on_head
    evalset = None if base_on_base is None or base_on_head is None else base_on_head - base_on_base
    return Effects(model=model, evalset=evalset)
