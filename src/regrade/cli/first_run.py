"""What `regrade` says in a terminal where there is no workspace yet: what one is, and a way to the demo or to a workspace of one's own."""

from __future__ import annotations

from pathlib import Path

import click

from regrade.cli.output import say
from regrade.safe_text import safe_text

_WELCOME = """There is no workspace here yet: no regrade.toml in {folder} or above.

regrade opens the log of what a model predicted in production. You look through
its failures, label them, and promote those that matter into an evaluation set;
every change of the model is then judged on it.

  d   look at the demo: flights and three candidates, made in ./regrade-demo
  i   make a workspace here, from a log of yours (CSV, JSON lines, Parquet)
  q   leave
"""
_ENDINGS = (".parquet", ".csv", ".jsonl", ".ndjson")
_MOST = 200
"""Entries of a folder that are looked at for something that may be a log."""


def first_run(start: Path) -> int:
    """Explain what is missing, ask what to do about it, do it; return the exit code. Needs a terminal."""
    say(_WELCOME.format(folder=safe_text(start, 200)))
    chosen = click.prompt("d, i or q", type=click.Choice(["d", "i", "q"]), default="d", show_choices=False, err=True)
    if chosen == "d":
        return _run("demo")
    return _init(start) if chosen == "i" else 0


def _init(start: Path) -> int:
    from regrade.cli.open_app import open_app

    found = logs_in(start)
    for log in found:
        say(f"  {safe_text(log, 200)}")
    path = click.prompt("path of the log", default=str(found[0]) if found else None, type=str, err=True)
    _run("init", "--", path)
    return open_app(start)


def _run(*command: str) -> int:
    """Run a command as if it had been typed; what it raises is for whoever called this."""
    from regrade.cli.main import regrade

    return int(regrade.main(command, prog_name="regrade", standalone_mode=False) or 0)


def logs_in(folder: Path) -> list[Path]:
    """Return files here, and in the folders here, that look like logs by their names; the largest first, nine at most."""
    here = sorted(folder.iterdir())[:_MOST]
    below = [each for one in here if one.is_dir() and not one.name.startswith(".") for each in sorted(one.glob("*"))[:_MOST]]
    found = [each for each in (*here, *below) if each.suffix in _ENDINGS and each.is_file()]
    found.sort(key=lambda path: -path.stat().st_size)
    return [each.relative_to(folder) for each in found[:9]]
