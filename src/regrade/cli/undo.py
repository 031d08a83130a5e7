"""`regrade undo` and `redo`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from regrade.cli.output import json_option, print_json, say
from regrade.workspace import Workspace

if TYPE_CHECKING:
    from regrade.evalset import Event


@click.command("undo")
@click.argument("n", type=click.IntRange(1), default=1)
@json_option
def undo_command(n: int, as_json: bool) -> None:
    """Take back your newest decision, or the newest N."""
    with Workspace.open() as workspace:
        _say(workspace, workspace.undo(n), "undone", as_json)


@click.command("redo")
@click.argument("n", type=click.IntRange(1), default=1)
@json_option
def redo_command(n: int, as_json: bool) -> None:
    """Do again what you took back last, or the last N."""
    with Workspace.open() as workspace:
        _say(workspace, workspace.redo(n), "redone", as_json)


def _say(workspace: Workspace, events: list[Event], what: str, as_json: bool) -> None:
    if as_json:
        undone = [target for event in events for target in event.undoes]
        print_json({"events": [event.id for event in events], "targets": undone, "version": workspace.evalset.version})
    elif events:
        say(f"{what}: {len(events)} decision{'' if len(events) == 1 else 's'} · eval set {workspace.evalset.version[:7]}")
    else:
        say("nothing of yours to undo" if what == "undone" else "nothing to redo")
