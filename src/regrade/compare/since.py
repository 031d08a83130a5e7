"""What a verdict takes from the base beside its answers: its rules, its pins, and how its model did on its own eval set."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from regrade.compare.changed import Changed, Policy


@dataclass(frozen=True)
class Since:
    """What lies between the base and here; nothing where the baseline is of no other commit.

    Attributes
    ----------
    pins_gone : collection of str
        Pinned at the base, and taken out of the eval set since.
    pins_before : collection of str
        Members that were pinned at the base: they may not break, whoever unpinned them since.
    pins_broken : collection of str
        Pinned at the base, and broken by the labels of the base, whoever relabelled or disputed them since.
    same_evalset : bool
        Both sides have one version of the eval set.
    level : float or None
        The primary metric of the baseline on the eval set of the base; ``None``: not known.
    untold : str
        Why nothing is known of what the base pinned; empty where it is.
    notes : tuple of str
    """

    policy: Policy | None = None
    changed: Changed | None = None
    pins_gone: Collection[str] = ()
    pins_before: Collection[str] = field(default_factory=frozenset)
    pins_broken: Collection[str] = ()
    same_evalset: bool = True
    level: float | None = None
    untold: str = ""
    notes: tuple[str, ...] = ()


NOTHING = Since()
