"""`regrade predictions`: list what was logged."""

from __future__ import annotations

import click

from regrade.cli.opened_again import opened_again
from regrade.cli.output import json_option, print_json
from regrade.cli.where import chosen, view_option
from regrade.workspace import Workspace


@click.command("predictions")
@click.option("--where", default="", metavar="FILTER", help="Only what the filter finds, e.g. \"carrier = 'EV' and result = 'wrong'\".")
@view_option
@click.option("--sort", default="", metavar="[-]COL", help="Order by a column, descending with '-'; default: newest first.")
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, help="At most so many rows; 0 for all.")
@json_option
@opened_again
def predictions_command(where: str, view_name: str, sort: str, limit: int, as_json: bool) -> None:
    """List logged predictions.

    A filter is an expression, or words to search for: docs/filters.md.
    """
    from regrade.report.listings import print_predictions
    from regrade.report.predictions import prediction_rows
    from regrade.workspace.browse import view
    from regrade.workspace.judge import mode_names

    with Workspace.open() as workspace:
        where, sort = chosen(workspace, where, view_name, sort)
        found = view(workspace, where, sort)
        shown = found.addresses[: limit or None]
        rows = prediction_rows(workspace.reader, shown, workspace.evalset.state, workspace.config)
        if as_json:
            print_json({"rows": rows, "total": len(found.addresses), "exact": True})
        else:
            from regrade.expressions.filters import search_words

            looked = workspace.log.searched if not rows and search_words(where, workspace.log.types()) else ()
            print_predictions(rows, searched=looked, total=len(found.addresses), of=workspace.log.n_rows, mode_names=mode_names(workspace))
