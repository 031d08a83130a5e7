"""The document is enough: a reader written from it, without regrade, reads what regrade reads."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib.util
import io
import json
import math
import random
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regrade.cli.demo_workspace import eval_set, make_demo, training
from regrade.evalset import EvalSet, Event, Write
from regrade.evalset.events import encode
from regrade.evalset.segments import render
from regrade.log.content import canonical
from tests.unit.evalset.histories import live_through, stories
from tests.unit.evalset.replicas import KIND, everything

DOCS = Path(__file__).parents[2] / "docs"
READER = DOCS / "read_evalset.py"
OF_MEMBERS = ("partition", "content_hash", "weight", "pinned")


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("read_evalset", READER)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reader = _load()


def seal(folder: Path, lines: list[bytes]) -> Path:
    """Write decisions as a segment, in the order given."""
    rendered = render(b"".join(line + b"\n" for line in lines), "test")
    assert rendered is not None
    month, data = rendered
    path = folder / "segments" / month / f"{hashlib.sha256(data).hexdigest()}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def journal(folder: Path, data: bytes, name: str = "j") -> Path:
    path = folder / ".open" / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def by_regrade(folder: Path, task: str, keys: list[str]) -> tuple[dict[str, dict[str, Any]], list[str], str]:
    """Return what regrade reads: of each of ``keys``, which are members, and the version."""
    with EvalSet.open(folder, actor="ci", task_kind=task, read_only=True) as evalset:
        state, found = evalset.state, {}
        for key in keys:
            found[key] = {
                "key": key,
                "status": state.status(key),
                "member": state.is_member(key),
                "disputed": [field for field in state.disputed_fields(key) if field in reader.FIELDS],
                "mode": state.mode(key),
                "expected": state.expected(key),
            }
            if state.is_member(key):
                example = state.example(key)
                found[key] |= {name: getattr(example, name) for name in OF_MEMBERS}
        assert set(state.decided_keys()) <= set(keys)
        return found, state.members(), evalset.version


def by_the_document(folder: Path, task: str) -> tuple[dict[str, dict[str, Any]], list[str], str]:
    """Return what the reader reads, and what it prints."""
    found = {said["key"]: said for said in reader.predictions(folder, task)}
    for said in found.values():
        if not said["member"]:
            for name in OF_MEMBERS:
                del said[name]
    argv, sys.argv = sys.argv, ["read_evalset.py", str(folder), task]
    try:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            runpy.run_path(str(READER), run_name="__main__")
    finally:
        sys.argv = argv
    *members, version = printed.getvalue().split("\n")[:-1]
    return found, [json.loads(line)["key"] for line in members], version


def assert_they_agree(folder: Path, task: str = KIND) -> tuple[dict[str, dict[str, Any]], list[str], str]:
    read = by_the_document(folder, task)
    told = by_regrade(folder, task, list(read[0]))
    assert canonical(read) == canonical(told)
    return read


@settings(max_examples=120, deadline=None)
@given(stories, st.randoms(use_true_random=False), st.booleans())
def test_random_histories_read_the_same(story, rng: random.Random, whole: bool) -> None:
    lines = list(everything(live_through(story)).values())
    rng.shuffle(lines)
    if not whole:  # as after a cherry-pick
        lines = lines[: rng.randrange(len(lines) + 1)]
    cuts = sorted(rng.randrange(len(lines) + 1) for _ in range(3))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "evalset"
        for part in (lines[: cuts[0]], lines[cuts[0] : cuts[1]], lines[max(cuts[1] - 2, 0) : cuts[2]]):
            if part:
                seal(folder, part)
        torn = rng.choice([b"", b'{"at":"2026-11-22T00:00', b"\0\0\0\0", b'{"at":"2026\0\0\n'])
        journal(folder, b"".join(line + b"\n" for line in lines[cuts[2] :]) + torn)
        assert_they_agree(folder)


def test_the_demo_reads_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "RECIPES", ())
    make_demo(tmp_path / "demo")
    folder = tmp_path / "demo" / "evalset"
    found, members, version = assert_they_agree(folder)
    assert len(members) == eval_set.SAMPLED + eval_set.PINNED + sum(mode.n for mode in eval_set.MODES) - overlap(found)
    run = subprocess.run([sys.executable, "-I", READER, folder, KIND], capture_output=True, check=True)
    printed = run.stdout.decode().split("\n")[:-1]
    assert (run.stderr, printed[-1], len(printed)) == (b"", version, len(members) + 1)


def event(n: int, *writes: Write, undoes: tuple[str, ...] = ()) -> bytes:
    return encode(Event(f"e:{n}", "2026-11-22T00:00:00Z", "eve", "label", n, writes, undoes=undoes))


def test_a_write_reaches_through_one_that_was_undone(tmp_path: Path) -> None:
    chain = [event(1, Write("a", "mode", "m")), event(2, Write("a", "mode", "n", ("e:1",))), event(3, Write("a", "mode", "o", ("e:2",)))]
    seal(tmp_path, [*chain, event(4, undoes=("e:2",))])
    found, _, _ = assert_they_agree(tmp_path)
    assert (found["a"]["mode"], found["a"]["status"]) == ("o", "labelled")


def test_what_leads_into_a_circle_of_merges_reads_as_the_smallest_of_the_circle(tmp_path: Path) -> None:
    merges = [
        event(n, Write(mode, "into", into)) for n, (mode, into) in enumerate([("fog", "storm"), ("storm", "hop"), ("hop", "storm")], 2)
    ]
    seal(tmp_path, [event(1, Write("a", "mode", "fog")), *merges])
    found, _, _ = assert_they_agree(tmp_path)
    assert (found["a"]["mode"], found["a"]["status"]) == ("hop", "labelled")


def test_expected_values_that_look_like_contents_are_values_like_any_other(tmp_path: Path) -> None:
    values = [{"inputs": 1, "schema": "a", "source": "x"}, {"inputs": 1, "schema": "b", "source": "y"}]
    seal(tmp_path, [event(n, Write("a", "expected", value)) for n, value in enumerate(values, 1)])
    found, _, _ = assert_they_agree(tmp_path, "json")
    assert (found["a"]["expected"], found["a"]["status"]) == (values, "disputed")


def overlap(found: dict[str, dict[str, Any]]) -> int:
    """Return how many were promoted for a reason and drawn too."""
    return sum(1 for said in found.values() if said["weight"] > 1 and (said["mode"] or said["pinned"]))


@settings(max_examples=300)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=8,
    )
    | st.builds(math.ldexp, st.floats(-1, 1), st.integers(-30, 80))
)
def test_its_canonical_json_is_ours(value: object) -> None:
    assert reader.canonical(value).encode() == canonical(value)


def test_it_refuses_what_has_changed(tmp_path: Path) -> None:
    line = encode(Event("e:1", "2026-11-22T00:00:00Z", "eve", "label", 1, (Write("a", "mode", "m"),)))
    path = seal(tmp_path, [line])
    assert reader.read(tmp_path)["e:1"]["by"] == "eve"
    journal(tmp_path, line.replace(b"eve", b"eva") + b"\n")
    with pytest.raises(SystemExit, match="twice"):
        reader.read(tmp_path)
    journal(tmp_path, b"")
    for damage in (line.replace(b"eve", b"eva") + b"\n", b"", b"\r\n"):
        path.write_bytes(path.read_bytes().replace(line + b"\n", damage))
        with pytest.raises(SystemExit, match="has changed"):
            reader.read(tmp_path)


def test_it_refuses_a_newer_format(tmp_path: Path) -> None:
    data = b'{"regrade":"evalset","version":2}\n'
    path = tmp_path / "segments" / "2027-01" / f"{hashlib.sha256(data).hexdigest()}.jsonl"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    with pytest.raises(SystemExit, match="newer format"):
        reader.read(tmp_path)


def test_what_a_newer_regrade_adds_within_the_format_is_passed_over_by_both(tmp_path: Path) -> None:
    """Unknown fields of a line, kinds of decisions and facts, registers."""
    written = {
        "at": "2027-01-01T00:00:00Z",
        "by": "eve",
        "facts": [{"kind": "rating", "level": 3, "subject": "a", "value": 5}, {"kind": "sample", "subject": "a", "value": 0.5}],
        "host": "laptop",
        "id": "e:1",
        "kind": "assess",
        "seq": 1,
        "writes": [
            {"certainty": 0.9, "field": "mode", "subject": "a", "value": "m"},
            {"field": "severity", "subject": "a", "value": "high"},
            {"field": "member", "subject": "a", "value": "in"},
            {"field": "content", "subject": "a", "value": {"inputs": {}, "language": "en", "schema": "s"}},
        ],
    }
    other = written | {"id": "e:2", "writes": [{"field": "severity", "subject": "a", "value": "low"}], "facts": []}
    seal(tmp_path, [canonical(written), canonical(other)])
    found, members, _ = assert_they_agree(tmp_path)
    assert members == ["a"]
    assert (found["a"]["status"], found["a"]["weight"], found["a"]["mode"]) == ("promoted", 2.0, "m")


def test_the_reader_is_short_and_needs_nothing_but_python() -> None:
    text = READER.read_text(encoding="utf-8")
    tree = ast.parse(text)
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names
    assert len(text.splitlines()) <= 80
    assert max(map(len, text.splitlines())) <= 140
