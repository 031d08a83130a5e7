"""`regrade predictions`: list what was logged."""

from __future__ import annotations

import click

from regrade.cli.output import json_option, print_json
from regrade.workspace import Workspace


@click.command("predictions")
@click.option("--where", default="", metavar="EXPR", help="Only what the expression finds, e.g. \"carrier = 'EV' and result = 'wrong'\".")
@click.option("--sort", default="", metavar="[-]COL", help="Order by a column, descending with '-'; default: newest first.")
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, help="At most so many rows; 0 for all.")
@json_option
def predictions_command(where: str, sort: str, limit: int, as_json: bool) -> None:
    """List logged predictions."""
    from regrade.report.listings import print_predictions
    from regrade.report.predictions import prediction_rows
    from regrade.workspace.browse import view
    from regrade.workspace.judge import mode_names

    with Workspace.open() as workspace:
        found = view(workspace, where, sort)
        shown = found.addresses[: limit or None]
        rows = prediction_rows(workspace.reader, shown, workspace.evalset.state, workspace.config)
        if as_json:
            print_json({"rows": rows, "total": len(found.addresses), "exact": True})
        else:
            print_predictions(rows, total=len(found.addresses), of=workspace.log.n_rows, mode_names=mode_names(workspace))
