"""How sure a share is: Wilson's score interval, in plain arithmetic."""

from __future__ import annotations

import math

Z95 = 1.959963984540054
"""Of the standard normal distribution: 95% lie between −z and z."""


def wilson(share: float, n: float, z: float = Z95) -> tuple[float, float]:
    """Return the score interval of one share of ``n`` (effective) cases; (0, 1) where there is none.

    Wilson 1927; recommended for small n by Brown, Cai and DasGupta 2001, Statistical Science 16:101–133.
    """
    if n <= 0:
        return 0.0, 1.0
    z2 = z * z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return max(0.0, centre - half), min(1.0, centre + half)
