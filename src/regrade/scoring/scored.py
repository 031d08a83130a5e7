"""Everything that metrics, slices, modes and comparisons are grouped from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from regrade.candidates.at import At
from regrade.candidates.fingerprint import About
from regrade.errors import RegradeError
from regrade.scoring.frames import example_frame
from regrade.scoring.inputs import input_table
from regrade.scoring.lazily import Lazily
from regrade.scoring.repeats import Agreement

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    from regrade.evalset import Example
    from regrade.scoring.functions import Functions
    from regrade.scoring.outputs import Output


@dataclass
class CandidateRun:
    """How a candidate's answers came about.

    Attributes
    ----------
    fingerprint : str or None
        None when the candidate could not be loaded.
    parts : dict
        What the fingerprint was made of.
    predicted, cached, errors : int
        Answers computed now; answers that were known (or are looked up by key); examples without an answer.
    error : str or None
        Why the candidate as a whole could not answer; its missing answers are errors then.
    unasked : int
        Examples that it was not asked about, since nobody wanted to wait: where there are any, its result is a part, and none.
    raised : RegradeError or None
        What ``error`` is the text of, where it was raised.
    seconds, cost : float
        In its process, and at the rates of ``[cost]``.
    calls, tokens : int
        Predict calls made, and tokens that the candidate reported.
    saved, saved_cost : float
        Seconds that known answers would have taken, at the pace of this run or of earlier ones, and what they would have cost; 0
        where no pace is known.
    about : About
        What its model says of itself.
    at : At or None
        The commit that the candidate is of, None for one as it stands.
    notice : str
        What looks wrong although every example has an answer: classes that are none of the log's.
    repeats : int
        How often it was asked about each example.
    agreement : Agreement or None
        How far its repeated answers agree.
    """

    fingerprint: str | None
    parts: dict[str, Any] = field(default_factory=dict)
    predicted: int = 0
    cached: int = 0
    errors: int = 0
    error: str | None = None
    unasked: int = 0
    raised: RegradeError | None = None
    seconds: float = 0.0
    cost: float = 0.0
    calls: int = 0
    tokens: int = 0
    saved: float = 0.0
    saved_cost: float = 0.0
    about: About = field(default_factory=About)
    at: At | None = None
    notice: str = ""
    repeats: int = 1
    agreement: Agreement | None = None


@dataclass
class Scored:
    """Every member of the eval set with every candidate's answer.

    Attributes
    ----------
    version : str
        Of the eval set.
    about : mapping of array
        What is known of each example, sorted by key: the columns of :attr:`examples`, ``key``, and ``label``, the class label that was
        expected as it is compared (None for none).
    outputs : mapping of DataFrame
        Candidate to its answers, indexed the same: ``prediction``, ``right`` (boolean; NA where nothing is expected or there
        is an error), ``p_expected``, ``score`` (probability of the positive class), ``error``, and one column a loss:
        ``log_loss``, ``brier``, ``abs_error``, ``squared_error``, ``signed_error``.
    columns : dict
        Candidate to the same as arrays, with ``failed`` (there is no answer); none of a candidate whose frame was changed since.
    runs : dict of CandidateRun
    answers : dict of list of Output
        Candidate to its answers as they came, class probabilities included.
    labels : mapping of array
        Class labels of each candidate's predictions as they are compared, shape (n,); None for none.
    functions : Functions or None
        What runs metrics and scorers that are functions.
    remembered : dict
        Metrics that were computed already, by what they are of.
    troubles : dict
        Why metrics and scorers have no value, in words.
    """

    version: str
    about: Mapping[str, np.ndarray]
    members: Sequence[Example]
    schemas: Mapping[str, str]
    outputs: Lazily[pd.DataFrame] = field(default_factory=Lazily)
    runs: dict[str, CandidateRun] = field(default_factory=dict)
    answers: dict[str, list[Output]] = field(default_factory=dict)
    labels: Lazily[np.ndarray] = field(default_factory=Lazily)
    functions: Functions | None = None
    remembered: dict[Any, Any] = field(default_factory=dict)
    troubles: dict[Any, str] = field(default_factory=dict)
    columns: dict[str, Mapping[str, np.ndarray]] = field(default_factory=dict)

    def whole(self) -> Scored:
        """Return it with the candidates alone that were asked about every example: the others have no result."""
        names = [name for name, run in self.runs.items() if not run.unasked]
        if len(names) == len(self.runs):
            return self
        parts = ("columns", "runs", "answers")
        kept: dict[str, Any] = {part: {name: each for name, each in getattr(self, part).items() if name in names} for part in parts}
        return replace(self, outputs=self.outputs.only(names), labels=self.labels.only(names), **kept)

    @cached_property
    def examples(self) -> pd.DataFrame:
        """The examples, indexed by key, sorted: ``expected`` (None where it is not known or disputed), ``weight``, ``origin``, ``sampled``,
        ``known`` (a known failure), ``pinned``, ``partition``, ``mode``, ``disputed``, ``content_hash``.
        """
        return example_frame(self.about)

    @property
    def expected_labels(self) -> np.ndarray:
        """Class labels that were expected as they are compared, shape (n,); None for none."""
        return self.about["label"]

    @property
    def weights(self) -> np.ndarray:
        """Inverse sampling probabilities, shape (n,)."""
        return self.about["weight"]

    @cached_property
    def expected_known(self) -> np.ndarray:
        """Is it known, and undisputed, what should have been answered? Boolean, shape (n,)."""
        known: np.ndarray = self.examples["expected"].notna().to_numpy(bool) & ~self.about["disputed"]
        return known

    @cached_property
    def inputs(self) -> pa.Table:
        """The inputs, one row an example, in the order of ``examples``."""
        return input_table(self.members, self.schemas)
