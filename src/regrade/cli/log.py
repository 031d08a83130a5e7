"""`regrade log`: bring predictions in."""

from __future__ import annotations

from pathlib import Path

import click

from regrade.cli.output import json_option, print_json, progress_bar, say
from regrade.workspace import Workspace


@click.group("log")
def log_command() -> None:
    """The prediction log."""


@log_command.command("add")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option("--quarantine", type=click.Path(path_type=Path), metavar="FILE", help="Put bad lines there and import the rest.")
@json_option
def add_command(files: tuple[Path, ...], quarantine: Path | None, as_json: bool) -> None:
    """Import CSV, JSON lines or Parquet: every line is checked, and all of it comes in or nothing does."""
    from regrade.log import add

    with Workspace.open() as workspace:
        with progress_bar("importing rows") as update:
            files = tuple(each.absolute() for each in files)
            added = add(files, workspace.paths, workspace.config, quarantine=quarantine, progress=update)
        if as_json:
            segment = str(added.segment.relative_to(workspace.paths.root)) if added.segment else None
            print_json({"rows": added.rows, "rejected": added.rejected, "segment": segment, "already": added.already, "notes": added.notes})
            return
        for note in (*added.notes, *(f"{name}: was imported before, left out" for name in added.already)):
            say(note)
        rejected = f", {added.rejected:,} bad lines in {quarantine}" if added.rejected else ""
        say(f"added {added.rows:,} predictions{rejected}")
