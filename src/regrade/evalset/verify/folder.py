"""Which files stand in the folder of an eval set, and which of them should not."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from regrade.evalset.journal import OPEN, SUFFIX
from regrade.evalset.segments import SEGMENTS
from regrade.evalset.verify.findings import Findings

SEGMENT_NAME = re.compile(r"[0-9a-f]{64}\.jsonl")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])|undated")
_AWAY = "regrade does not read it: move it away"


class _Lister:
    def __init__(self, root: Path, findings: Findings) -> None:
        self._root = root
        self._findings = findings

    def name(self, path: Path) -> str:
        return shown(path, self._root)

    def entries(self, folder: Path) -> list[os.DirEntry[str]]:
        """Return what stands in ``folder``, sorted; a folder that cannot be listed is a finding."""
        try:
            with os.scandir(folder) as found:
                return sorted(found, key=lambda entry: entry.name)
        except FileNotFoundError:
            return []
        except OSError as error:
            self._findings.problem("unreadable", self.name(folder), f"cannot be listed: {error.strerror}", "give yourself the permission")
            return []

    def is_folder(self, entry: os.DirEntry[str]) -> bool:
        return entry.is_dir(follow_symlinks=False)

    def is_plain(self, entry: os.DirEntry[str]) -> bool:
        """Return whether it is an ordinary file; a link, a pipe or a device is a finding, and is never opened."""
        if entry.is_file(follow_symlinks=False):
            return True
        if entry.is_symlink():
            self._findings.problem(
                "not-a-file",
                self.name(Path(entry.path)),
                "is a symbolic link",
                "git carries the link, not the decisions: put the file here",
            )
        else:
            mode = entry.stat(follow_symlinks=False).st_mode
            kind = "folder" if stat.S_ISDIR(mode) else "pipe, socket or device"
            self._findings.problem("not-a-file", self.name(Path(entry.path)), f"is a {kind}, where only segments belong", "move it away")
        return False

    def stray(self, path: Path, what: str = "is no segment", hint: str = _AWAY) -> None:
        self._findings.warning("stray", self.name(path), what, hint)


def shown(path: Path, root: Path) -> str:
    """Return how a file is named to people: relative to the workspace, with ``/``."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def list_journals(folder: Path, root: Path, findings: Findings) -> list[Path]:
    """Return the journals under ``folder``; read them before segments are listed: one that is sealed meanwhile is then found there."""
    lister = _Lister(root, findings)
    entries = [entry for entry in lister.entries(folder / OPEN) if entry.name.endswith(SUFFIX) and not entry.name.startswith(".")]
    return [Path(entry.path) for entry in entries if lister.is_plain(entry)]


def list_segments(folder: Path, root: Path, findings: Findings) -> list[Path]:
    """Return the segments under ``folder``, and note what else stands there."""
    lister = _Lister(root, findings)
    segments: list[Path] = []
    for each in (folder, folder / SEGMENTS):
        if each.is_symlink():
            hint = "git carries the link, not the decisions: put the folder here"
            findings.problem("not-a-file", lister.name(each), "is a symbolic link", hint)
    for month in lister.entries(folder / SEGMENTS):
        path = Path(month.path)
        if not lister.is_folder(month):
            if month.is_symlink() or not month.is_file(follow_symlinks=False):
                lister.is_plain(month)
            elif SEGMENT_NAME.fullmatch(month.name):
                findings.problem(
                    "misplaced",
                    lister.name(path),
                    "is a segment in no folder of a month, where nobody reads it",
                    f"move it to a folder of {SEGMENTS}/, such as {SEGMENTS}/undated/",
                )
            else:
                lister.stray(path)
            continue
        inside = lister.entries(path)
        if inside and not _MONTH.fullmatch(month.name):
            lister.stray(path, "is no folder of a month (yyyy-mm, or undated)", "its segments are read; move them to a folder of a month")
        for entry in inside:
            _one(lister, findings, entry, segments)
    return segments


def _one(lister: _Lister, findings: Findings, entry: os.DirEntry[str], segments: list[Path]) -> None:
    """Sort one entry of a month's folder."""
    path = Path(entry.path)
    if not lister.is_plain(entry):
        return
    if SEGMENT_NAME.fullmatch(entry.name):
        segments.append(path)
    elif entry.name.endswith(SUFFIX) and not entry.name.startswith("."):
        findings.problem(
            "name",
            lister.name(path),
            "is not named by the SHA-256 of its content: regrade refuses to open the eval set",
            "a copy or a leftover goes; a segment that was renamed gets its name back (`git log --follow -- FILE`)",
        )
    elif entry.name.endswith((".orig", ".rej")) or re.search(r"\.(BACKUP|BASE|LOCAL|REMOTE)\.", entry.name):
        lister.stray(path, "is a leftover of a merge", "segments never conflict: remove it")
    else:
        lister.stray(path)
