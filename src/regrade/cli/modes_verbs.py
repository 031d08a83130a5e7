"""`regrade modes define|describe|rename|merge|close|reopen|key`: decisions about failure modes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from regrade.cli.output import json_option, print_json, say
from regrade.errors import UsageError
from regrade.workspace import Workspace

if TYPE_CHECKING:
    from regrade.evalset import Mode

_F = TypeVar("_F", bound=Callable[..., None])
_PRIORITIES = ("P0", "P1", "P2", "P3")


def _described(command: _F) -> _F:
    """Add the options that say more about a mode."""
    for option in (
        click.option("--link", metavar="URL", help="Where it is followed up: a ticket."),
        click.option("--priority", type=click.Choice(_PRIORITIES, case_sensitive=False), help="P0 is the most pressing."),
        click.option("--owner", metavar="WHO", help="Who looks after it."),
        click.option("--description", metavar="T", help="What belongs to it, so that two people label alike."),
    ):
        command = option(command)
    return command


@click.command("define")
@click.argument("name")
@click.option("--digit", "--key", type=click.IntRange(1, 9), help="Its key in the app, for everybody; default: the next one free.")
@_described
@json_option
def define_command(
    name: str,
    digit: int | None,
    description: str | None,
    owner: str | None,
    priority: str | None,
    link: str | None,
    as_json: bool,
) -> None:
    """Define a failure mode."""
    with Workspace.open() as workspace:
        mode = workspace.evalset.define_mode(name, digit=digit, description=description, owner=owner, priority=_number(priority), link=link)
        if as_json:
            print_json(mode_row(mode))
        else:
            say(f"defined {mode.name!r} ({mode.id}), " + (f"key {mode.digit}" if mode.digit else "no digit free: `l` in the app finds it"))


@click.command("describe")
@click.argument("mode")
@_described
@json_option
def describe_command(mode: str, description: str | None, owner: str | None, priority: str | None, link: str | None, as_json: bool) -> None:
    """Say more about a failure mode: description, owner, priority, link. An empty text takes one away."""
    said: dict[str, Any] = {"description": description, "owner": owner, "priority": _number(priority), "link": link}
    given = {name: value for name, value in said.items() if value is not None}
    if not given:
        raise UsageError("nothing is said about it", where=mode, hint="give --description, --owner, --priority or --link")
    with Workspace.open() as workspace:
        workspace.evalset.describe_mode(mode, **given)
        _say(workspace, mode, as_json)


@click.command("rename")
@click.argument("mode")
@click.argument("name")
@json_option
def rename_command(mode: str, name: str, as_json: bool) -> None:
    """Give a mode another name; its id, its members and its history stay."""
    with Workspace.open() as workspace:
        workspace.evalset.rename_mode(mode, name)
        _say(workspace, name, as_json)


@click.command("merge")
@click.argument("modes", nargs=-1, required=True, metavar="MODE…")
@click.option("--into", required=True, metavar="MODE", help="The mode that they read as from now on.")
@json_option
def merge_command(modes: tuple[str, ...], into: str, as_json: bool) -> None:
    """Let modes read as another one from now on; their members follow."""
    with Workspace.open() as workspace:
        workspace.evalset.merge_modes(modes, into)
        _say(workspace, into, as_json)


@click.command("close")
@click.argument("mode")
@json_option
def close_command(mode: str, as_json: bool) -> None:
    """Say that a mode is dealt with; its digit becomes free."""
    with Workspace.open() as workspace:
        workspace.evalset.close_mode(mode)
        _say(workspace, mode, as_json)


@click.command("reopen")
@click.argument("mode")
@json_option
def reopen_command(mode: str, as_json: bool) -> None:
    """Open a closed mode again."""
    with Workspace.open() as workspace:
        workspace.evalset.reopen_mode(mode)
        _say(workspace, mode, as_json)


@click.command("key")
@click.argument("mode")
@click.argument("digit", type=click.IntRange(1, 9))
@json_option
def key_command(mode: str, digit: int, as_json: bool) -> None:
    """Give a mode another key in the app, for everybody."""
    with Workspace.open() as workspace:
        workspace.evalset.set_digit(mode, digit)
        _say(workspace, mode, as_json)


VERBS = (define_command, describe_command, rename_command, merge_command, close_command, reopen_command, key_command)


def mode_row(mode: Mode) -> dict[str, Any]:
    """Return what `--json` prints of a mode."""
    return {
        "id": mode.id,
        "name": mode.name,
        "digit": mode.digit,
        "state": mode.state,
        "description": mode.description,
        "owner": mode.owner,
        "priority": mode.priority,
        "link": mode.link,
        "disputed": mode.disputed,
    }


def _number(priority: str | None) -> int | None:
    return None if priority is None else int(priority[1:])


def _say(workspace: Workspace, name: str, as_json: bool) -> None:
    mode = workspace.evalset.state.book.find(name)
    assert mode is not None, "it was named a moment ago"
    if as_json:
        print_json(mode_row(mode))
    else:
        say(f"{mode.name} ({mode.id}) is {mode.state}" + (f", key {mode.digit}" if mode.digit else ""))
