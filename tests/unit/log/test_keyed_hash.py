"""The keyed hash of a value: a function of key and value alone, whatever file and type the value came in."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regrade.config import parse
from regrade.log import PredictionLog, add
from regrade.log.keyed_hash import digest_of, hashed, plain
from regrade.log.values import encode
from regrade.paths import Paths
from tests.unit.log.columns import VALUES, column
from tests.unit.log.keyed import KEY, expected_check, expected_hash


def hashes(values: pa.Array, key: bytes = KEY.encode()) -> list[str | None]:
    return hashed(pa.chunked_array([values]), lambda message: digest_of(message, key)).to_pylist()


@given(st.data())
@pytest.mark.parametrize("kind", [each for each in VALUES if not pa.types.is_null(each)], ids=str)
def test_the_hash_is_a_function_of_key_and_value_and_tells_values_of_a_type_apart(kind: pa.DataType, data: st.DataObject) -> None:
    values = column(kind, data.draw(st.lists(VALUES[kind] | st.none(), min_size=1, max_size=6)))
    key, other = (data.draw(st.binary(min_size=16, max_size=20)) for _ in range(2))
    found = hashes(values, key)
    alone = [hashes(values.slice(at, 1), key)[0] for at in range(len(values))]
    assert found == alone, "nothing but the value plays a part"
    encoded = encode(values)
    assert [each is None for each in found] == [each is None for each in encoded]
    said = {re.sub(r"-0\.0(?![0-9])", "0.0", json.dumps(value, sort_keys=True)): text for value, text in zip(encoded, found, strict=True)}
    assert len(set(said.values())) == len(said), "two values of one type have two hashes; 0.0 and -0.0 are one number"
    if key != other:
        assert all(one != two for one, two in zip(found, hashes(values, other), strict=True) if one is not None)


@pytest.mark.parametrize("digits", ["7", "0", "-12", "9007199254740993", "7.25", "0.5", "1e-7"])
def test_a_number_has_one_hash_whatever_type_it_is_stored_in(digits: str) -> None:
    number = Decimal(digits)
    stored: list[pa.Array] = [pa.array([number], pa.decimal128(38, 9)), pa.array([number], pa.decimal256(60, 20))]
    if float(number) == number:
        stored.append(pa.array([float(number)], pa.float64()))
    if abs(number) < 100 and (number * 4) % 1 == 0:
        stored += [pa.array([float(number)], pa.float32()), pa.array([np.float16(float(number))], pa.float16())]
    if number % 1 == 0:
        kinds = [pa.int64()] + ([pa.int8(), pa.int32()] if abs(number) < 100 else []) + ([pa.uint64()] if number >= 0 else [])
        stored += [pa.array([int(number)], kind) for kind in kinds]
    assert {hashes(each)[0] for each in stored} == {expected_hash(format(number, "f").encode(), KEY.encode())}
    assert hashes(pa.array([digits])) == [expected_hash(json.dumps(digits).encode(), KEY.encode())], "text is another value than a number"


def test_a_moment_has_one_hash_in_every_unit_and_zone() -> None:
    def of(kind: pa.DataType, per_second: int) -> str | None:
        return hashes(pa.array([1_372_636_800 * per_second], pa.int64()).view(kind))[0]

    assert of(pa.timestamp("s"), 1) == of(pa.timestamp("us"), 10**6) == of(pa.timestamp("ns"), 10**9)
    assert of(pa.timestamp("s", "UTC"), 1) == of(pa.timestamp("ms", "Europe/Berlin"), 1_000) != of(pa.timestamp("s"), 1)
    days = hashes(pa.array([15_887], pa.int32()).view(pa.date32()))
    assert days == hashes(pa.array([15_887 * 86_400_000], pa.int64()).view(pa.date64())) == [expected_hash(b'{"date":15887}', KEY.encode())]


def test_text_is_hashed_as_it_is_written() -> None:
    texts = ["Zoë", "Zoe\u0308", "zoë", "", " ", "7", "007", "null", "\U0001f600", "a\x00b"]
    found = hashes(pa.array(texts))
    assert len(set(found)) == len(texts)
    assert found == hashes(pa.array(texts, pa.large_string())) == hashes(pa.array(texts).dictionary_encode())
    assert plain(pa.array(["é"])) == ["é"] and found[3] == expected_hash(b'""', KEY.encode())


def test_csv_json_lines_and_parquet_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = KEY.encode()
    monkeypatch.setenv("REGRADE_PRIVACY_KEY", KEY)
    (tmp_path / "a.csv").write_text("id,said,customer_name,customer_id\na,x,Zoë,7\nb,x,Bo,8\n", encoding="utf-8")
    lines = [
        {"id": "c", "said": "x", "customer_name": "Zoë", "customer_id": 7},
        {"id": "d", "said": "x", "customer_name": "Bo", "customer_id": 8},
    ]
    (tmp_path / "b.jsonl").write_text("".join(json.dumps(each) + "\n" for each in lines), encoding="utf-8")
    floats = pa.array([7, 8], pa.int16())
    pq.write_table(
        pa.table({"id": ["e", "f"], "said": ["x", "x"], "customer_name": ["Zoë", "Bo"], "customer_id": floats}), tmp_path / "c.parquet"
    )
    privacy = f'[privacy]\nhash = ["customer_name", "customer_id"]\ncheck = "{expected_check()}"\n'
    config = parse('[log]\nid = "id"\nprediction = "said"\n' + privacy)
    found = []
    for at, name in enumerate(("a.csv", "b.jsonl", "c.parquet")):
        paths = Paths(tmp_path / str(at))
        add([tmp_path / name], paths, config)
        with PredictionLog.open(paths, config) as log, log.reader() as reader:
            found.append([each.inputs for each in reader.contents(np.array([0, 1]))])
    assert found[0] == found[1] == found[2]
    assert found[0][0] == {"customer_name": expected_hash('"Zoë"'.encode(), key), "customer_id": expected_hash(b"7", key)}
