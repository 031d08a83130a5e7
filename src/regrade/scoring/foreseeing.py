"""Ask a model about predictions that will probably be promoted next, so that a promotion finds its answer known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from regrade.candidates import Pool
from regrade.config import Config
from regrade.errors import CandidateError, ConfigError
from regrade.log.content import content_hash
from regrade.scoring.asking import ask
from regrade.scoring.outputs import Output, OutputCache

if TYPE_CHECKING:
    from regrade.log.content import Content

_QUICK = 0.1
"""Seconds in a model's process that this may take: a promotion that comes meanwhile waits for it."""
_TIMES = 3
"""Times that a model may take longer, or give no answer, before it is not asked so again."""


class Foreseeing:
    """What is left to be asked, one candidate at a time; nobody waits for any of it.

    Models alone are asked: a call of a function, a command or an endpoint may cost something, or be seen by others.
    """

    def __init__(self) -> None:
        self._examples: Sequence[tuple[str, Content]] = ()
        self._schemas: Mapping[str, str] = {}
        self._names: list[str] | None = []
        self._slow: Counter[str] = Counter()
        """How often a model took too long, or gave no answer, by fingerprint."""

    @property
    def pending(self) -> bool:
        """Is there somebody to be asked."""
        return self._names is None or bool(self._names)

    def take(self, examples: Sequence[tuple[str, Content]], schemas: Mapping[str, str]) -> None:
        """Ask about these, by key, in place of what was to be asked before."""
        self._examples, self._schemas, self._names = examples, schemas, None

    def step(self, config: Config, pool: Pool, cache: OutputCache, cancelled: Callable[[], bool] | None = None) -> None:
        """Ask the next model about those of them that it was never asked about; it is ended once ``cancelled`` says true."""
        if self._names is None:
            self._names = [name for name, said in config.candidates.items() if said.model and said.repeats == 1]
        if self._names:
            name = self._names.pop(0)
            with pool.held(name, 0.0) as free:
                if free:
                    self._ask(name, config, pool, cache, cancelled)

    def _ask(self, name: str, config: Config, pool: Pool, cache: OutputCache, cancelled: Callable[[], bool] | None) -> None:
        try:
            found = pool.fingerprint(name)
            items = {content_hash(config.task.kind, content): (key, content) for key, content in self._examples}
            known = cache.known(found.hash, items)
            fresh = [(asked, *item) for asked, item in items.items() if asked not in known]
            if not fresh or self._slow[found.hash] >= _TIMES or cache.pace(found.hash).seconds * len(fresh) > _QUICK:
                return
            given = ask(pool, cache, name, fresh, self._schemas, found=found, cancelled=cancelled)
            self._slow[found.hash] += given.seconds > _QUICK or bool(given.transient)
            by = given.fingerprint  # of the process that answered: its files may have been saved meanwhile
            if by is None or given.changed or pool.fingerprint(name).hash != by.hash:
                return
            answers = zip(given.predictions, given.scores, given.errors, strict=True)
            lasting = {fresh[at][0]: Output(*each) for at, each in enumerate(answers) if at not in given.transient}
            cache.put(by.hash, lasting, lasting=by.lasting)
        except (CandidateError, ConfigError):
            return  # it is said where it is asked in earnest
