"""`regrade label`, `dismiss`, `promote`, `sample`: the decisions a person makes about predictions."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from regrade.cli.output import json_option, print_json, say
from regrade.cli.where import chosen, view_option
from regrade.workspace import Workspace

if TYPE_CHECKING:
    from regrade.evalset import Event


@click.command("label")
@click.argument("keys", nargs=-1, required=True, metavar="KEY…")
@click.option("--mode", required=True, metavar="M", help="A failure mode: its name, its id or its digit. A new name defines it.")
@click.option("--expected", metavar="V", help="What would have been right, where the outcome is missing or wrong.")
@click.option("--note", metavar="T", help="A remark for the team.")
@json_option
def label_command(keys: tuple[str, ...], mode: str, expected: str | None, note: str | None, as_json: bool) -> None:
    """Label predictions with a failure mode."""
    from regrade.workspace.decide import expected_value

    with Workspace.open() as workspace:
        value = None if expected is None else expected_value(workspace, expected)
        event = workspace.label(keys, mode, expected=value, note=note)
        known = workspace.evalset.state.book.find(mode)
        new = any(write.field == "name" for write in event.writes)
        name = known.name if known else mode
        _done(workspace, event, f"labelled {_count(keys)} {name!r}" + (_new(workspace, name) if new else ""), as_json)


@click.command("dismiss")
@click.argument("keys", nargs=-1, required=True, metavar="KEY…")
@click.option("--reason", required=True, metavar="T", help="Why they are not worth keeping.")
@json_option
def dismiss_command(keys: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Say that predictions are no failures worth keeping."""
    with Workspace.open() as workspace:
        event = workspace.dismiss(keys, reason)
        _done(workspace, event, f"dismissed {_count(keys)}", as_json)


@click.command("promote")
@click.argument("keys", nargs=-1, metavar="[KEY…]")
@click.option("--where", default="", metavar="FILTER", help="All that the filter finds, newest first.")
@view_option
@click.option("--limit", type=click.IntRange(1), help="At most so many of them.")
@click.option("--origin", type=click.Choice(["failure", "important"]), help="Default: failure, and only what is one.")
@click.option("--pin", is_flag=True, help="Must never regress.")
@json_option
def promote_command(
    keys: tuple[str, ...], where: str, view_name: str, limit: int | None, origin: str | None, pin: bool, as_json: bool
) -> None:
    """Promote predictions into the evaluation set."""
    with Workspace.open() as workspace:
        before = set(workspace.evalset.state.members())
        where = chosen(workspace, where, view_name)[0] or ("true" if view_name else "")
        event = workspace.promote(keys, where=where, limit=limit, origin=origin, pinned=pin)
        promoted = {write.subject for write in event.writes}
        _done(workspace, event, f"promoted {_count(promoted)}{_already(promoted & before)}", as_json)


@click.command("sample")
@click.argument("n", type=int, required=False)
@click.option("--rate", type=float, metavar="P", help="Each prediction with this probability, instead of a number.")
@json_option
def sample_command(n: int | None, rate: float | None, as_json: bool) -> None:
    """Promote a random sample: what the production estimate rests on.

    N is how many there are to be in all: after `sample 300`, `sample 800` adds the 500 that are missing. Two people who sample
    the same log draw the same predictions, so their samples merge.
    """
    with Workspace.open() as workspace:
        before = set(workspace.evalset.state.members())
        event = workspace.sample(n, rate=rate)
        sampled = {fact.subject for fact in event.facts if fact.kind == "sample"}
        _done(workspace, event, f"sampled {_count(sampled)}{_already(sampled & before)}", as_json)


def _new(workspace: Workspace, name: str) -> str:
    """Say that a mode is new, and which one was there that is called much the same: it may be a slip."""
    others = [mode.name for mode in workspace.evalset.state.book.defined() if mode.name != name]
    near = get_close_matches(name, others, n=1, cutoff=0.8)
    return ", a new failure mode" + (f" (not {near[0]!r}, which was there before)" if near else "")


def _count(keys: Collection[str]) -> str:
    n = len(keys)
    return f"{n:,} prediction{'' if n == 1 else 's'}"


def _already(members: Collection[str]) -> str:
    return f" ({len(members):,} of them were in the eval set before)" if members else ""


def _done(workspace: Workspace, event: Event, what: str, as_json: bool) -> None:
    """Say what was decided, and by which event it can be taken back."""
    subjects = sorted({write.subject for write in event.writes} | {fact.subject for fact in event.facts})
    if as_json:
        print_json({"event": event.id, "kind": event.kind, "subjects": subjects, "version": workspace.evalset.version})
    else:
        say(f"{what} · eval set {workspace.evalset.version[:7]} · `regrade undo` takes it back")
