"""`regrade evalset`: list, show, version; the other verbs stand in files of their own."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from regrade.cli.output import json_option, print_json, say
from regrade.workspace import Workspace

if TYPE_CHECKING:
    from regrade.evalset import Example, State


_VERBS = {
    "relabel": "verbs",
    "resolve": "verbs",
    "retire": "verbs",
    "restore": "verbs",
    "pin": "verbs",
    "unpin": "verbs",
    "add": "add",
    "backfill": "backfill",
    "diff": "diff",
    "history": "history",
    "disputes": "history",
    "verify": "verify",
}
"""Each to the module that it is imported from when it is named."""


class _LazyVerbs(click.Group):
    """The commands of this file, and those of others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_VERBS])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _VERBS:
            return super().get_command(ctx, cmd_name)
        command = getattr(import_module(f"regrade.cli.evalset_{_VERBS[cmd_name]}"), f"{cmd_name}_command")
        assert isinstance(command, click.Command)
        return command


@click.group("evalset", cls=_LazyVerbs)
def evalset_command() -> None:
    """The evaluation set: what the team decided to judge models by."""


@evalset_command.command("list")
@click.option("--origin", type=click.Choice(["failure", "important", "sampled", "synthetic"]), help="Only of this origin.")
@click.option("--mode", help="Only of this failure mode.")
@json_option
def list_command(origin: str | None, mode: str | None, as_json: bool) -> None:
    """List the examples."""
    from regrade.report.listings import print_examples

    with Workspace.open(read_only=True) as workspace:
        state = workspace.evalset.state
        examples = [state.example(key) for key in state.members()]
        rows = [example_row(state, each) for each in examples if origin is None or origin in each.origins]
        rows = [row for row in rows if mode is None or mode in (row["mode"], row["mode_name"])]
        if as_json:
            print_json({"version": workspace.evalset.version, "rows": rows})
        else:
            print_examples(rows, workspace.evalset.version)


@evalset_command.command("show")
@click.argument("key")
@json_option
def show_command(key: str, as_json: bool) -> None:
    """Show one prediction that was decided on: inputs, where it came from, what is expected of it, who decided what."""
    from regrade.report.listings import print_example
    from regrade.workspace.showing import readable, shown

    with Workspace.open(read_only=True) as workspace:
        document = shown(workspace, key)
        if as_json:
            print_json(document)
        else:
            content = document["content"]
            print_example(document if content is None else document | {"content": readable(content, workspace.evalset.schemas)})


@evalset_command.command("version")
@json_option
def version_command(as_json: bool) -> None:
    """Print the version: the same members, labels, weights and pins have the same one everywhere."""
    with Workspace.open(read_only=True) as workspace:
        workspace.evalset.read()  # scripts rest on it: an edited file has no version, whatever a snapshot remembers
        if as_json:
            print_json({"version": workspace.evalset.version, "examples": len(workspace.evalset.state.members())})
        else:
            say(workspace.evalset.version)


def example_row(state: State, example: Example) -> dict[str, Any]:
    """Return what a list shows of an example."""
    names = {mode.id: mode.name for mode in state.modes()}
    return {
        "key": example.key,
        "origin": example.origin,
        "mode": example.mode,
        "mode_name": names.get(example.mode or "", example.mode),
        "expected": list(example.expected),
        "weight": example.weight,
        "partition": example.partition,
        "pinned": example.pinned,
        "disputed": example.disputed,
        "status": state.status(example.key),
    }
