"""`regrade trust`: let a candidate that is code run here."""

from __future__ import annotations

import click

from regrade.cli.output import json_option, print_json, say
from regrade.workspace import Workspace
from regrade.workspace.judge import check_names


@click.command("trust")
@click.argument("name")
@json_option
def trust_command(name: str, as_json: bool) -> None:
    """Trust the candidate NAME as it stands now (a function, pickle, command, rules, address); a change needs trust again.

    metric:NAME and scorer:NAME are functions of [metrics.custom.NAME] and [scorers.NAME].

    NAME@REF trusts it as it is at a git ref, where that is not what is trusted here.
    """
    from regrade.candidates.functions import FUNCTIONS, function_spec
    from regrade.candidates.trust import changes, remember

    with Workspace.open(read_only=True) as workspace:
        if name.startswith(FUNCTIONS):
            spec = function_spec(workspace.paths.root, name, workspace.config)
        else:
            check_names(workspace, [name])
            spec = workspace.pool.spec(name)
        found = changes(spec) if spec.is_code else None
        remembered = remember(spec)
        if as_json:
            print_json({"name": name, "hash": remembered, "changes": found})
        else:
            since = f"; since it was trusted before, {found.words()}" if found else ""
            say(f"trusted {name} as it stands now ({remembered[:12]}){since}")
