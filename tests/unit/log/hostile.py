"""Bring hostile bytes in: what they hold is kept exactly, or refused by line, and then nothing is left behind."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from regrade.errors import DataError
from regrade.log import PredictionLog, add
from regrade.paths import Paths
from tests.unit.log.imports import CONFIG, left

_fresh = itertools.count()


@dataclass(frozen=True)
class Kept:
    """The file comes in."""

    values: tuple[Any, ...]
    """Of column ``x``; ``id`` where there is none."""
    kind: str = ""
    """SQL type of the column; empty: whichever."""
    column: str = "x"


@dataclass(frozen=True)
class Bad:
    """One line is refused, and put aside where that is asked."""

    line: int
    what: str
    rest: tuple[Any, ...] = (1, 3)
    """Ids of the other rows."""
    text: bytes | None = None
    """What goes to the quarantine; None: the line as it stands."""


@dataclass(frozen=True)
class Broken:
    """The file as a whole is refused, quarantine or not."""

    what: str
    where: str = ""
    """How the place ends; empty: the file's name."""


Outcome = Kept | Bad | Broken


def check(base: Path, name: str, data: bytes, outcome: Outcome) -> None:
    """Import ``data`` into a fresh workspace below ``base`` and hold what happens against ``outcome``."""
    folder = base / str(next(_fresh))
    folder.mkdir()
    path = folder / name
    path.write_bytes(data)
    if isinstance(outcome, Kept):
        assert add([path], Paths(folder), CONFIG).rejected == 0
        kinds, read = _read(folder, outcome.column)
        assert same(read, outcome.values), read
        assert not outcome.kind or kinds == outcome.kind
        return
    aside = folder / "aside"
    with pytest.raises(DataError) as caught:
        add([path], Paths(folder), CONFIG)
    assert outcome.what in str(caught.value)
    where = f"{name}:{outcome.line}" if isinstance(outcome, Bad) else outcome.where or name
    assert caught.value.where.endswith(where), caught.value.where
    assert left(folder) == []
    if isinstance(outcome, Broken) or not outcome.rest:
        with pytest.raises(DataError):
            add([path], Paths(folder), CONFIG, quarantine=aside)
        assert left(folder) == [] and not aside.exists()
        return
    added = add([path], Paths(folder), CONFIG, quarantine=aside)
    assert (added.rows, added.rejected) == (len(outcome.rest), 1)
    assert same(_read(folder, "id")[1], outcome.rest)
    line = data.split(b"\n")[outcome.line - 1].rstrip(b"\r") if outcome.text is None else outcome.text
    assert aside.read_bytes() == line + b"\n"


def _read(folder: Path, column: str) -> tuple[str, list[Any]]:
    with PredictionLog.open(Paths(folder), CONFIG) as log, log.reader() as reader:
        kinds = {each.name: each.type for each in log.columns}
        return kinds[column], [row[0] for row in reader.cells(reader.view().addresses, [column])]


def same(read: Any, expected: Any) -> bool:
    """Are values the same, type and sign of zero included? NaN is NaN."""
    return repr(list(read)) == repr(list(expected))
