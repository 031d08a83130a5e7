"""`regrade score`: score candidates on the eval set."""

from __future__ import annotations

import click
import msgspec

from regrade.cli.output import json_option, notice, print_json, progress_bar
from regrade.workspace import Workspace


@click.command("score")
@click.argument("names", nargs=-1, metavar="[NAME…]")
@click.option("--allow-code", is_flag=True, help="Run candidates that are code without `regrade trust`.")
@json_option
def score_command(names: tuple[str, ...], allow_code: bool, as_json: bool) -> None:
    """Score candidates on the eval set; only what was never computed is predicted."""
    from regrade.report.scores import score_document
    from regrade.report.terminal import print_scoreboard

    with Workspace.open(allow_code=allow_code) as workspace:
        with progress_bar("scoring") as update:
            scored = workspace.score(names or None, progress=lambda name, done, total: update(done, total))
        document = score_document(scored, workspace.config)
        if as_json:
            print_json(document)
        else:
            from regrade.compare import scoreboard

            print_scoreboard(scoreboard(scored, workspace.config), version=scored.version, config=workspace.config)
        for each in document["candidates"]:
            if each["error"]:
                notice(f"{each['name']}: {each['error']}")
        msgspec.to_builtins(document)
