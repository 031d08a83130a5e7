"""One candidate's primary metric on the sampled examples alone, as a comparison computes it."""

from __future__ import annotations

import math

import numpy as np

from regrade.compare.members import answers, members
from regrade.compare.metrics import has_metric, loss_range, statistic
from regrade.config import Config
from regrade.scoring.scored import Scored


def level(scored: Scored, name: str, config: Config) -> float | None:
    """Return the primary metric of ``name``, weighted, in its own units; ``None`` where no sampled example has it."""
    chosen = members(scored)
    side, metric, positive = answers(scored, name, chosen, config), config.primary_metric, config.task.positive
    inside = chosen.sampled & np.isfinite(side.right) & has_metric(metric, chosen, side, positive)
    if not inside.any():
        return None
    value = statistic(metric, chosen, side, inside, positive, loss_range(metric, inside, side)).value
    return float(value) if math.isfinite(value) else None
