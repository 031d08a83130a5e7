"""One candidate of a pool: its process, loaded or not, and what it turned out to depend on."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from regrade.candidates import fingerprint as prints
from regrade.candidates.exchange import Asked
from regrade.candidates.late import NOTHING
from regrade.candidates.launch import Launcher
from regrade.candidates.process import Child, Gone
from regrade.candidates.secret import SHORTEST, without
from regrade.candidates.spec import Spec
from regrade.errors import CandidateError
from regrade.safe_text import safe_text

_ATTEMPTS = 3
"""Starts of a process whose files change while it reads them, before that is an error."""
_LOADING = 60.0
"""Seconds that loading may take at least, whatever the candidate's own limit: imports are slow on a busy machine."""

_AUTHORITIES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Variables that name certificates, which whoever speaks to an endpoint obeys."""
_STRAY = "install what it needs without -e, or keep it in this repository, under an import root: pythonpath"


class Member:
    """A candidate with a process of its own; its ``lock`` is held by whoever asks it.

    Parameters
    ----------
    static : dict
        What is known about it without starting it.
    permit : callable
        Raises NotTrustedError unless the candidate may run as it is now; asked before every start.
    covered : callable
        Returns the sources that its process may import from the workspace, path to SHA-256; None: any.
    """

    def __init__(
        self,
        spec: Spec,
        static: dict[str, Any],
        launcher: Launcher,
        memory: prints.Memory,
        files: prints.Files,
        permit: Callable[[Spec], None],
        covered: Callable[[Spec], Mapping[str, str] | None],
        *,
        full: bool,
    ) -> None:
        self.spec = spec
        self.loaded = ""
        """Hash of the files that its process was loaded from."""
        self._permit, self._covered = permit, covered
        self.lock = threading.RLock()
        self._static = static
        self._launcher, self._memory, self._files, self._full = launcher, memory, files, full
        self._child: Child | None = None
        self._dependencies: prints.Dependencies | None = None
        self._loaded: tuple[prints.Dependencies, str] | None = None
        """What it depended on when it was loaded, and the hash of what it was then: by that it is known what it will import later."""
        self._late = NOTHING
        self._imported: dict[str, str] = {}
        self._modules: object = None
        self._answered = 0
        self._secrets: tuple[str, ...] = ()
        self._wrote = ""
        self.chunk = 0
        """Examples in one request that were found to be a good number; 0: nobody knows yet."""
        self.steady = False
        """Did it answer the last request, quickly and importing nothing new, so that the next one may be sent ahead?"""

    def changed(self, spec: Spec, static: dict[str, Any]) -> bool:
        """Is the candidate in ``regrade.toml``, or a file that its process has loaded, no longer what it was?"""
        if spec != self.spec or static != self._static:
            return True
        if self._child is None:
            return False
        try:
            return self._hashes() != self._imported
        except CandidateError:
            return True

    def _hashes(self) -> dict[str, str]:
        imported = [Path(path) for path in self._dependencies.files] if self._dependencies else []
        return self._files.of(imported, self.spec.root, self.spec.place)

    def fingerprint(self) -> prints.Fingerprint:
        """Return what the candidate is; starts it when nothing remembered still holds. Raises CandidateError."""
        with self.lock:
            if self.spec.is_remote:  # what answers is its command or address, files and version; the worker between is ours
                return prints.build(self.spec, self._static, None, self._files)
            if self._child is None or self._loaded is None:  # of one that could not be loaded there is a process, dead, and nothing else
                loaded = self._memory.get(self._static_hash()) or self._memory.get(self._static_hash(anywhere=True))
                if loaded is not None and prints.still_installed(loaded, self.spec.interpreter):
                    try:
                        base = self._built(loaded).hash
                        late = self._memory.late.of(base)
                        if (dependencies := prints.foreseen(loaded, late, self.spec.root, self.spec.interpreter)) is not None:
                            return replace(self._built(dependencies), bases=(base,))
                    except CandidateError:
                        pass  # a file that it imported is gone: it may do without
                self.load()
            self._catch_up()
            assert self._loaded is not None
            return replace(self._built(self._dependencies), bases=(self._loaded[1],))

    def _built(self, dependencies: prints.Dependencies | None) -> prints.Fingerprint:
        return prints.build(self.spec, self._static, dependencies, self._files)

    def _static_hash(self, *, anywhere: bool = False) -> str:
        return prints.remembered_by(self.spec, self._static, anywhere=anywhere)

    def answering(self) -> prints.Fingerprint | None:
        """Return what its process was loaded from, whatever the files say by now; None where nobody can say it."""
        with self.lock:
            if self._child is None or self._dependencies is None:
                return prints.build(self.spec, self._static, None, self._files) if self._child is not None and self.spec.is_remote else None
            assert self._loaded is not None
            return replace(prints.named(self._static, self._dependencies, self._imported), bases=(self._loaded[1],))

    def load(self) -> Child:
        """Return its process, started and loaded if there is none. Raises CandidateError saying what happened.

        What is hashed is what was loaded: where a file changes between the two, it is started anew.
        """
        with self.lock:
            if self._child is not None and self._child.serving():
                return self._child
            for _ in range(_ATTEMPTS):
                self.close()
                trusted = self._covered(self.spec)  # before it is asked whether that is so: what changes after is refused by the process
                self._permit(self.spec)
                self._static = prints.static_parts(self.spec, self._files)
                child = self._start(trusted)
                if self._child is child and prints.static_parts(self.spec, self._files) == self._static:
                    self.loaded = prints.digest([self._static, self._imported])
                    return child
            self.close()
            raise self.failed("its files kept changing while it was loaded")

    def _start(self, trusted: Mapping[str, str] | None) -> Child:
        """Start and load a process; it is closed again where an imported file changed meanwhile."""
        spec = self.spec
        self._answered = 0
        began = time.time_ns()
        try:
            child = self._child = self._launcher.start(spec.interpreter, full=self._full)
        except OSError as error:
            raise CandidateError(f"its interpreter cannot be started: {error}", where=spec.place) from None
        request = {
            "op": "load",
            "kind": spec.kind,
            "path": spec.artifact,
            "sha256": {str(spec.root / path): found for path, found in self._static["files"].items()},
            "trusted": trusted,
            "root": str(spec.root),
            "settings": dict(spec.settings),
            "manner": dict(spec.manner),
            "env": self._environment(),
            "timeout": spec.timeout,
            "module": spec.module,
            "function": spec.function,
            "roots": [str(path) for path in spec.roots],
            "parameters": dict(spec.parameters),
            "positive": spec.positive,
            "memory_mb": spec.memory_mb,
            "at": {"folder": str(spec.root), "tree": str(spec.at.tree), "export": str(spec.at.export)} if spec.at else None,
        }
        try:
            answer, _ = child.request(request, timeout=max(_LOADING, spec.timeout))
        except Gone as gone:
            raise self.failed(f"cannot be loaded: {gone.what}", gone.stderr) from None
        if answer.get("ok") is not True:
            stderr = child.stderr()
            self.close()
            raise self.failed(f"cannot be loaded: {safe_text(answer.get('error'))}", stderr)
        self._modules, self._imported = None, {}
        self.settle(answer.get("modules"), began)
        return child

    def settle(self, modules: object, began: int) -> None:
        """Ask what the process has imported when the number of its modules has changed: some import on their first predict.

        A file that changed after ``began`` (nanoseconds) may have been read before or after it did: the process is ended then,
        since it may not be what its files say.

        Raises
        ------
        CandidateError
            It does not say, or it is of a commit, and imported what is not.
        """
        if not self.imports(modules):
            return
        found, modules = self._asked_what_it_imported()
        if self.spec.at is not None and (stray := self.spec.at.outside(found.files)):
            self.close()
            what = f"it imported {stray}, which does not belong to {self.spec.at.label}: what it answers would not be that commit's"
            raise CandidateError(what, where=f"candidate {self.spec.name}", hint=_STRAY)
        found = msgspec.structs.replace(found, interpreter=prints.interpreter_stamp(self.spec.interpreter))
        if self._modules is None:
            self._memory.put(self._static_hash(anywhere=not found.files), found)
            self._loaded = found, self._built(found).hash
            self._dependencies = self._foresee(*self._loaded)
        else:
            assert self._dependencies is not None and self._loaded is not None
            self._dependencies = found.joined(self._dependencies.files, self._dependencies.distributions)
            self._memory.late.learn(self._loaded[1], found.beyond(self._loaded[0], self.spec.root))
        self._modules = modules
        before, self._imported = self._imported, self._hashes()
        if self._changed_since(began, before):
            self.close()

    def imports(self, modules: object) -> bool:
        """Would :meth:`settle` ask, with this number of modules?"""
        return self._child is not None and modules != self._modules and not self.spec.is_remote

    def _foresee(self, loaded: prints.Dependencies, base: str) -> prints.Dependencies:
        """Return what it depends on: what it imported when it was loaded, and what others like it have imported later."""
        late = self._late = self._memory.late.of(base)
        more = [name for name in late.distributions if name not in loaded.distributions]
        found = self._asked_what_it_imported(more)[0].distributions if more else {}
        return loaded.joined(late.found(self.spec.root), found)

    def _catch_up(self) -> None:
        """Depend on what another process of regrade has seen a candidate like it import meanwhile."""
        assert self._loaded is not None and self._dependencies is not None
        if self._memory.late.of(self._loaded[1]) != self._late:
            before = self._dependencies
            self._dependencies = self._foresee(*self._loaded).joined(before.files, before.distributions)
            self._imported = {**self._hashes(), **self._imported}  # what it has imported already is what it was then

    def _asked_what_it_imported(self, also: Sequence[str] = ()) -> tuple[prints.Dependencies, object]:
        """Return what its process says (versions ``also`` of these), and how many modules it has. Raises CandidateError."""
        assert self._child is not None
        try:
            answer, _ = self._child.request({"op": "imported", "also": also}, timeout=_LOADING)
            return msgspec.convert(answer, prints.Dependencies), answer.get("modules")
        except Gone as gone:
            raise self.failed(f"does not say what it imported: {gone.what}", gone.stderr) from None
        except msgspec.ValidationError:
            raise self.failed("does not say what it imported") from None

    def _changed_since(self, began: int, before: dict[str, str]) -> bool:
        """Has a known file other content, or was one that was imported since then written meanwhile?"""
        for path, found in self._imported.items():
            known = before.get(path) or self._static["files"].get(path)
            if known != found if known else (self.spec.root / path).stat().st_ctime_ns > began:
                return True
        return False

    def _environment(self) -> dict[str, str]:
        """Return the variables that it is given. Raises CandidateError where one is not set."""
        missing = [name for name in self.spec.env if name not in os.environ]
        if missing:
            hint = f"set {missing[0]} in the environment that regrade runs in"
            raise CandidateError(f"the environment variable {missing[0]} is not set", where=self.spec.place, hint=hint)
        given = {name: os.environ[name] for name in self.spec.env}
        if self.spec.kind == "url":
            given |= {name: os.environ[name] for name in _AUTHORITIES if name in os.environ}
        self._secrets = tuple(
            sorted((value for name, value in given.items() if name not in _AUTHORITIES and len(value) >= SHORTEST), key=len, reverse=True)
        )
        return given

    def redacted(self, text: str) -> str:
        """Return text without the values of the variables that it was given: it may have written one of them."""
        for secret in self._secrets:
            text = without(text, secret)
        return text

    def failed(self, what: str, stderr: str = "") -> CandidateError:
        """Return an error on this candidate, with the last it wrote to standard error."""
        self.remember(stderr)
        what, stderr = self.redacted(what), self.redacted(stderr)
        tail = "it last wrote:\n" + stderr if stderr else ""
        return CandidateError(what, where=f"candidate {self.spec.name}", hint=tail.replace("\n", "\n  "))

    def request(
        self,
        header: Mapping[str, Any],
        payload: bytes | memoryview,
        cancelled: Callable[[], bool] | None,
        timeout: float,
        following: Callable[[], Asked | None] | None = None,
    ) -> tuple[dict[str, Any], memoryview]:
        """Ask its process, loaded first if need be; see :meth:`Child.request`. Raises Gone and CandidateError."""
        answer = self.load().request(header, payload, timeout=timeout, cancelled=cancelled, following=following)
        self._answered += 1
        return answer

    @property
    def has_more(self) -> bool:
        """Has its process been sent a request that nobody has asked for yet?"""
        return self._child is not None and self._child.alive and self._child.has_more

    def abandon(self) -> None:
        """End its process where it is at work on what nobody will ask for."""
        if self.has_more:
            self.close()

    @property
    def waited(self) -> bool:
        """Has its process answered before, and waited since, so that it may have died in the meantime?"""
        return self._answered > 0 and self._child is not None and self._child.alive

    def remember(self, stderr: str) -> None:
        """Keep what its process wrote to standard error before it ended."""
        self._wrote = self.redacted(stderr) or self._wrote

    @property
    def last_words(self) -> str:
        """The last lines that its process wrote to standard error, harmless: before it failed, or else until now."""
        child = self._child
        return self._wrote or (self.redacted(child.stderr()) if child is not None else "")

    def interrupt(self) -> None:
        """End its process from any thread, whoever is waiting for it."""
        child = self._child
        if child is not None:
            child.kill()

    def close(self) -> None:
        """End its process."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
