"""`regrade log stats`: what there is to know of a log in the first minute."""

from __future__ import annotations

import click

from regrade.cli.opened_again import opened_again
from regrade.cli.output import json_option, print_json, progress_bar
from regrade.cli.where import chosen, view_option
from regrade.workspace import Workspace


@click.command("stats")
@click.option("--where", default="", metavar="FILTER", help="Only of what the filter finds.")
@view_option
@json_option
@opened_again
def stats_command(where: str, view_name: str, as_json: bool) -> None:
    """Look the log over: rows, models, failures by day, missing values, and what is odd.

    Odd is a column that changed part-way (went missing or constant, another format, another range, a value that is new or gone), and
    a period in which all outcomes, answers or results are alike: a broken feed or a default rather than a bad model. Each finding
    says since when, how many rows, and the filter that shows them. By chance alone periods are alike in less than 1% of logs.

    Keys of --json: where, rows, files {imported, in_place}, time, span {since, until}, models [{model, n, known, failures, since,
    until}], results {wrong, right, unknown}, rate, without_outcome, by_feedback, unit (of days: hour … year, or part, where nothing
    says when), days [{day, n, known, failures, unknown, without_outcome}], columns [{name, type, role, missing, distinct, constant}],
    findings [{code, column, what, since, until, rows, where}], notes. `until` is inclusive, and null where a finding goes on to the end.
    """
    from regrade.report.log_stats import log_stats_document, print_log_stats
    from regrade.workspace.browse import log_stats

    with Workspace.open(read_only=True) as workspace:
        where, _ = chosen(workspace, where, view_name)
        with progress_bar("looking the log over") as progress:
            stats = log_stats(workspace, where, progress)
        if as_json:
            print_json(log_stats_document(stats))
        else:
            print_log_stats(stats)
