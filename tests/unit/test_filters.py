"""What a person types to find rows: told apart by looks, the same words for the app and the command line."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regrade.errors import ExpressionError
from regrade.expressions import FUNCTIONS, parse_condition, parse_filter
from regrade.expressions.filters import Word, as_expression, both, highlighted, one_line, search_words
from regrade.expressions.help import HELP
from regrade.expressions.language import PASSED_ON

COLUMNS = {"text": "VARCHAR", "more": "JSON", "n": "INTEGER", "late": "BOOLEAN", "key": "VARCHAR"}
ROWS = [
    ("a", "Storm over Newark", '{"who": "Crew"}', 1, True),
    ("b", "late crew", None, 2, False),
    ("c", None, None, None, None),
    ("d", "it's 100% late, or so", '"STORM"', 4, None),
]


@pytest.fixture(scope="module")
def rows() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE log (key VARCHAR, text VARCHAR, more JSON, n INTEGER, late BOOLEAN)")
    connection.executemany("INSERT INTO log VALUES (?, ?, ?, ?, ?)", ROWS)
    return connection


def found(rows: duckdb.DuckDBPyConnection, text: str) -> str:
    sql = parse_filter(text, COLUMNS, searched=("text", "more")).sql({})
    return "".join(row[0] for row in rows.execute(f"SELECT key FROM log WHERE {sql} ORDER BY key").fetchall())


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("storm", "ad"),
        ("STORM newark", "a"),
        ('"late crew"', "b"),
        ("crew late", "b"),
        ("crew", "ab"),
        ("!storm", "bc"),
        ("! storm", "bc"),
        ("!!storm", "ad"),
        ('late !"late crew"', "d"),
        ("100%", "d"),
        ('"it\'s"', "d"),
        ('", or"', "d"),
        ("c", "abc"),  # a word in the text, or the key
        ("!c", "d"),
        ("c e", "ab"),  # several words: the key is not asked
        ("late", "a"),  # the name of a column is that column
        ("!late", "bcd"),
        ('"late"', "bd"),
        ("n > 1", "bd"),
        ("!n > 1", "ac"),
        ("! (n > 1)", "ac"),
        ("!!n > 1", "bd"),
        ("!n > 1 and late", "abcd"),
        ("not n > 1", "a"),
        ("n < 4 and has('storm')", "a"),
        ("has('!storm') or n = 4", "bcd"),
        ("not has('storm')", "bc"),
        ("true", "abcd"),
    ],
)
def test_finds(rows: duckdb.DuckDBPyConnection, text: str, keys: str) -> None:
    assert found(rows, text) == keys
    assert found(rows, f"({as_expression(text, COLUMNS)}) and true") == keys
    assert found(rows, both(text, "n is null or n > 0", COLUMNS)) == keys


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("n", "'n' is the column 'n', not a condition", 'double quotes: "n"'),
        ("storm and crew", "no column 'storm'", 'double quotes: "storm and crew"'),
        ("it's raining", "not closed", 'double quotes: "it\'s raining"'),
        ("carier = 'EV'", "no column 'carier'", ""),
        ("!", "nothing stands behind", ""),
        ("storm !", "`!` stands at the beginning", ""),
        ("n > 1 and !late", "character 11: `!` stands at the beginning", "write `not`"),
        ("!(n > 1) and late", "turn round all", "(not …)"),
        ("!nn > 1", "character 2: there is no column 'nn'", ""),
        ('""', "no column", ""),
        ('"storm', "not closed", ""),
        ("has(text)", "takes one text", ""),
        ("has('')", "nothing to search for", ""),
        (" ".join("x" * 21), "more than 20 words", ""),
        (" or ".join(["has('a b c')"] * 7), "more than 20 words", ""),
        ("storm\x00", "has no place", ""),
        ("x" * 10_001, "10,001 characters", ""),
        ("storm; drop table log", "", ""),
    ],
)
def test_says_why_not(text: str, what: str, hint: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_filter(text, COLUMNS, searched=("text",))
    assert what in f"{caught.value.where}: {caught.value.what}"
    assert hint in caught.value.hint


def test_words_need_a_column_of_text() -> None:
    with pytest.raises(ExpressionError, match="no column of text"):
        parse_filter("storm", COLUMNS)


def test_thousands_of_columns_are_searched() -> None:
    columns = {f"c{at}": "VARCHAR" for at in range(2_000)}
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE log AS SELECT " + ", ".join(f"'x{name}' AS {name}" for name in columns))
        sql = parse_filter("xc1999 !storm", columns, searched=tuple(columns)).sql({})
        assert connection.execute(f"SELECT count(*) FROM log WHERE {sql}").fetchall() == [(1,)]


@pytest.mark.parametrize("text", ["storm", '"storm"', "!late", "has('storm')"])
def test_the_configuration_takes_expressions_only(text: str) -> None:
    if text == "!late":  # which SQL itself reads as `not`
        assert parse_condition(text, COLUMNS).columns == {"late"}
        return
    with pytest.raises(ExpressionError):
        parse_condition(text, COLUMNS)


def test_what_is_made_visible() -> None:
    assert highlighted('storm !crew "at night"', COLUMNS) == ("storm", "at night")
    assert highlighted("n > 1", COLUMNS) == ()
    assert search_words("a  !b", ()) == (Word("a"), Word("b", True))


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=30))
def test_any_text_in_double_quotes_is_searched_for_as_it_stands(text: str) -> None:
    quoted = '"' + text.replace('"', '""') + '"'
    said = search_words(quoted, COLUMNS)
    assert said == ((Word(text.strip()),) if text.strip() else None)


FLIGHT = {
    "carrier": ("VARCHAR", "'EV'"), "origin": ("VARCHAR", "'EWR'"), "dest": ("VARCHAR", "'ORD'"), "distance": ("INTEGER", "719"),
    "p_late": ("DOUBLE", "0.3"), "margin": ("DOUBLE", "0.4"), "precip": ("DOUBLE", "NULL"), "temp": ("DOUBLE", "30.5"),
    "sched_time": ("TIMESTAMP", "'2013-07-01 18:00'"), "now_time": ("TIMESTAMP", "'2013-07-09'"), "payload": ("JSON", "'{}'"),
}  # fmt: skip


def test_every_function_has_help_that_holds_and_stands_in_the_documentation() -> None:
    assert set(HELP) == {*FUNCTIONS, *PASSED_ON, "has"}
    page = (Path(__file__).parents[2] / "docs" / "filters.md").read_text()
    columns = {name: kind for name, (kind, _) in FLIGHT.items()}
    values = ", ".join(f"CAST({value} AS {kind}) AS {name}" for name, (kind, value) in FLIGHT.items())
    with duckdb.connect() as connection:
        for name, each in HELP.items():
            assert f"| `{each.call}` | {each.text} | `{each.example}` |" in page, name
            sql = parse_filter(each.example, columns, searched=("dest",)).sql({})
            assert connection.execute(f"SELECT {sql} FROM (SELECT {values})").fetchall()[0][0] in (True, False, None), name


@pytest.mark.parametrize("hidden", ["\x9b31m", "\u202e", "\u200b", "\u2028"])
def test_a_filter_that_a_terminal_would_act_on_is_refused(hidden: str) -> None:
    for text in (f"carrier <> '{hidden}'", f"a{hidden}b", f"has('\"{hidden}\"')"):
        with pytest.raises(ExpressionError, match="cannot be shown") as caught:
            parse_filter(text, {"carrier": "VARCHAR"}, searched=("carrier",))
        assert caught.value.what.isprintable() and caught.value.hint.isprintable()


def test_several_lines_become_one_that_says_the_same() -> None:
    text = "carrier = 'a\n--b' -- ours\n and /* now\n */ \"hour -- x\" >= 18\r\n"
    assert one_line(text) == "carrier = 'a\n--b'   and   \"hour -- x\" >= 18"
    assert one_line(" hour > 3 -- late ") == "hour > 3 -- late"
