"""`regrade cache`: answers travel to CI as one file, and nothing that is no such file does any harm."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from .conftest import Regrade, asked, git


def packed(text: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(text)
    return sink.getvalue().to_pybytes()


def lines(path: Path) -> list[bytes]:
    with pa.OSFile(str(path)) as raw, pa.CompressedInputStream(raw, "zstd") as stream:
        return stream.read().splitlines(keepends=True)


def sealed(body: list[bytes], n: int | None = None) -> bytes:
    """Return lines with the last line that belongs to them."""
    text = b"".join(body)
    last = {"answers": len(body) - 1 if n is None else n, "sha256": hashlib.sha256(text).hexdigest()}
    return packed(text + json.dumps(last, separators=(",", ":")).encode() + b"\n")


@pytest.fixture
def exported(regrade: Regrade, workspace: Path) -> Path:
    regrade("promote", "f0000", "f0005", "f0015")
    assert regrade("score").code == 0
    assert regrade("cache", "export", "answers.zst").code == 0
    return workspace / "answers.zst"


def test_in_ci_the_gate_predicts_nothing(regrade: Regrade, workspace: Path, exported: Path) -> None:
    assert regrade("cache", "export", "again.zst").code == 0
    assert (workspace / "again.zst").read_bytes() == exported.read_bytes()
    before = asked(workspace)
    shutil.rmtree(workspace / ".regrade")  # a fresh clone: no log, no cache
    brought = regrade("cache", "import", exported, "--json").json
    assert brought == {"answers": 6, "new": 6, "fingerprints": 2, "findings": 0}
    ran = regrade("gate", "--base", "rules", "--head", "early", "--json")

    assert ran.json["errors"] == 0
    assert asked(workspace) == before
    assert regrade("cache", "import", exported, "--json").json["new"] == 0


def test_in_ci_what_is_imported_late_is_known_before_anything_is_asked(regrade: Regrade, workspace: Path) -> None:
    rules = workspace / "rules.py"
    rules.write_text(rules.read_text().replace("    import pandas", "    import afterwards, hyperlink_of_nobody\n    import pandas"))
    (workspace / "afterwards.py").write_text("MORE = 0\n")
    (workspace / "hyperlink_of_nobody.py").write_text("")
    regrade("promote", "f0000", "f0005", "f0015")
    assert regrade("score", "rules", "--allow-code").code == 0
    whole, one = workspace / "whole.zst", workspace / "one.zst"
    assert regrade("cache", "export", whole).code == regrade("cache", "export", one, "--candidate", "rules", "--allow-code").code == 0
    assert one.read_bytes() == whole.read_bytes()
    said = json.loads(lines(one)[1])
    assert (said["files"], said["distributions"]) == (["afterwards.py", "hyperlink_of_nobody.py"], [])

    for changed, missing in ((False, 0), (True, 3)):
        shutil.rmtree(workspace / ".regrade")
        assert regrade("cache", "import", one).code == 0
        (workspace / "afterwards.py").write_text("MORE = 1\n" if changed else "MORE = 0\n")
        before = asked(workspace)
        assert regrade("score", "rules", "--allow-code", "--json").json["candidates"][0]["predicted"] == missing
        assert asked(workspace) - before == missing


def test_answers_of_a_candidate_at_a_ref_are_exported_by_its_name(regrade: Regrade, workspace: Path) -> None:
    git(workspace, "init", "-q")
    git(workspace, "add", "-A")
    git(workspace, "commit", "-qm", "Begin")
    regrade("promote", "f0000", "f0005")
    config = workspace / "regrade.toml"
    config.write_text(config.read_text().replace("late_from = 15", "late_from = 12"))
    assert regrade("score", "early@HEAD", "early", "--allow-code").code == 0
    found = {}
    for name in ("early@HEAD", "early"):
        assert regrade("cache", "export", "one.zst", "--candidate", name, "--allow-code", "--json").json["answers"] == 2
        found[name] = {json.loads(line)["fingerprint"] for line in lines(workspace / "one.zst")[1:-1]}
    assert len(found["early"]) == len(found["early@HEAD"]) == 1 and found["early"] != found["early@HEAD"]
    assert regrade("cache", "export", "one.zst", "--candidate", "early@nowhere", "--allow-code").code == 2
    assert regrade("cache", "clear", "--candidate", "early@HEAD", "--json").json["cleared"] == 2


def test_one_candidates_answers_are_those_of_what_it_is_now(regrade: Regrade, workspace: Path, exported: Path) -> None:
    assert regrade("cache", "export", "rules.zst", "--candidate", "rules", "--json").json["answers"] == 3
    config = workspace / "regrade.toml"
    config.write_text(config.read_text().replace("late_from = 15", "late_from = 12"))
    ran = regrade("cache", "export", "early.zst", "--candidate", "early", "--allow-code", "--json")
    assert ran.json["answers"] == 0 and "no answers are cached" in ran.err
    assert regrade("cache", "clear", "--candidate", "early", "--json").json["cleared"] == 3
    assert regrade("cache", "info", "--json").json["answers"] == 3


def test_repeated_answers_come_in_as_they_went_out(regrade: Regrade, workspace: Path) -> None:
    with (workspace / "regrade.toml").open("a") as toml:
        toml.write('[candidates.twice]\npython = "rules:predict"\nrepeats = 2\n')
    regrade("promote", "f0000", "f0005")
    assert regrade("score", "twice", "--allow-code", "--json").json["candidates"][0]["predicted"] == 4
    regrade("cache", "export", "twice.zst", "--candidate", "twice", "--allow-code")
    regrade("cache", "clear")

    assert regrade("cache", "import", "twice.zst").code == 0
    assert regrade("score", "twice", "--allow-code", "--json").json["candidates"][0]["predicted"] == 0


def test_another_answer_is_a_conflict_and_nothing_comes_in(regrade: Regrade, workspace: Path, exported: Path) -> None:
    body = lines(exported)[:-1]
    body[2] = body[2].replace(b"late", b"LATE").replace(b"on_time", b"LATE")
    exported.write_bytes(sealed(body))
    row = json.loads(body[1])
    regrade("cache", "clear", "--json")
    assert regrade("cache", "import", exported).code == 0  # nothing to be in conflict with
    regrade("cache", "clear")
    shutil.rmtree(workspace / ".regrade/cache")
    regrade("score")
    info = regrade("cache", "info", "--json").json
    ran = regrade("cache", "import", exported)

    assert ran.code == 4 and "1 answer in conflict" in ran.err and row["fingerprint"][:5]
    assert regrade("cache", "info", "--json").json["answers"] == info["answers"] == 6


Harm = Callable[[list[bytes]], bytes]


def one(change: Callable[[dict[str, Any]], None]) -> Harm:
    """Return a harm to the first answer; the hash is made to fit."""

    def harm(all_lines: list[bytes]) -> bytes:
        row = json.loads(all_lines[1])
        change(row)
        return sealed([all_lines[0], json.dumps(row).encode() + b"\n", *all_lines[2:-1]])

    return harm


def late(base: str, file: str) -> bytes:
    """Return a line that says what is imported late."""
    return json.dumps({"base": base, "files": [file], "distributions": []}, separators=(",", ":")).encode() + b"\n"


def parts(pair: str, *findings: str, why: str = "w") -> list[bytes]:
    """Return lines that say where two candidates part."""
    said = {"finding": "", "stage": None, "why": why, "check": None, "failed": False}
    made: list[dict[str, Any]] = [{"order": ["scale"], "other": "", "pair": pair, "sides": ["b" * 64, "c" * 64]}] if pair else []
    made += [{"check": None, **said, "finding": each} for each in findings]
    return [json.dumps(each, separators=(",", ":")).encode() + b"\n" for each in made]


HARMS: dict[str, Harm] = {
    "no zstd": lambda rows: b"PAR1" + b"x" * 100,
    "empty": lambda rows: b"",
    "no header": lambda rows: sealed(rows[1:-1]),
    "another format": lambda rows: sealed([rows[0].replace(b'"format":2', b'"format":4'), *rows[1:-1]]),
    "another task": lambda rows: sealed([rows[0].replace(b"classification", b"regression"), *rows[1:-1]]),
    "no last line": lambda rows: packed(b"".join(rows[:-1])),
    "cut in a line": lambda rows: packed(b"".join(rows)[:-10]),
    "cut in the frame": lambda rows: packed(b"".join(rows))[:-20],
    "changed": lambda rows: packed(b"".join(rows).replace(b"on_time", b"no_time")),
    "more behind": lambda rows: packed(b"".join(rows) + rows[1]),
    "twice": lambda rows: sealed([rows[0], rows[1], rows[1], *rows[2:-1]]),
    "another order": lambda rows: sealed([rows[0], *rows[-2:0:-1]]),
    "a wrong count": lambda rows: sealed(rows[:-1], 99),
    "no hash": one(lambda row: row.update(content="abc")),
    "a number for a hash": one(lambda row: row.update(fingerprint=7)),
    "another field": one(lambda row: row.update(more=1)),
    "a missing field": one(lambda row: row.pop("scores")),
    "a list for a class": one(lambda row: row.update(prediction=["late"])),
    "nothing for a class": one(lambda row: row.update(prediction=None)),
    "a probability of two": one(lambda row: row.update(scores={"late": 2.0})),
    "no probability": one(lambda row: row.update(scores={"late": None})),
    "not a number": one(lambda row: row.update(scores={"late": float("nan")})),
    "an error with an answer": one(lambda row: row.update(error="broke")),
    "nested": one(lambda row: row.update(prediction=json.loads("[" * 900 + "]" * 900))),
    "a long class": one(lambda row: row.update(prediction="x" * 1_000_001)),
    "late imports of no base": lambda rows: sealed([rows[0], late("abc", "x.py"), *rows[1:-1]], 6),
    "an absolute late file": lambda rows: sealed([rows[0], late("a" * 64, "/etc/x.py"), *rows[1:-1]], 6),
    "a late file that is no source": lambda rows: sealed([rows[0], late("a" * 64, "../.ssh/id"), *rows[1:-1]], 6),
    "where none of two part": lambda rows: sealed([rows[0], *parts("", "a" * 64), *rows[1:-1]], 6),
    "where two without a hash part": lambda rows: sealed([rows[0], *parts("abc", "a" * 64), *rows[1:-1]], 6),
    "where an example without a hash parts": lambda rows: sealed([rows[0], *parts("a" * 64, "abc"), *rows[1:-1]], 6),
    "where one parts twice": lambda rows: sealed([rows[0], *parts("a" * 64, "d" * 64, "d" * 64), *rows[1:-1]], 6),
    "a long reason": lambda rows: sealed([rows[0], *parts("a" * 64, "d" * 64, why="x" * 1_001), *rows[1:-1]], 6),
    "a line without end": lambda rows: packed(rows[0] + b'{"content":"' + b"x" * 9_000_000),
}


def test_a_hostile_file_is_named_and_brings_nothing_in(regrade: Regrade, workspace: Path, exported: Path) -> None:
    good = lines(exported)
    regrade("cache", "clear")
    for name, harm in HARMS.items():
        exported.write_bytes(harm(good))
        ran = regrade("cache", "import", exported)
        assert ran.code == 2 and "answers.zst" in ran.err and "Traceback" not in ran.err, (name, ran)
        assert regrade("cache", "info", "--json").json["answers"] == 0, name
    assert regrade("cache", "import", workspace).code == 2
    assert regrade("cache", "import", "nowhere.zst").code == 2
    assert regrade("cache", "export", "nowhere/answers.zst").code == 2
