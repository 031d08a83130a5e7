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


@modes_command.command("rename")
@click.argument("mode")
@click.argument("name")
@json_option
def rename_command(mode: str, name: str, as_json: bool) -> None:
    """Give a mode another name; its id, its members and its history stay."""
    with Workspace.open() as workspace:
        workspace.evalset.rename_mode(mode, name)
        _say(workspace, name, as_json)


@modes_command.command("merge")
@click.argument("modes", nargs=-1, required=True, metavar="MODE…")
@click.option("--into", required=True, metavar="MODE", help="The mode that they read as from now on.")
@json_option
def merge_command(modes: tuple[str, ...], into: str, as_json: bool) -> None:
    """Let modes read as another one from now on."""
    with Workspace.open() as workspace:
        workspace.evalset.merge_modes(modes, into)
        _say(workspace, into, as_json)


@modes_command.command("close")
@click.argument("mode")
@json_option
def close_command(mode: str, as_json: bool) -> None:
    """Say that a mode is dealt with; its digit becomes free."""
    with Workspace.open() as workspace:
        workspace.evalset.close_mode(mode)
        _say(workspace, mode, as_json)


@modes_command.command("reopen")
@click.argument("mode")
@json_option
def reopen_command(mode: str, as_json: bool) -> None:
    """Open a closed mode again."""
    with Workspace.open() as workspace:
        workspace.evalset.reopen_mode(mode)
        _say(workspace, mode, as_json)


def _say(workspace: Workspace, name: str, as_json: bool) -> None:
    mode = workspace.evalset.state.book.find(name)
    assert mode is not None, "it was named a moment ago"
    if as_json:
        print_json({"id": mode.id, "name": mode.name, "digit": mode.digit, "state": mode.state})
    else:
        say(f"{mode.name} ({mode.id}) is {mode.state}" + (f", key {mode.digit}" if mode.digit else ""))
