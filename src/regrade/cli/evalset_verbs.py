"""`regrade evalset relabel|resolve|retire|restore|pin|unpin`: decisions about examples that are there already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from regrade.cli.output import json_option, print_json, say
from regrade.workspace import Workspace

if TYPE_CHECKING:
    from regrade.evalset import Event

_keys = click.argument("keys", nargs=-1, required=True, metavar="KEY…")


@click.command("relabel")
@click.argument("key")
@click.argument("value")
@click.option("--note", metavar="T", help="Why.")
@json_option
def relabel_command(key: str, value: str, note: str | None, as_json: bool) -> None:
    """Say what should have been answered, against the logged outcome."""
    from regrade.workspace.decide import expected_value

    with Workspace.open() as workspace:
        workspace.require([key])
        _done(workspace, workspace.evalset.relabel([key], expected_value(workspace, value), note=note), as_json)


@click.command("resolve")
@click.argument("subject", metavar="KEY|MODE")
@click.argument("value", required=False)
@click.option("--by", "person", metavar="PERSON", help="Instead of a value: take the view of the one whose name contains this.")
@click.option("--field", metavar="F", help="Which register (mode, expected, member …), where several are disputed.")
@json_option
def resolve_command(subject: str, value: str | None, person: str | None, field: str | None, as_json: bool) -> None:
    """End a dispute on a prediction or a failure mode by one value; `evalset disputes` lists them."""
    from regrade.workspace.resolving import resolve

    with Workspace.open() as workspace:
        _done(workspace, resolve(workspace, subject, value, field, person), as_json)


@click.command("retire")
@_keys
@click.option("--reason", metavar="T", help="Why.")
@json_option
def retire_command(keys: tuple[str, ...], reason: str | None, as_json: bool) -> None:
    """Take examples out of the eval set."""
    with Workspace.open() as workspace:
        _done(workspace, workspace.evalset.retire(keys, reason), as_json)


@click.command("restore")
@_keys
@json_option
def restore_command(keys: tuple[str, ...], as_json: bool) -> None:
    """Put back what was retired, with the content it had."""
    with Workspace.open() as workspace:
        _done(workspace, workspace.evalset.restore(keys), as_json)


@click.command("pin")
@_keys
@json_option
def pin_command(keys: tuple[str, ...], as_json: bool) -> None:
    """Say that examples must never regress."""
    with Workspace.open() as workspace:
        _done(workspace, workspace.evalset.pin(keys), as_json)


@click.command("unpin")
@_keys
@json_option
def unpin_command(keys: tuple[str, ...], as_json: bool) -> None:
    """Say that examples may regress."""
    with Workspace.open() as workspace:
        _done(workspace, workspace.evalset.unpin(keys), as_json)


def _done(workspace: Workspace, event: Event, as_json: bool) -> None:
    if as_json:
        subjects = sorted({write.subject for write in event.writes})
        print_json({"event": event.id, "kind": event.kind, "subjects": subjects, "version": workspace.evalset.version})
    else:
        say(f"{event.kind}: done · eval set {workspace.evalset.version[:7]} · `regrade undo` takes it back")
