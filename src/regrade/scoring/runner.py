"""Score candidates on the eval set: what is known is taken from the cache, what is missing is predicted."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from regrade.candidates import Outputs, Pool
from regrade.config import Config
from regrade.errors import CandidateError, ConfigError, UsageError, near_names
from regrade.scoring.frames import Judged, answer_frame, example_frame
from regrade.scoring.outputs import Output, OutputCache
from regrade.scoring.scored import CandidateRun, Scored

if TYPE_CHECKING:
    from regrade.evalset import EvalSet, Example

_JUDGED: WeakKeyDictionary[OutputCache, Judged] = WeakKeyDictionary()
Progress = Callable[[str, int, int], None]
_SLICE = 16_384
"""Examples between two writes to the cache: what a cancelled or killed run has computed is kept."""


def score(
    evalset: EvalSet,
    config: Config,
    pool: Pool,
    cache: OutputCache,
    names: Sequence[str] | None = None,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Scored:
    """Return every member of the eval set with every candidate's answer.

    Parameters
    ----------
    names : sequence of str, optional
        Candidates; default: all of ``regrade.toml``, and ``logged``.
    progress : callable, optional
        Is told (candidate, done, total) of the answers that must be computed; from several threads, one at a time.
    cancelled : callable, optional
        Once it says true, what is there is returned, and what is missing are errors.

    Raises
    ------
    UsageError
        There is no such candidate. (One that cannot answer is an error in its own run, and no harm to the others.)
    """
    chosen = list(dict.fromkeys(names)) if names is not None else list(config.candidate_names)
    for name in chosen:
        if name not in config.candidate_names:
            raise UsageError(f"there is no candidate {name!r}", where="regrade.toml", hint=near_names(name, config.candidate_names))
    version, members, schemas = evalset.version, evalset.state.examples(), evalset.schemas
    stop, telling = threading.Event(), threading.Lock()

    def stopped() -> bool:
        return stop.is_set() or (cancelled is not None and cancelled())

    def tell(name: str, done: int, total: int) -> None:
        if progress is not None:
            with telling:
                progress(name, done, total)

    def answer(name: str) -> tuple[list[Output], CandidateRun]:
        return _Answering(name, config, pool, cache, members, schemas, tell, stopped).run()

    with ThreadPoolExecutor(max(1, min(len(chosen), os.cpu_count() or 1)), thread_name_prefix="score") as threads:
        try:
            answered = list(threads.map(answer, chosen))
        except BaseException:
            stop.set()  # on Ctrl-C too: nobody waits for the others
            raise
    judged = _JUDGED.setdefault(cache, Judged())
    outputs, runs, scores = {}, {}, {}
    for name, (given, run) in zip(chosen, answered, strict=True):
        outputs[name] = answer_frame(members, judged.rows(config, name, members, given))
        runs[name] = run
        scores[name] = [each.scores for each in given]
    return Scored(version, example_frame(members), outputs, runs, scores, members, schemas)


class _Answering:
    """One candidate's answers on all members."""

    def __init__(
        self,
        name: str,
        config: Config,
        pool: Pool,
        cache: OutputCache,
        members: Sequence[Example],
        schemas: Mapping[str, str],
        tell: Progress,
        stopped: Callable[[], bool],
    ) -> None:
        self._name, self._config, self._pool, self._cache = name, config, pool, cache
        self._members, self._schemas = members, schemas
        self._tell, self._stopped = tell, stopped
        self._run = CandidateRun(None)

    def run(self) -> tuple[list[Output], CandidateRun]:
        """Return one output an example, and how they came about; a candidate that cannot answer is an error in its run."""
        run = self._run
        known: dict[str, Output] = {}
        try:
            if self._pool.by_key(self._name):
                outputs = self._look_up()
            else:
                self._compute(known)
                outputs = []
        except (CandidateError, ConfigError) as error:
            run.error = str(error)
            outputs = []
        if not outputs:
            missing = Output(None, None, run.error or "it gave no answer")
            outputs = [known.get(member.content_hash, missing) for member in self._members]
        run.errors = sum(each.error is not None for each in outputs)
        if outputs and run.errors == len(outputs) and run.error is None:
            run.error = Counter(each.error for each in outputs).most_common(1)[0][0]
        run.cost = run.seconds / 3600 * self._config.cost.per_hour
        return outputs, run

    def _look_up(self) -> list[Output]:
        """Answers by key: the same inputs may have been answered differently at another time, so content is no cache key."""
        self._identify()
        given = self._pool.predict(self._name, [(each.key, each.content) for each in self._members], self._schemas)
        self._run.cached, self._run.seconds = len(self._members), given.seconds
        return _outputs(given)

    def _identify(self) -> str:
        found = self._pool.fingerprint(self._name)
        self._run.fingerprint, self._run.parts = found.hash, found.parts
        return found.hash

    def _compute(self, known: dict[str, Output]) -> None:
        """Fill ``known``, content hash to output: from the cache, then from the candidate."""
        by_content = {each.content_hash: each for each in self._members}
        known.update(self._cache.get(self._identify(), by_content))
        self._run.cached = sum(each.content_hash in known for each in self._members)
        missing = [each for content_hash, each in by_content.items() if content_hash not in known]
        for start in range(0, len(missing), _SLICE):
            part = missing[start : start + _SLICE]
            given = self._pool.predict(
                self._name,
                [(each.key, each.content) for each in part],
                self._schemas,
                progress=lambda done, _, start=start: self._tell(self._name, start + done, len(missing)),  # type: ignore[misc]
                cancelled=self._stopped,
            )
            fresh = {each.content_hash: output for each, output in zip(part, _outputs(given), strict=True)}
            known.update(fresh)
            self._run.predicted += len(part) - len(given.transient)
            self._run.seconds += given.seconds
            self._run.calls += given.calls
            lasting = {each.content_hash: fresh[each.content_hash] for at, each in enumerate(part) if at not in given.transient}
            # Asked again: some candidates import what their answers depend on when they first predict.
            self._cache.put(self._identify(), lasting)


def _outputs(given: Outputs) -> list[Output]:
    return [Output(*each) for each in zip(given.predictions, given.scores, given.errors, strict=True)]
