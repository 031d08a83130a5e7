"""Every section of docs/tasks.md works as it stands: the file is imported, its results are counted, and `init` finds the same roles."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from regrade.config import Config, parse
from regrade.log import PredictionLog, add, sniff
from regrade.paths import Paths

PAGE = (Path(__file__).parents[3] / "docs" / "tasks.md").read_text(encoding="utf-8")
SECTIONS: dict[str, str] = dict(re.findall(r"^## (.+?)\n(.+?)(?=^## |\Z)", PAGE, re.M | re.S))


def block(title: str, kind: str) -> str:
    found = re.search(rf"```{kind}\n(.+?)```", SECTIONS[title], re.S)
    assert found
    return found[1]


def made(folder: Path, title: str) -> tuple[Path, Config]:
    path = folder / "log.jsonl"
    path.write_text(block(title, "jsonl"), encoding="utf-8")
    return path, parse(block(title, "toml"))


@pytest.mark.parametrize("title", SECTIONS)
def test_results_are_as_the_page_says(tmp_path: Path, title: str) -> None:
    path, config = made(tmp_path, title)
    add([path], Paths(tmp_path), config)
    with PredictionLog.open(Paths(tmp_path), config) as log, log.reader() as reader:
        found = reader.counts()
    said = re.search(r"^(\d+) wrong, (\d+) right, (\d+) unknown", SECTIONS[title], re.M)
    assert said and (found.failures, found.right, found.unknown) == tuple(map(int, said.groups()))


@pytest.mark.parametrize("title", SECTIONS)
def test_init_finds_the_same(tmp_path: Path, title: str) -> None:
    path, config = made(tmp_path, title)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    pairs = len(config.log.key_columns) > 1
    many = []
    for round in range(8):  # enough rows to tell classes from texts
        for at, row in enumerate(rows):
            said = {"response": f"{row['response']} {round}"} if config.task.kind == "text" else {}
            many.append(json.dumps({**row, **said, "id": round * 100 + (row["id"] if pairs else at)}))
    path.write_text("\n".join(many), encoding="utf-8")
    found = parse(sniff(path, {}).to_toml())
    assert found.task.kind == config.task.kind and found.task.positive == config.task.positive
    assert found.log.key_columns == config.log.key_columns
    for role in ("model", "prediction", "score", "scores", "outcome", "feedback"):
        assert getattr(found.log, role) == getattr(config.log, role), role
