"""The expression language: what it accepts, what it says about the rest, and that nothing accepted can do harm."""

from __future__ import annotations

import pickle

import duckdb
import pytest

from regrade.errors import ExpressionError
from regrade.evalset.state import STATUSES
from regrade.expressions import BUILT_IN_VALUES, join_terms, parse, parse_condition, quote_text

COLUMNS = {
    "carrier": "VARCHAR",
    "Hour": "INTEGER",
    "precip": "DOUBLE",
    "sched": "TIMESTAMP",
    "late": "BOOLEAN",
    "payload": "JSON",
    "result": "VARCHAR",
    "status": "VARCHAR",
    "log.status": "VARCHAR",
    "prod.prediction": "VARCHAR",
    "my-model.v2.prediction": "VARCHAR",
    "order": "INTEGER",
}
ROW = (
    "SELECT 'EV' AS carrier, 19 AS \"Hour\", 0.5::DOUBLE AS precip, TIMESTAMP '2013-07-01 19:05:00' AS sched, true AS late,"
    " '{\"a\": {\"b\": \"x\"}}'::JSON AS payload, 'wrong' AS result, 'open' AS status, 'cancelled' AS \"log.status\","
    ' \'late\' AS "prod.prediction", \'late\' AS "my-model.v2.prediction", 3 AS "order"'
)


def value(text: str) -> object:
    sql = parse(text, COLUMNS).sql({})
    with duckdb.connect() as connection:
        return connection.execute(f"SELECT {sql} FROM ({ROW})").fetchall()[0][0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("carrier = 'EV' and hour >= 18", True),
        ("CARRIER == 'EV' or hour < 18", True),
        ("not (hour between 1 and 5) and precip > 0", True),
        ("carrier in ('UA', 'EV') and carrier not in ('B6')", True),
        ("carrier like 'E%' and carrier ilike '%v' and carrier like '!%' escape '!' is not true", True),
        ("precip is null", False),
        ("precip is not null", True),
        ("nullif(precip, 0.5) is null", True),
        ("coalesce(nullif(precip, 0.5), 7) = 7", True),
        ("carrier is distinct from 'UA'", True),
        ("hour + 1 - 2 * 3 / 4 % 5", 18.5),
        ("hour // 2", 9),
        ("-hour", -19),
        ("case when hour > 18 then 'evening' when hour > 12 then 'noon' else 'morning' end", "evening"),
        ("if(late, 1, 2)", 1),
        ("abs(-3) + round(2.567::double, 1) + floor(1.9) + ceil(1.1)", 8.6),
        ("greatest(1, 5, 3) - least(4, 2)", 3),
        ("lower(carrier) || upper('x') || trim('  y ')", "evXy"),
        ("length(carrier) = 2 and substring(carrier, 1, 1) = 'E' and left(carrier, 1) = 'E' and right(carrier, 1) = 'V'", True),
        ("starts_with(carrier, 'E') and contains(carrier, 'V') and ends_with(carrier, 'V')", True),
        ("regexp_matches(carrier, '^E.$') and carrier ~ 'E.'", True),
        ("replace(carrier, 'E', 'x')", "xV"),
        ("instr(carrier, 'V')", 2),
        ("year(sched) * 10000 + month(sched) * 100 + day(sched)", 20130701),
        ("hour(sched) = 19 and minute(sched) = 5 and dayofweek(sched) = 1 and extract(hour from sched) = 19", True),
        ("date_part('hour', sched)", 19),
        ("date_trunc('day', sched) = timestamp '2013-07-01'", True),
        ("sched - interval '1' day < timestamp '2013-07-01'", True),
        ("date_diff('day', date '2013-07-01', date '2013-07-03')", 2),
        ("cast(hour as varchar) || '!'", "19!"),
        ("try_cast(carrier as integer) is null and '7'::int = 7", True),
        ("round(ln(exp(1.0)) + sqrt(4.0) + power(2, 3) + log(10), 6)", 12.0),
        ("payload ->> '$.a.b' = 'x'", True),
        ("json_extract_string(payload, '$.a.b')", "x"),
        ("status || log.status", "opencancelled"),
        ("prod.prediction = 'late' and PROD.Prediction = 'late'", True),
        ('"my-model".v2.prediction', "late"),
        ("log.carrier", "EV"),
        ('order + 1 and "order" = 3', True),
        ("'it''s' = 'it''s' -- a comment", True),
        ("carrier = 'EV' /* and */ and late", True),
        ("result = 'wrong'", True),
        ("(((late)))", True),
    ],
)
def test_means_what_it_says(text: str, expected: object) -> None:
    assert value(text) == (pytest.approx(expected) if isinstance(expected, float) else expected)


@pytest.mark.parametrize(
    "word", ["prepare", "Explain", "execute", "vacuum", "alter", "create", "drop", "insert", "show", "set", "describe"]
)
def test_words_that_begin_statements_are_columns(word: str) -> None:
    columns = {word: "BIGINT", f"{word}.x": "BIGINT", f"log.{word}": "BIGINT"}
    both = parse_condition(f" {word}.x > 1 and (1 < {word} or log.{word} = 2)", columns)
    assert both.columns == set(columns)
    with pytest.raises(ExpressionError) as error:
        parse(f"{word}.x > 1 and y", columns)
    assert error.value.where == f"character {len(word) + 12}", "the place in the text as it was written"
    for statement in (f"{word} x", f"{word}(x)", f"x > 1; {word} x", f"(SELECT 1 FROM {word})", f"{word} {'(' * 300}"):
        with pytest.raises(ExpressionError):
            parse(statement, columns | {"x": "BIGINT"})


def test_columns_are_spelled_as_the_log_spells_them() -> None:
    expression = parse("HOUR > 1 and Carrier = 'EV' and log.status = 'x' and status = 'open' and prod.prediction = 'late'", COLUMNS)
    assert expression.columns == {"Hour", "carrier", "log.status", "status", "prod.prediction"}
    assert parse("1 + 1", COLUMNS).columns == frozenset()


def test_exact_case_wins_and_two_cases_are_ambiguous() -> None:
    columns = {"A": "INTEGER", "a": "INTEGER"}
    assert parse("a", columns).columns == {"a"}
    assert parse('"A"', columns).columns == {"A"}
    with pytest.raises(ExpressionError, match="'Bb' or 'bB'"):
        parse("bb", {"Bb": "INTEGER", "bB": "INTEGER"})


def test_names_put_sql_in_the_place_of_columns() -> None:
    expression = parse("carrier = 'EV' and hour > 1", COLUMNS)
    assert expression.sql({"carrier": 'r."x"'}) == '(r."x") = \'EV\' AND "Hour" > 1'
    assert parse("hour", COLUMNS).sql({"Hour": "a or b"}) == "(a or b)"


def test_equals_replaces_comparisons_with_a_text() -> None:
    expression = parse("not result = 'wrong' or 'right' = result or carrier = 'EV'", COLUMNS)

    def equals(column: str, text: str) -> str | None:
        return f"{text}_sql" if column == "result" else None

    assert expression.sql({}, equals=equals) == "NOT (wrong_sql) OR (right_sql) OR \"carrier\" = 'EV'"


def test_signs_of_other_languages_that_are_understood() -> None:
    assert parse("hour == 3", COLUMNS).sql({}) == parse("hour = 3", COLUMNS).sql({})
    assert parse("hour != 3", COLUMNS).sql({}) == parse("hour <> 3", COLUMNS).sql({})
    assert parse("carrier = 'a && b | c'", COLUMNS).sql({}).endswith("'a && b | c'")
    with pytest.raises(ExpressionError, match="written `or`"):
        parse_condition("late || late", COLUMNS)


def test_terms_split_the_top_level_and_only() -> None:
    expression = parse("(hour > 1 and (carrier = 'EV')) and (late or precip > 0) and not (late and late)", COLUMNS)
    terms = expression.terms()
    assert [sorted(each.columns) for each in terms] == [["Hour"], ["carrier"], ["late", "precip"], ["late"]]
    joined = join_terms(terms)
    assert joined is not None
    assert joined.columns == expression.columns
    assert join_terms([]) is None


def test_other_dialects() -> None:
    assert parse("carrier ilike 'e%'", COLUMNS).sql({}, "sqlite") == "LOWER(\"carrier\") LIKE LOWER('e%')"
    assert parse("carrier = 'EV'", COLUMNS).sql({}, "mysql") == "`carrier` = 'EV'"


def test_survives_pickling() -> None:
    expression = parse("hour > 1", COLUMNS)
    again = pickle.loads(pickle.dumps(expression))
    assert again == expression
    assert again.sql({}) == expression.sql({})


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("carrier is carrier", "`is` asks for null, true or false", "precip is not null"),
        ("carier = 'EV'", "character 1: there is no column 'carier'", "did you mean 'carrier'"),
        ("hour > 1 and prod.predicton = 'x'", "character 14: there is no column 'prod.predicton'", "'prod.prediction'"),
        ('carrier = "EV"', "character 11: there is no column 'EV'", "single quotes: 'EV'"),
        ("carrier = EV", "character 11: there is no column 'EV'", "single quotes: 'EV'"),
        ("hour +", "character 6: something is missing after '+'", ""),
        ("hour > 18 adn late", "character 11: 'adn' is not expected here", ""),
        ("hour > 18 late", "character 11: 'late' is not expected here", ""),
        ("(hour > 1", "xpecting )", ""),
        ("hour = 'a", "not closed", "single quotes"),
        ("foo(hour)", "character 1: there is no function 'foo' here", "floor"),
        ("roud(hour)", "there is no function 'roud' here", "'round'"),
        ("length(carrier, carrier)", "length() takes no binary", ""),
        ("1 < hour < 5", "two comparisons in a row", "1 < x and x < 5"),
        ("carrier = 'EV' && hour > 3", "character 16: `&&` is written `and`", "carrier = 'EV' and hour >= 18"),
        ("late && late", "character 6: `&&` is written `and`", "and hour"),
        ("(hour > 3) & late", "character 12: `&` is written `and`", "and hour"),
        ("hour > 3 | late", "character 10: `|` is written `or`", "carrier = 'EV' or hour >= 18"),
        ("carrier = 'EV' || hour > 3", "two comparisons in a row", "between conditions it is written `or`"),
        ("(hour > 3) || late", "a condition is no text", "between conditions it is written `or`"),
        ('carrier :: "\'"', "the name of a type", ""),
        (". 0.5", "is no number", ""),
        ("lower(carrier, 1)", "maximum number", ""),
        ("count(*) > 1", "count() looks at many rows", "one row"),
        ("sum(hour) over ()", "many rows", ""),
        ("(select 1) = 1", "a query inside", "one row"),
        ("hour in (select 1)", "needs a list", "carrier in"),
        ("hour in carrier", "needs a list", ""),
        ("exists (select 1)", "a query inside", ""),
        ("read_csv('x') = 1", "read_csv() is not allowed", "allowed are"),
        ("cast(carrier as json)", "cannot cast", "plain types"),
        ("hour > ?", "placeholder", ""),
        ("1; 2", "exactly one", ""),
        (";", "exactly one", ""),
        ("", "empty", ""),
        ("  \n ", "empty", ""),
        ("hour\x00 = 1", "character 5", ""),
        ("-- nothing", "exactly one", ""),
    ],
)
def test_says_what_is_wrong_where_and_what_to_do(text: str, what: str, hint: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text, COLUMNS)
    assert what in str(caught.value)
    assert hint in caught.value.hint


def test_where_stands_in_front() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse("nope", COLUMNS, where="[slices] evening")
    assert caught.value.where == "[slices] evening, character 1"


@pytest.mark.parametrize("text", ["5", "'abc'", "hour", "carrier", "hour + 1", "lower(carrier)", "carrier || 'x'", "(5)", "-1"])
def test_a_lone_value_is_no_condition(text: str) -> None:
    parse(text, COLUMNS)
    with pytest.raises(ExpressionError, match="not a condition"):
        parse_condition(text, COLUMNS)


@pytest.mark.parametrize(
    "text", ["late", "(late)", "hour > 1", "not late", "true", "coalesce(late, false)", "carrier like 'x'", "late is null"]
)
def test_a_condition_is_one(text: str) -> None:
    parse_condition(text, COLUMNS)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000 + "hour" + ")" * 5_000,
        "(" * 200 + "hour" + ")" * 200,
        "not " * 2_400 + "late",
        "- " * 300 + "hour",
        "late and (" * 45 + "late" + ")" * 45,
        "case when late then " * 200 + "1" + " end" * 200,
        "hour" + " + 1" * 500,
        "hour" + "::int" * 500,
        "[" * 1_000,
        "{'a':" * 1_000,
        "2 ** " * 300 + "2",
        "x -> " * 300 + "1",
        "abs(" * 300 + "1" + ")" * 300,
        "late or " * 2_000 + "late",
        "carrier = '" + "x" * 10_001 + "'",
        "if(late, " * 60 + "1" + ", 2)" * 60,
    ],
)
def test_what_is_too_long_or_too_deep_is_refused_without_recursion(text: str) -> None:
    with pytest.raises(ExpressionError, match=r"nests too deeply|characters long|words|not allowed"):
        parse(text, COLUMNS)


@pytest.mark.parametrize(
    "text",
    [
        "replace(" * 3 + "carrier" + ", 'a', 'aaaaaaaaaa')" * 3 + " = ''",
        "replace(concat(carrier" + ", carrier" * 10 + "), 'a', 'aaaaaaaaaa') = ''",
        f"replace(carrier, 'E', '{'x' * 101}') = ''",
        "replace(carrier, 'E', carrier) = ''",
    ],
)
def test_what_could_outgrow_memory_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match=r"times as long as|a text of its own"):
        parse(text, COLUMNS)
    parse("replace(replace(carrier, 'EV', 'ExpressJet'), ' ', '') || '-' || carrier = ''", COLUMNS)


def test_long_chains_of_one_connector_are_fine() -> None:
    text = " or ".join(f"hour = {n}" for n in range(600))
    sql = parse(text, COLUMNS).sql({})
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT {sql} FROM ({ROW})").fetchall() == [(True,)]


HOSTILE = [
    "read_text('/etc/passwd')", "read_csv('/etc/passwd')", "read_blob('x') is null", "glob('*')", "getenv('HOME')",
    "current_setting('x')", "(select content from read_text('/etc/passwd'))", "exists (from read_csv('x'))", "hour in (from range(3))",
    "hour = any (select 1)", "1; copy (select 1) to '/tmp/x'", "1; attach 'x'", "set memory_limit = '1TB'", "pragma version",
    "install httpfs", "load httpfs", "call pragma_version()", "copy t to 'x'", "attach 'x' as y", "drop table t",
    "create table t as select 1", "insert into t values (1)", "nextval('x')", "setseed(1)", "random() > 0.5", "now()", "current_date",
    "today()", "uuid()", "version()", "current_user", "sql_auto_complete('x')", "query('select 1')", "query_table('t')", "columns(*)",
    "columns('a.*') > 1", "* exclude (a)", "struct_pack(a := 1)", "{'a': 1}", "[1, 2]", "[x for x in [1]]",
    "list_transform([1], x -> x)", "list_transform([1], lambda x : x)", "array_agg(hour)", "unnest([1])", "row_number() over ()",
    "hour filter (where late)", "count(distinct hour)", "repeat('x', 1000000000)", "lpad('x', 1000000000)", "range(1000000000)",
    "hour::json", "cast(hour as struct(a int))", "cast(hour as int[])", "cast(hour as t.x)", "hour collate nocase", "$1", "$name",
    ":name", "?", "e'\\x41' = 'A'", "hour[1]", "payload.a", "payload['a']", "payload -> 'a'", "payload ->> carrier", "pivot t on a",
    "values (1)", "from t", "with x as (select 1) select 1", "error('x')", "sleep(1)", "pg_sleep(1)", "write_log('x')", "hour as x",
    "hour := 1", "regexp_extract_all(carrier, '.')", "format('{}', 1)", "printf('%s', 1)", "hash(carrier)", "md5(carrier)",
    "getvariable('x')", "parse_path('x')", "file_exists('x')", "json_execute_serialized_sql('x')", "from_json(payload, 'x')",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_input_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text, COLUMNS)


def test_text_with_quotes_stays_text() -> None:
    for text in ["'; drop table t; --", "' || (select 1) || '", "\\' or 1=1", "$$", "/*", "--", "${x}", "'' ''", "\n", "ü€😀", "\\"]:
        assert value(quote_text(text)) == text


def test_the_values_of_status_are_those_of_the_fold() -> None:
    assert set(BUILT_IN_VALUES["status"]) == set(STATUSES)
