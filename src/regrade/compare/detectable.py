"""What a sample can show: the smallest detectable difference, and how many more examples would settle an open one."""

from __future__ import annotations

import math

from scipy.special import ndtri

from regrade.compare.score_intervals import normal_quantile

POWER = 0.80
_MOST = 100_000_000


def smallest_detectable(delta: float, low: float, high: float, alpha: float) -> float:
    """Return the smallest difference that a sample of this size shows with 80% power, in units of the metric.

    (z_{1−α/2} + z_{0.8}) · standard error (Cohen 1988, chapter 2; Connor 1987 for paired shares), the standard error taken from
    the longer arm of the interval, so that it is not 0 where no flip was seen.
    """
    z = normal_quantile(alpha)
    return (z + float(ndtri(POWER))) / z * max(delta - low, high - delta)


def more_needed(delta: float, low: float, high: float, n: int, margin: float, alpha: float) -> int | None:
    """Return how many more sampled examples would settle an open verdict with 80% power, if ``delta`` is the true difference.

    ``delta``, ``low``, ``high`` are oriented so that higher is better. The width falls with √n, so the end of the interval
    clears a border at distance d with power 0.8 for n' = n · ((z_{1−α/2} + z_{0.8}) / z_{1−α/2} · arm / d)² (Chow, Shao and
    Wang 2008, Sample Size Calculations in Clinical Research, section 3.1, non-inferiority). The border is −margin from above
    (pass) or 0 from below (regression), whichever comes first. ``None`` where neither is in sight.
    """
    z = normal_quantile(alpha)
    stretch = (z + float(ndtri(POWER))) / z
    ratios = []
    if delta > -margin:
        ratios.append(stretch * (delta - low) / (delta + margin))
    if delta < 0:
        ratios.append(stretch * (high - delta) / -delta)
    if n < 1 or not ratios:
        return None
    total = n * min(ratios) ** 2
    return max(1, math.ceil(total - n)) if total < _MOST else None
