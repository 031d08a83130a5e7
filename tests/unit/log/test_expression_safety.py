"""The law of expressions when they run: none that is accepted reads a file, changes a setting or runs a statement, wherever it comes from.

Two walls, each shown to stand without the other: what the grammar lets through is on the allow-list as the engine reads it, and the
connections that run expressions can reach nothing, also where the allow-list is switched off.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regrade.compare import business
from regrade.compare.columns import evaluate_text
from regrade.config import parse as parse_config
from regrade.errors import RegradeError
from regrade.expressions import FUNCTIONS, expression
from regrade.expressions import parse as parse_expression
from regrade.log import PredictionLog, Reader, evaluate
from regrade.log.connection import locked, memory_cursor
from regrade.paths import Paths
from regrade.workspace import Workspace
from tests.unit.log.logs import CONFIG, ROWS, write
from tests.unit.test_expression_laws import assert_harmless

SECRET = "canary-5d0f"
TABLE = pa.table({"carrier": ["EV", "UA", None], "hour": [1, 18, None], "precip": [0.5, None, 2.0], "expected": ["late", None, "on_time"]})
TYPES = {"carrier": "VARCHAR", "hour": "BIGINT", "precip": "DOUBLE", "expected": "VARCHAR"}


@dataclass(frozen=True)
class Target:
    """A log to run expressions on, and a file beside it that nothing may read."""

    folder: Path
    canary: Path
    log: PredictionLog
    reader: Reader


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("log")
    canary = folder / "canary.csv"
    canary.write_text(f"secret\n{SECRET}\n", encoding="utf-8")
    file = write(folder / "log.parquet", ROWS.format(start=0, stop=12))
    config = parse_config(CONFIG.replace("{paths}", f'paths = ["{file}"]'))
    with PredictionLog.open(Paths(folder), config) as log, log.reader() as reader:
        yield Target(folder, canary, log, reader)


_LOOK = """SELECT (SELECT list((name, value) ORDER BY name) FROM duckdb_settings()), (SELECT list(database_name) FROM duckdb_databases()),
    (SELECT count(*) FROM duckdb_tables() WHERE NOT temporary), (SELECT count(*) FROM duckdb_functions() WHERE NOT internal),
    (SELECT count(*) FROM duckdb_views() WHERE NOT internal AND NOT temporary)"""


def standing(cursor: duckdb.DuckDBPyConnection, folder: Path) -> object:
    """Return all that a statement could have changed."""
    return cursor.execute(_LOOK).fetchall(), sorted((each.name, each.stat().st_size) for each in folder.iterdir())


# What an attacker writes. `{}` is a place for something inside.
_ATTACKS = """
read_text('CANARY') | read_csv('CANARY') | read_csv_auto('CANARY') | read_blob('CANARY') | read_parquet('LOG')
read_json('CANARY') | glob('*') | parquet_metadata('LOG') | sniff_csv('CANARY') | getenv('HOME') | getvariable('x')
current_setting('memory_limit') | query('select 1') | query_table('duckdb_settings') | duckdb_settings() | pragma_version()
version() | current_database() | txid_current() | json_execute_serialized_sql('{{}}') | system('id') | shell('id')
load_extension('httpfs') | install('httpfs') | nextval('s') | random() | list_transform([1], x -> {})
list_filter([1], lambda x: x) | apply([1], x -> x) | reduce([1], (a, b) -> a) | struct_pack(a := {}) | (select {})
(select content from read_text('CANARY')) | (select secret from 'CANARY') | (from 'CANARY') | (table x) | (values (1))
exists (select 1) | exists (from read_text('CANARY')) | {} in (select secret from 'CANARY') | {} in (from 'CANARY')
{} = any(select 1) | {} = any([1]) | (with a as (select 1) select * from a) | (describe x) | (show tables) | (pivot x on y)
(summarize 'CANARY') | {}; copy (select 1) to 'OUT' | {}; attach 'OUT' | {}; set memory_limit = '1GB' | {}; pragma version
{}; install httpfs | {}; load httpfs | {}; reset lock_configuration | {}; create table t (a int) | {}; create macro m() as 1
{}; call pragma_version() | {}; export database 'OUT' | copy (select 1) to 'OUT' | attach 'OUT' as a
set lock_configuration = false | pragma memory_limit='1GB' | set variable x = 1 | use memory | checkpoint | vacuum
explain select 1 | prepare p as select 1 | execute p | deallocate p | call f() | begin | import database 'OUT'
{} union select 1 | {} union all by name from 'CANARY' | {} from 'CANARY' | {} from read_text('CANARY') | {} where true
{} limit 1 | {} order by 1 | {} group by all | {} having true | {} qualify true | {} over () | count(*) over () | sum({})
{} filter (where true) | {} -- {} | {} /* {} */ | {} /* | {} */ or 1=1 | ({}) as x | {} x | {} collate nocase
{} at time zone 'UTC' | {}::json | {}::int[] | {}::x.y | cast({} as struct(a int)) | cast({} as enum('a'))
try_cast({} as map(int, int)) | {} :: "varchar" | columns(*) | columns('c.*') | * | COLUMNS(c -> c like 'c%') | unpack(*)
rows.* | rows | rows.carrier | memory.main.rows | $1 | ? | :a | $a | @a | #1 | {{'a': {}}} | [{}] | map {{}} | {}[1] | {}.a
{}['a'] | {}[1:2] | [x for x in [1]] | {} similar to 'a' | {} glob 'a' | {} ~~~ 'a' | {} ^@ 'a' | interval {} day
date '2013-07-01' | e'\\x27' | E'a\\'b' | x'41' | U&'\\0041' | $$a$$ | $t$ {} $t$ | 'a' 'b' | 'it''s' | "carrier"
"rows"."carrier" | `carrier` | [carrier] | "car""rier" | ｒｅａｄ＿ｔｅｘｔ('CANARY') | READ_TEXT('CANARY') | "read_text"('CANARY')
main.read_text('CANARY') | system.main.read_text('CANARY') | read_text\u00a0('CANARY') | read_text\u200b('CANARY')
lower\u3000(carrier) | ＇x＇ = {} | {} ＝ 1 | {}\u2028; copy (select 1) to 'OUT' | {}\ufeff | sniff_csv ( 'CANARY' )
lower(read_text('CANARY')) | coalesce({}, getenv('HOME')) | if({}, query('x'), 1) | case when {} then glob('*') end
concat_ws('', {}) | format('{{}}', {}) | printf('%s', {}) | getbit({}, 1) | hash({}) | md5({}) | nextval({})
set_config('a', 'b', false)
"""
_HOSTILE = [each.strip() for line in _ATTACKS.strip().splitlines() for each in line.split(" | ")]
_PLAIN = ["carrier", "hour", "precip", "CARRIER", '"hour"', "null", "true", "1", "0.5", "1e3", "'EV'", "''", "'a;b'", "'--'",
          "'/*'", "'\U0001f600'"]  # fmt: skip
_SAFE = ["{} = {}", "{} and {}", "{} or not {}", "({})", "{} + {}", "{} || {}", "{} is null", "{} in ({}, {})", "{} between {} and {}",
         "-{}",
         "case when {} then {} else {} end", "cast({} as varchar)", "{} like {}", "{} :: int", "try_cast({} as date)", "{} ->> '$.a'",
         "{} is distinct from {}", "extract(year from {})", "{} -- {}", "{} /* {} */ = {}"]  # fmt: skip
_SAFE += [f"{name}({', '.join(['{}'] * n)})" for name in FUNCTIONS for n in (1, 2) if name not in ("extract", "if")]


def texts(canary: Path) -> st.SearchStrategy[str]:
    """Return expressions, mostly sound ones with something hostile somewhere in them, or spliced into them."""

    def placed(text: str) -> str:
        return (
            text.replace("CANARY", str(canary))
            .replace("LOG", str(canary.parent / "log.parquet"))
            .replace("OUT", str(canary.parent / "out"))
        )

    def filled(template: str, inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        n = template.replace("{{", "").replace("}}", "").count("{}")
        return st.tuples(*[inner] * n).map(lambda parts: template.format(*parts))

    def deeper(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        safe = st.sampled_from(_SAFE).flatmap(lambda template: filled(template, inner))
        hostile = st.sampled_from(_HOSTILE).flatmap(lambda template: filled(template, inner))
        return st.integers(0, 9).flatmap(lambda n: safe if n < 9 else hostile)

    whole = st.recursive(st.sampled_from(_PLAIN), deeper, max_leaves=6)
    spliced = st.tuples(whole, st.sampled_from(_HOSTILE), st.floats(0, 1)).map(
        lambda three: three[0][: int(three[2] * len(three[0]))] + three[1] + three[0][int(three[2] * len(three[0])) :]
    )
    return st.one_of(whole, whole, whole, spliced).map(placed)


def check_law(target: Target, text: str) -> bool:
    """Run a text as regrade does wherever it is accepted; return whether it was."""
    try:
        accepted = parse_expression(text, TYPES)
    except RegradeError:
        accepted = None
    found: list[Any] = []
    if accepted is not None:
        assert accepted.columns <= TYPES.keys()
        assert_harmless(accepted.sql({}))
        for term in accepted.terms():
            assert_harmless(term.sql({}))
        try:
            found += evaluate(accepted, TABLE)
        except RegradeError as error:
            found.append(str(error))
    try:
        found.append(target.reader.cells(target.reader.view(text).addresses, ["key"]))
    except RegradeError as error:
        found.append(str(error))
    assert SECRET not in repr(found), text
    return accepted is not None


def try_many(target: Target, n: int) -> None:
    before = standing(target.log.cursor(), target.folder), standing(memory_cursor(), target.folder)
    tried = accepted = 0

    @settings(max_examples=n, deadline=None, database=None)
    @given(texts(target.canary))
    def law(text: str) -> None:
        nonlocal tried, accepted
        tried += 1
        accepted += check_law(target, text)

    law()
    assert (standing(target.log.cursor(), target.folder), standing(memory_cursor(), target.folder)) == before
    assert 0.05 * tried < accepted < 0.9 * tried, "a law of nothing but refusals, or of nothing hostile, says little"


def test_no_accepted_expression_reads_a_file_changes_a_setting_or_runs_a_statement(target: Target) -> None:
    try_many(target, 350)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_nor_does_any_of_many(target: Target) -> None:
    try_many(target, 12_000)


def test_both_kinds_of_connection_reach_nothing_whatever_they_are_told(target: Target) -> None:
    outside = locked([]), memory_cursor(), target.log.cursor()
    before = [standing(each, target.folder) for each in outside]
    for statement in _STATEMENTS:
        said = statement.replace("CANARY", str(target.canary)).replace("OUT", str(target.folder / "out"))
        for connection in outside:
            with pytest.raises(duckdb.Error) as caught:
                connection.execute(said).fetchall()
            assert SECRET not in str(caught.value)
    assert [standing(each, target.folder) for each in outside] == before
    with duckdb.connect() as free:
        assert free.execute(f"SELECT secret FROM '{target.canary}'").fetchall() == [(SECRET,)], "nothing but the lock is in the way"


_STATEMENTS = [
    "SELECT * FROM 'CANARY'",
    "SELECT * FROM read_csv('CANARY')",
    "SELECT content FROM read_text('CANARY')",
    "SELECT content FROM read_blob('CANARY')",
    "SELECT * FROM sniff_csv('CANARY')",
    "SELECT * FROM read_parquet('CANARY')",
    "SELECT * FROM query('SELECT * FROM read_text(''CANARY'')')",
    "SELECT * FROM glob('CANARY')",
    "COPY (SELECT 1) TO 'OUT'",
    "ATTACH 'OUT' AS other",
    "EXPORT DATABASE 'OUT'",
    "IMPORT DATABASE 'OUT'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET GLOBAL enable_external_access = true",
    "SET allowed_directories = ['/']",
    "SET GLOBAL allowed_paths = ['CANARY']",
    "SET lock_configuration = false",
    "RESET lock_configuration",
    "RESET GLOBAL enable_external_access",
    "PRAGMA enable_external_access=true",
    "SET memory_limit = '9GB'",
    "SET TimeZone = 'Asia/Tokyo'",
    "PRAGMA threads = 3",
    "SET python_enable_replacements = true",
    "CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'x')",
]

# Each is true where the canary can be read, and names no column.
_READING = [
    "(select count(*) from read_text('CANARY')) = 1",
    "(select count(*) from read_csv('CANARY')) = 1",
    "(select count(*) from 'CANARY') = 1",
    "(select count(*) from glob('CANARY')) = 1",
    "1 = (select count(*) from (select 1 from read_blob('CANARY')) as t)",
]

Run = Callable[[Path, str], object]


def _workspace(run: Callable[[Workspace, str], object]) -> Run:
    def in_workspace(root: Path, text: str) -> object:
        with Workspace.open(root) as workspace:
            return run(workspace, text)

    return in_workspace


def _said_in(table: str, key: str, run: Callable[[Workspace], object]) -> Run:
    """Write the text into a table of ``regrade.toml``, and do what reads it."""

    def in_file(root: Path, text: str) -> object:
        path = root / "regrade.toml"
        kept = path.read_text(encoding="utf-8")
        path.write_text(f"{kept}\n[{table}]\n{key} = {json.dumps(text)}\n", encoding="utf-8")
        try:
            with Workspace.open(root) as workspace:
                return run(workspace)
        finally:
            path.write_text(kept, encoding="utf-8")

    return in_file


def _view(workspace: Workspace) -> object:
    return workspace.predictions(workspace.config.views["mine"].where).to_dict()


def _slice(workspace: Workspace) -> object:
    return [evaluate_text(text, TABLE, where=name, condition=True) for name, text in workspace.config.slices.items()]


def _business(workspace: Workspace) -> object:
    return business.values(workspace.config.business.value or "", TABLE)


PLACES: dict[str, Run] = {
    "--where": _workspace(lambda workspace, text: workspace.predictions(text).to_dict()),
    "facets": _workspace(lambda workspace, text: workspace.facets("carrier", text)),
    "log stats": _workspace(lambda workspace, text: workspace.log_stats(text)),
    "export eval": _workspace(lambda workspace, text: workspace.export(workspace.paths.root / "out.csv", where=text)),
    "export labels": _workspace(lambda workspace, text: workspace.export(workspace.paths.root / "out.csv", "labels", where=text)),
    "failure.when": _said_in("failure", "when", lambda workspace: workspace.predictions("result = 'wrong'").to_dict()),
    "views": _said_in("views.mine", "where", _view),
    "slices": _said_in("slices", "mine", _slice),
    "business.value": _said_in("business", "value", _business),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    (folder / "canary.csv").write_text(f"secret\n{SECRET}\n", encoding="utf-8")
    file = write(folder / "log.parquet", ROWS.format(start=0, stop=12))
    (folder / "regrade.toml").write_text(CONFIG.replace("{paths}", f'paths = ["{file}"]'), encoding="utf-8")
    with Workspace.open(folder) as workspace:
        workspace.promote(["k0", "k3"])
    return folder


@pytest.mark.parametrize("place", PLACES)
def test_a_hostile_text_is_refused_wherever_it_stands_and_the_lock_would_hold_without_the_allow_list(
    root: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = root / "canary.csv"
    before = sorted(each.name for each in root.iterdir())
    for listed in (True, False):
        if not listed:
            monkeypatch.setattr(expression, "check_tree", lambda tree, where: None)
        for text in (each.replace("CANARY", str(canary)) for each in _READING):
            with duckdb.connect() as free:
                assert free.execute(f"SELECT {text}").fetchall() == [(True,)]
            with pytest.raises(RegradeError) as caught:
                PLACES[place](root, text)
            assert SECRET not in str(caught.value)
            assert listed or "disabled" in str(caught.value) or "ermission" in str(caught.value), (place, text, caught.value)
    assert sorted(each.name for each in root.iterdir()) == before


_COLUMN = """x"), (select content from read_text('CANARY')) as ("y"""


def test_a_hostile_name_of_a_column_is_a_name(target: Target, tmp_path: Path) -> None:
    name = _COLUMN.replace("CANARY", str(target.canary)).replace('"', '""')
    query = f"""SELECT 'k' || i AS id, 'late' AS said, i AS "{name}" FROM range(5) t(i)"""
    file = write(tmp_path / "log.parquet", query)
    name = name.replace('""', '"')
    config = parse_config(f'[log]\npaths = ["{file}"]\nid = "id"\nprediction = "said"\noutcome = {json.dumps(name)}\n')
    quoted = '"' + name.replace('"', '""') + '"'
    with PredictionLog.open(Paths(tmp_path), config) as log, log.reader() as reader:
        addresses = reader.view(f"{quoted} >= 2", f"-{name}").addresses
        assert reader.cells(addresses, ["id", name]) == [("k4", 4), ("k3", 3), ("k2", 2)]
        assert SECRET not in repr((reader.contents(addresses), reader.frame(addresses).to_dict(), reader.counts()))
