"""One candidate's answers on all members of the eval set: known ones from the cache, missing ones from its process."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING

from regrade.candidates import Fingerprint, Outputs, Pool
from regrade.candidates.budget import Budget
from regrade.candidates.outputs import NOT_ASKED
from regrade.config import Config
from regrade.errors import CandidateError, ConfigError
from regrade.scoring.asking import ask
from regrade.scoring.outputs import Output, OutputCache, Pace
from regrade.scoring.repeats import repeat_hash
from regrade.scoring.scored import CandidateRun

if TYPE_CHECKING:
    from regrade.evalset import Example

_SLICE, _LEAST = 16_384, 8
"""Examples between two writes to the cache, at most and at least: what a cancelled or killed run has computed is kept."""
_OFTEN = 4.0
"""Seconds between two writes, about: a slow candidate that is killed has lost what it answered since."""
FEW = 16
"""Answers that are asked for without waiting for other processes: a promotion must not. So many may be computed twice at once."""
_FIRST = 32
"""Answers that are asked for first, while nobody knows how slow it is. Then it is also looked at whether the candidate is still what it
was: some import on their first predict."""
_ATTEMPTS = 3
_ERROR = attrgetter("error")


class Members:
    """What is asked of every candidate: the members of the eval set, read once for all of them."""

    def __init__(self, members: Sequence[Example], schemas: Mapping[str, str], refused: Mapping[str, str] = {}) -> None:
        self.all, self.schemas, self.refused = members, schemas, refused
        self._repeats: dict[int, Members] = {}

    @cached_property
    def keys(self) -> list[str]:
        """Their keys."""
        return [each.key for each in self.all]

    @cached_property
    def hashes(self) -> list[str]:
        """Their content hashes."""
        return [each.content_hash for each in self.all]

    @cached_property
    def by_content(self) -> dict[str, Example]:
        """Content hash to one member that has it: equal inputs are asked once."""
        return {each.content_hash: each for each in self.all if each.key not in self.refused}

    def repeat(self, number: int) -> Members:
        """Return the same for a repeat (0, 1, …): its answers are kept under hashes of their own."""
        if number and number not in self._repeats:
            renamed = [replace(each, content_hash=repeat_hash(each.content_hash, number)) for each in self.all]
            self._repeats[number] = Members(renamed, self.schemas, self.refused)
        return self._repeats[number] if number else self


class Answering:
    """Collects the answers of one candidate.

    Parameters
    ----------
    tell : callable
        Is told (done, total) of the answers that must be computed.
    stopped : callable
        Once it says true, no more is asked.
    known : callable
        Is told how many answers are known, before others are asked for.
    found : Fingerprint, optional
        What the candidate is, where somebody has just looked.
    """

    def __init__(
        self,
        name: str,
        members: Members,
        config: Config,
        pool: Pool,
        cache: OutputCache,
        tell: Callable[[int, int], None],
        stopped: Callable[[], bool],
        known: Callable[[int], None] = lambda cached: None,
        found: Fingerprint | None = None,
    ) -> None:
        self._name, self._members = name, members
        self._config, self._pool, self._cache = config, pool, cache
        self._tell, self._stopped, self._known = tell, stopped, known
        self._found, self._last = found, found
        self._run = CandidateRun(None)
        self._budget = Budget()
        self._fresh: set[str] = set()
        """Content hashes that were answered in this run."""

    def run(self) -> tuple[list[Output], CandidateRun]:
        """Return one output an example, and how they came about; a candidate that cannot answer is an error in its run."""
        run = self._run
        outputs: list[Output | None] = [None] * len(self._members.all)
        try:
            if self._pool.by_key(self._name):
                self._look_up(outputs)
            else:
                self._compute(outputs)
        except (CandidateError, ConfigError) as error:
            if not self._stopped():  # whose process may have been ended because nobody waits for it any more
                run.error, run.raised = str(error), error
        refused = {} if self._pool.by_key(self._name) else self._members.refused  # what is looked up by key is shown to nobody
        for place, key in enumerate(self._members.keys if refused else ()):
            if key in refused:
                outputs[place] = Output(None, None, refused[key])
        missing = Output(None, None, run.error or (NOT_ASKED if self._stopped() else "it gave no answer"))
        given = [missing if each is None else each for each in outputs] if None in outputs else [each for each in outputs if each]
        errors = Counter(map(_ERROR, given))
        run.unasked = errors[NOT_ASKED]
        run.errors = len(given) - errors[None] - run.unasked
        if given and run.errors == len(given) and run.error is None:
            run.error = errors.most_common(1)[0][0]
        if run.fingerprint and run.cached and not self._pool.by_key(self._name):
            pace = Pace.of(run.predicted, run.seconds, run.calls, run.tokens) or self._cache.pace(run.fingerprint)
            run.saved = run.cached * pace.seconds
            run.saved_cost = self._config.cost.of(run.saved, run.cached * pace.calls, run.cached * pace.tokens)
        if not self._pool.by_key(self._name):  # which has no process that costs anything
            run.cost += self._config.cost.of(run.seconds, run.calls, run.tokens)
        return given, run

    def _look_up(self, outputs: list[Output | None]) -> None:
        """Answers by key: the same inputs may have been answered otherwise at another time, so content is no cache key."""
        known = self._cache.looked_up(self._identify())
        missing = [each for each in self._members.all if each.key not in known or known[each.key][0] is not each.content]
        given = self._pool.predict(self._name, [(each.key, each.content) for each in missing], self._members.schemas)
        known.update({each.key: (each.content, output) for each, output in zip(missing, _outputs(given), strict=True)})
        self._run.cached, self._run.seconds = len(self._members.all), given.seconds
        outputs[:] = [known[key][1] for key in self._members.keys]

    def _compute(self, outputs: list[Output | None]) -> None:
        """Answers by content, all of one and the same candidate: one whose files change on the way is asked anew.

        One that has imported more on the way is looked up as what it turned out to be: what is known of that is not asked again.
        """
        changes = 0
        while changes < _ATTEMPTS:
            asked = len(self._fresh)
            if self._compute_once(outputs):
                return
            changes += len(self._fresh) == asked
            outputs[:] = [None] * len(outputs)
        raise CandidateError("its files kept changing while it answered", where=f"candidate {self._name}")

    def _compute_once(self, outputs: list[Output | None]) -> bool:
        """Return whether the candidate stayed what it was; what is there stays in ``outputs`` when it fails on the way."""
        by_content, fingerprint = self._members.by_content, self._identify()
        known = self._cache.known(fingerprint, by_content)
        missing = sum(content_hash not in known for content_hash in by_content)
        if missing <= FEW:
            with self._pool.held(self._name, None) if missing else nullcontext():  # it may be asked the same this moment, about one row
                return self._ask_for_missing(outputs, self._cache.known(fingerprint, by_content), fingerprint)
        with self._cache.turn(fingerprint, self._stopped):
            if self._identify() != fingerprint:  # whoever had the turn before has learnt what it imports
                return False
            return self._ask_for_missing(outputs, self._cache.known(fingerprint, by_content), fingerprint)

    def _ask_for_missing(self, outputs: list[Output | None], known: Mapping[str, Output], fingerprint: str) -> bool:
        by_content = self._members.by_content
        outputs[:] = map(known.get, self._members.hashes)
        missing = [each for content_hash, each in by_content.items() if content_hash not in known]
        self._run.cached = len(outputs) - outputs.count(None) if missing else len(outputs)
        if self._fresh:
            self._run.cached -= sum(each in known and each in self._fresh for each in self._members.hashes)
        self._known(self._run.cached)
        places: dict[str, list[int]] = {each.content_hash: [] for each in missing}
        for place, content_hash in enumerate(self._members.hashes if missing else ()):
            if content_hash in places:
                places[content_hash].append(place)
        start, size = 0, _FIRST
        while start < len(missing):
            part, began = missing[start : start + size], time.monotonic()
            given = self._ask(part, start, len(missing))
            start, seconds = start + len(part), time.monotonic() - began
            size = max(_LEAST, min(int(len(part) * _OFTEN / max(seconds, 1e-3)), 4 * size, _SLICE))
            lasting = {}
            for at, (each, output) in enumerate(zip(part, _outputs(given), strict=True)):
                for place in places[each.content_hash]:
                    outputs[place] = output
                if at not in given.transient:
                    lasting[each.content_hash] = output
            # Identified again: it may have been saved meanwhile, or have imported what its answers depend on.
            by = given.fingerprint
            if given.changed or (by is not None and self._identify() != by.hash):
                return False
            if by is not None:
                self._cache.put(by.hash, lasting, lasting=by.lasting)
                if seconds > _OFTEN / 4:
                    self._cache.flush()
                if by.hash != fingerprint:
                    self._fresh.update(lasting)
                    return False
        return True

    def _identify(self) -> str:
        found, self._found = self._found or self._pool.fingerprint(self._name), None
        self._last = found
        self._run.fingerprint, self._run.parts, self._run.about = found.hash, found.parts, found.about
        return found.hash

    def _ask(self, part: Sequence[Example], start: int, total: int) -> Outputs:
        given = ask(
            self._pool,
            self._cache,
            self._name,
            [(each.content_hash, each.key, each.content) for each in part],
            self._members.schemas,
            found=self._last,
            progress=lambda done, _: self._tell(start + done, total),
            cancelled=self._stopped,
            budget=self._budget,
        )
        self._run.predicted += max(0, len(part) - len(given.transient) - given.reused)
        self._run.cached += given.reused
        self._run.seconds += given.seconds
        self._run.calls += given.calls
        self._run.tokens += given.tokens
        self._run.cost += given.cost
        return given


def _outputs(given: Outputs) -> list[Output]:
    return [Output(*each) for each in zip(given.predictions, given.scores, given.errors, strict=True)]
