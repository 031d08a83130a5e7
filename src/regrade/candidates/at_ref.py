"""Find a candidate as of a git ref: its commit, what ``regrade.toml`` said there, and the files that it needs, exported."""

from __future__ import annotations

import hashlib
import os
import posixpath
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec

from regrade import config as settings
from regrade.candidates.at import At
from regrade.candidates.at_ref_export import Exports
from regrade.candidates.at_ref_lfs import fill
from regrade.candidates.spec import LOGGED
from regrade.config import Config
from regrade.config_candidate import Candidate
from regrade.errors import CandidateError, DataError, UsageError, near_names
from regrade.git import Entry, ask, entries_at, git, read_objects, require_commit
from regrade.paths import CONFIG_NAME, Paths

_EVALSET = "evalset"
_HERE = "keep it in this repository, or judge the candidate as it stands here"


@dataclass(frozen=True)
class Found:
    """A candidate as of a commit, ready to be resolved like any other: ``root`` is an export."""

    at: At
    root: Path
    config: Config


class Past:
    """The workspace at other commits of its repository.

    Parameters
    ----------
    root : Path
        The folder of ``regrade.toml`` in the work tree; absolute.
    config : Config
        What it says now.
    """

    def __init__(self, root: Path, config: Config) -> None:
        self._root, self._config = root, config
        self._exports = Exports(Paths(root).cache / "refs")
        self._commits: dict[str, Commit] = {}

    def commit(self, ref: str) -> Commit:
        """Return the commit that ``ref`` names now.

        Raises
        ------
        UsageError
            It names none.
        CandidateError
            There is no repository here, or no git.
        """
        top = git(self._root, "rev-parse", "--show-toplevel")
        if not top:
            try:
                ask(self._root, "rev-parse", "--show-toplevel")
            except DataError as error:
                hint = error.hint or "a candidate at a ref is taken from the history of the repository around regrade.toml"
                raise CandidateError(error.what, where=str(self._root), hint=hint) from None
            raise CandidateError("the repository has no work tree", where=str(self._root))
        id = require_commit(self._root, ref)
        if id not in self._commits:
            self._commits[id] = Commit(id, self._root, Path(top))
        return self._commits[id]

    def find(self, name: str, ref: str) -> Found:
        """Return the candidate ``name`` as of ``ref``, its files exported.

        Raises
        ------
        UsageError
            ``ref`` names no commit, or there was no such candidate then.
        ConfigError
            Its ``regrade.toml`` says what cannot be.
        CandidateError
            Something that it needs is not in that commit, or cannot be exported; or it was another task.
        """
        commit = self.commit(ref)
        label = f"{ref} ({commit.id[:7]})"
        if name == LOGGED:
            raise UsageError("logged is what production answered, whatever the ref", where=f"{name}@{ref}", hint="write `logged`")
        config = commit.config(label)
        if name not in config.candidates:
            what = f"there is no candidate {name!r} in regrade.toml at {label}"
            raise UsageError(what, where=f"{name}@{ref}", hint=near_names(name, config.candidate_names))
        for key in ("kind", "positive"):
            there, here = getattr(config.task, key), getattr(self._config.task, key)
            if there != here:
                what = f"task.{key} is {there!r} at {label}, and {here!r} here: answers to two tasks cannot be compared"
                raise CandidateError(what, where=f"{name}@{ref}")
        said = config.candidates[name]
        needs = Needs(commit, said, f"regrade.toml at {label}: candidates.{name}")
        export = self._exports.get(self._root, commit.id, needs.export_name, needs.paths, needs.finish)
        if said.interpreter and needs.inside(said.interpreter) not in commit.entries:
            # An environment is no part of a commit: it is the one that is here.
            said = msgspec.structs.replace(said, interpreter=str(self._root / Path(said.interpreter).expanduser()))
        config = msgspec.structs.replace(config, candidates={**config.candidates, name: said}, privacy=self._config.privacy)
        at = At(name, ref, commit.id, export, commit.top, self._root)
        return Found(at, export / commit.prefix, config)


class Commit:
    """One commit, and what is read of it.

    Parameters
    ----------
    id : str
    root : Path
        The folder of ``regrade.toml`` in the work tree.
    top : Path
        The top of the work tree.
    """

    def __init__(self, id: str, root: Path, top: Path) -> None:
        self.id, self.root, self.top = id, root, top

    @cached_property
    def prefix(self) -> str:
        """Where the workspace lies in the repository; empty, or ending in a slash."""
        return os.fsdecode(ask(self.root, "rev-parse", "--show-prefix").removesuffix(b"\n"))

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """Path, from the top, to every file, link and submodule."""
        return {entry.path: entry for entry in entries_at(self.root, self.id)}

    def config(self, label: str) -> Config:
        """Return what its ``regrade.toml`` says. Raises CandidateError where it has none, ConfigError for what cannot be."""
        path = self.prefix + CONFIG_NAME
        if path not in self.entries:
            raise CandidateError(f"there is no {path} at {label}", hint="that commit is older than this workspace: choose another ref")
        ((_, content),) = read_objects(self.root, [self.entries[path].object])
        return settings.parse(content.decode("utf-8", "replace"), f"{CONFIG_NAME} at {label}")


class Needs:
    """Which files of a commit a candidate needs: of a model and of a file of answers that alone, of code the whole tree.

    Raises CandidateError for what no commit can hold: a path out of the repository, a file that was never committed.
    """

    def __init__(self, commit: Commit, said: Candidate, place: str) -> None:
        self._commit, self._said, self._place = commit, said, place
        for key in ("model", "predictions"):
            if path := getattr(said, key):
                self._require(path, key)
        for key in ("pythonpath", "files"):
            for each in getattr(said, key):
                self._within(each, key)
        for word in said.command:
            if ".." in Path(word).parts or (Path(word).is_absolute() and Path(word).is_relative_to(commit.top)):
                self._within(word, "command")

    @cached_property
    def _alone(self) -> list[str]:
        """The artifact (and the interpreter, where it is committed) of a candidate that needs nothing else; empty for the others."""
        entries, said = self._commit.entries, self._said
        artifact = said.predictions or (said.model if said.model and said.model.endswith(".skops") else None)
        if artifact is None or said.files or said.postprocess or not entries[self.inside(artifact)].is_file:
            return []
        return [path for path in map(self.inside, (artifact, said.interpreter or "")) if path in entries]

    @cached_property
    def paths(self) -> list[str]:
        """What is exported, from the top of the repository: without what people decided, which no candidate needs."""
        evalset = self._commit.prefix + _EVALSET + "/"
        every = (path for path, entry in self._commit.entries.items() if not entry.is_submodule and not path.startswith(evalset))
        return self._alone or list(every)

    @cached_property
    def export_name(self) -> str:
        """The commit, and what of it: all that need the whole tree, and name no artifact, share one."""
        what = [*(self._alone or ["*"]), self._said.model or "", *self._said.files]
        return f"{self._commit.id}-{hashlib.sha256(chr(0).join(what).encode('utf-8', 'surrogateescape')).hexdigest()[:12]}"

    def finish(self, tree: Path) -> None:
        """Put what git-lfs keeps in place of its pointers, for the files that ``regrade.toml`` names. Raises CandidateError."""
        root, said = tree / self._commit.prefix, self._said
        named = {root / each for each in (said.model, said.predictions) if each}
        for pattern in said.files:
            named |= set(root.glob(pattern))
        for path in sorted(named):
            if not os.path.realpath(path).startswith(os.path.realpath(tree) + os.sep):
                what = f"{os.path.relpath(path, root)} is a link that leaves the repository: what it points to is not part of the commit"
                raise CandidateError(what, where=self._place, hint=_HERE)
            if path.is_file():
                fill(path.resolve(), self._commit.root, os.path.relpath(path, root), self._place)

    def inside(self, path: str) -> str:
        """Return a path of ``regrade.toml`` as one from the top of the repository."""
        return posixpath.normpath(self._commit.prefix + path)

    def _within(self, path: str, key: str) -> None:
        if Path(path).is_absolute() or self.inside(path).split("/")[0] == "..":
            what = f"{path!r} lies outside of the repository: a commit does not say what was there"
            raise CandidateError(
                what, where=f"{self._place}.{key}", hint="put it into the repository, or judge the candidate as it stands here"
            )

    def _require(self, path: str, key: str) -> None:
        """Refuse an artifact that the commit does not hold, saying why it does not."""
        self._within(path, key)
        inside, entries, place = self.inside(path), self._commit.entries, f"{self._place}.{key}"
        if inside in entries and not entries[inside].is_submodule:
            return
        for above in (inside, *map(str, Path(inside).parents)):
            if above in entries:
                kind = "a submodule" if entries[above].is_submodule else "a link" if not entries[above].is_file else "a file"
                what = f"{path} lies in {above}, which is {kind} there: what is in it is not part of the commit"
                raise CandidateError(
                    what, where=place, hint="keep the artifact in this repository, or judge the candidate as it stands here"
                )
        if any(each.startswith(inside + "/") for each in entries):
            raise CandidateError(f"is a directory: {path}", where=place, hint="name the file")
        what, hint = f"{path} is not in git at that commit", "add it to git there, or choose a ref that has it"
        if git(self._commit.root, "check-ignore", "-q", "--", path) is not None:
            what += ", and ignored here"
            hint = "`git add --force`, or git-lfs, keeps artifacts with the code that goes with them; without them a ref cannot be judged"
        elif (self._commit.root / path).is_file():
            what += ": it is only in the work tree"
            hint = f"`git add {path}` and commit; earlier commits cannot be judged"
        raise CandidateError(what, where=place, hint=hint)
