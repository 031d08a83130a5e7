"""What a comparison and a scoreboard say: the documents that terminal, JSON and app are drawn from (msgspec only)."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from regrade.compare.calibration_rows import Calibration
from regrade.compare.changed import Changed, Policy
from regrade.compare.pair_row import BothSides
from regrade.compare.stage_rows import StageRow, Trace

FORMAT = 1
"""Of the document: raised when a key goes or means something else; new keys come without."""

Verdict = Literal["pass", "inconclusive", "regression", "not_evaluated"]


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A value with its interval at 1 − alpha; ``None`` where nothing can be said."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    """Examples that it rests on."""


class MetricRow(msgspec.Struct, frozen=True, kw_only=True):
    """One metric of both sides on the sampled examples, weighted, in the metric's own units."""

    baseline: float | None = None
    candidate: float | None = None
    delta: float | None = None
    """``candidate - baseline``, whichever direction is better."""
    low: float | None = None
    high: float | None = None
    n: int = 0
    """Sampled examples on which both sides have this metric."""
    higher_is_better: bool | None = True
    """None: neither; a bias is best at 0."""


class GroupRow(msgspec.Struct, frozen=True, kw_only=True):
    """A slice (on its sampled examples) or a failure mode (on its known failures)."""

    name: str
    n: int
    fixed: int
    broken: int
    delta: float | None = None
    """Difference of the primary metric on a slice; of the share that is right on a failure mode."""
    low: float | None = None
    high: float | None = None
    p_adjusted: float | None = None
    """Adjusted by Holm among the rows of its table."""
    now_right: int = 0
    """How many of ``n`` the candidate answers right."""
    reopened: bool = False
    """A failure mode of which more broke than was fixed."""
    members: int = 0
    """Slices: compared members of any origin in it."""
    margin: float | None = None
    """Slices: the margin where the gate protects it."""


class Promoted(msgspec.Struct, frozen=True, kw_only=True):
    """Who made an example a member of the eval set, and why."""

    by: str
    at: str
    """ISO 8601."""
    how: str
    """`promote`, `sample`, `add` or `restore`."""
    why: str = ""
    """What was noted with it, or when it was labelled."""


class FlipRow(BothSides, frozen=True, kw_only=True):
    """One example on which the two differ in being right."""

    flip: Literal["fixed", "broken"]
    stage: str | None = None
    """Of a broken example: the first stage whose output differs, or that fails its check; None where that is not known."""
    stage_why: str = ""
    check: str | None = None
    """The first of `[checks]` that fails."""
    origin: str = ""
    promoted: Promoted | None = None
    inputs: dict[str, Any] | None = None
    """Where they were asked for (`--inputs`)."""


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """So many of so many are answered right."""

    passed: int = 0
    total: int = 0
    unanswered: int = 0
    """How many of ``total`` have no answer: they are neither right nor wrong."""

    @property
    def answered(self) -> int:
        """How many are right or wrong."""
        return self.total - self.unanswered


class Effects(msgspec.Struct, frozen=True, kw_only=True):
    """A change of score taken apart, in the metric's units; ``None`` without a production estimate. ``model + evalset == whole``."""

    model: float | None = None
    """Another model, on the eval set of the head."""
    evalset: float | None = None
    """Another eval set, under the model of the base; 0 where it is the same."""
    whole: float | None = None
    """From the base's model on the base's eval set to the head's model on the head's eval set."""


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """What the difference is worth, from the sampled examples, weighted."""

    currency: str
    n: int
    """Sampled examples for which both sides have a value."""
    skipped: int
    """Sampled examples without one (NULL)."""
    per_1000: Estimate
    """Difference per 1,000 predictions."""
    per_month: Estimate | None
    """Difference a month; ``None`` where ``business.per_month`` is not set."""


class AtRef(msgspec.Struct, frozen=True, kw_only=True):
    """The commit that a candidate is of."""

    ref: str
    """As it was typed."""
    commit: str


def shown(name: str, at: AtRef | None) -> str:
    """Return what people read for a candidate: ``prod@main (3fd7f29)``."""
    return f"{name} ({at.commit[:7]})" if at else name


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate judged against a baseline on one version of the eval set. Its field names are the keys of ``--json``."""

    version: str
    baseline: str
    candidate: str
    verdict: Verdict
    reasons: list[str]
    """Why, the gravest first."""
    fixed: list[str]
    """Keys, over all compared members."""
    broken: list[str]
    metrics: dict[str, MetricRow]
    n_sampled: int
    """Sampled examples compared: both sides answered, expected is known."""
    mcnemar_p: float | None
    """Exact, two-sided, over all compared members: says that they differ, not which is better in production."""
    detectable: float | None
    """Smallest difference of the primary metric that this sample shows with 80% power."""
    needed: int | None
    """More sampled examples that would settle it with 80% power; 0 where it is settled, ``None`` where nothing can be said, or where
    it is more than the log has."""
    slices: list[GroupRow]
    modes: list[GroupRow]
    effects: Effects
    business: Money | None
    pinned_broken: list[str]
    """Those that were pinned at the base among them, whoever unpinned them since; last, those that broke by its label alone."""
    disputed: list[str]
    """Keys of disputed members, which are compared nowhere."""
    errors: int
    """Members that the baseline or the candidate has no answer for."""
    notes: list[str] = []
    """What a reader should know and the verdict does not rest on."""
    primary: str = "accuracy"
    margin: float = 0.0
    alpha: float = 0.05
    n_compared: int = 0
    """Compared members of any origin."""
    n_waiting: int = 0
    """Sampled members that wait for a label."""
    both_right: int = 0
    both_wrong: int = 0
    known: Passed = Passed()
    """Known failures that the candidate answers right."""
    pinned: Passed = Passed()
    mcnemar_p_sampled: float | None = None
    baseline_errors: int = 0
    candidate_errors: int = 0
    flips: list[FlipRow] = []
    """The first of them to read: broken before fixed, pinned and sampled before the rest."""
    baseline_at: AtRef | None = None
    """Where the baseline is one of a git ref."""
    candidate_at: AtRef | None = None
    stages: list[StageRow] = []
    """Where broken examples go wrong, in the order in which stages are run; of the first 100 of them."""
    traces: list[Trace] = []
    """The way of the examples that were asked for (`--stages`)."""
    calibration: Calibration | None = None
    """None where a side gives no probabilities."""
    pinned_gone: list[str] = []
    """Pinned at the base, and taken out of the eval set since."""
    format: int = FORMAT
    """Of this document; see docs/ci.md."""
    policy: Policy | None = None
    """Whose rules it was judged by; ``None``: those of `regrade.toml` as it stands."""
    changed: Changed | None = None
    """What changed beside the scores; ``None`` where nobody asked."""
    population: int | None = None
    """Predictions of the log that a sample can draw; ``None``: no log, or nobody needed to know."""

    @property
    def names(self) -> tuple[str, str]:
        """Baseline and candidate, for people."""
        return shown(self.baseline, self.baseline_at), shown(self.candidate, self.candidate_at)

    @property
    def headline(self) -> MetricRow:
        """The primary metric."""
        return self.metrics.get(self.primary, MetricRow())


class ScoreboardRow(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one candidate."""

    name: str
    champion: bool
    primary: str
    """The metric that ``estimate`` and ``delta`` are of."""
    higher_is_better: bool
    estimate: Estimate
    """For production: on the sampled examples, weighted."""
    delta: Estimate | None
    """Against the champion, paired; ``None`` for the champion itself."""
    known: Passed
    """Known failures."""
    pinned: Passed
    fixed: int
    """Against the champion, over all compared members."""
    broken: int
    errors: int
    compared: int | None = None
    """Members that it and the champion have an answer to, right or wrong; ``None`` where the champion was not scored."""
    error: str | None = None
    """Why the candidate as a whole could not answer, else its first error, else what looks wrong with all its answers."""
    n_sampled: int = 0
    """Sampled members, those that wait for a label included."""
    n_waiting: int = 0
    fingerprint: str | None = None
    at: AtRef | None = None
    """Where it is a candidate of a git ref."""
    replay: float | None = None
    """Share of logged predictions that it reproduces, where that was checked."""
