"""What [privacy] drops and hashes: under any spelling of a name, from any kind of file, before anything is kept."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regrade.config import Config, parse
from regrade.config_privacy import Privacy, folded
from regrade.errors import ConfigError, DataError
from regrade.log import Content, PredictionLog, Schema, add, decode_rows, encode_table, hide_contents, hide_schema, hide_table, in_clear
from regrade.log.content import canonical
from regrade.paths import Paths
from tests.unit.log.keyed import KEY, expected_check, expected_hash
from tests.unit.log.logs import PLAIN, of_query

SECRET = "SECRET-7f3"
QUERY = f"SELECT 'k' || i AS id, '{SECRET}' || i AS customer_name, 7_000_000 + i AS customer_id, i AS hour, 'x' AS said FROM range(4) t(i)"
HIDING = PLAIN + f'[privacy]\ncheck = "{expected_check()}"\ndrop = ["customer_name"]\nhash = ["customer_id"]\n'
PRIVACY = Privacy(drop=("customer_name",), hash=("customer_id",), check=expected_check())
EVERY = np.arange(4)


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Set the team's key."""
    monkeypatch.setenv("REGRADE_PRIVACY_KEY", KEY)
    return KEY.encode()


# --- what the log lets out ---


def test_a_dropped_column_is_no_input_and_a_hashed_one_is_text(tmp_path: Path, key: bytes) -> None:
    with of_query(tmp_path, QUERY, HIDING) as log, log.reader() as reader:
        first, *rest = reader.contents(EVERY)
        assert log.inputs == ("customer_id", "hour") and log.schema.names == ["customer_id", "hour"]
        assert first.inputs == {"customer_id": expected_hash(b"7000000", key), "hour": 0}
        assert first.schema == log.schema.hash
        assert len({each.inputs["customer_id"] for each in (first, *rest)}) == 4
        table = decode_rows([each.inputs for each in (first, *rest)], log.schema)
        assert str(table.schema.field("customer_id").type) == "string"
        assert str(table.schema.field("hour").type) == "int64"
        assert SECRET.encode() not in canonical([first, *rest]) and b"700000" not in canonical([first, *rest])


def test_the_log_is_shown_as_it_is_on_this_machine(tmp_path: Path) -> None:
    with of_query(tmp_path, QUERY, HIDING) as log, log.reader() as reader:
        assert {each.name: each.role for each in log.columns}["customer_name"] == "ignore"
        assert len(reader.view(f"customer_name = '{SECRET}1' and customer_id = 7000001")) == 1
        assert reader.cells(EVERY[:1], ["customer_name", "customer_id"]) == [(f"{SECRET}0", 7_000_000)]
        assert reader.frame(EVERY)["customer_id"].tolist() == [7_000_000 + at for at in range(4)]
        assert [each.inputs for each in reader.logged_contents(EVERY[:1])] == [{"customer_id": 7_000_000, "hour": 0}]


@pytest.mark.parametrize("value", [None, "", "   ", "fifteen letters", "short \n"])
def test_without_a_key_the_log_can_be_read_and_nothing_be_taken_out_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv("REGRADE_PRIVACY_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("REGRADE_PRIVACY_KEY", value)
    with of_query(tmp_path, QUERY, HIDING) as log, log.reader() as reader:
        assert len(reader.view("hour > 1")) == 2 and reader.find(["k1"]) == {"k1": 1}
        assert log.schema.names == ["customer_id", "hour"]
        with pytest.raises(ConfigError, match="environment variable REGRADE_PRIVACY_KEY") as caught:
            reader.contents(EVERY)
        assert "privacy.hash" in caught.value.where and caught.value.hint
        with pytest.raises(ConfigError):
            reader.contents(EVERY[:0])


def test_a_log_of_nulls_needs_the_key_too_and_null_stays_null(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    query = QUERY.replace("7_000_000 + i", "CAST(NULL AS INTEGER)")
    with of_query(tmp_path, query, HIDING) as log, log.reader() as reader:
        with pytest.raises(ConfigError):
            reader.contents(EVERY)
        monkeypatch.setenv("REGRADE_PRIVACY_KEY", KEY)
        assert [each.inputs["customer_id"] for each in reader.contents(EVERY)] == [None] * 4


def test_another_variable_may_hold_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAM_KEY", f"{KEY}\n")
    with of_query(tmp_path, QUERY, HIDING + 'key_env = "TEAM_KEY"\n') as log, log.reader() as reader:
        assert reader.contents(EVERY)[0].inputs["customer_id"] == expected_hash(b"7000000", KEY.encode()), "a line break is no part of it"


def test_only_drop_needs_no_key(tmp_path: Path) -> None:
    with of_query(tmp_path, QUERY, PLAIN + '[privacy]\ndrop = ["customer_name", "customer_id", "hour"]\n') as log, log.reader() as reader:
        assert [each.inputs for each in reader.contents(EVERY)] == [{}] * 4
        assert log.schema.names == []


# --- names ---

SPELLINGS = [
    ("customer_name", "Customer_Name"),
    ("Customer_Name", "CUSTOMER_NAME"),
    ("customer_name", " customer_name "),
    ("customer_name", "\ufeffcustomer_name"),
    ("customer_name", "ｃｕｓｔｏｍｅｒ_name"),
    ("kündin", "KU\u0308NDIN"),
    ("straße", "STRASSE"),
    ("customer_name", "cu\u017ftomer_name"),
    ("İsim", "i\u0307SIM"),
    ("kısı", "KISI"),
    ("id_no", "İD_NO"),
]


def test_another_key_than_the_teams_is_refused_before_anything_is_hashed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGRADE_PRIVACY_KEY", "another key of as many words")
    with (
        of_query(tmp_path, QUERY, HIDING) as log,
        log.reader() as reader,
        pytest.raises(
            ConfigError, match=f"is another one than the team's: its check value is [0-9a-f]{{8}}, not {expected_check()}"
        ) as caught,
    ):
        reader.contents(EVERY)
    assert (caught.value.where, "ask the team" in caught.value.hint) == ("regrade.toml: privacy.check", True)


def test_a_key_that_nothing_vouches_for_is_refused_with_the_line_to_add(tmp_path: Path, key: bytes) -> None:
    unchecked = HIDING.replace(f'check = "{expected_check()}"\n', "")
    with of_query(tmp_path, QUERY, unchecked) as log, log.reader() as reader, pytest.raises(ConfigError) as caught:
        reader.contents(EVERY)
    assert f'`check = "{expected_check()}"`' in caught.value.hint and KEY not in str(caught.value)


@pytest.mark.parametrize(("declared", "logged"), SPELLINGS)
@pytest.mark.parametrize("what", ["drop", "hash"])
def test_a_name_stands_for_every_spelling_of_it(tmp_path: Path, key: bytes, declared: str, logged: str, what: str) -> None:
    table = pa.table({"id": ["k0"], "said": ["x"], logged: [SECRET]})
    pq.write_table(table, tmp_path / "log.parquet")
    text = f'paths = ["log.parquet"]\nid = "id"\nprediction = "said"\n[privacy]\n{what} = ["{declared}"]\n'
    text += f'check = "{expected_check()}"\n'
    with PredictionLog.open(Paths(tmp_path), parse("[log]\n" + text)) as log, log.reader() as reader:
        (content,) = reader.contents(np.array([0]))
    assert SECRET.encode() not in canonical(content)
    assert list(content.inputs) == ([] if what == "drop" else [logged])
    assert in_clear({logged: SECRET}, log.config.privacy) == [logged]


@given(st.text())
def test_folding_twice_is_folding_once_and_case_plays_no_part(name: str) -> None:
    assert folded(folded(name)) == folded(name)
    assert folded(name.casefold()) == folded(name)


def test_two_columns_that_duckdb_tells_apart_by_renaming_one_are_refused(tmp_path: Path) -> None:
    names = ["id", "about", "customer_name", "Customer_Name", "said"]
    columns = [pa.array(["k0"]), pa.array([{"a": 1, "b": {"c": [2]}}]), pa.array(["open"]), pa.array([SECRET]), pa.array(["x"])]
    pq.write_table(pa.table(columns, names=names), tmp_path / "log.parquet")
    text = '[log]\npaths = ["log.parquet"]\nid = "id"\nprediction = "said"\n'
    with PredictionLog.open(Paths(tmp_path), parse(text)) as log:
        assert "Customer_Name_1" in log.inputs, "this is the name that would slip through"
    with pytest.raises(DataError, match="cannot tell them apart"):
        PredictionLog.open(Paths(tmp_path), parse(text + '[privacy]\ndrop = ["customer_name"]\n'))
    with PredictionLog.open(Paths(tmp_path), parse(text + '[privacy]\ndrop = ["about"]\n')) as log:
        assert "about" not in log.inputs, "what is not declared may be called as it likes"


@pytest.mark.parametrize("second", ["Customer_Name", "customer_name"])
def test_such_a_file_is_not_imported_either(tmp_path: Path, second: str) -> None:
    table = pa.table(
        [pa.array(["k0"]), pa.array(["open"]), pa.array([SECRET]), pa.array(["x"])], names=["id", "customer_name", second, "said"]
    )
    pq.write_table(table, tmp_path / "log.parquet")
    with pytest.raises(DataError, match=f"'{second}'( differ in case only|$)"):
        add([tmp_path / "log.parquet"], Paths(tmp_path), parse('[log]\nid = "id"\nprediction = "said"\n'))
    assert not list(Paths(tmp_path).log.glob("*.parquet"))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("custommer_name", "customer_name"),
        ("customer_name.first", "name 'customer_name'"),
        ("$.customer_name[0]", "name 'customer_name'"),
        ("Customer_ID.", "name 'Customer_ID'"),
    ],
)
def test_a_name_that_the_log_does_not_have_is_refused(tmp_path: Path, name: str, hint: str) -> None:
    for what in ("drop", "hash"):
        with pytest.raises(ConfigError, match=re.escape(repr(name))) as caught:
            of_query(tmp_path, QUERY, PLAIN + f'[privacy]\n{what} = ["{name}"]\n')
        assert hint in caught.value.hint and caught.value.where == f"regrade.toml: privacy.{what}"


def test_a_nested_column_goes_as_a_whole(tmp_path: Path, key: bytes) -> None:
    query = f"SELECT 'k0' AS id, 'x' AS said, {{'who': '{SECRET}', 'n': 1.0}} AS a, {{'who': '{SECRET}', 'n': 1.0}} AS b, 1 AS c"
    with (
        of_query(tmp_path, query, f'{PLAIN}[privacy]\ncheck = "{expected_check()}"\ndrop = ["a"]\nhash = ["b"]\n') as log,
        log.reader() as reader,
    ):
        (content,) = reader.contents(np.array([0]))
    assert content.inputs == {"b": expected_hash(f'{{"n":1,"who":"{SECRET}"}}'.encode(), key), "c": 1}


# --- what the table may say ---

ROLES = """
[task]
positive = "late"
[log]
id = "flight"
key = ["flight", "deployed"]
time = "t"
model = "deployed"
prediction = "said"
outcome = "truth"
scores = { late = "p" }
text = "remark"
ignore = ["t"]
"""


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('drop = ["flight"]', "privacy.drop: 'flight' is the log's id"),
        ('hash = ["note"]\ncheck = "0123456"', "privacy.check: this is no check value of a key"),
        ('hash = ["Flight"]', "privacy.hash: 'Flight' is the log's id"),
        ('hash = ["deployed"]', "privacy.hash: 'deployed' is the log's id"),
        ('drop = ["said"]', "'said' is the log's prediction"),
        ('hash = ["truth"]', "'truth' is the log's outcome"),
        ('hash = ["p"]', "'p' is the log's score"),
        ('drop = ["t"]', "'t' is the log's time"),
        ('drop = [" "]', "privacy.drop: a column has a name"),
        ('drop = ["a", "Name"]\nhash = ["name"]', "privacy.hash: 'name' is both dropped and hashed"),
        ('droop = ["a"]', "unknown key 'droop'"),
        ('drop = "a"', "expected `array`"),
    ],
)
def test_what_cannot_be_hidden_is_refused_with_the_line_and_a_way_out(table: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(f"{ROLES}[privacy]\n{table}\n")
    assert said in str(caught.value) and re.match(r"regrade\.toml:\d+: privacy", caught.value.where)


def test_a_surrogate_id_is_what_to_do_about_an_id() -> None:
    with pytest.raises(ConfigError) as caught:
        parse(f'{ROLES}[privacy]\nhash = ["flight"]\n')
    assert "surrogate id" in caught.value.hint


def test_a_key_in_place_of_the_variable_is_not_repeated() -> None:
    with pytest.raises(ConfigError) as caught:
        parse('[privacy]\nkey_env = "9f8e-the-key-itself"\n')
    assert "9f8e" not in str(caught.value) and "privacy.key_env" in caught.value.where


def test_prose_and_what_is_ignored_may_be_hidden() -> None:
    config = parse(ROLES.replace('ignore = ["t"]', 'ignore = ["delay"]') + '[privacy]\ndrop = ["delay"]\nhash = ["remark"]\n')
    assert config.privacy.drops("Delay") and config.privacy.hashes("Remark") and not config.privacy.covers("carrier")
    assert Config().privacy.declared == ()


# --- tables that come from elsewhere, and what was promoted before ---


def test_hiding_a_table_twice_is_hiding_it_once_and_needs_no_key_then(key: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    table = pa.table({"Customer_Name": [SECRET, None], "customer_id": [7, None], "hour": [1, 2]})
    hidden = hide_table(table, PRIVACY)
    assert hidden.to_pydict() == {"customer_id": [expected_hash(b"7", key), None], "hour": [1, 2]}
    schema = Schema.of(table.schema, {"hour": False})
    assert hide_schema(schema, PRIVACY).arrow.names == hidden.schema.names
    assert hide_schema(schema, PRIVACY).hash == hide_schema(hide_schema(schema, PRIVACY), PRIVACY).hash
    monkeypatch.delenv("REGRADE_PRIVACY_KEY")
    assert hide_table(hidden, PRIVACY).equals(hidden)
    with pytest.raises(ConfigError):
        hide_table(table, PRIVACY)
    assert hide_table(table, PRIVACY, withhold=True).to_pydict() == {"customer_id": [None, None], "hour": [1, 2]}


def test_a_table_without_declared_columns_is_the_same_object_and_one_of_nothing_else_keeps_its_rows() -> None:
    table = pa.table({"hour": [1, 2]})
    assert hide_table(table, PRIVACY) is table and hide_table(table, Privacy()) is table
    assert encode_table(hide_table(pa.table({"customer_name": [SECRET, SECRET]}), PRIVACY)) == [{}, {}]


def test_what_was_promoted_before_reads_as_if_it_were_promoted_now(tmp_path: Path, key: bytes) -> None:
    with of_query(tmp_path, QUERY) as log, log.reader() as reader:
        before, schemas = reader.contents(EVERY), {log.schema.hash: log.schema.encoded}
    with of_query(tmp_path, QUERY, HIDING) as log, log.reader() as reader:
        now, schemas_now = reader.contents(EVERY), {log.schema.hash: log.schema.encoded}
    hidden = hide_contents([*before, *now], {**schemas, **schemas_now}, PRIVACY)
    assert hidden.contents == [*now, *now] and hidden.refused == {}
    assert schemas_now.items() <= hidden.schemas.items()
    assert all(one is other for one, other in zip(hidden.contents[4:], now, strict=True)), "what is clean is not made anew"
    assert [in_clear(each.inputs, PRIVACY) for each in before] == [["customer_id", "customer_name"]] * 4
    assert [in_clear(each.inputs, PRIVACY) for each in hidden.contents] == [[]] * 8


def test_without_a_key_what_must_be_hashed_is_withheld_and_refused(tmp_path: Path) -> None:
    with of_query(tmp_path, QUERY) as log, log.reader() as reader:
        before, schemas = reader.contents(EVERY), {log.schema.hash: log.schema.encoded}
    nobody = msgspec.structs.replace(before[1], inputs={**before[1].inputs, "customer_id": None})
    hidden = hide_contents([before[0], nobody], schemas, PRIVACY)
    assert [each.inputs for each in hidden.contents] == [{"customer_id": None, "hour": 0}, {"customer_id": None, "hour": 1}]
    assert list(hidden.refused) == [0] and "'customer_id' in clear" in hidden.refused[0], "there is nothing to hash in the other"


@pytest.mark.parametrize(
    "broken", [{"hour": 1.5}, {"more": 1}, {"CUSTOMER_NAME": SECRET}, {"Customer_Id": 7}], ids=["type", "more", "dropped", "hashed"]
)
def test_a_content_that_does_not_fit_its_schema_loses_what_is_declared_all_the_same(
    tmp_path: Path, key: bytes, broken: dict[str, Any]
) -> None:
    for text in (PLAIN, HIDING):
        with of_query(tmp_path, QUERY, text) as log, log.reader() as reader:
            first, second = reader.contents(EVERY[:2])
            schemas = {log.schema.hash: log.schema.encoded}
        odd = msgspec.structs.replace(first, inputs={**first.inputs, **broken})
        unknown = msgspec.structs.replace(odd, schema="f" * 64)
        hidden = hide_contents([odd, second, unknown], schemas, PRIVACY)
        assert [in_clear(each.inputs, PRIVACY) for each in hidden.contents] == [[], [], []]
        assert SECRET.encode() not in canonical(hidden.contents) and b"700000" not in canonical(hidden.contents)
        assert hidden.contents[1].inputs["hour"] == 1, "the others are read as they are"


def test_nothing_declared_changes_nothing() -> None:
    contents = [Content(inputs={"customer_name": SECRET}, schema="s")]
    hidden = hide_contents(contents, {}, Privacy())
    assert hidden.contents[0] is contents[0] and hidden.refused == {}
    assert in_clear(contents[0].inputs, Privacy()) == []


@pytest.mark.parametrize(
    "value", ["hmac:", "hmac:" + "0" * 31, "hmac:" + "0" * 33, "hmac:" + "G" * 32, "HMAC:" + "0" * 32, 7, True, [], ""]
)
def test_only_a_whole_hash_counts_as_hidden(value: Any) -> None:
    assert in_clear({"Customer_ID": value}, PRIVACY) == ["Customer_ID"]
    assert in_clear({"Customer_ID": "hmac:" + "0" * 32}, PRIVACY) == in_clear({"Customer_ID": None}, PRIVACY) == []
    assert in_clear({"Customer_Name": None}, PRIVACY) == ["Customer_Name"], "a dropped column is none, whatever its value"


def test_finding_what_is_in_clear_imports_nothing_that_reads_a_log() -> None:
    code = (
        "import sys; from regrade.config_privacy import Privacy; from regrade.log.privacy import in_clear;"
        "in_clear({'a': 1}, Privacy(hash=('A',))); print([each for each in ('pyarrow', 'duckdb', 'numpy') if each in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
