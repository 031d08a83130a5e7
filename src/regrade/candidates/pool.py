"""All candidates of one workspace: started when they must be, asked in chunks, restarted when they die."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from regrade.candidates import fingerprint as prints
from regrade.candidates.ask import Asker
from regrade.candidates.at import At
from regrade.candidates.budget import Budget
from regrade.candidates.functions import function_spec
from regrade.candidates.holding import held
from regrade.candidates.launch import Launcher
from regrade.candidates.logged import logged
from regrade.candidates.member import Member
from regrade.candidates.outputs import Outputs
from regrade.candidates.predictions_file import PredictionsFile
from regrade.candidates.spec import Spec, resolve
from regrade.candidates.stages import Staged, ask_stages, has_stages, look_up
from regrade.candidates.threshold import apply_threshold
from regrade.candidates.trust import covered, require
from regrade.config import Config
from regrade.errors import RegradeError, UsageError, near_names
from regrade.paths import Paths

if TYPE_CHECKING:
    from regrade.log.content import Content


class Pool:
    """The candidates of a workspace; a context manager. Different candidates may be asked from different threads at once.

    Parameters
    ----------
    root : Path
        The folder of ``regrade.toml``.
    config : Config
        What it says.
    allow_code : bool, default False
        Let candidates that are code run without `regrade trust`.
    """

    def __init__(self, root: Path, config: Config, *, allow_code: bool = False) -> None:
        self.root = root.absolute()
        self.config = config
        self._allow_code = allow_code
        self._launcher = Launcher(self.root)
        self._memory = prints.Memory(Paths(self.root).cache / "fingerprints.json")
        self._files = prints.Files()
        self._members: dict[str, Member] = {}
        self._tables: dict[str, tuple[str, PredictionsFile]] = {}
        self._lock = threading.Lock()

    @property
    def started(self) -> int:
        """Processes of candidates started so far."""
        return self._launcher.started

    @property
    def notice(self) -> str:
        """Why candidates are started the slow way; empty when they are not."""
        return self._launcher.cold

    def look_up(self, names: Sequence[str]) -> None:
        """Raise UsageError for a name that is no candidate."""
        for name in names:
            if name not in self.config.candidate_names:
                hint = near_names(name, self.config.candidate_names)
                raise UsageError(f"there is no candidate {name!r}", where="regrade.toml", hint=hint)

    def repeats(self, name: str) -> int:
        """Return how often a candidate is asked about each example."""
        said = self.config.candidates.get(name)
        return said.repeats if said is not None else 1

    def function(self, name: str, config: Config | None = None) -> Member:
        """Return the process of a function that is a metric or a scorer, ``metric:NAME`` or ``scorer:NAME``.

        ``config``: what says which function that is, if not the workspace's own: a change is judged by the functions of its base.

        Raises
        ------
        UsageError, ConfigError, CandidateError, NotTrustedError
            There is no such function; it says what cannot be; it is code that nobody trusted.
        """
        return self._kept(name, function_spec(self.root, name, config or self.config), self._permit)

    def at(self, name: str) -> At | None:
        """Return the commit that a candidate is of; None for one as it stands."""
        return None

    def by_key(self, name: str) -> bool:
        """Are this candidate's answers looked up by key (``logged``, a file of answers), and so not to be cached by inputs?"""
        said = self.config.candidates.get(name)
        return said is None or bool(said.predictions)

    def fingerprint(self, name: str) -> prints.Fingerprint:
        """Return what the candidate is; starts it only when it, or what it imported last time, is not as it was.

        Raises
        ------
        UsageError, ConfigError, CandidateError, NotTrustedError
            There is no such candidate; it says what cannot be; it cannot be loaded; it is code that nobody trusted.
        """
        spec = resolve(self.root, name, self.config)
        raw = self._raw_fingerprint(name, spec)
        if spec.threshold is None and spec.rules is None:
            return raw
        return prints.refined(raw, spec.threshold, self._rules(name, spec).fingerprint() if spec.rules else None)

    def _raw_fingerprint(self, name: str, spec: Spec) -> prints.Fingerprint:
        member = None if spec.by_key else self._member(name)
        if member is not None:
            return member.fingerprint()
        return prints.build(spec, prints.static_parts(spec, self._files), None, self._files)

    def warm(self, names: Sequence[str] | None = None) -> dict[str, str]:
        """Start and load candidates side by side; returns name to message for those that cannot be."""
        wanted = [name for name in (self.config.candidate_names if names is None else names) if not self.by_key(name)]
        failed: dict[str, str] = {}

        def load(name: str) -> None:
            try:
                member = self._member(name)
                if member is not None:
                    member.load()
                    if member.spec.rules:
                        self._rules(name, member.spec).load()
            except RegradeError as error:
                failed[name] = str(error)

        if wanted:
            with ThreadPoolExecutor(len(wanted), thread_name_prefix="warm") as threads:
                list(threads.map(load, wanted))
        return failed

    def predict(
        self,
        name: str,
        examples: Sequence[tuple[str, Content]],
        schemas: Mapping[str, str],
        *,
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        budget: Budget | None = None,
    ) -> Outputs:
        """Ask a candidate for its answers; it sees the inputs only.

        Parameters
        ----------
        examples : sequence of (key, Content)
            n of them.
        schemas : mapping
            Schema hash to encoded schema, for every schema that a content names.
        progress, cancelled : callable, optional
            Is told (done, n) after each chunk; asked often: once it says true, what is there is returned and the rest are errors.
        budget : Budget, optional
            What may be spent on one that fails, where these examples are not all.

        Returns
        -------
        Outputs
            All of length n.

        Raises
        ------
        UsageError, ConfigError, CandidateError, NotTrustedError
            The candidate as a whole cannot answer.
        """
        raw = self.predict_raw(name, examples, schemas, progress=progress, cancelled=cancelled, budget=budget)
        return self.refine(name, examples, schemas, raw, cancelled=cancelled, budget=budget)

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
        """Ask for answers as :meth:`predict` does, before any threshold and rules; they are named by ``fingerprint(name).raw``."""
        if not self.by_key(name) and name in self.config.candidates:
            member = self._member(name)
            assert member is not None
            with member.lock:
                return Asker(member, self.config, schemas, progress, cancelled, budget).ask(examples)
        began = time.perf_counter()
        spec = resolve(self.root, name, self.config)
        if spec.kind == "logged":
            outputs = logged(self.config.task.kind, examples)
        else:
            outputs = self._table(name).outputs([key for key, _ in examples])
        outputs.seconds = time.perf_counter() - began
        if progress is not None:
            progress(len(examples), len(examples))
        return outputs

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
        """Return raw answers with the candidate's threshold, then its rules, applied; the same object where it has neither.

        ``calls`` and ``seconds`` stay those of the model; ``fingerprint`` is that of the whole candidate.

        Raises
        ------
        UsageError, ConfigError, CandidateError, NotTrustedError
            The rules as a whole cannot answer.
        """
        spec = resolve(self.root, name, self.config)
        made, by = raw, None
        if spec.threshold is not None:
            made = apply_threshold(raw, str(spec.positive), spec.threshold)
        if spec.rules is not None:
            member = self._rules(name, spec)
            with member.lock:
                spent = budget.of_rules if budget is not None else None
                ruled = Asker(member, self.config, schemas, None, cancelled, spent).ask(examples, made)
                by = ruled.fingerprint or (None if ruled.changed else member.fingerprint())
            kept = zip(ruled.scores, made.scores, ruled.errors, strict=True)
            ruled.scores = [mine or (before if error is None else None) for mine, before, error in kept]
            seconds, changed = raw.seconds + ruled.seconds, raw.changed or ruled.changed
            made = replace(ruled, seconds=seconds, calls=raw.calls, tokens=raw.tokens, cost=raw.cost, reused=raw.reused, changed=changed)
        if made is raw or spec.by_key:
            return made
        whole = raw.fingerprint is not None and not made.changed
        made.fingerprint = prints.refined(raw.fingerprint, spec.threshold, by) if raw.fingerprint is not None and whole else None
        return made

    def has_stages(self, name: str, declared: Mapping[str, str]) -> bool:
        """Can anything be known of what a candidate goes through on the way to its answers? Raises what :meth:`fingerprint` does."""
        return has_stages(resolve(self.root, name, self.config), declared, lambda: self.fingerprint(name).about.parameters)

    def stages(self, name: str, examples: Sequence[tuple[str, Content]], schemas: Mapping[str, str], declared: Mapping[str, str]) -> Staged:
        """Return what a candidate goes through on the way to its answers (``[stages]``: ``declared``), for a few examples.

        Raises UsageError, ConfigError, CandidateError, NotTrustedError where it as a whole cannot answer.
        """
        spec = resolve(self.root, name, self.config)
        if spec.kind == "predictions":
            return look_up(spec.files[0], self.config.log.key_columns, [key for key, _ in examples], declared)
        member = self._member(name)
        if member is None:
            return Staged()
        with member.lock:
            return ask_stages(member, self.config, examples, schemas, declared)

    def _rules(self, name: str, spec: Spec) -> Member:
        """Return the process that applies the candidate's rules; whether they may run is asked of the candidate as a whole."""
        assert spec.rules is not None
        return self._kept(f"{name}:rules", spec.rules, lambda _: self._permit(spec))

    def _member(self, name: str) -> Member | None:
        """Return the candidate as it is now; one whose files or settings have changed is started anew."""
        spec = resolve(self.root, name, self.config)
        if spec.by_key:
            return None
        return self._kept(name, spec, self._permit)

    def _kept(self, entry: str, spec: Spec, permit: Callable[[Spec], None]) -> Member:
        permit(spec)
        static = prints.static_parts(spec, self._files)
        with self._lock:
            before = self._members.get(entry)
            if before is not None and not before.changed(spec, static):
                return before
            member = Member(
                spec, static, self._launcher, self._memory, self._files, permit, self._covered, full=self._full(spec.interpreter)
            )
            self._members[entry] = member
        if before is not None:
            with before.lock:  # whoever is asking it gets the answer first
                before.close()
        return member

    def _permit(self, spec: Spec) -> None:
        if not self._allow_code:
            require(spec, self._files)

    def _covered(self, spec: Spec) -> dict[str, str] | None:
        """Return the sources that a process may import from the workspace, by hash; None: any."""
        return None if self._allow_code else covered(spec, self._files)

    def _full(self, interpreter: str) -> bool:
        """Does any candidate on this interpreter need scikit-learn from the start?"""
        mine = [each for each in self.config.candidates.values() if bool(each.interpreter) == bool(interpreter)]
        return any(each.model and not each.model.endswith(".onnx") for each in mine)

    def _table(self, name: str) -> PredictionsFile:
        spec = resolve(self.root, name, self.config)
        stamp = prints.digest(prints.static_parts(spec, self._files))
        known = self._tables.get(name)
        if known is None or known[0] != stamp:
            table = PredictionsFile(spec.files[0], self.config.task.kind, self.config.log.key_columns, spec.positive)
            known = self._tables[name] = (stamp, table)
        return known[1]

    def last_words(self, name: str) -> str:
        """Return the last lines that a candidate's process wrote to standard error, made harmless; empty where there is none."""
        return "\n".join(filter(None, (member.last_words for member in self._processes(name))))

    def interrupt(self, name: str) -> None:
        """End a candidate's process from any thread: whoever waits for it, even for it to be loaded, gets an error."""
        for member in self._processes(name):
            member.interrupt()

    def held(self, name: str, patience: float | None) -> AbstractContextManager[bool]:
        """Have a candidate to oneself, in this thread; see :func:`regrade.candidates.holding.held`."""
        return held(self._processes(name), patience)

    def _processes(self, name: str) -> list[Member]:
        """Return what was started of a candidate: its model, its rules."""
        with self._lock:
            return [self._members[entry] for entry in (name, f"{name}:rules") if entry in self._members]

    def close(self) -> None:
        """End every process that was started."""
        with self._lock:
            members, self._members = list(self._members.values()), {}
        for member in members:
            member.close()
        self._launcher.close()

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
