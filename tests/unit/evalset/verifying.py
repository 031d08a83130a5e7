"""Eval sets to break, and what `verify` finds in them."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Any

from regrade.evalset import EvalSet
from regrade.evalset.verify.check import Verified, verify
from regrade.log.content import canonical
from tests.git.repository import ENVIRONMENT, Repository

from .conftest import SCHEMAS, item

HEADER = b'{"regrade":"evalset","version":1}'


def make(root: Path) -> Repository:
    """Return a committed repository whose eval set has two segments: Ann's with a schema and three decisions, Bob's with two."""
    repository = Repository.init(root)
    with repository.open("ann") as evalset:
        evalset.promote([item("a", 1), item("b", 2)], origin="failure", schemas=SCHEMAS)
        evalset.label(["a"], "storm", note="$Id: wind$")
        evalset.pin(["a"])
    with repository.open("bob") as evalset:
        evalset.relabel(["b"], "on_time")
        evalset.undo()
    repository.commit("begin")
    return repository


def segment_of(repository: Repository, person: str) -> Path:
    """Return the segment that ``person`` wrote."""
    return next(path for path in repository.segments() if f'"by":"{person}"'.encode() in path.read_bytes())


def checked(root: Path, base: str | None = None, **more: Any) -> Verified:
    """Verify the eval set in ``root``."""
    return verify(root / "evalset", root, task_kind="classification", base=base, **more)


def told(verified: Verified) -> list[tuple[str, str]]:
    """Return code and place of every finding, problems first."""
    return [(each.code, each.where) for each in (*verified.problems, *verified.warnings)]


def event(n: int = 1, **said: Any) -> bytes:
    """Return a decision of Eve's as a line: a label of ``k``, where ``said`` does not say otherwise."""
    plain = {
        "at": "2026-11-22T00:00:00.000Z",
        "by": "eve",
        "id": f"e:{n}",
        "kind": "label",
        "seq": 100 + n,
        "writes": [{"field": "mode", "subject": "k", "value": "storm"}],
    }
    return canonical({name: value for name, value in (plain | said).items() if value is not None})


def write(field: str, value: object, **more: object) -> bytes:
    """Return a decision of Eve's that writes one register of ``k``."""
    return event(writes=[{"field": field, "subject": "k", "value": value, **more}])


def forge(root: Path, *lines: bytes, header: bytes = HEADER) -> str:
    """Write a segment whose name is right, whatever its lines say; return how it is named to people."""
    data = b"\n".join([header, *lines, b""])
    path = root / "evalset" / "segments" / "2026-11" / f"{hashlib.sha256(data).hexdigest()}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path.relative_to(root).as_posix()


def run_hint(root: Path, hint: str) -> None:
    """Run the command of git's that a hint names."""
    command = next(part for part in hint.split("`") if part.startswith("git "))
    subprocess.run(command, shell=True, cwd=root, env=ENVIRONMENT, check=True, capture_output=True)


def die(evalset: EvalSet) -> None:
    """Let go as a killed process does: nothing sealed."""
    evalset._session._journal.close()
    evalset._session._journal = None
    evalset._session.why_read_only = "it is dead"
