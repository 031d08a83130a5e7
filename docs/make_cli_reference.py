"""Write docs/cli.md from the commands themselves; a test fails when it is out of date.

.venv/bin/python docs/make_cli_reference.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from regrade.cli.main import regrade

PAGE = Path(__file__).parent / "cli.md"
HEAD = """# Command line

Made by `docs/make_cli_reference.py` out of the commands themselves. `--json` prints one document on standard output and nothing else
there; progress and messages go to standard error.

Exit codes: 0 done, or the gate passes (or is inconclusive, unless `gate.inconclusive = "fail"`) · 1 regression · 2 usage or
configuration · 3 could not evaluate · 4 integrity · 130 interrupted.
"""


def commands(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[tuple[str, str]]:
    """Yield the name and the help of a command and of all below it."""
    own = name.rpartition(" ")[2]
    context = click.Context(command, info_name=own, parent=parent, terminal_width=100, **command.context_settings)
    yield name, command.get_help(context)
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            found = command.get_command(context, each)
            assert found is not None
            yield from commands(found, f"{name} {each}", context)


def reference() -> str:
    """Return the page."""
    parts = [f"## {name}\n```\n{text}\n```\n" for name, text in commands(regrade, "regrade")]
    return HEAD + "\n" + "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
