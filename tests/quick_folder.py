"""Folders in memory and on the disk, for tests to which it matters."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.memory import DISK, MEMORY


@pytest.fixture
def quick_folder(tmp_path: Path) -> Iterator[Path]:
    """Yield an empty folder, in memory if that can be, however little of it there is."""
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="regrade-", dir=MEMORY, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture
def disk_folder() -> Iterator[Path]:
    """Yield an empty folder where temporary files usually are: on the disk."""
    with tempfile.TemporaryDirectory(prefix="regrade-", dir=DISK, ignore_cleanup_errors=True) as folder:
        yield Path(folder)
