"""docs/metrics.md: every metric stands there with its direction, every example of a configuration loads, every scorer does what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from regrade.config import parse
from regrade.config_scorers import KINDS, Scorer
from regrade.log.scorers import value
from regrade.scoring.metric_list import METRICS, SCORERS, find

PAGE = (Path(__file__).parents[3] / "docs" / "metrics.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\w+)` \| [^|]+ \| `([^|]+)` \| `([^|]+)` \| ([0-9.]+) \|$", PAGE, re.MULTILINE)
BETTER = {True: "higher", False: "lower", None: "neither"}


def test_every_metric_stands_there() -> None:
    for name, metric in METRICS.items():
        assert f"| `{name}` | {BETTER[metric.better]} |" in PAGE
    assert all(f"`{name}`" in PAGE for name in SCORERS)


@pytest.mark.parametrize("block", re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL))
def test_every_configuration_loads(block: str) -> None:
    config = parse(block)
    for name in config.shown_metrics:
        find(name, config)


@pytest.mark.parametrize(("kind", "expected", "answer", "worth"), ROWS)
def test_every_scorer_does_what_its_row_says(kind: str, expected: str, answer: str, worth: str) -> None:
    fields = ("$.intent",) if kind == "json_path" else ()
    assert value(Scorer(kind=kind, fields=fields), expected, answer) == float(worth)  # type: ignore[arg-type]


def test_every_kind_has_a_row() -> None:
    assert {kind for kind, *_ in ROWS} == set(KINDS) - {"function"}
