"""Workspaces for a monkey: the flights, and the same with everything in them that somebody hostile could have put there."""

from __future__ import annotations

from pathlib import Path

import duckdb

from regrade.evalset import EvalSet
from tests.tui.harness import HOSTILE, Branch
from tests.tui.test_real_engine import make_scored

LARGE = (
    "x" * 1_000_000,
    "zero\u200bwidth\u2060",
    "👩‍👩‍👧‍👦" * 40,
    "\x00\x01\x7f",
    "ﷺ" * 9,
    "e\u0301\u0301\u0301" * 9,
    "🏳️‍🌈👍🏽ｱ",
    "\ud7ff\ue000\U0010ffff",
)
NAMES = ("\x1b]52;c;eA==\x07 storms", "[bold]short[/] hop", "\u202egnp.exe", "漢字🙂 é")
"""Of failure modes."""
PEOPLE = ("\x1b]0;bob\x07", "Grace <grace@x.y>", "[/]\x9b31m")
MORE = """
[candidates.gone]
predictions = "gone.csv"
[slices]
evening = "hour >= 18"
"\\u001b[31mmorning [/]" = "hour < 12 and carrier != 'EV'"
"""


def make_flights(folder: Path) -> Path:
    """Make a workspace with modes, examples, disputes, and a candidate that cannot be run."""
    make_scored(folder, 600)
    _decide(folder, ("storms", "short hop", "holiday", "missing weather"), ("Ada <ada@x.y>", "Grace <grace@x.y>", "Linus <l@x.y>"))
    return folder


def make_hostile(folder: Path) -> Path:
    """Make one whose cells, keys, values, classes, names of columns, modes, people and slices are hostile."""
    make_scored(folder, 120, notes=(*HOSTILE, *LARGE))
    source, hostile = folder / "log.parquet", ", ".join("?" for _ in HOSTILE)
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE log AS SELECT row_number() OVER (ORDER BY id) AS n, * FROM '{source}'")
        connection.execute(f"UPDATE log SET carrier = [{hostile}][n % {len(HOSTILE)} + 1] WHERE n % 3 = 0", list(HOSTILE))
        connection.execute("UPDATE log SET id = id || ? WHERE n % 10 = 0", ["\x1b[2J\u202e"])
        connection.execute("UPDATE log SET prediction = ? WHERE n % 17 = 0", ["\x1b]0;class\x07"])
        connection.execute("UPDATE log SET outcome = ? WHERE n % 19 = 0", ["[/] \x9b2J"])
        for name, value in (
            ("\x1b]0;column\x07", "n"),
            ("[@click=app.quit]x[/]", "carrier"),
            ("漢字🙂 \u202ecol", "remark"),
            ("status", "'log''s own'"),
            ("nested", "{'a': [remark[:50], NULL], '\x1b[2J': {'b': n}}"),
            ("bytes", "'\\x1B\\xFF'::BLOB"),
            ("number", "[1e308, -1e308, 'nan'::DOUBLE, 'inf'::DOUBLE, 0.1][n % 5 + 1]"),
            ("great", "170141183460469231731687303715884105727::HUGEINT"),
            ("moment", "TIMESTAMP '0001-01-01' + to_years((n % 9000)::INTEGER)"),
        ):
            quoted = '"' + name.replace('"', '""') + '"'
            connection.execute(f"ALTER TABLE log ADD COLUMN {quoted} {_type(connection, value)}")
            connection.execute(f"UPDATE log SET {quoted} = {value}")
        connection.execute(f"COPY (SELECT * EXCLUDE n FROM log ORDER BY n) TO '{source}' (FORMAT parquet)")
        connection.execute(f"COPY (SELECT id, coalesce(outcome, prediction) AS prediction FROM log) TO '{folder / 'better.csv'}' (HEADER)")
    _decide(folder, NAMES, PEOPLE)
    return folder


def _type(connection: duckdb.DuckDBPyConnection, value: str) -> str:
    return str(connection.execute(f"SELECT typeof({value}) FROM log LIMIT 1").fetchall()[0][0])


def _decide(folder: Path, modes: tuple[str, ...], people: tuple[str, ...]) -> None:
    """Label and dispute a few predictions."""
    config = folder / "regrade.toml"
    config.write_text(config.read_text(encoding="utf-8") + MORE, encoding="utf-8")
    with duckdb.connect() as connection:
        keys = [
            row[0] for row in connection.execute(f"SELECT id FROM '{folder / 'log.parquet'}' ORDER BY time DESC, id LIMIT 40").fetchall()
        ]
    with EvalSet.open(folder / "evalset", actor=people[0], task_kind="classification") as evalset:
        for mode in modes:
            evalset.define_mode(mode, description=mode, owner="[/] \u202ebob")
        for at, key in enumerate(keys[:12]):
            evalset.label([key], modes[at % len(modes)])
        evalset.note(keys[:3], modes[0])
    branches = [Branch(folder, f"{name} {person}") for name, person in zip(("One", "Two"), people[1:], strict=True)]
    for at, branch in enumerate(branches):
        branch.decide(lambda theirs, at=at: theirs.label([keys[at], keys[5], keys[30]], modes[-1 - at]))
        branch.decide(lambda theirs, at=at: theirs.relabel([keys[6]], ("late", "on_time")[at]))
    for branch in branches:
        branch.merge()
