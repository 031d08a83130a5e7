"""What the app asks of the log never imports pandas; importing the packages imports hardly anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.unit.log.logs import small

HEAVY = ("pandas", "sklearn", "scipy", "sqlite_utils", "skops", "matplotlib")


def loaded(script: str, *names: str) -> list[str]:
    tail = f"\nimport sys; print([each for each in {names!r} if each in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script + tail], capture_output=True, text=True, check=True)
    found: list[str] = eval(done.stdout)
    return found


def test_importing_is_light() -> None:
    assert loaded("import regrade.log, regrade.log.content", *HEAVY, "duckdb", "pyarrow", "numpy", "sqlglot") == []
    assert loaded("import regrade.expressions", *HEAVY, "duckdb", "pyarrow", "numpy") == []


def test_everything_the_app_does_runs_without_pandas(tmp_path: Path) -> None:
    small(tmp_path, 300, 2).close()
    browse = f"""
import numpy as np
from pathlib import Path
from regrade.config import parse
from regrade.log import Decided, PredictionLog
from regrade.paths import Paths
config = parse('''[task]
positive = "late"
[log]
paths = ["*.parquet"]
id = "id"
time = "time"
prediction = "said"
score = "p"
outcome = "truth"
''')
log = PredictionLog.open(Paths(Path({str(tmp_path)!r})), config)
reader = log.reader()
log.set_decided([Decided("k1", "promoted", "storm", "late")])
view = reader.view("(status = 'promoted' or hour > 3) and result = 'wrong' and expected is not null", "-margin")
assert len(view)
assert reader.cells(view.addresses, list(log.types()))
assert reader.find(["k3"]) and reader.counts()
"""
    assert loaded(browse, *HEAVY, "pyarrow") == []
    promote = "assert reader.contents(view.addresses[:9]) and log.schema.encoded and log.schema.hash"
    assert loaded(browse + promote, *HEAVY, "pyarrow") == ["pyarrow"]
