"""`regrade log`: bring predictions in, and the outcomes that come later."""

from __future__ import annotations

from pathlib import Path

import click

from regrade.cli.log_stats import stats_command
from regrade.cli.output import json_option, print_json, progress_bar, say
from regrade.errors import UsageError
from regrade.workspace import Workspace


@click.group("log")
def log_command() -> None:
    """The prediction log."""


log_command.add_command(stats_command)

_quarantine = click.option("--quarantine", type=click.Path(path_type=Path), metavar="FILE", help="Put bad lines there and import the rest.")


@log_command.command("add")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option("--update", is_flag=True, help="Let predictions whose key is in the log replace those that are there.")
@_quarantine
@json_option
def add_command(files: tuple[Path, ...], update: bool, quarantine: Path | None, as_json: bool) -> None:
    """Import CSV, JSON lines or Parquet: every line is checked, and all of it comes in or nothing does.

    A PATH is a file (also .gz, .zst), a folder with all that lies in it and below, or a pattern ("logs/**/*.csv"). What folders are
    called (dt=2026-11-01) becomes a column.
    """
    from regrade.log import add

    with Workspace.open() as workspace:
        with progress_bar("importing rows") as progress:
            files = tuple(each.absolute() for each in files)
            added = add(files, workspace.paths, workspace.config, update=update, quarantine=quarantine, progress=progress)
        if as_json:
            segment = str(added.segment.relative_to(workspace.paths.root)) if added.segment else None
            document = {"rows": added.rows, "replaced": added.replaced, "rejected": added.rejected, "segment": segment}
            print_json({**document, "already": added.already, "notes": added.notes})
            return
        for note in (*added.notes, *(f"{name}: was imported before, left out" for name in added.already)):
            say(note)
        replaced = f", {added.replaced:,} of them in place of older ones" if added.replaced else ""
        rejected = f", {added.rejected:,} bad lines in {quarantine}" if added.rejected else ""
        say(f"added {added.rows:,} predictions{replaced}{rejected}")


@log_command.command("outcomes")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="PATH…")
@click.option("--id", "key", multiple=True, metavar="COLUMN", help="The id in the files, if not called as in the log; again for each part.")
@click.option("--outcome", metavar="COLUMN", help="The outcome in the files, if it is not called as in the log.")
@click.option("--update", is_flag=True, help="Let outcomes replace others that are in the log.")
@click.option("--again", is_flag=True, help="Join earlier outcomes to Parquet that was changed in place since.")
@_quarantine
@json_option
def outcomes_command(
    files: tuple[Path, ...],
    key: tuple[str, ...],
    outcome: str | None,
    update: bool,
    again: bool,
    quarantine: Path | None,
    as_json: bool,
) -> None:
    """Join ground truth that came late to the predictions it is about, by key: all of it, or nothing.

    Says which verdicts of people the outcomes contradict. Parquet that is read in place is never touched: a copy with the outcomes is
    read instead.
    """
    from regrade.report.late_outcomes import arrived_json, print_arrived
    from regrade.workspace.late_outcomes import add_outcomes

    if again == bool(files):
        raise UsageError("name files with outcomes, or `--again` for those that came before")
    with Workspace.open(read_only=True) as workspace:
        if again:
            _join_again(workspace, as_json)
            return
        paths = [each.absolute() for each in files]
        with progress_bar("reading outcomes") as progress:
            found = add_outcomes(workspace, paths, update=update, key=key, outcome=outcome, quarantine=quarantine, progress=progress)
        if as_json:
            print_json(arrived_json(found))
        else:
            print_arrived(found, str(quarantine))


def _join_again(workspace: Workspace, as_json: bool) -> None:
    from regrade.log.again import join_again

    done = join_again(workspace.paths, workspace.config)
    if as_json:
        print_json({"files": done.files, "joined": done.joined, "other": done.other, "left_out": done.left_out})
        return
    if not done.files:
        say("no file was changed since outcomes came for it")
        return
    say(f"{done.joined:,} outcomes joined again: {', '.join(done.files)}")
    if done.other:
        say(f"{done.other:,} outcomes are others in the file by now: those stay")
    if done.left_out:
        say(f"{done.left_out:,} predictions left out: newer ones with their keys were imported")
