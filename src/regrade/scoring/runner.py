"""Score candidates on the eval set, side by side."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

from regrade.candidates import Fingerprint, Pool
from regrade.config import Config
from regrade.scoring.answering import Answering, Members
from regrade.scoring.columns import Taken
from regrade.scoring.frames import Frames, by_key
from regrade.scoring.functions import Functions
from regrade.scoring.hidden import hidden_examples
from regrade.scoring.outputs import Output, OutputCache
from regrade.scoring.remembered import Remembered, remembered
from regrade.scoring.repeats import Repeated, agreement, merge, settle
from regrade.scoring.scored import CandidateRun, Scored
from regrade.scoring.side_by_side import SideBySide
from regrade.scoring.values import apply_function_scorers
from regrade.scoring.watching import Watcher, Watching

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from regrade.evalset import EvalSet


def score(
    evalset: EvalSet,
    config: Config,
    pool: Pool,
    cache: OutputCache,
    names: Sequence[str] | None = None,
    *,
    progress: Callable[[str, int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    watcher: Watcher | None = None,
    keep: bool = True,
) -> Scored:
    """Return every member of the eval set with every candidate's answer.

    Parameters
    ----------
    names : sequence of str, optional
        Candidates, as they stand or as ``NAME@REF``; default: all of ``regrade.toml``, and ``logged``.
    progress : callable, optional
        Is told (candidate, done, total) of the answers that must be computed; from several threads, one at a time.
    cancelled : callable, optional
        Once it says true, what is there is returned; candidates that are not through by then have ``unasked`` examples.
    watcher : Watcher, optional
        Sees how far each candidate is, and those that are done while others are still asked.

    keep : bool, default True
        Write all new answers to the disk before this returns; else a few may wait for :meth:`OutputCache.flush`.

    Raises
    ------
    UsageError
        There is no such candidate. (One that cannot answer is an error in its own run, and no harm to the others.)
    """
    chosen = list(dict.fromkeys(names)) if names is not None else list(config.candidate_names)
    pool.look_up(chosen)
    hidden = hidden_examples(evalset, config)
    known = remembered(cache, config)
    members = known.members(hidden)
    own: list[tuple[str, Mapping[str, np.ndarray]]] = []
    stop, telling = threading.Event(), threading.Lock()
    watching = Watching(chosen, len(members.all), watcher.standing if watcher is not None else None)

    def stopped() -> bool:
        return stop.is_set() or (cancelled is not None and cancelled())

    functions = Functions(pool, config, watcher.standing if watcher is not None else None, stopped)

    def answer(name: str) -> tuple[list[list[Output]], CandidateRun]:
        def tell(done: int, total: int) -> None:
            watching.answered(name, done, total)
            if progress is not None:
                with telling:
                    progress(name, done, total)

        def ask(part: Members, at: int = 0, *, found: Fingerprint | None = None) -> tuple[list[Output], CandidateRun]:
            others = len(members.all) - len(part.all)
            told = partial(_tell_known, watching, name, at, others)
            return Answering(name, part, config, pool, cache, tell, stopped, told, found).run()

        rounds = pool.repeats(name)
        watching.starting(name, rounds)
        if rounds == 1:
            each = [known.answers(name, members, pool, cache, ask, looks.get(name))]
        else:
            each = [ask(members.repeat(at), at) for at in range(rounds)]
        run = merge([run for _, run in each])
        watching.ended(name, run.unasked)
        return [outputs for outputs, _ in each], run

    def about() -> tuple[str, Mapping[str, np.ndarray]]:
        return evalset.version, known.frames.examples(members.all)

    answered: dict[str, tuple[list[list[Output]], CandidateRun]] = {}
    few = known.few(members)
    looks = {name: look for name in chosen if few and pool.repeats(name) == 1 and (look := known.look(name, members, pool)) is not None}
    try:
        answered |= {name: answer(name) for name, look in looks.items() if look.at_hand(pool, cache, name)}
        # Of a few examples each candidate has little to do: all of them wait together, and what needs no answer is done meanwhile.
        waiting = [name for name in chosen if name not in answered]
        at_once = len(waiting) if few else 0
        side_by_side = SideBySide(waiting, answer, stop, stopped, pool.interrupt, watching, at_once, lambda: own.append(about()))
        with closing(side_by_side.each()) as batches:
            for batch in batches:
                answered |= batch
                if watcher is not None and len(answered) < len(chosen):
                    there = [name for name in chosen if name in answered and not answered[name][1].unasked]
                    watcher.finished(_gathered(own[0], members, there, answered, known, pool, functions))
    finally:
        if keep:
            cache.flush()
    return _gathered(own[0], members, chosen, answered, known, pool, functions)


def _tell_known(watching: Watching, name: str, at: int, others: int, cached: int) -> None:
    watching.known(name, at, others + cached)


def _gathered(
    own: tuple[str, Mapping[str, np.ndarray]],
    members: Members,
    names: Sequence[str],
    answered: Mapping[str, tuple[list[list[Output]], CandidateRun]],
    known: Remembered,
    pool: Pool,
    functions: Functions,
) -> Scored:
    """Return these candidates, with their answers judged; ``own``: version, and what is known of the examples."""
    config, frames = known.config, known.frames
    scored = Scored(*own, members=members.all, schemas=members.schemas)
    index = functools.cache(partial(by_key, scored.about))
    scored.functions = functions
    for name in names:
        lists, run = answered[name]
        given: Sequence[Output | Repeated] = lists[0] if len(lists) == 1 else frames.repeats.group(name, lists)
        columns = scored.columns[name] = frames.columns(name, members.all, given)
        scored.labels.later(name, partial(columns.__getitem__, "label"))
        scored.outputs.later(name, partial(_frame, frames, columns, index))
        scored.answers[name] = lists[0]
        if len(lists) > 1:
            scored.answers[name] = settle(scored.outputs[name], given)
            run.repeats, run.agreement = len(lists), agreement(config.task.kind, frames.repeats.group(name, lists))
            run.errors = sum(each.error is not None for each in scored.answers[name])
        apply_function_scorers(scored, name, config)
        if config.task.kind == "classification" and name != "logged":
            run.notice = known.notices.of(name, members.all, given, columns)
        run.at = pool.at(name)
        scored.runs[name] = run
    return scored


def _frame(frames: Frames, columns: Taken, index: Callable[[], pd.Index[Any]]) -> pd.DataFrame:
    return frames.frame(columns, index())
