"""Lines that regrade never writes, and values that no verb writes: each is told with its line, and none hides another."""

from __future__ import annotations

from pathlib import Path

import pytest

from regrade.evalset import EvalSet

from .conftest import SCHEMAS, item
from .verifying import checked, event, forge, told, write


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (b"nonsense", "json", "cannot be read"),
        (b"", "json", "empty line"),
        (b"   ", "json", "empty line"),
        (b'{"at":"\xff"}', "json", "cannot be read"),
        (b'{"at":"x"}', "json", "missing required field"),
        (b'{"hash":"s1"}', "json", "neither"),
        (b'["at"]', "json", "neither"),
        (b'{"encoded":1,"hash":"s1"}', "json", "Expected `str`"),
        (event().replace(b'"seq":101', b'"seq":"101"'), "json", "Expected `int`"),
        (b"<<<<<<< HEAD", "conflict", "conflict marker"),
        (b">>>>>>> branch", "conflict", "conflict marker"),
        (event().replace(b'"by":"eve"', b'"by": "eve"'), "canonical", "canonical"),
        (event().replace(b'"by":"eve"', b'"by":"ann","by":"eve"'), "canonical", "canonical"),
        (event().replace(b'"by":"eve"', b'"by":"\\u0065ve"'), "canonical", "canonical"),
        (event().replace(b'"seq":101}', b'"seq":101}').replace(b"eve", b"\\u00e9"), "canonical", "canonical"),
        (event() + b" ", "canonical", "canonical"),
        (event() + b"\r", "canonical", "canonical"),
    ],
)
def test_a_line_that_regrade_never_writes_is_told_and_so_are_all_others(tmp_path: Path, line: bytes, code: str, words: str) -> None:
    name = forge(tmp_path, event(2), line, event(3, kind="guess"), b"{")
    verified = checked(tmp_path)
    assert told(verified) == [(code, f"{name}:3"), ("json", f"{name}:5"), ("unknown-kind", f"{name}:4")]
    assert words in verified.problems[0].what


PROBLEMS = [
    write("member", "out"),
    write("member", True),
    write("partition", "test"),
    write("partition", None),
    write("pinned", "yes"),
    write("pinned", 1),
    write("mode", 3),
    write("name", ""),
    write("into", 1),
    write("state", "ajar"),
    write("digit", 0),
    write("digit", 10),
    write("digit", True),
    write("digit", "1"),
    write("priority", 4),
    write("owner", 7),
    write("content", {"inputs": {"x": 1}}),
    write("content", {"inputs": []}),
    event(writes=[{"field": "mode", "subject": "", "value": "storm"}]),
    event(writes=[{"field": "mode", "subject": "k", "value": "storm"}] * 2),
    event(facts=[{"kind": "sample", "subject": "k", "value": 0}]),
    event(facts=[{"kind": "sample", "subject": "k", "value": 1.5}]),
    event(facts=[{"kind": "sample", "subject": "k", "value": True}]),
    event(facts=[{"kind": "origin", "subject": "k", "value": "sampled"}]),
    event(facts=[{"kind": "note", "subject": ""}]),
    event(id=""),
    event(seq=0),
]


@pytest.mark.parametrize("line", PROBLEMS)
def test_a_value_that_no_verb_writes_is_a_problem_of_its_line(tmp_path: Path, line: bytes) -> None:
    name = forge(tmp_path, event(2), line)
    assert told(checked(tmp_path)) == [("value", f"{name}:3")]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (event(kind="guess"), "unknown-kind"),
        (event(facts=[{"kind": "smell", "subject": "k", "value": 1}]), "unknown-kind"),
        (write("colour", "red"), "unknown-field"),
        (event(zeal=1), "unknown-field"),
        (write("mode", "storm", why="x"), "unknown-field"),
        (event(facts=[{"kind": "note", "subject": "k", "zeal": 1}]), "unknown-field"),
        (event(at="yesterday"), "value"),
        (event(undoes=["nobody:1"], writes=None), "unknown-id"),
        (write("mode", "hop", over=["nobody:1"]), "unknown-id"),
    ],
)
def test_what_a_newer_regrade_may_have_written_is_a_warning(tmp_path: Path, line: bytes, code: str) -> None:
    name = forge(tmp_path, event(2), line)
    verified = checked(tmp_path)
    assert (verified.ok, told(verified)) == (True, [(code, f"{name}:3")])


@pytest.mark.parametrize(
    "write_value", [("member", None), ("digit", None), ("into", None), ("mode", None), ("priority", None), ("expected", {"x": [None]})]
)
def test_what_is_unset_is_no_problem(tmp_path: Path, write_value: tuple[str, object]) -> None:
    forge(tmp_path, write(*write_value))
    assert told(checked(tmp_path)) == []


def test_an_unknown_field_of_a_content_is_a_warning(tmp_path: Path) -> None:
    content = {"inputs": {}, "schema": "s1", "smell": "odd"}
    name = forge(tmp_path, b'{"encoded":"x","hash":"s1"}', write("content", content))
    assert told(checked(tmp_path)) == [("unknown-field", f"{name}:3")]


def test_one_id_with_two_contents_names_both_places(tmp_path: Path) -> None:
    names = sorted(
        [forge(tmp_path, event(1), event(2)), forge(tmp_path, event(3), event(2, by="bob")), forge(tmp_path, event(4), event(2))]
    )
    verified = checked(tmp_path)
    codes = told(verified)
    assert codes and {code for code, _ in codes} == {"duplicate-id"} and {where for _, where in codes} <= {f"{name}:3" for name in names}
    assert all(f"{names[0]}:3" in each.what for each in verified.problems)


def test_decisions_that_name_what_is_not_older_are_problems_and_the_disputes_are_not_counted(tmp_path: Path) -> None:
    over = [{"field": "mode", "subject": "k", "value": "hop", "over": ["e:2"]}]
    undo = {"kind": "undo", "writes": None}
    name = forge(tmp_path, event(1, writes=over), event(2), event(3, undoes=["e:4"], **undo), event(4, undoes=["e:3"], **undo))
    verified = checked(tmp_path)
    assert told(verified) == [("order", f"{name}:2"), ("order", f"{name}:4")]
    assert f"{name}:3" in verified.problems[0].what
    assert verified.checked["disputed"] is None


def test_an_id_that_is_not_here_is_told_once_however_many_name_it(tmp_path: Path) -> None:
    name = forge(tmp_path, *(write("mode", "hop", over=["gone:7"]).replace(b"e:1", b"e:%d" % n) for n in range(5, 9)))
    verified = checked(tmp_path)
    assert told(verified) == [("unknown-id", f"{name}:2")]
    assert "4 decisions here" in verified.warnings[0].what and "cherry-pick" in verified.warnings[0].hint


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (b'{"regrade":"evalset","version":2}', "header"),
        (b'{"regrade":"other","version":1}', "header"),
        (b"hello", "header"),
        (b'{"version":1,"regrade":"evalset"}', "canonical"),
    ],
)
def test_a_wrong_header_is_a_problem_of_line_1(tmp_path: Path, header: bytes, code: str) -> None:
    name = forge(tmp_path, event(), header=header)
    assert told(checked(tmp_path)) == [(code, f"{name}:1")]


def test_without_a_header_the_first_line_is_checked_all_the_same(tmp_path: Path) -> None:
    name = forge(tmp_path, event(2), header=event(1, kind="guess"))
    verified = checked(tmp_path)
    assert told(verified) == [("header", f"{name}:1"), ("unknown-kind", f"{name}:1")]
    assert verified.checked["events"] == 2


def test_a_schema_that_stands_nowhere_is_a_problem_and_elsewhere_a_warning(tmp_path: Path) -> None:
    with EvalSet.open(tmp_path / "evalset", actor="ann", task_kind="classification") as evalset:
        evalset.promote([item("a")], origin="failure", schemas=SCHEMAS)
    here = forge(tmp_path, write("content", {"inputs": {"x": 1}, "schema": "s1"}))
    nowhere = forge(tmp_path, write("content", {"inputs": {"x": 1}, "schema": "s2"}).replace(b"e:1", b"e:2"))
    assert told(checked(tmp_path)) == [("schema-missing", f"{nowhere}:2"), ("schema-elsewhere", f"{here}:2")]
