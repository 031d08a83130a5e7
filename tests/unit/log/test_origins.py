"""An example says which of the user's files its prediction came in, and the row, where a segment can tell."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from regrade.log import PredictionLog, add
from regrade.paths import Paths
from tests.unit.log.imports import CONFIG, bring, put


def sources(folder: Path) -> dict[str, str | None]:
    """Prediction → the source that its content names."""
    with PredictionLog.open(Paths(folder), CONFIG) as log, log.reader() as reader:
        every = np.arange(log.n_rows)
        keys = [row[0] for row in reader.cells(every, ["key"])]
        return {key: content.source for key, content in zip(keys, reader.contents(every), strict=True)}


def test_a_segment_tells_file_and_row(tmp_path: Path) -> None:
    bring(tmp_path, "july.csv", "id,said\na,x\nb,y\n")
    bring(tmp_path, "august.csv", "id,said\nc,x")
    assert sources(tmp_path) == {"a": "july.csv, row 1", "b": "july.csv, row 2", "c": "august.csv, row 1"}


def test_of_several_files_each_row_has_its_own(tmp_path: Path) -> None:
    files = [
        put(tmp_path, "a.csv", "id,said\na1,x\na2,x"),
        put(tmp_path, "b.csv.gz", "id,said\r\nb1,x\r\nb2,x\r\nb3,x\r\n"),
        put(tmp_path, "c.jsonl", "".join(json.dumps({"id": f"c{n}", "said": "x"}) + "\n" for n in (1, 2))),
        put(tmp_path, "d.csv", "said,id\nx,d1\n"),
    ]
    add(files, Paths(tmp_path), CONFIG)
    names = {"a": "a.csv", "b": "b.csv.gz", "c": "c.jsonl", "d": "d.csv"}
    assert sources(tmp_path) == {
        key: f"{names[key[0]]}, row {key[1]}" for key in ("a1", "a2", "b1", "b2", "b3", "c1", "c2", "d1")
    }  # fmt: skip


def test_where_rows_are_left_out_or_take_several_lines_only_the_names_are_told(tmp_path: Path) -> None:
    """A boundary that is off by one row would name the wrong file."""
    files = [put(tmp_path, "a.csv", "id,said\na1,x"), put(tmp_path, "b.csv", 'id,said\nb1,"two\nlines"\nb2,x\n')]
    add(files, Paths(tmp_path), CONFIG)
    assert set(sources(tmp_path).values()) == {"a.csv, b.csv"}


def test_after_an_update_the_files_are_still_known(tmp_path: Path) -> None:
    bring(tmp_path, "july.csv", "id,said\na,x\nb,y\n")
    bring(tmp_path, "better.csv", "id,said\nb,x\n", update=True)
    assert sources(tmp_path) == {"a": "july.csv", "b": "better.csv, row 1"}
