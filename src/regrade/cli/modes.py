"""`regrade modes`: list and define failure modes."""

from __future__ import annotations

import click

from regrade.cli.output import json_option, print_json, say
from regrade.workspace import Workspace


@click.group("modes")
def modes_command() -> None:
    """Failure modes: the names the team gives to what goes wrong."""


@modes_command.command("list")
@json_option
def list_command(as_json: bool) -> None:
    """List the failure modes, with how many predictions carry each."""
    from regrade.report.listings import print_modes

    with Workspace.open(read_only=True) as workspace:
        state = workspace.evalset.state
        members = set(state.members())
        labelled = [(key, state.mode(key)) for key in state.decided_keys()]
        rows = [
            {
                "id": mode.id,
                "name": mode.name,
                "digit": mode.digit,
                "state": mode.state,
                "labelled": sum(each == mode.id for _, each in labelled),
                "examples": sum(each == mode.id and key in members for key, each in labelled),
            }
            for mode in state.modes()
        ]
        if as_json:
            print_json({"rows": rows})
        else:
            print_modes(rows)


@modes_command.command("define")
@click.argument("name")
@click.option("--digit", type=click.IntRange(1, 9), help="Its key in the app, for everybody; default: the next one free.")
@json_option
def define_command(name: str, digit: int | None, as_json: bool) -> None:
    """Define a failure mode."""
    with Workspace.open() as workspace:
        mode = workspace.define_mode(name, digit=digit)
        if as_json:
            print_json({"id": mode.id, "name": mode.name, "digit": mode.digit, "state": mode.state})
        else:
            say(f"defined {mode.name!r} ({mode.id}), " + (f"key {mode.digit}" if mode.digit else "no digit free: `l` in the app finds it"))
