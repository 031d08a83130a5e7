"""`regrade facets`: where the model fails, by the values of one column."""

from __future__ import annotations

import click

from regrade.cli.opened_again import opened_again
from regrade.cli.output import json_option, print_json
from regrade.cli.where import chosen, view_option
from regrade.workspace import Workspace


@click.command("facets")
@click.argument("column")
@click.option("--where", default="", metavar="FILTER", help="Only of what the filter finds.")
@view_option
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True, help="At most so many values.")
@json_option
@opened_again
def facets_command(column: str, where: str, view_name: str, limit: int, as_json: bool) -> None:
    """Count predictions and failures by the values of a column: numbers in bins, times in spans.

    The rate is that of failures among predictions whose result is known; lift is the rate over that of all that were counted.
    """
    from regrade.report.facets import facet_document, print_facets

    with Workspace.open(read_only=True) as workspace:
        where, _ = chosen(workspace, where, view_name)
        found = workspace.facets(column, where, limit=limit)
        if as_json:
            print_json(facet_document(found))
        else:
            print_facets(found)
