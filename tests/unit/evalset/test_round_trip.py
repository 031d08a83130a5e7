"""What goes into the eval set comes out of it: every type, every text; and what cannot is refused before anything is written."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regrade.errors import DataError, UsageError
from regrade.evalset import UNSET, Added, EvalSet
from regrade.log import Schema, decode_rows, encode_table
from regrade.log.content import Content, canonical
from tests.unit.log.columns import VALUES, column, same

SCHEMAS = {"s1": "encoded schema"}

_WHOLE = st.integers(-(2**63), 2**63 - 1)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
MORE: dict[pa.DataType, st.SearchStrategy[Any]] = {
    pa.float16(): st.floats(width=16),
    pa.decimal256(50, 10): st.decimals(-(10**30), 10**30, places=10),
    pa.decimal128(5, -2): st.integers(-99999, 99999).map(lambda n: n * 100),
    pa.date64(): st.integers(-719_162, 2_932_896).map(lambda days: days * 86_400_000),
    pa.time32("ms"): st.integers(0, 86_399_999),
    pa.time64("ns"): st.integers(0, 86_399_999_999_999),
    pa.duration("ns"): _WHOLE,
    pa.timestamp("ns", "+05:30"): _WHOLE,
    pa.binary(3): st.binary(min_size=3, max_size=3),
    pa.large_binary(): st.binary(max_size=4),
    pa.string_view(): _TEXTS,
    pa.binary_view(): st.binary(max_size=4),
    pa.list_view(pa.int64()): st.lists(_WHOLE | st.none(), max_size=3),
    pa.large_list_view(pa.string()): st.lists(_TEXTS | st.none(), max_size=3),
    pa.map_(pa.string(), pa.list_(pa.float64())): st.lists(st.tuples(_TEXTS, st.lists(st.floats() | st.none(), max_size=2)), max_size=2),
    pa.struct([("deep", pa.struct([("er", pa.list_(pa.struct([("est", pa.float64())])))]))]): st.fixed_dictionaries(
        {"deep": st.fixed_dictionaries({"er": st.lists(st.fixed_dictionaries({"est": st.floats()}), max_size=2) | st.none()}) | st.none()}
    ),
    pa.struct([]): st.just({}),
}
"""Type → values of it that logs hold more rarely."""
ALL = VALUES | MORE


def of(kind: pa.DataType, values: list[Any]) -> pa.Array:
    return pa.array(values, pa.int64()).view(kind) if pa.types.is_date64(kind) else column(kind, values)


@contextmanager
def a_set(**more: Any) -> Iterator[EvalSet]:
    with tempfile.TemporaryDirectory() as name, EvalSet.open(Path(name) / "evalset", actor="ann", task_kind="json", **more) as evalset:
        yield evalset


@contextmanager
def far_away(evalset: EvalSet, by_git: bool = False) -> Iterator[EvalSet]:
    """Seal, carry the segments elsewhere as git does, and read them there."""
    evalset.seal()
    here = evalset._session.folder
    with tempfile.TemporaryDirectory() as name:
        there = Path(name) / "there" / "evalset"
        if by_git:
            git = ["git", "-c", "user.name=ann", "-c", "user.email=ann@example.org", "-c", "core.autocrlf=true"]
            for command in (["init", "-q"], ["add", "evalset"], ["commit", "-qm", "decisions"]):
                subprocess.run([*git, *command], cwd=here.parent, check=True)
            subprocess.run([*git, "clone", "-q", here.parent, there.parent], check=True)
        else:
            for path in here.glob("segments/*/*.jsonl"):
                target = there / path.relative_to(here)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())
        with EvalSet.open(there, actor="bob", task_kind="json", read_only=True) as elsewhere:
            assert elsewhere.version == evalset.version
            yield elsewhere


def promote(evalset: EvalSet, table: pa.Table) -> Schema:
    """Promote each row; its key is its number."""
    schema = Schema.of(table.schema, {})
    contents = [Content(inputs=row, schema=schema.hash, outcome=row[table.schema.names[0]]) for row in encode_table(table)]
    evalset.promote([(str(n), each) for n, each in enumerate(contents)], origin="failure", schemas={schema.hash: schema.encoded})
    return schema


def inputs(evalset: EvalSet) -> pa.Table:
    """Return the inputs of all members as a table, out of nothing but the eval set."""
    examples = sorted(evalset.state.examples(), key=lambda each: int(each.key))
    (name,) = {each.content.schema for each in examples}
    return decode_rows([each.content.inputs for each in examples], Schema.decode(evalset.schemas[name]))


# -- inputs --------------------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_inputs_of_every_type_come_back_exactly(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 3))
    columns = {
        str(at): of(kind, data.draw(st.lists(values | st.none(), min_size=n, max_size=n))) for at, (kind, values) in enumerate(ALL.items())
    }
    table = pa.table(columns)
    with a_set() as evalset:
        schema = promote(evalset, table)
        with far_away(evalset) as elsewhere:
            back = inputs(elsewhere)
            assert Schema.decode(elsewhere.schemas[schema.hash]).hash == schema.hash
    for name in table.schema.names:
        assert same(back.column(name), table.column(name)), table.schema.field(name)


def test_what_other_tools_lose_comes_back_through_git() -> None:
    table = pa.table(
        {
            "float": pa.array([float("nan"), float("inf"), -float("inf"), -0.0, 5e-324, None], pa.float64(), from_pandas=False),
            "whole": pa.array([2**53 + 1, -(2**63), 2**63 - 1, 0, -1, None], pa.int64()),
            "unsigned": pa.array([2**64 - 1, 2**63, 2**53, 0, 1, None], pa.uint64()),
            "text": ["007", "", "NA", "null", "1e5", None],
            "odd": [
                "\x00\x1f\x7f\x85",
                "\u2028\u2029\ufeff",
                "\u202eevil\u2066",
                "e\u0301 \u00e9",
                "\U0001f469\u200d\U0001f680",
                '\r\n\\"',
            ],
            "json": ['{"b":1,"a":[1.0,1e400]}', "[NaN]", "{", " 1", '{"a":1,"a":2}', None],
            "ends": pa.array([-(2**63), 2**63 - 1, 0, 1, -1, None], pa.int64()).view(pa.timestamp("ns", "America/New_York")),
            "yes": [True, False, None, True, False, None],
        }
    )
    with a_set() as evalset:
        promote(evalset, table)
        with far_away(evalset, by_git=True) as elsewhere:
            back = inputs(elsewhere)
    for name in table.schema.names:
        assert same(back.column(name), table.column(name)), name


def test_two_thousand_columns_and_a_megabyte_of_text() -> None:
    wide = {f"column {n} \u00e9": [n / 7, None] for n in range(2_000)}
    table = pa.table(wide | {"long": ["\U0001f600\n\u0000" * 300_000, "x" * 1_000_000]})
    with a_set() as evalset:
        promote(evalset, table)
        evalset.note(["0"], "y" * 1_000_000)
        with far_away(evalset) as elsewhere:
            assert inputs(elsewhere).equals(table.cast(inputs(elsewhere).schema))
            assert elsewhere.state.notes("0") == ["y" * 1_000_000]


@pytest.mark.parametrize(
    "values",
    [
        pa.array([(1, 2, 3)], pa.month_day_nano_interval()),
        pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])]),
        pa.StructArray.from_arrays([pa.array([1]), pa.array([2])], names=["twice", "twice"]),
        pa.ListArray.from_arrays(pa.array([0, 1], pa.int32()), pa.array([(1, 2, 3)], pa.month_day_nano_interval())),
    ],
    ids=lambda each: str(each.type)[:20],
)
def test_a_type_that_cannot_be_kept_is_refused_by_its_column(values: pa.Array) -> None:
    with pytest.raises(DataError, match=r"column 'shift'.*cannot be stored"):
        encode_table(pa.table({"hour": [1], "shift": values}))


# -- everything that people write ----------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["a/b\\c", "..", 'x"y', "\n", " ", "\x00", "\u202e", "{}"]
)
keys = texts.filter(bool)
said = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(lambda text: f"x{text}x")
"""Texts that begin and end with a letter: blanks around a note are taken away."""
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(st.lists(keys, min_size=2, max_size=4, unique=True), said, said, said, said, values)
def test_keys_names_notes_reasons_people_and_values_come_back(found, name, note, reason, person, value) -> None:
    with a_set() as evalset:
        evalset.label(found[:1], name, note=note, by=person)
        evalset.dismiss(found[1:], reason, by=person)
        evalset.relabel(found[:1], value, by=person)
        evalset.add([Added(key, Content({key: value}, "s1", outcome=value), "synthetic") for key in found], schemas=SCHEMAS)
        evalset.describe_mode(evalset.state.modes()[0].id, description=note)
        with far_away(evalset) as elsewhere:
            state = elsewhere.state
            assert state.members() == sorted(found)
            assert [event.by for event in state.history(found[0])][:2] == [person] * 2
            assert state.notes(found[0]) == [note]
            assert state.history(found[1])[0].reason == reason
            (mode,) = state.modes()
            assert (mode.name, mode.description, state.mode(found[0])) == (" ".join(name.split()), note, mode.id)
            assert exactly(state.values(found[0], "expected")) == exactly([value])
            for key in found:
                kept = state.example(key).content
                assert exactly([kept.inputs, kept.outcome]) == exactly([{key: value}, value])


def exactly(value: object) -> str:
    """Return a text that is the same for nothing else: 1 is no 1.0 and no True, -0.0 no 0.0."""
    if isinstance(value, dict):
        return str(sorted((name, exactly(each)) for name, each in value.items()))
    return str([exactly(each) for each in value]) if isinstance(value, list) else repr(value)


# -- what cannot be written ----------------------------------------------------------------------------------------------

HALF = "half \ud83d"
FINE = Content({"x": 1}, "s1")
"""A good content."""


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value] if levels % 2 else {"a": value}
    return value


def entered(content: Content, schemas: dict[str, str] = SCHEMAS) -> Callable[[EvalSet], object]:
    return lambda evalset: evalset.promote([("good", FINE), ("bad", content)], origin="failure", schemas=SCHEMAS | schemas)


REFUSED: dict[str, tuple[Callable[[EvalSet], object], str]] = {
    "key": (lambda evalset: evalset.label(["good", HALF], "m"), "subject: .*half a surrogate pair"),
    "mode": (lambda evalset: evalset.label(["good"], HALF), "value: .*half a surrogate pair"),
    "note": (lambda evalset: evalset.label(["good"], "m", note=HALF), "note: .*half a surrogate pair"),
    "reason": (lambda evalset: evalset.dismiss(["good"], HALF), "reason: .*half a surrogate pair"),
    "person": (lambda evalset: evalset.label(["good"], "m", by=HALF), "by: .*half a surrogate pair"),
    "value": (lambda evalset: evalset.relabel(["good"], HALF), "value: .*half a surrogate pair"),
    "deep value": (lambda evalset: evalset.relabel(["good"], {"x": [1, {"y": HALF}]}), r"value\.x\[1\]\.y: .*half a surrogate pair"),
    "name in a value": (lambda evalset: evalset.relabel(["good"], {"x": {HALF: 1}}), r"value\.x \(a key\): .*half a surrogate pair"),
    "input": (entered(Content({"carrier": HALF}, "s1")), r"inputs\.carrier: .*half a surrogate pair"),
    "column": (entered(Content({HALF: 1}, "s1")), r"inputs \(a key\): .*half a surrogate pair"),
    "file": (entered(Content({}, "s1", source=HALF)), "source: .*half a surrogate pair"),
    "schema": (entered(Content({}, "s2"), {"s2": HALF}), "encoded: .*half a surrogate pair"),
    "description": (lambda evalset: evalset.define_mode("m", description=HALF), "value: .*half a surrogate pair"),
    "not a number": (lambda evalset: evalset.relabel(["good"], float("nan")), "nan is no JSON number"),
    "infinite": (lambda evalset: evalset.relabel(["good"], {"x": [None, float("inf")]}), r"value\.x\[1\]: inf is no JSON number"),
    "input, not a number": (entered(Content({"precip": float("nan")}, "s1")), r"inputs\.precip: nan is no JSON number"),
    "score": (entered(Content({}, "s1", scores={"late": float("nan")})), r"scores\.late: nan is no JSON number"),
    "no JSON": (lambda evalset: evalset.relabel(["good"], object()), "cannot be written as JSON"),
    "a number for a name": (lambda evalset: evalset.relabel(["good"], {1: 2}), "cannot be written as JSON"),
    "5,000 digits": (lambda evalset: evalset.relabel(["good"], 10**5_000), "cannot be written as JSON"),
    "too deep": (lambda evalset: evalset.relabel(["good"], nested(98)), "expected of good: is nested more than 100 levels"),
    "too deep, lists": (lambda evalset: evalset.relabel(["good"], ["]", nested(97), "[" * 200]), "expected of good: is nested more"),
    "far too deep": (lambda evalset: evalset.relabel(["good"], nested(100_000)), "cannot be written as JSON"),
    "too deep an input": (entered(Content({"x": nested(99)}, "s1")), "content of bad: is nested more than 100 levels"),
    "no schema": (entered(Content({}, "unknown")), "schema unknown"),
    "no key": (lambda evalset: evalset.label(["good", ""], "m"), "not empty"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_kept_is_refused_with_its_place_before_anything_is_written(name: str) -> None:
    refused, message = REFUSED[name]
    with a_set() as evalset:
        evalset.label(["earlier"], "known")
        folder = evalset._session.folder
        before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        with pytest.raises((DataError, UsageError), match=message) as raised:
            refused(evalset)
        assert raised.value.exit_code == 2
        assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
        assert evalset.state.decided_keys() == ["earlier"]
        evalset.label(["later"], "known")  # and it goes on
        with far_away(evalset) as elsewhere:
            assert sorted(elsewhere.state.decided_keys()) == ["earlier", "later"]


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(categories=["Cs"]), min_size=1, max_size=2), texts, texts)
def test_half_a_pair_is_refused_anywhere_in_a_text(half: str, before: str, after: str) -> None:
    with pytest.raises(DataError, match="half a surrogate pair"):
        canonical([before + half + after])


def test_what_is_just_not_too_deep_is_read_from_any_depth_of_calls() -> None:
    with a_set() as evalset:
        evalset.relabel(["a"], nested(97))
        evalset.relabel(["b"], ["[" * 200, '\\"{' * 200, nested(96)])

        def read(calls: int) -> int:
            if calls:
                return read(calls - 1)
            with far_away(evalset) as elsewhere:
                return elsewhere.state.n_events

        assert read(500) == 2


def test_unset_is_no_value() -> None:
    with a_set() as evalset, pytest.raises(UsageError, match="or both"):
        evalset.label(["a"], None, expected=UNSET)
