"""`regrade modes`: list failure modes, show one; the verbs that decide stand in modes_verbs."""

from __future__ import annotations

from typing import Any

import click

from regrade.cli.modes_verbs import VERBS, mode_row
from regrade.cli.output import json_option, print_json
from regrade.workspace import Workspace


@click.group("modes")
def modes_command() -> None:
    """Failure modes: the names the team gives to what goes wrong."""


for _verb in VERBS:
    modes_command.add_command(_verb)


@modes_command.command("list")
@click.option("--closed", is_flag=True, help="Those that are dealt with, too.")
@json_option
def list_command(closed: bool, as_json: bool) -> None:
    """List the failure modes, with how many predictions carry each."""
    from regrade.report.modes import print_modes

    with Workspace.open(read_only=True) as workspace:
        rows = mode_rows(workspace)
        shown = rows if closed or as_json else [row for row in rows if row["state"] == "open"]
        if as_json:
            print_json({"rows": shown})
        else:
            print_modes(shown, hidden=len(rows) - len(shown))


@modes_command.command("show")
@click.argument("mode")
@json_option
def show_command(mode: str, as_json: bool) -> None:
    """Show one failure mode: what it is, who looks after it, and the predictions that carry it."""
    from regrade.evalset import mode_drafts
    from regrade.report.modes import print_mode

    with Workspace.open(read_only=True) as workspace:
        state = workspace.evalset.state
        found = mode_drafts.require(state, mode)
        row = next(row for row in mode_rows(workspace) if row["id"] == found.id)
        keys = sorted(key for key in state.decided_keys() if state.mode(key) == found.id)
        document = row | {
            "merged": [id for id in state.book.ids() if id != found.id and state.book.resolve(id) == found.id],
            "members": [{"key": key, "status": state.status(key)} for key in keys],
        }
        if as_json:
            print_json(document)
        else:
            print_mode(document)


def mode_rows(workspace: Workspace) -> list[dict[str, Any]]:
    """Return each failure mode with how many predictions carry it, and how many of these are examples."""
    state = workspace.evalset.state
    labelled: dict[str, int] = {}
    examples: dict[str, int] = {}
    for key in state.decided_keys():
        mode = state.mode(key)
        if mode is not None:
            labelled[mode] = labelled.get(mode, 0) + 1
            examples[mode] = examples.get(mode, 0) + state.is_member(key)
    return [mode_row(mode) | {"labelled": labelled.get(mode.id, 0), "examples": examples.get(mode.id, 0)} for mode in state.modes()]
