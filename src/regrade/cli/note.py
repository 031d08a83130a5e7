"""`regrade note`: a remark on predictions, for the team."""

from __future__ import annotations

import click

from regrade.cli.output import json_option, print_json, say
from regrade.workspace import Workspace


@click.command("note")
@click.argument("keys", nargs=-1, required=True, metavar="KEY…")
@click.argument("text")
@json_option
def note_command(keys: tuple[str, ...], text: str, as_json: bool) -> None:
    """Add a note to predictions; it changes nothing but their history."""
    with Workspace.open() as workspace:
        state = workspace.evalset.state
        workspace.require([key for key in keys if not state.history(key)])  # what was decided on is known without the log
        event = workspace.evalset.note(keys, text)
        if as_json:
            subjects = [fact.subject for fact in event.facts]
            print_json({"event": event.id, "kind": event.kind, "subjects": subjects, "version": workspace.evalset.version})
        else:
            say(f"noted on {len(keys):,} prediction{'' if len(keys) == 1 else 's'} · `regrade undo` takes it back")
