"""Score candidates on the eval set, side by side."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from regrade.candidates import Pool
from regrade.config import Config
from regrade.scoring.answering import Answering, Members
from regrade.scoring.foreign import foreign_labels
from regrade.scoring.frames import Frames
from regrade.scoring.hidden import hidden_examples
from regrade.scoring.outputs import Output, OutputCache
from regrade.scoring.scored import CandidateRun, Scored

if TYPE_CHECKING:
    from regrade.evalset import EvalSet

_FRAMES: WeakKeyDictionary[OutputCache, Frames] = WeakKeyDictionary()
"""Frames live as long as the cache that their answers come from."""


def score(
    evalset: EvalSet,
    config: Config,
    pool: Pool,
    cache: OutputCache,
    names: Sequence[str] | None = None,
    *,
    progress: Callable[[str, int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Scored:
    """Return every member of the eval set with every candidate's answer.

    Parameters
    ----------
    names : sequence of str, optional
        Candidates, as they stand or as ``NAME@REF``; default: all of ``regrade.toml``, and ``logged``.
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
    pool.look_up(chosen)
    version, hidden = evalset.version, hidden_examples(evalset, config)
    members = Members(hidden.examples, hidden.schemas, hidden.refused)
    stop, telling = threading.Event(), threading.Lock()

    def answer(name: str) -> tuple[list[Output], CandidateRun]:
        def tell(done: int, total: int) -> None:
            if progress is not None:
                with telling:
                    progress(name, done, total)

        def stopped() -> bool:
            return stop.is_set() or (cancelled is not None and cancelled())

        return Answering(name, members, config, pool, cache, tell, stopped).run()

    with ThreadPoolExecutor(max(1, min(len(chosen), os.cpu_count() or 1)), thread_name_prefix="score") as threads:
        try:
            answered = list(threads.map(answer, chosen))
        except BaseException:
            stop.set()  # on Ctrl-C too: nobody waits for the others
            raise
        finally:
            cache.flush()
    frames = _FRAMES.get(cache)
    if frames is None or frames.config is not config:
        frames = _FRAMES[cache] = Frames(config)
    examples, expected = frames.examples(members.all)
    scored = Scored(version, examples, members=members.all, schemas=members.schemas, expected_labels=expected)
    for name, (given, run) in zip(chosen, answered, strict=True):
        scored.outputs[name], scored.labels[name] = frames.answers(name, members.all, given, examples.index)
        scored.answers[name] = given
        if config.task.kind == "classification" and name != "logged":
            run.notice = foreign_labels(members.all, scored.labels[name].tolist())
        run.at = pool.at(name)
        scored.runs[name] = run
    return scored
