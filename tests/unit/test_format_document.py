"""What docs/evalset-format.md says, held to what regrade does: its example, tables and hashes."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from pathlib import Path

import pyarrow as pa
import pytest

from regrade.evalset import EvalSet
from regrade.evalset.events import MODE_FIELDS, PREDICTION_FIELDS, Event
from regrade.evalset.verify.values import KINDS
from regrade.log import Schema, decode_rows, encode_table
from regrade.log.content import Content, canonical, content_hash
from tests.unit.log.columns import VALUES
from tests.unit.test_format_reader import DOCS, assert_they_agree, seal

PAGE = (DOCS / "evalset-format.md").read_text(encoding="utf-8")
LINES = re.search(r"```jsonl\n(.*?)\n```", PAGE, re.DOTALL)


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text: str, heading: str) -> list[list[str]]:
    """Return the cells of the table that begins with ``heading``, without the backticks around them."""
    table = text.split(f"\n{heading}")[1].split("\n\n")[0]
    lines = [line for line in table.splitlines()[2:] if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def code(cell: str) -> str:
    """Return the first text in backticks."""
    found = re.search(r"`([^`]+)`", cell)
    assert found, cell
    return found[1]


@pytest.fixture
def lines() -> list[bytes]:
    assert LINES
    return LINES[1].encode().split(b"\n")


def test_the_lines_of_the_example_are_what_regrade_writes(lines: list[bytes]) -> None:
    for line in lines:
        assert canonical(json.loads(line)) == line
        assert set(json.loads(line)) <= set(Event.__struct_fields__)


def test_the_example_reads_as_the_table_says(lines: list[bytes], tmp_path: Path) -> None:
    table = rows(section("Example"), "| after |")
    ids = [json.loads(line)["id"] for line in lines]
    assert table[-1][0].strip("`") == ids[-1]
    for after, f1, f2, version in table:
        n = ids.index(after.strip("`")) + 1
        folder = tmp_path / str(n)
        seal(folder, lines[:n])
        found, _, read = assert_they_agree(folder)
        assert read == version.strip("`"), after
        for key, told in (("f1", f1), ("f2", f2)):
            status, mode, expected = [*told.split(", "), "", ""][:3]
            said = found.get(key, {"status": "open", "mode": None, "expected": []})
            assert (said["status"], said["mode"] or "") == (status, mode), after
            assert said["expected"] == [json.loads(each) for each in re.findall(r'"\w+"', expected)], after


def test_hashes_are_of_what_the_table_says(lines: list[bytes], tmp_path: Path) -> None:
    table = {name: (code(said), hash.strip("`")) for name, said, hash in rows(section("Hashes"), "| hash |")}
    for said, hash in table.values():
        assert hashlib.sha256(said.encode()).hexdigest() == hash
        assert canonical(json.loads(said)).decode() == said
    schema = Schema.of(pa.schema([("hour", pa.int64()), ("carrier", pa.string())]), {"hour": False})
    content = Content({"hour": 18, "carrier": "EV"}, schema.hash)
    seal(tmp_path, lines[:-1])
    with EvalSet.open(tmp_path, actor="ci", task_kind="classification", read_only=True) as evalset:
        by_regrade = [schema.hash, content_hash("classification", content), evalset.version]
    assert [hash for _, hash in table.values()] == by_regrade


def test_numbers_are_written_as_the_table_says() -> None:
    cells = [cell for row in rows(section("Canonical JSON"), "| float |") for cell in row]
    assert len(cells) == 30
    for number, written in zip(cells[::2], cells[1::2], strict=True):
        value = float(2**53 + 1) if number == "2**53+1" else float(ast.literal_eval(number))
        assert canonical(value).decode() == code(written)


def test_characters_are_written_as_the_table_says() -> None:
    cells = [cell for row in rows(section("Canonical JSON"), "| character |") for cell in row]
    told = {int(character[2:], 16): written for character, written in zip(cells[::2], cells[1::2], strict=True)}
    for character, written in told.items():
        plain = chr(character) if written == "itself" else code(written)
        assert json.loads(canonical(chr(character))) == chr(character)
        assert canonical(chr(character)).decode() == f'"{plain}"'
    escaped = [each for each in range(0x3000) if canonical(chr(each)).decode() != f'"{chr(each)}"']
    assert escaped == [*range(0x20), 0x22, 0x5C]


def test_values_are_written_as_the_table_of_types_says() -> None:
    table = rows(section("Schemas and inputs"), "| Arrow type |")
    more = [pa.int16(), pa.float16(), pa.list_(pa.int64()), pa.struct([("a", pa.int64()), ("b", pa.string())])]
    kinds = {str(kind): kind for kind in [*VALUES, *more]}
    for types, _, example in table:
        for name in re.findall(r"`([^`]+)`", types):
            stored = [{"x": json.loads(code(example))}, {"x": None}]
            schema = Schema.of(pa.schema([("x", kinds[name])]), {})
            assert encode_table(decode_rows(stored, schema)) == stored
    assert len(table) == 16


def test_every_kind_and_every_field_is_named() -> None:
    named = set(re.findall(r"`([a-z]+)`", PAGE))
    assert named >= {*KINDS, *PREDICTION_FIELDS, *MODE_FIELDS, *Event.__struct_fields__, *Content.__struct_fields__}
