"""The sampled examples of a comparison as units to resample: examples, or whole clusters of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regrade.compare.bootstrap import Counts, Weights, affordable
from regrade.compare.members import Members
from regrade.compare.statistics import Floats, by_unit
from regrade.config import Config
from regrade.errors import ConfigError, near_names
from regrade.scoring.scored import Scored


@dataclass(frozen=True)
class Sample:
    """Who is drawn together, and how often in each resample."""

    unit_of: npt.NDArray[np.intp]
    """Unit of each sampled example."""
    weights: Counts
    """How often each unit stands in each resample, shape (units, resamples)."""
    clustered: bool

    def effective_units(self, weight: Floats) -> float:
        """Return Kish's effective number of units, (Σw)² / Σw², of units with the summed weights ``weight`` (examples,).

        Kish 1965, Survey Sampling, section 11.7. Zero weights count for nothing.
        """
        total = by_unit(weight, self.unit_of, len(self.weights))
        squares = float(total @ total)
        return float(total.sum()) ** 2 / squares if squares > 0 else 0.0


def units(scored: Scored, sampled: Members, config: Config, cache: Weights, largest: int | None = None) -> Sample:
    """Return the units of the sampled examples.

    Parameters
    ----------
    sampled : Members
        The sampled members that are compared.
    largest : int, optional
        Counts that the matrix may hold; fewer resamples are drawn where it would be larger.

    Raises
    ------
    ConfigError
        ``gate.cluster`` names a column that the examples do not have.
    """
    names = _clusters(scored, sampled, config.gate.cluster) if config.gate.cluster else [str(key) for key in sampled.keys]
    distinct = sorted(set(names))
    position = {name: index for index, name in enumerate(distinct)}
    unit_of = np.fromiter((position[name] for name in names), np.intp, len(names))
    resamples = affordable(config.gate.resamples, len(distinct), *(() if largest is None else (largest,)))
    return Sample(unit_of, cache.rows(distinct, resamples), config.gate.cluster is not None)


def _clusters(scored: Scored, sampled: Members, column: str) -> list[str]:
    """Return the cluster of each example; one without a value is a cluster of its own."""
    if column not in scored.inputs.column_names:
        raise ConfigError(
            f"there is no input column {column!r}", where="regrade.toml: gate.cluster", hint=near_names(column, scored.inputs.column_names)
        )
    values = scored.inputs.column(column).take(sampled.rows).to_pylist()
    return [f"key {key}" if value is None else f"{column} {value}" for key, value in zip(sampled.keys, values, strict=True)]
