"""`regrade undo` and `redo`: one's own newest decisions, or any one by its id."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from regrade.cli.output import json_option, notice, print_json, say
from regrade.errors import UsageError
from regrade.workspace import Workspace

if TYPE_CHECKING:
    from regrade.evalset import Event, State


@click.command("undo")
@click.argument("n", type=click.IntRange(1), required=False)
@click.option("--event", "id", metavar="ID", help="One decision, whoever made it; `evalset history` lists ids. The beginning will do.")
@click.option("--yes", is_flag=True, help="Do not ask before somebody else's decision is taken back.")
@json_option
def undo_command(n: int | None, id: str | None, yes: bool, as_json: bool) -> None:
    """Take back your newest decision, the newest N, or one decision by its id."""
    if n is not None and id is not None:
        raise UsageError("undo takes a number of decisions, or --event with an id, one of the two")
    with Workspace.open() as workspace:
        if id is None:
            events = workspace.undo(n or 1)
        else:
            events = [workspace.evalset.undo_event(_agreed(workspace, id, yes).id)]
        _say(workspace, events, "undone", as_json)


@click.command("redo")
@click.argument("n", type=click.IntRange(1), default=1)
@json_option
def redo_command(n: int, as_json: bool) -> None:
    """Do again what you took back last, or the last N."""
    with Workspace.open() as workspace:
        _say(workspace, workspace.redo(n), "redone", as_json)


def _agreed(workspace: Workspace, id: str, yes: bool) -> Event:
    """Return the decision that ``id`` names, once it may be taken back: somebody else's is asked about."""
    from regrade.evalset.story.short_ids import find_event
    from regrade.evalset.undo import undo_event

    state = workspace.evalset.state
    event = find_event(state, id)
    undo_event(state, event.id)  # refuses what cannot be undone before anybody is asked
    if event.by == workspace.evalset.actor or yes:
        return event
    what = _words(state, event)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(f"this is not yours: {what}", hint="--yes takes it back all the same")
    notice(f"this is not yours: {what}")
    click.confirm("take it back?", abort=True, err=True)
    return event


def _words(state: State, event: Event) -> str:
    """Return who decided what, when, on how many predictions."""
    from regrade.evalset.story.history import subjects_of
    from regrade.evalset.story.short_ids import short_id
    from regrade.report.decision_words import clock, event_words, mode_names

    n = len(subjects_of(event))
    many = f", {n:,} subjects" if n > 1 else ""
    return f"{event.by}, {clock(event.at)}: {event_words(event, mode_names(state))} ({short_id(event.id)}{many})"


def _say(workspace: Workspace, events: list[Event], what: str, as_json: bool) -> None:
    state = workspace.evalset.state
    decisions = [event for id in _decisions(state, events) if (event := state.event(id)) is not None]
    if as_json:
        document = {
            "events": [event.id for event in events],
            "targets": [target for event in events for target in event.undoes],
            "decisions": [_row(each) for each in decisions],
            "version": workspace.evalset.version,
        }
        print_json(document)
    elif events:
        for each in decisions:
            say(f"{what}: {_words(state, each)}")
        say(f"eval set {workspace.evalset.version[:7]}" + (" · `regrade redo` does it again" if what == "undone" else ""))
    else:
        say("nothing of yours to undo" if what == "undone" else "nothing to redo")


def _row(event: Event) -> dict[str, Any]:
    from regrade.evalset.story.history import subjects_of

    return {"id": event.id, "by": event.by, "at": event.at, "kind": event.kind, "subjects": subjects_of(event)}


def _decisions(state: State, events: list[Event]) -> dict[str, None]:
    """Return the ids of the decisions that undos took back; of redos, of those that are done again."""
    found: dict[str, None] = {}
    stack = [id for event in reversed(events) for id in event.undoes]
    while stack:
        event = state.event(stack.pop())
        if event is None:
            continue
        if event.undoes:
            stack.extend(event.undoes)
        else:
            found[event.id] = None
    return found
