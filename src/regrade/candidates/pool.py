"""All candidates of one workspace: started when they must be, asked in chunks, restarted when they die."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from regrade.candidates import fingerprint as prints
from regrade.candidates.ask import Asker
from regrade.candidates.launch import Launcher
from regrade.candidates.logged import logged
from regrade.candidates.member import Member
from regrade.candidates.outputs import Outputs
from regrade.candidates.predictions_file import PredictionsFile
from regrade.candidates.spec import Spec, resolve
from regrade.candidates.trust import require
from regrade.config import Config
from regrade.errors import RegradeError
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
        member = self._member(name)
        if member is None or member.spec.by_key:
            spec = resolve(self.root, name, self.config)
            return prints.build(spec, prints.static_parts(spec, self._files), None, self._files)
        return member.fingerprint()

    def warm(self, names: Sequence[str] | None = None) -> dict[str, str]:
        """Start and load candidates side by side; returns name to message for those that cannot be."""
        wanted = [name for name in (self.config.candidate_names if names is None else names) if not self.by_key(name)]
        failed: dict[str, str] = {}

        def load(name: str) -> None:
            try:
                member = self._member(name)
                if member is not None:
                    member.load()
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
    ) -> Outputs:
        """Ask a candidate for its answers; it sees the inputs only.

        Parameters
        ----------
        examples : sequence of (key, Content)
            n of them.
        schemas : mapping
            Schema hash to encoded schema, for every schema that a content names.
        progress : callable, optional
            Is told (done, n) after each chunk.
        cancelled : callable, optional
            Asked often; once it says true, what is there is returned and the rest are errors.

        Returns
        -------
        Outputs
            All of length n.

        Raises
        ------
        UsageError, ConfigError, CandidateError, NotTrustedError
            The candidate as a whole cannot answer.
        """
        if not self.by_key(name) and name in self.config.candidates:
            member = self._member(name)
            assert member is not None
            with member.lock:
                return Asker(member, self.config.task.kind, schemas, progress, cancelled, self.config.privacy).ask(examples)
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

    def _member(self, name: str) -> Member | None:
        """Return the candidate as it is now; one whose files or settings have changed is started anew."""
        spec = resolve(self.root, name, self.config)
        if spec.by_key:
            return None
        self._permit(spec)
        static = prints.static_parts(spec, self._files)
        with self._lock:
            before = self._members.get(name)
            if before is not None and not before.changed(spec, static):
                return before
            member = Member(spec, static, self._launcher, self._memory, self._files, self._permit, full=self._full(spec.interpreter))
            self._members[name] = member
        if before is not None:
            with before.lock:  # whoever is asking it gets the answer first
                before.close()
        return member

    def _permit(self, spec: Spec) -> None:
        if not self._allow_code:
            require(spec, self._files)

    def _full(self, interpreter: str) -> bool:
        """Does any candidate on this interpreter need scikit-learn from the start?"""
        mine = [each for each in self.config.candidates.values() if bool(each.interpreter) == bool(interpreter)]
        return any(each.model for each in mine)

    def _table(self, name: str) -> PredictionsFile:
        spec = resolve(self.root, name, self.config)
        stamp = prints.digest(prints.static_parts(spec, self._files))
        known = self._tables.get(name)
        if known is None or known[0] != stamp:
            table = PredictionsFile(spec.files[0], self.config.task.kind, self.config.log.key_columns, spec.positive)
            known = self._tables[name] = (stamp, table)
        return known[1]

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
