"""The candidates of a workspace, and of any commit of it: ``prod``, ``prod@origin/main``."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from regrade.candidates import fingerprint as prints
from regrade.candidates.at import At, split
from regrade.candidates.at_ref import Found, Past
from regrade.candidates.budget import Budget
from regrade.candidates.member import Member
from regrade.candidates.outputs import Outputs
from regrade.candidates.pool import Pool
from regrade.candidates.spec import Spec, resolve
from regrade.candidates.stages import Staged
from regrade.config import Config
from regrade.errors import RegradeError

if TYPE_CHECKING:
    from regrade.log.content import Content


class _PastPool(Pool):
    """One candidate of a commit; what starts its process, and what is remembered of it, are those of the pool it belongs to."""

    def __init__(self, owner: Pool, found: Found) -> None:
        super().__init__(found.root, found.config, allow_code=owner._allow_code)
        self._launcher, self._memory, self._files = owner._launcher, owner._memory, owner._files
        self.place = found.at

    def spec(self, name: str) -> Spec:
        """Return the candidate as it is started."""
        return self._placed(resolve(self.root, name, self.config))

    def _placed(self, spec: Spec) -> Spec:
        rules = None if spec.rules is None else self._placed(spec.rules)
        return replace(spec, name=f"{self.place.name}@{self.place.ref}", at=self.place, rules=rules)

    def _kept(self, entry: str, spec: Spec, permit: Callable[[Spec], None]) -> Member:
        return super()._kept(entry, self._placed(spec), permit)

    def _permit(self, spec: Spec) -> None:
        super()._permit(spec if spec.at else self._placed(spec))

    def close(self) -> None:
        """End the processes of this commit; what starts them is the owner's."""
        with self._lock:
            members, self._members = list(self._members.values()), {}
        for member in members:
            member.close()


class RefPool(Pool):
    """The candidates of a workspace, by name as it stands or as ``NAME@REF``; see :class:`Pool`.

    What a ref names is found out once, and again by :meth:`look_up`: within one scoring it is one commit.
    """

    def __init__(self, root: Path, config: Config, *, allow_code: bool = False) -> None:
        super().__init__(root, config, allow_code=allow_code)
        self._past = Past(self.root, config)
        self._pools: dict[str, _PastPool] = {}
        self._stale: set[str] = set()
        self._finding = threading.Lock()

    def look_up(self, names: Sequence[str]) -> None:
        """Find what these names mean now: a branch may have moved.

        Raises
        ------
        UsageError
            One is no candidate, and no candidate at a ref.
        """
        for name in names:
            parted = split(name, self.config.candidate_names)
            if parted is None:
                super().look_up([name])
            else:
                self._past.commit(parted[1])
                self._stale.add(name)

    def at(self, name: str) -> At | None:
        """Return the commit that ``NAME@REF`` means; None for a candidate as it stands, and for one that cannot be found."""
        try:
            _, pool = self._who(name)
        except RegradeError:
            return None
        return pool.place if isinstance(pool, _PastPool) else None

    def spec(self, name: str) -> Spec:
        """Return a candidate as it is started. Raises what :func:`resolve` and :meth:`Past.find` do."""
        bare, pool = self._who(name)
        return pool.spec(bare) if isinstance(pool, _PastPool) else resolve(self.root, name, self.config)

    def prepare(self, names: Sequence[str]) -> None:
        """Begin to start what these candidates need, without waiting: those of which nothing is remembered must be asked what they are.

        Nothing of theirs runs yet, so no interpreter but our own is started: another one is a candidate's choice, and needs trust.
        """
        for name in names:
            with suppress(RegradeError):  # who cannot be started says so when it is asked
                spec = self.spec(name)
                if not (spec.by_key or spec.interpreter) and not self._memory.knows(spec, prints.static_parts(spec, self._files)):
                    self._launcher.prepare("", full=self._full(""))

    def champion_at(self, ref: str) -> str:
        """Return ``NAME@REF`` of the champion at ``ref``; ``logged`` where that is it. Raises UsageError, ConfigError, CandidateError."""
        commit = self._past.commit(ref)
        champion = commit.config(f"{ref} ({commit.id[:7]})").champion
        return f"{champion}@{ref}" if champion != "logged" else champion

    def by_key(self, name: str) -> bool:
        """Return what :meth:`Pool.by_key` does; a candidate that cannot be found is not looked up by key."""
        try:
            bare, pool = self._who(name)
        except RegradeError:
            return False
        return super().by_key(name) if pool is None else pool.by_key(bare)

    def repeats(self, name: str) -> int:
        """Return how often a candidate is asked; see :meth:`Pool.repeats`."""
        try:
            bare, pool = self._who(name)
        except RegradeError:
            return 1
        return super().repeats(name) if pool is None else pool.repeats(bare)

    def fingerprint(self, name: str) -> prints.Fingerprint:
        """Return what the candidate is; see :meth:`Pool.fingerprint`."""
        bare, pool = self._who(name)
        return super().fingerprint(name) if pool is None else pool.fingerprint(bare)

    def predict_raw(
        self,
        name: str,
        examples: Sequence[tuple[str, Content]],
        schemas: Mapping[str, str],
        *,
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        budget: Budget | None = None,
    ) -> Outputs:
        """Ask a candidate; see :meth:`Pool.predict_raw`."""
        bare, pool = self._who(name)
        ask = super().predict_raw if pool is None else pool.predict_raw
        return ask(bare, examples, schemas, progress=progress, cancelled=cancelled, budget=budget)

    def refine(
        self,
        name: str,
        examples: Sequence[tuple[str, Content]],
        schemas: Mapping[str, str],
        raw: Outputs,
        *,
        cancelled: Callable[[], bool] | None = None,
        budget: Budget | None = None,
    ) -> Outputs:
        """Apply a candidate's threshold and rules; see :meth:`Pool.refine`."""
        bare, pool = self._who(name)
        return (super().refine if pool is None else pool.refine)(bare, examples, schemas, raw, cancelled=cancelled, budget=budget)

    def has_stages(self, name: str, declared: Mapping[str, str]) -> bool:
        """Can anything be known of a candidate's stages; see :meth:`Pool.has_stages`."""
        bare, pool = self._who(name)
        return (super().has_stages if pool is None else pool.has_stages)(bare, declared)

    def stages(self, name: str, examples: Sequence[tuple[str, Content]], schemas: Mapping[str, str], declared: Mapping[str, str]) -> Staged:
        """Return a candidate's stages; see :meth:`Pool.stages`."""
        bare, pool = self._who(name)
        return (super().stages if pool is None else pool.stages)(bare, examples, schemas, declared)

    def _processes(self, name: str) -> list[Member]:
        pool = self._pools.get(name)
        return super()._processes(name) if pool is None else pool._processes(pool.place.name)

    def close(self) -> None:
        """End every process that was started."""
        for pool in self._pools.values():
            pool.close()
        super().close()

    def _who(self, name: str) -> tuple[str, _PastPool | None]:
        """Return the candidate's own name, and the pool of its commit; None where that is this one. Raises RegradeError."""
        parted = split(name, self.config.candidate_names)
        if parted is None:
            return name, None
        with self._finding:
            before = self._pools.get(name)
            if before is None or name in self._stale:
                found = self._past.find(*parted)
                if before is None or (before.place, before.config) != (found.at, found.config):
                    self._pools[name] = _PastPool(self, found)
                    if before is not None:
                        before.close()
                self._stale.discard(name)
            return parted[0], self._pools[name]
