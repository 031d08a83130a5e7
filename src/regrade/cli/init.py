"""`regrade init`: make a workspace from a log of your own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from regrade.cli.output import json_option, notice, print_json, say
from regrade.errors import UsageError
from regrade.paths import Paths

_ROLES = ("id", "time", "model", "prediction", "score", "outcome")


def _role_options(command: click.decorators.FC) -> click.decorators.FC:
    for role in reversed(_ROLES):
        command = click.option(f"--{role}", metavar="C", help=f"The column that is the {role}.")(command)
    return command


@click.command("init")
@click.argument("logs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="LOG…")
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--task", type=click.Choice(["classification", "regression", "text", "json"]), help="What the model is asked.")
@_role_options
@json_option
def init_command(logs: tuple[Path, ...], yes: bool, task: str | None, as_json: bool, **roles: str | None) -> None:
    """Look at a log (CSV, JSON lines, Parquet), show which column is what, and write regrade.toml here."""
    from regrade.log import sniff

    paths = Paths(Path.cwd())
    if paths.config.exists():
        raise UsageError("there is a workspace here already", where=str(paths.config), hint="`regrade log add` brings more predictions in")
    given = {name: value for name, value in {"task": task, **roles}.items() if value}
    files = [Path(os.path.abspath(each)) for each in logs]
    sniffed = sniff(files, given)
    if not as_json:
        for note in sniffed.notes:
            say(note)
    if not yes and sys.stdin.isatty() and not click.confirm("Write regrade.toml?", default=True, err=True):
        raise click.Abort
    rows = _make(paths, files, sniffed)
    if as_json:
        print_json(
            {"config": str(paths.config), "task": sniffed.task, "roles": dict(sniffed.roles), "rows": rows, "notes": list(sniffed.notes)}
        )
    else:
        say(f"wrote {paths.config.name} · {rows:,} predictions · `regrade` opens them")
    notice("candidates: `logged` (what production answered) is there; name yours in regrade.toml")
