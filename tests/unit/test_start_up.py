"""What stands between a start and the first rows: nothing that could wait is imported."""

from __future__ import annotations

import subprocess
import sys


def test_a_log_is_opened_without_the_parser_of_expressions() -> None:
    code = "import sys, regrade.log.prediction_log, regrade.log.reader; print('sqlglot' in sys.modules, 'pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split() == ["False", "False"]


def test_the_app_is_imported_without_what_reads_a_log() -> None:
    late = ("duckdb", "numpy", "pyarrow", "sqlglot", "pandas", "sklearn", "sqlite_utils")
    code = f"import sys, regrade.cli, regrade.tui.app; print([name for name in {late!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
