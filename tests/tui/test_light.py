"""What the app's screens import: going to one must not cost what scoring costs."""

from __future__ import annotations

import subprocess
import sys

from regrade.tui.places import PLACES

HEAVY = ("numpy", "pandas", "pyarrow", "duckdb", "sklearn", "scipy", "regrade.workspace", "regrade.scoring", "regrade.candidates")


def test_no_screen_imports_what_computes() -> None:
    modules = [name.partition(":")[0] for place in PLACES for name in (place.screen, place.actions)]
    code = f"import sys; from importlib import import_module; [import_module(name) for name in {modules!r}]; print('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "regrade.tui.screens.slices" in loaded
    assert [name for name in loaded if name in HEAVY] == []
