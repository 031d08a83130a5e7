"""`regrade score`: score candidates on the eval set."""

from __future__ import annotations

import click

from regrade.cli.output import json_option, notice, print_json, progress_bar
from regrade.errors import CandidateError
from regrade.workspace import Workspace


@click.command("score")
@click.argument("names", nargs=-1, metavar="[NAME…]")
@click.option("--allow-code", is_flag=True, help="Run candidates that are code without `regrade trust`.")
@json_option
def score_command(names: tuple[str, ...], allow_code: bool, as_json: bool) -> int:
    """Score candidates on the eval set; only what was never computed is predicted.

    NAME@REF is a candidate as of a git ref: `regrade score prod prod@origin/main`.

    Exit 3 when a candidate could not be asked at all; the others are scored all the same.
    """
    from regrade.compare import scoreboard
    from regrade.report.scores import score_document
    from regrade.report.terminal import print_scoreboard
    from regrade.workspace.replaying import champion_replay, replay_warning, unclear_model, without_key

    with Workspace.open(allow_code=allow_code) as workspace:
        with progress_bar("scoring") as update:
            scored = workspace.score(names or None, progress=lambda name, done, total: update(done, total))
        replayed = champion_replay(workspace) if workspace.config.champion in scored.outputs else None
        document = score_document(scored, workspace.config, replayed)
        if as_json:
            print_json(document)
        else:
            rates = {workspace.config.champion: replayed.rate} if replayed and replayed.rate is not None else {}
            rows = scoreboard(scored, workspace.config, replay=rates)
            print_scoreboard(rows, version=scored.version, config=workspace.config)
        for said in document["metrics_missing"]:
            notice(f"warning: {said}")
        for each in document["candidates"]:
            if (agreed := each["agreement"]) and agreed["n"] and not as_json:
                shares = f"all agree on {agreed['all']:.1%} of {agreed['n']:,} examples, any two on {agreed['pairwise']:.1%}"
                notice(f"{each['name']}: asked {each['repeats']} times; {shares}")
            if each["error"]:
                notice(f"{each['name']}: {each['error']}")
        if warning := replayed and replay_warning(workspace.config.champion, replayed):
            notice(f"warning: {warning}")
        if why := without_key(workspace) or (replayed is None and unclear_model(workspace)):
            notice(why)
        return CandidateError.exit_code if any(each["error"] for each in document["candidates"]) else 0
