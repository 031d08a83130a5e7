"""`regrade evalset backfill`: give examples the inputs and outcomes that the log got since."""

from __future__ import annotations

import click

from regrade.cli.output import json_option, notice, print_json, say
from regrade.workspace import Workspace


@click.command("backfill")
@click.argument("columns", nargs=-1, metavar="[COLUMN…]")
@click.option("--dry-run", is_flag=True, help="Only show what would be filled in.")
@json_option
def backfill_command(columns: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Give examples the inputs and outcomes that the log has by now and they lack: all of them, or the COLUMNs named.

    They are taken from the log by key, and values that an example has stay as they are. An example whose key is not in the log, or
    means another row there, is left alone and listed. Columns that [privacy] hides since are hidden in examples too.
    """
    from regrade.compare.wording import counted
    from regrade.report.exchange import print_backfilled

    with Workspace.open(read_only=dry_run) as workspace:
        done = workspace.backfill(columns, dry_run=dry_run)
        version = workspace.evalset.version
        if as_json:
            print_json(
                {
                    "dry_run": dry_run,
                    "filled": [key for key, _ in done.items],
                    "columns": done.columns,
                    "outcomes": done.outcomes,
                    "hidden": done.hidden,
                    "left_alone": [{"key": key, "why": why} for key, why in done.left_alone],
                    "event": done.event.id if done.event else None,
                    "version": version,
                }
            )
            return
        print_backfilled(done)
        if done.event is not None:
            have = "has" if len(done.items) == 1 else "have"
            say(f"{counted(len(done.items), 'example')} {have} new content · eval set {version[:7]} · `regrade undo` takes it back")
        elif dry_run:
            notice("nothing was filled in: it was a dry run")
