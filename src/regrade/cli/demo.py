"""`regrade demo`: a workspace on real data, to look at and to break."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from regrade.cli.demo_workspace import KINDS, demo_of, make_demo
from regrade.cli.output import json_option, print_json, progress_bar, say
from regrade.workspace import Workspace


@click.command("demo")
@click.argument("folder", type=click.Path(path_type=Path), required=False, metavar="[DIR]")
@click.option("--data", type=click.Choice(KINDS), help="Late or not (flights, the default), three classes and text, or minutes of delay.")
@click.option("--no-open", is_flag=True, help="Make it, print the scoreboard, do not open the app.")
@json_option
def demo_command(folder: Path | None, data: str | None, no_open: bool, as_json: bool) -> int:
    """Make a workspace of real predictions in DIR, train its candidates, and open it.

    A demo that is there already is opened as it is. DIR is regrade-demo unless said, for other data regrade-demo-DATA.
    """
    folder = folder or Path("regrade-demo" if data in (None, "flights") else f"regrade-demo-{data}")
    root = folder.absolute()
    with progress_bar("making the demo") as update:
        make_demo(root, update, data or demo_of(root) or "flights")
    if sys.stdin.isatty() and sys.stdout.isatty() and not no_open and not as_json:
        from regrade.cli.open_app import open_app

        return open_app(root)
    from regrade.compare import scoreboard
    from regrade.report.scores import score_document
    from regrade.report.terminal import print_scoreboard
    from regrade.workspace.replaying import champion_replay

    with Workspace.open(root) as workspace:
        with progress_bar("scoring") as update:
            scored = workspace.score(progress=lambda name, done, total: update(done, total))
        if as_json:
            print_json({"folder": str(root), **score_document(scored, workspace.config)})
            return 0
        replayed = champion_replay(workspace)
        rates = {workspace.config.champion: replayed.rate} if replayed and replayed.rate is not None else {}
        print_scoreboard(scoreboard(scored, workspace.config, replay=rates), version=scored.version, config=workspace.config)
    say(f"\nopen it in a terminal:  regrade -C {folder}")
    return 0
