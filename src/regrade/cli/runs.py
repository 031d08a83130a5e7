"""`regrade runs`: what was scored when, on what, by which code; what changed from one run to another; runs kept for git."""

from __future__ import annotations

import click
import msgspec

from regrade.cli.output import json_option, notice, print_json, say
from regrade.workspace import Workspace


@click.group("runs")
def runs_command() -> None:
    """What was scored: on which data, by which code, model, environment and hardware, and what it cost.

    RUN is an id of `runs list`, the first digits (at least 7) of a kept run's name, or a candidate: its newest run; NAME~1 is
    the one before that.
    """


@runs_command.command("list")
@click.option("--candidate", metavar="NAME", help="Only runs of this candidate.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="At most so many.")
@json_option
def list_command(candidate: str | None, limit: int, as_json: bool) -> int:
    """List runs, the newest first: those of workspace.db, and those that were kept under runs/.

    Exit 4 where a kept file is not what its name says; the others are listed all the same.
    """
    from regrade.report.runs import print_runs, records
    from regrade.workspace.runs import list_runs

    with Workspace.open(read_only=True) as workspace:
        listed = list_runs(workspace, candidate)
        shown = listed.runs[:limit]
        if as_json:
            problems = [{"where": each.where, "what": each.what, "hint": each.hint} for each in listed.wrong]
            print_json({"rows": records(shown), "total": len(listed.runs), "problems": problems})
        else:
            print_runs(shown, len(listed.runs), workspace.config.primary_metric)
    for error in listed.wrong:
        notice(f"error: {error}")
    return max((error.exit_code for error in listed.wrong), default=0)


@runs_command.command("show")
@click.argument("run")
@json_option
def show_command(run: str, as_json: bool) -> None:
    """Show everything that is on record of one run."""
    from regrade.report.runs import document, print_run
    from regrade.workspace.runs import find_run

    with Workspace.open(read_only=True) as workspace:
        found = find_run(workspace, run)
        if as_json:
            print_json(document(found))
        else:
            print_run(found)


@runs_command.command("diff")
@click.argument("a")
@click.argument("b")
@click.option("--all", "everything", is_flag=True, help="Cut no list.")
@json_option
def diff_command(a: str, b: str, everything: bool, as_json: bool) -> None:
    """Say which of data, code, model, environment and hardware changed from run A to run B, and how.

    Parameters are compared as parameters, packages as versions, data as a diff of the eval set, code as the commits between.
    """
    from regrade.report.runs_diff import print_runs_diff
    from regrade.workspace.runs import find_run, list_runs
    from regrade.workspace.runs_diff import diff_runs

    with Workspace.open(read_only=True) as workspace:
        listed = list_runs(workspace)
        compared = diff_runs(workspace, find_run(workspace, a, listed), find_run(workspace, b, listed))
    if as_json:
        print_json(msgspec.to_builtins(compared))
    else:
        print_runs_diff(compared, everything=everything)


@runs_command.command("keep")
@click.argument("run")
@click.option("--note", default="", metavar="TEXT", help="Why it is worth keeping.")
@json_option
def keep_command(run: str, note: str, as_json: bool) -> None:
    """Keep a run for git: an immutable file under runs/, named by its content. Nothing is committed."""
    from regrade.workspace.runs import keep_run

    with Workspace.open(read_only=True) as workspace:
        kept, path = keep_run(workspace, run, note)
        shown = path.relative_to(workspace.paths.root)
    if as_json:
        print_json({"run": kept.name, "kept": kept.kept, "path": str(shown)})
    else:
        say(f"kept run {kept.name} of {kept.record.candidate}: {shown}")
        notice("`git add runs` and commit carry it to others")
