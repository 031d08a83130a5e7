"""`regrade score`: score candidates on the eval set."""

from __future__ import annotations

import click
from msgspec import structs

from regrade.cli.interrupting import asked_to_stop
from regrade.cli.output import json_option, notice, print_json
from regrade.errors import CandidateError
from regrade.workspace import Workspace


@click.command("score")
@click.argument("names", nargs=-1, metavar="[NAME…]")
@click.option("--allow-code", is_flag=True, help="Run candidates that are code without `regrade trust`.")
@json_option
def score_command(names: tuple[str, ...], allow_code: bool, as_json: bool) -> int:
    """Score candidates on the eval set; only what was never computed is predicted.

    NAME@REF is a candidate as of a git ref: `regrade score prod prod@origin/main`.

    Exit 3 when a candidate could not be asked at all; the others are scored all the same. Ctrl-C stops it in good order: what was
    answered is kept, candidates that are not through have no result, and it exits 130.
    """
    with Workspace.open(allow_code=allow_code) as workspace:
        workspace.pool.prepare(names or workspace.config.candidate_names)  # beside our own imports
        return _score(workspace, names, as_json)


def _score(workspace: Workspace, names: tuple[str, ...], as_json: bool) -> int:
    """Score, and tell; returns the exit code."""
    from regrade.compare import scoreboard
    from regrade.report.scores import score_document
    from regrade.report.scoring import print_stopped, print_troubles, scoring_bars
    from regrade.report.terminal import print_scoreboard
    from regrade.scoring.trouble import trouble
    from regrade.workspace.judge import project, score
    from regrade.workspace.replaying import champion_replay, replay_warning, unclear_model, without_key

    with asked_to_stop() as stopped, scoring_bars() as bars:
        everything = score(workspace, names or None, None, stopped, bars)
        scored = everything.whole()
        project(workspace, scored)
        rows = scoreboard(scored, workspace.config) if scored.runs and not as_json else []
    replayed = champion_replay(workspace) if workspace.config.champion in scored.outputs else None
    document = score_document(everything, workspace.config, replayed)
    if as_json:
        print_json(document)
    elif rows or not document["stopped"]:
        rows = [structs.replace(row, replay=replayed.rate) if row.champion and replayed else row for row in rows]
        print_scoreboard(rows, version=scored.version, config=workspace.config)
    for said in document["metrics_missing"]:
        notice(f"warning: {said}")
    for name, run in scored.runs.items():
        if run.notice:
            notice(f"warning: {name}: {run.notice}")
    said_of = {name: workspace.config.candidates.get(name) for name in scored.runs}
    if unnamed := [name for name, each in said_of.items() if each and (each.command or each.url) and each.version is None]:
        notice(f"{', '.join(unnamed)}: asked about every example again in each run; with `version = …` in regrade.toml answers are kept")
    for each in document["candidates"]:
        if (agreed := each["agreement"]) and agreed["n"] and not as_json:
            shares = f"all agree on {agreed['all']:.1%} of {agreed['n']:,} examples, any two on {agreed['pairwise']:.1%}"
            notice(f"{each['name']}: asked {each['repeats']} times; {shares}")
    print_troubles([found for name in scored.runs if (found := trouble(scored, name, workspace.pool, workspace.config))], notice)
    if warning := replayed and replay_warning(workspace.config.champion, replayed):
        notice(f"warning: {warning}")
    if why := without_key(workspace) or (replayed is None and unclear_model(workspace)):
        notice(why)
    if document["stopped"] or stopped():
        print_stopped(everything, notice)
        notice("interrupted")
        return 130
    return CandidateError.exit_code if any(each["error"] for each in document["candidates"]) else 0
