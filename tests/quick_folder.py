"""A folder in memory where there is one: thousands of fsyncs cost nothing there, and what is tested does not depend on the disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_MEMORY = Path("/dev/shm")


@pytest.fixture
def quick_folder(tmp_path: Path) -> Iterator[Path]:
    """Yield an empty folder, in memory if that can be."""
    if not os.access(_MEMORY, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="regrade-", dir=_MEMORY, ignore_cleanup_errors=True) as folder:
        yield Path(folder)
