"""What a scoreboard computed the last time: a promotion changes no sampled example, so it changes no estimate either."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from weakref import WeakKeyDictionary

import numpy as np

from regrade.compare.board_growth import Shown
from regrade.compare.bootstrap import Weights
from regrade.compare.intervals import Pair
from regrade.compare.members import Members
from regrade.compare.sample import Sample
from regrade.compare.statistics import Auc, Floats, Ratio, Statistic
from regrade.config import Config

Inputs = tuple[np.ndarray, ...]


class BoardMemory:
    """Results by what they are of, each with everything that it was computed from; another input, and it is computed anew."""

    def __init__(self) -> None:
        self._config: Config | None = None
        self._units: tuple[np.ndarray, Sample] | None = None
        self._known: dict[Hashable, tuple[Inputs, object]] = {}
        self.shown: Shown | None = None
        """The last scoreboard."""

    def sample(self, sampled: Members, config: Config, draw: Callable[[], Sample]) -> Sample:
        """Return the units of the sampled examples: those of the last time where the examples are the same, and no cluster is asked for."""
        if config is not self._config:
            self._config, self._units, self._known = config, None, {}
        if self._units is not None and not config.gate.cluster and np.array_equal(self._units[0], sampled.keys):
            return self._units[1]
        self._known = {}  # they rest on other resamples
        self._units = sampled.keys, draw()
        return self._units[1]

    def recall(self, of: Hashable, inputs: Inputs | None) -> object:
        """Return what was computed from exactly these arrays; None where nothing was."""
        known = self._known.get(of)
        if known is None or inputs is None or len(known[0]) != len(inputs) or not all(map(_equal, known[0], inputs)):
            return None
        return known[1]

    def keep(self, of: Hashable, inputs: Inputs | None, result: object) -> None:
        """Remember what was computed from these arrays, in place of what was before."""
        if inputs is not None:
            self._known[of] = inputs, result


def inputs_of(*parts: Statistic | Pair | Floats | None) -> Inputs | None:
    """Return all numbers that results rest on; None where they are not known: of a metric that is computed anew for each resample."""
    found: list[np.ndarray] = []
    for part in parts:
        if isinstance(part, Ratio):
            found += [part.columns, np.array([part.reach, *part.bounds])]
        elif isinstance(part, Auc):
            found += [part.score, part.positive, part.weight]
        elif isinstance(part, Pair):
            inside = inputs_of(part.baseline, part.candidate, part.weight, part.gain)
            if inside is None:
                return None
            found += inside
        elif isinstance(part, np.ndarray):
            found.append(part)
        elif part is not None:
            return None
    return tuple(found)


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")


_MEMORIES: WeakKeyDictionary[Weights, BoardMemory] = WeakKeyDictionary()


def board_memory(cache: Weights) -> BoardMemory:
    """Return what was computed from these streams."""
    return _MEMORIES.setdefault(cache, BoardMemory())
