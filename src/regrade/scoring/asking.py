"""Ask a candidate about examples whose answers are not known: raw answers come from the cache where they are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from regrade.candidates import Fingerprint, Outputs, Pool
from regrade.candidates.budget import Budget
from regrade.scoring.outputs import Output, OutputCache

if TYPE_CHECKING:
    from regrade.log.content import Content


def ask(
    pool: Pool,
    cache: OutputCache,
    name: str,
    items: Sequence[tuple[str, str, Content]],
    schemas: Mapping[str, str],
    *,
    found: Fingerprint | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    budget: Budget | None = None,
) -> Outputs:
    """Return the candidate's answers; a threshold or rules that are new are applied to raw answers that are known.

    Parameters
    ----------
    items : sequence of (content hash, key, Content)
        n of them, no content twice.
    found : Fingerprint, optional
        What the candidate is, where somebody has just looked.
    budget : Budget, optional
        What may be spent on one that fails, where these items are not all.

    Returns
    -------
    Outputs
        Of length n; ``reused`` of them rest on raw answers that were known. Not in the cache yet under the whole candidate.

    Raises
    ------
    UsageError, ConfigError, CandidateError, NotTrustedError
        The candidate as a whole cannot answer.
    """
    examples = [(key, content) for _, key, content in items]
    before = (found or pool.fingerprint(name)).raw
    if before is None:
        return pool.predict(name, examples, schemas, progress=progress, cancelled=cancelled, budget=budget)
    known = cache.known(before.hash, [each for each, _, _ in items])
    asked = [at for at, (content_hash, _, _) in enumerate(items) if content_hash not in known]

    def tell(done: int, _: int) -> None:
        if progress is not None:
            progress(len(items) - len(asked) + done, len(items))

    given = (
        pool.predict_raw(name, [examples[at] for at in asked], schemas, progress=tell, cancelled=cancelled, budget=budget)
        if asked
        else Outputs.empty(0)
    )
    raw = _merged(items, known, asked, given, before)
    if given.fingerprint is not None and given.fingerprint.hash != before.hash and raw.reused:
        raw.changed = True  # those that were known are another candidate's
    if raw.changed:
        raw.fingerprint = None
        return raw
    if given.fingerprint is not None:
        lasting = {items[at][0]: _output(given, place) for place, at in enumerate(asked) if place not in given.transient}
        cache.put(given.fingerprint.hash, lasting, lasting=given.fingerprint.lasting)
    return pool.refine(name, examples, schemas, raw, cancelled=cancelled, budget=budget)


def _merged(
    items: Sequence[tuple[str, str, Content]], known: Mapping[str, Output], asked: Sequence[int], given: Outputs, before: Fingerprint
) -> Outputs:
    """Return raw answers of all items: those that were known, and those that were given for the places ``asked``."""
    raw = replace(given, predictions=[None] * len(items), scores=[None] * len(items), errors=[None] * len(items), transient=set())
    for at, (content_hash, _, _) in enumerate(items):
        if content_hash in known:
            found = known[content_hash]
            raw.predictions[at], raw.scores[at], raw.errors[at] = (
                found.prediction,
                dict(found.scores) if found.scores else None,
                found.error,
            )
    for place, at in enumerate(asked):
        raw.predictions[at], raw.scores[at], raw.errors[at] = given.predictions[place], given.scores[place], given.errors[place]
        if place in given.transient:
            raw.transient.add(at)
    raw.reused = len(items) - len(asked)
    raw.fingerprint = given.fingerprint if asked else before
    return raw


def _output(given: Outputs, place: int) -> Output:
    return Output(given.predictions[place], given.scores[place], given.errors[place])
