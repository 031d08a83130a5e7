"""A report is in its place whole, or what was there before."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from regrade.errors import DataError
from regrade.report.files import write_report


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_it_replaces_what_was_there_and_makes_folders(tmp_path: Path) -> None:
    file = tmp_path / "reports" / "gate.md"
    write_report(file, "old\n")
    link = tmp_path / "link.md"
    link.symlink_to(file)
    write_report(link, "néw\n")
    assert link.is_symlink() and file.read_bytes() == "néw\n".encode()
    assert names(file.parent) == ["gate.md"]


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "gate.md"
    write_report(file, "old\n")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match="No space left"):
        write_report(file, "new\n")
    assert file.read_text(encoding="utf-8") == "old\n" and names(tmp_path) == ["gate.md"]


def test_what_cannot_be_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("", encoding="utf-8")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    for place in (tmp_path, tmp_path / "plain" / "gate.md", tmp_path / ("x" * 300), tmp_path / "a\0b", tmp_path / "circle"):
        with pytest.raises(DataError, match=r"is a folder|cannot be written"):
            write_report(place, "text")
    assert names(tmp_path) == ["circle", "plain"]


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text(encoding="utf-8")), daemon=True)
    reader.start()
    write_report(pipe, "text\n")
    reader.join(60)
    assert read == ["text\n"] and pipe.is_fifo()
    ours, theirs = os.pipe()
    write_report(Path(f"/dev/fd/{theirs}"), "of a shell\n")
    assert os.read(ours, 100) == b"of a shell\n"
    os.close(ours)
    os.close(theirs)
