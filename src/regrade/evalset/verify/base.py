"""Decisions as they stand in blobs of git, and whether each still stands here with the same bytes (rule 15 of the design)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import msgspec

from regrade.errors import DataError, UsageError, near_names
from regrade.evalset.segments import SEGMENTS
from regrade.evalset.verify.folder import SEGMENT_NAME
from regrade.evalset.verify.survey import Survey
from regrade.git import files_at, git, read_objects


class _Id(msgspec.Struct):
    """What is read of an old decision."""

    id: str


_ids = msgspec.json.Decoder(_Id)


@dataclass
class Past:
    """The decisions of one segment as git has it."""

    decisions: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    """Id to the bytes of its line, and the line's number."""
    broken: list[int] = field(default_factory=list)
    """Lines that are no decision, schema or header."""
    readable: bool = True


def decisions_of(root: Path, objects: Mapping[str, str]) -> dict[str, Past]:
    """Return the decisions of each segment; ``objects``: file → id of its content in git."""
    pasts = {}
    try:
        found = dict(read_objects(root, dict.fromkeys(objects.values())))
    except DataError:
        found = {}
    for name, object in objects.items():
        past = pasts[name] = Past(readable=object in found)
        for number, line in enumerate(found.get(object, b"").split(b"\n"), 1):
            if line.startswith(b'{"at":'):
                try:
                    past.decisions[_ids.decode(line).id] = (line, number)
                except (msgspec.DecodeError, UnicodeDecodeError):
                    past.broken.append(number)
            elif line and not line.startswith((b'{"encoded":', b'{"regrade":')):
                past.broken.append(number)
    return pasts


def merge_bases(root: Path, ref: str) -> list[str]:
    """Return the commits where ``ref`` and HEAD parted.

    Raises
    ------
    UsageError
        There is no git, no commit, no such ref, or nothing in common.
    """
    if git(root, "rev-parse", "--git-dir") is None:
        raise UsageError(
            "there is no git repository here", where=str(root), hint="without git there is no base to compare with: leave --base out"
        )
    if git(root, "rev-parse", "--verify", "-q", "HEAD^{commit}") is None:
        raise UsageError("nothing is committed here yet", where="HEAD", hint="leave --base out")
    shallow = git(root, "rev-parse", "--is-shallow-repository") == "true"
    deepen = "this clone is shallow: `git fetch --unshallow`, or `fetch-depth: 0` in CI" if shallow else ""
    if ref.startswith("-") or git(root, "rev-parse", "--verify", "-q", f"{ref}^{{commit}}") is None:
        named = (git(root, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags") or "").split("\n")
        raise UsageError(f"git knows no commit {ref!r}", hint=" · ".join(filter(None, (near_names(ref, [*named, "HEAD"]), deepen))))
    bases = (git(root, "merge-base", "--all", ref, "HEAD") or "").split()
    if not bases:
        raise UsageError(f"{ref!r} and HEAD have no common commit", hint=deepen or "the two histories have nothing in common")
    return bases


def check_base(found: Survey, ref: str, top: str) -> int:
    """Note every decision at the merge base of ``ref`` and HEAD that is not here with the same bytes; return how many there were.

    Parameters
    ----------
    found : Survey
    ref : str
        A branch, tag or commit.
    top : str
        Folder of the workspace below the top of the repository, with its final ``/``.

    Raises
    ------
    UsageError
        As :func:`merge_bases` does.
    """
    n = 0
    for base in merge_bases(found.root, ref):
        is_tip = git(found.root, "rev-parse", f"{ref}^{{commit}}") == base
        shown = ref if is_tip else git(found.root, "rev-parse", "--short", base) or base
        files = files_at(found.root, base, f"{top}{found.name(found.folder)}/{SEGMENTS}")
        objects = {entry.path: entry.object for entry in files if SEGMENT_NAME.fullmatch(entry.path.rpartition("/")[2])}
        for path, past in decisions_of(found.root, objects).items():
            n += len(past.decisions)
            _compare(found, f"{shown}:{path}", past, path.removeprefix(top))
    return n


def _compare(found: Survey, there: str, past: Past, name: str) -> None:
    if not past.readable:
        what = "git cannot read this segment: its decisions were not compared"
        hint = "`git fetch` brings what a partial clone lacks; `git fsck` says what is broken"
        found.findings.problem("base-unreadable", there, what, hint)
    for number in past.broken:
        what = "is no decision: it was damaged there already"
        found.findings.warning("base-unreadable", f"{there}:{number}", what, "`git log -- FILE` says who changed it")
    missing = []
    for id, (line, number) in past.decisions.items():
        here = found.lines.get(id)
        if here is None:
            missing.append((number, id))
        elif here != line:
            what = f"decision {id} has other bytes here, at {found.places[id]}"
            hint = "a decision never changes: undo it, or decide anew; restore the file as it was"
            found.findings.problem("base-changed", f"{there}:{number}", what, hint)
    for _, run in groupby(enumerate(missing), lambda each: each[1][0] - each[0]):
        numbers = [number for _, (number, _) in run]
        where = f"{there}:{numbers[0]}" + (f"–{numbers[-1]}" if len(numbers) > 1 else "")
        what = "1 decision is not here" if len(numbers) == 1 else f"{len(numbers):,} decisions are not here"
        ref = there.partition(":")[0]
        hint = f"a decision is taken back by undoing it, never removed: `git checkout {ref} -- {name}`"
        found.findings.problem("base-missing", where, what, hint)
