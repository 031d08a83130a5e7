"""A workspace for each test of the app."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.harness import make_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a workspace over 600 predictions without a decision."""
    return make_workspace(tmp_path / "flights")
