"""Ask git about the folder that is meant, whatever a hook's environment says."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple, Self

from regrade.errors import DataError, UsageError, near_names

_PATIENCE = 10.0
"""Seconds for a small question."""
_AT_ONCE = 128
"""Objects whose ids fit into any pipe: git takes them all although nobody reads its answers yet."""


class Entry(NamedTuple):
    """A file of a git tree."""

    path: str
    """Relative to the top of the repository; what is no UTF-8 in it is escaped, as Python does for file names."""
    object: str
    """The id of its content."""
    mode: str = "100644"
    """``100644``, ``100755``, ``120000`` (a link) or ``160000`` (a submodule)."""

    @property
    def is_file(self) -> bool:
        """Is it a file, and no link and no submodule?"""
        return self.mode.startswith("100")

    @property
    def is_submodule(self) -> bool:
        """Is it a commit of another repository?"""
        return self.mode == "160000"


def git(root: Path, *arguments: str) -> str | None:
    """Return what git says, without white space around it; None where there is no git, no repository, or no answer."""
    try:
        said = subprocess.run(
            _command(root, arguments), capture_output=True, text=True, timeout=_PATIENCE, check=False, env=_environment(), errors="replace"
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return said.stdout.strip() if said.returncode == 0 else None


def ask(root: Path, *arguments: str, given: bytes = b"", more: Mapping[str, str] = {}) -> bytes:
    """Return all that git says, as it stands, however long it takes; ``given`` is its input, ``more`` of its environment.

    Raises
    ------
    DataError
        There is no git, or it refused; ``what`` is what it said.
    """
    try:
        said = subprocess.run(_command(root, arguments), input=given, capture_output=True, check=False, env=_environment() | dict(more))
    except OSError as error:
        raise _cannot_start(error) from None
    if said.returncode != 0:
        raise _refused(said.stderr, said.returncode)
    return said.stdout


def commit_of(root: Path, ref: str) -> str | None:
    """Return the id of the commit that ``ref`` names; None where it names none."""
    if not ref or ref.startswith("-") or "\0" in ref:
        return None
    return git(root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}") or None


def require_commit(root: Path, ref: str, note: str = "") -> str:
    """Return the id of the commit that ``ref`` names. Raises UsageError that lists near names; ``note`` is part of what it says."""
    found = commit_of(root, ref)
    if found is None:
        names = (git(root, "for-each-ref", "--format=%(refname:short)") or "").split("\n")
        hint = near_names(ref, [name for name in names if name])
        raise UsageError(f"{ref!r} is no commit, branch or tag{note}", hint=" · ".join(filter(None, (hint, shallow(root)))))
    return found


def shallow(root: Path) -> str:
    """Return what to do where this clone has only the newest commits; empty where it has all."""
    cut = git(root, "rev-parse", "--is-shallow-repository") == "true"
    return "this clone is shallow: `git fetch --unshallow` brings the rest" if cut else ""


def descends(root: Path, commit: str, ancestor: str) -> bool:
    """Return whether ``commit`` is ``ancestor``, or is built on it; False where git cannot tell."""
    return git(root, "merge-base", "--is-ancestor", ancestor, commit) is not None


def files_at(root: Path, commit: str, folder: str) -> list[Entry]:
    """Return the files under ``folder`` (relative to the top of the repository) as of ``commit``; none where it was not there yet.

    Raises DataError as :func:`ask` does, such as where there is no such commit.
    """
    return [entry for entry in entries_at(root, commit, folder) if not entry.is_submodule]


def entries_at(root: Path, commit: str, folder: str = "") -> list[Entry]:
    """Return files, links and submodules under ``folder`` as of ``commit``; by default all. Raises DataError."""
    listed = ask(root, "ls-tree", "-r", "-z", "--full-tree", commit, *(("--", folder) if folder else ()))
    entries = []
    for line in listed.split(b"\0")[:-1]:
        about, _, path = line.partition(b"\t")
        mode, _, object = about.split(b" ")
        entries.append(Entry(os.fsdecode(path), object.decode("ascii"), mode.decode("ascii")))
    return entries


def check_out(root: Path, commit: str, paths: Iterable[str], folder: Path) -> None:
    """Write ``paths`` as of ``commit`` under ``folder``, as a checkout would; the work tree and the index are not touched.

    With line ends and filters as they are set up, but without git-lfs: what it keeps stays a pointer. (`git archive` would leave
    out what is ``export-ignore``, and takes twice as long.)

    Raises DataError as :func:`ask` does.
    """
    import tempfile  # rarely needed, and brings every kind of archive

    names = b"".join(os.fsencode(path) + b"\0" for path in paths)
    raw = [part for name in ("smudge=", "process=", "required=false") for part in ("-c", f"filter.lfs.{name}")]
    plain = (*raw, "-c", "core.sparseCheckout=false", "-c", "checkout.workers=0")
    with tempfile.TemporaryDirectory(prefix="regrade-index-") as place:
        index = {"GIT_INDEX_FILE": str(Path(place) / "index")}
        ask(root, "read-tree", commit, more=index)
        ask(root, *plain, f"--work-tree={folder}", "checkout-index", "-q", "-z", "--stdin", more=index, given=names)


def read_objects(root: Path, objects: Iterable[str]) -> Generator[tuple[str, bytes], None, None]:
    """Yield id and content of each of ``objects``, in their order, out of one process: 10,000 small ones take a fifth of a second.

    Raises
    ------
    DataError
        One is not there (a partial clone without its remote), or cannot be read.
    """
    wanted = list(objects)
    if not wanted:
        return
    process = _cat_file(root, "--buffer")
    assert process.stdin is not None and process.stdout is not None
    with process:
        # From a thread: git stops reading ids while nobody takes its answers, and both would wait for ever.
        writer = threading.Thread(target=_write, args=(process.stdin, wanted), name="regrade-git", daemon=True)
        writer.start()
        try:
            for object in wanted:
                yield object, _next_object(process.stdout, object)
        finally:
            process.kill()
            writer.join()


class Objects:
    """Large objects, asked for a few at a time of one process, which is started when the first are; a context manager.

    Parameters
    ----------
    root : Path
        A folder of the repository.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        process, self._process = self._process, None
        if process is not None:
            with suppress(BrokenPipeError), process:
                process.kill()

    def read(self, objects: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield id and content of each of ``objects``, in their order. Raises DataError as :func:`read_objects` does."""
        wanted = list(objects)
        whole = False
        try:
            for start in range(0, len(wanted), _AT_ONCE):
                some = wanted[start : start + _AT_ONCE]
                told = self._asked(some)
                for object in some:
                    yield object, _next_object(told, object)
            whole = True
        finally:
            if not whole:  # answers that nobody took would be taken for those to the next question
                self.__exit__()

    def _asked(self, objects: Iterable[str]) -> IO[bytes]:
        """Ask for objects, and return where they are told."""
        if self._process is None:
            self._process = _cat_file(self._root)
        given, told = self._process.stdin, self._process.stdout
        assert given is not None and told is not None
        with suppress(BrokenPipeError):  # git died: what is read says so
            given.write("".join(f"{object}\n" for object in objects).encode("ascii"))
            given.flush()
        return told


def _cat_file(root: Path, *how: str) -> subprocess.Popen[bytes]:
    """Start what answers with the content of each object that it is asked for."""
    try:
        return subprocess.Popen(
            _command(root, ("cat-file", "--batch", *how)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=1 << 20,
            env=_environment(),
        )
    except OSError as error:
        raise _cannot_start(error) from None


def _next_object(told: IO[bytes], object: str) -> bytes:
    """Return the content of the object that comes next."""
    about = told.readline().split()
    if len(about) != 3 or about[1] != b"blob":
        raise DataError("git cannot read this object", where=object, hint="`git fsck` says what is missing; `git fetch` may bring it")
    content = told.read(int(about[2]))
    if len(content) != int(about[2]) or told.read(1) != b"\n":
        raise DataError("git stopped in the middle of this object", where=object, hint="`git fsck` says what is broken")
    return content


def _write(pipe: IO[bytes], objects: Iterable[str]) -> None:
    try:
        with pipe:
            pipe.write("".join(f"{object}\n" for object in objects).encode("ascii"))
    except BrokenPipeError:
        pass  # git died, or the reader has seen enough: what is read says so


def _command(root: Path, arguments: Iterable[str]) -> list[str]:
    return ["git", "-C", str(root), *arguments]


def _environment() -> dict[str, str]:
    """Return the environment without ``GIT_DIR`` and its like: a hook hands them down, and they would overrule the folder."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}


def _cannot_start(error: OSError) -> DataError:
    return DataError(f"git cannot be started: {error.strerror}", hint="install git, or put it on the PATH")


def _refused(said: bytes, code: int) -> DataError:
    words = said.decode("utf-8", "replace").strip().removeprefix("fatal: ")
    return DataError(words or f"git ended with {code}")
