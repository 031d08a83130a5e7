"""What stands between a start and the first rows: nothing that could wait is imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.unit.log.logs import small


def test_a_log_is_opened_without_the_parser_of_expressions() -> None:
    code = "import sys, regrade.log.prediction_log, regrade.log.reader; print('sqlglot' in sys.modules, 'pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split() == ["False", "False"]


def test_the_first_rows_and_all_results_are_read_without_a_parser_arrow_or_decisions(tmp_path: Path) -> None:
    small(tmp_path, 40, 1).close()
    late = ("sqlglot", "pyarrow", "pandas", "regrade.evalset.store", "regrade.log.contents")
    code = f"""
import sys
from pathlib import Path
from regrade.config import parse
from regrade.log import PredictionLog
from regrade.paths import Paths
config = parse('[log]\\npaths = ["*.parquet"]\\nid = "id"\\ntime = "time"\\nprediction = "said"\\noutcome = "truth"\\n')
with PredictionLog.open(Paths(Path({str(tmp_path)!r})), config) as log, log.reader() as reader:
    assert len(reader.cells(reader.view().addresses[:30], ["key", "result", "said"])) == 30
    assert reader.counts().failures == int((reader.results() == 1).sum()) > 0
print([name for name in {late!r} if name in sys.modules])"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_the_app_is_imported_without_what_reads_a_log() -> None:
    late = ("duckdb", "numpy", "pyarrow", "sqlglot", "pandas", "sklearn", "sqlite_utils")
    code = f"import sys, regrade.cli, regrade.tui.app; print([name for name in {late!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
