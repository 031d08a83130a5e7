"""What was done to a segment whose bytes are not those that its name says: cut, edited, converted; and how to get it back."""

from __future__ import annotations

import hashlib
import shlex
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from regrade.errors import DataError
from regrade.evalset.verify.findings import Findings
from regrade.evalset.verify.survey import Survey
from regrade.git import ask, read_objects

_NEVER = "a decision is changed by a new decision, never in its file"


class Kept(NamedTuple):
    """The right bytes of a segment, as git has them."""

    data: bytes
    restore: str
    """The command that brings them back."""


def check_changed(found: Survey, top: str | None, index: dict[str, str]) -> None:
    """Note each changed segment: what happened, from which line on, and the command that restores it where git can.

    Parameters
    ----------
    found : Survey
    top : str or None
        Folder of the workspace below the top of the repository, with its final ``/``; ``None``: there is no git here.
    index : dict
        File to the id of its content in git's index.
    """
    if not found.changed:
        return
    kept = _kept(found.root, sorted(found.changed), top, index) if top is not None else {}
    for name, data in found.changed.items():
        _explain(name, data, kept.get(name), found.findings)


def _kept(root: Path, names: list[str], top: str, index: dict[str, str]) -> dict[str, Kept]:
    """Return the right bytes of those segments that git has them of: in its index, else in any commit of the branch."""
    wanted: dict[str, list[tuple[str, str]]] = {name: [(index[name], "")] for name in names if name in index}
    token = uuid4().hex
    try:
        asked = ("log", "--full-history", "-c", "--no-renames", "--raw", "--no-abbrev", "-z", f"--format={token}%h%x00", "HEAD", "--")
        log = ask(root, "-c", "log.showSignature=false", *asked, *names).decode("utf-8", "surrogateescape")
    except DataError:
        log = ""  # no commit yet
    for part in log.split(token)[1:]:
        commit, *fields = part.split("\0")
        for about, path in pairwise(fields):
            if about.lstrip("\n").startswith(":"):
                wanted.setdefault(path.removeprefix(top), []).append((about.split()[-2], commit))
    kept: dict[str, Kept] = {}
    for name, versions in wanted.items():
        for object, commit in versions:
            data = _read(root, object)
            if data is not None and hashlib.sha256(data).hexdigest() in name:
                kept[name] = Kept(data, f"git checkout {commit[:12]}{' ' if commit else ''}-- {shlex.quote(name)}")
                break
    return kept


def _read(root: Path, object: str) -> bytes | None:
    try:
        return next((data for _, data in read_objects(root, [object])), None)
    except DataError:
        return None  # it was deleted there, or a partial clone has it not


def _explain(name: str, data: bytes, kept: Kept | None, findings: Findings) -> None:
    right = Path(name).stem
    hint = f"restore it: `{kept.restore}`" if kept else "git has it nowhere on this branch: restore it from another clone"
    hint = f"{hint}; {_NEVER}"
    lines = data.count(b"\n")
    for changed, what in (
        (data.replace(b"\r\n", b"\n"), "has other line ends (CRLF)"),
        (data + b"\n", "has lost its last line end"),
        (data.removeprefix(b"\xef\xbb\xbf"), "has got a byte order mark"),
        (data.rstrip(b"\r\n") + b"\n", "has got empty lines at its end"),
    ):
        if changed != data and hashlib.sha256(changed).hexdigest() == right:
            keep = "an editor, or git, converted it: keep `* -text` in evalset/.gitattributes"
            return findings.problem("line-ends", name, what, f"{hint.partition(';')[0]}; {keep}")
    if not data:
        return findings.problem("truncated", f"{name}:1", "is empty", hint)
    if data.startswith(b"version https://git-lfs"):
        return findings.problem(
            "changed", f"{name}:1", "is a pointer of git-lfs, not the decisions", "`git lfs pull`; keep segments out of LFS"
        )
    if kept is None:
        added = _right_until(data, right)
        if added:
            return findings.problem(
                "changed", f"{name}:{added + 1}", f"{_lines(lines - added)} added at its end", f"remove what follows line {added}"
            )
        if not data.endswith(b"\n") or b"\0" in data:
            cut = data.count(b"\n", 0, data.find(b"\0")) if b"\0" in data else lines
            return findings.problem("truncated", f"{name}:{cut + 1}", "is truncated: this line is cut", hint)
        return findings.problem("changed", name, "has changed: its content is not what its name says", hint)
    if kept.data.startswith(data):
        total = kept.data.count(b"\n")
        return findings.problem("truncated", f"{name}:{lines + 1}", f"is truncated: {lines:,} of {total:,} lines are left", hint)
    if data.startswith(kept.data):
        total = kept.data.count(b"\n")
        return findings.problem("changed", f"{name}:{total + 1}", f"{_lines(lines - total)} added at its end", hint)
    before, after = kept.data.split(b"\n"), data.split(b"\n")
    first = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after)))
    what = f"was edited: {len(before) - 1:,} lines have become {len(after) - 1:,}, from this one on"
    if len(before) == len(after):
        differing = sum(a != b for a, b in zip(before, after, strict=True))
        what = "was edited: this line is not what git has" if differing == 1 else f"was edited: {differing:,} lines from this one on"
    return findings.problem("changed", f"{name}:{first + 1}", what, hint)


def _right_until(data: bytes, right: str) -> int:
    """Return after how many lines ``data`` has the hash ``right``; 0 where nowhere."""
    digest = hashlib.sha256()
    for number, line in enumerate(data.splitlines(keepends=True), 1):
        digest.update(line)
        if digest.hexdigest() == right:
            return number
    return 0


def _lines(n: int) -> str:
    return "1 line was" if n == 1 else f"{n:,} lines were"
