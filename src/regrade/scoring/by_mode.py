"""How each candidate does on the examples of each failure mode, out of what was scored: nothing is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from regrade.scoring import Scored


def by_mode(scored: Scored) -> dict[str, dict[str, tuple[int, int]]]:
    """Return, by mode id and candidate, on how many examples it is right, and of how many something can be said.

    An example without an expected value, and one that the candidate could not answer, is not counted.
    """
    modes = scored.examples["mode"].to_numpy(object)
    labelled = np.array([isinstance(mode, str) for mode in modes], dtype=bool)
    names, numbers = np.unique(modes[labelled].astype(str), return_inverse=True)
    found: dict[str, dict[str, tuple[int, int]]] = {str(name): {} for name in names}
    for candidate, outputs in scored.outputs.items():
        right = outputs["right"].astype("float").to_numpy(float, na_value=np.nan)[labelled]
        told = ~np.isnan(right)
        total = np.bincount(numbers[told], minlength=len(names))
        passed = np.bincount(numbers[told], weights=right[told], minlength=len(names))
        for name, n_passed, n in zip(names, passed, total, strict=True):
            found[str(name)][candidate] = (round(n_passed), int(n))
    return found
