"""The commands that docs/reviewing.md and docs/your-model.md show are commands, with options that they have."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from regrade.cli.main import regrade

DOCS = Path(__file__).parents[2] / "docs"
PAGE, WALK = ((DOCS / name).read_text(encoding="utf-8") for name in ("reviewing.md", "your-model.md"))
SHOWN, WALKED = (re.findall(r"^\w*\$ regrade (.*)$", page, re.MULTILINE) for page in (PAGE, WALK))


@pytest.mark.parametrize("line", [*SHOWN, *WALKED])
def test_it_can_be_typed(line: str) -> None:
    command: click.Command = regrade
    context = click.Context(command, info_name="regrade", **command.context_settings)  # click remembers the help option that it made first
    words = shlex.split(line)
    while isinstance(command, click.Group):
        found = command.get_command(context, words.pop(0))
        assert found is not None, line
        command, context = found, click.Context(found, parent=context)
    made = command.make_context(command.name, words, context.parent)
    assert not made.args


def test_every_verb_of_a_review_is_shown() -> None:
    assert len(SHOWN) > 15
    assert {" ".join(line.split()[:2]) for line in SHOWN} >= {
        f"evalset {verb}" for verb in ("diff", "disputes", "resolve", "history", "verify", "add", "backfill")
    }
    assert len(PAGE.splitlines()) <= 120


def test_the_walk_goes_from_a_log_to_a_gate() -> None:
    verbs = list(dict.fromkeys(line.split()[0] for line in WALKED))
    assert WALKED[0].startswith("init") and WALKED[-1].startswith("gate --base")
    assert set(verbs) >= {"init", "trust", "sample", "score", "label", "promote", "gate", "cache"}
    assert "cache import" in " ".join(WALKED) and len(WALK.splitlines()) <= 80
