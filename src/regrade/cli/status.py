"""`regrade status`: where the work stands."""

from __future__ import annotations

import click
import msgspec

from regrade.cli.opened_again import opened_again
from regrade.cli.output import json_option, print_json
from regrade.workspace import Workspace


@click.command("status")
@json_option
@opened_again
def status_command(as_json: bool) -> None:
    """Show where the work stands: predictions, failures, decisions, the eval set."""
    from regrade.report.listings import print_status

    with Workspace.open() as workspace:
        status = workspace.status()
        if as_json:
            print_json(msgspec.to_builtins(status))
        else:
            print_status(status, str(workspace.paths.root))
