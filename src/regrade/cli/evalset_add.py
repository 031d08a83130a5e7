"""`regrade evalset add`: bring in an eval set that a team has already."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from regrade.cli.output import json_option, notice, print_json, progress_bar, say
from regrade.workspace import Workspace

if TYPE_CHECKING:
    from regrade.workspace.exchange.bring import Brought


@click.command("add")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--origin",
    type=click.Choice(["important", "failure", "synthetic"]),
    default="important",
    show_default=True,
    help="Where rows come from that do not say it themselves (column `origin`).",
)
@click.option("--id", metavar="C", help="The column of keys; default: as [log] says, else `key`, else a hash of the content.")
@click.option("--expected", metavar="C", help="The column of what should be answered; default: `expected`, else the outcome of [log].")
@click.option("--mode", metavar="C|NAME", help="The column of failure modes, or one mode for all rows.")
@click.option("--pin", "pinned", is_flag=True, help="None of them may ever regress.")
@click.option("--allow-missing", is_flag=True, help="Leave an input empty that the file lacks, if it is empty in some rows of the log too.")
@click.option("--dry-run", is_flag=True, help="Only show what would come in.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def add_command(
    file: Path,
    origin: str,
    id: str | None,
    expected: str | None,
    mode: str | None,
    pinned: bool,
    allow_missing: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Bring examples in: CSV, JSON lines or Parquet; every row is checked, and all of it comes in or nothing does.

    A row has the inputs of the log under their names, and may have `key`, `expected`, `mode`, `origin`, `pinned`, `partition`
    (eval or fix) and `weight`; an input that is called like one of these is `log.NAME`. Types are those of the log, or of the
    examples that are there; the first file says them itself. What `regrade export eval` wrote comes back exactly. Examples that are
    equal, or nearly, to others are pointed out.
    """
    from regrade.compare.wording import counted
    from regrade.report.exchange import print_brought
    from regrade.workspace.exchange.bring import bring, look
    from regrade.workspace.exchange.columns import Options

    with Workspace.open(read_only=dry_run) as workspace:
        with progress_bar("reading rows") as update:
            looked = look(workspace, file, Options(origin, id, expected, mode, pinned, allow_missing), update)
        asks = not (yes or dry_run or as_json) and sys.stdin.isatty() and bool(looked.items)
        if not as_json:
            print_brought(looked, file.name)
        if asks and not click.confirm(f"Bring {counted(len(looked.items), 'example')} in?", default=True, err=True):
            raise click.Abort
        done = looked if dry_run else bring(workspace, looked)
        if as_json:
            print_json(_document(done, dry_run) | {"version": workspace.evalset.version})
        elif done.event is not None:
            came, them = counted(len(done.items), "example"), "it" if len(done.items) == 1 else "them"
            say(f"brought in {came} · eval set {workspace.evalset.version[:7]} · `regrade undo` takes {them} back")
        else:
            notice("nothing was brought in" + (": it was a dry run" if dry_run else ""))


def _document(done: Brought, dry_run: bool) -> dict[str, object]:
    return {
        "dry_run": dry_run,
        "rows": done.rows,
        "added": [each.key for each in done.items],
        "already": done.already,
        "retired": done.retired,
        "columns": done.columns,
        "inputs": done.inputs,
        "left_out": done.left_out,
        "near": [
            {"line": each.line, "key": each.key, "other": each.other, "same": each.same, "contradicts": each.contradicts}
            for each in done.near
        ],
        "notes": done.notes,
        "event": done.event.id if done.event else None,
    }
