"""`regrade export eval|labels`: what people decided, as a file for any other tool."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from regrade.cli.output import json_option, print_json, say
from regrade.errors import UsageError
from regrade.safe_text import safe_lines
from regrade.workspace import Workspace

if TYPE_CHECKING:
    from regrade.workspace.exchange.sheet import Sheet

_out = click.option("--out", required=True, metavar="F", help="FILE.jsonl, FILE.csv or FILE.parquet; - for standard output.")
_plain = click.option(
    "--plain", is_flag=True, help="Without the columns `schema` and `regrade`, for other tools: types are not told, only seen."
)
_format = click.option("--format", "kind", type=click.Choice(["jsonl", "csv", "parquet"]), help="Where the name does not say it.")


@click.group("export")
def export_command() -> None:
    """Write the eval set, or all labels, to a file that other tools read.

    A file that is there is replaced, once the new one is whole. In CSV an apostrophe stands before a text that a spreadsheet would take
    for a formula (it begins with =, +, - or @); `regrade evalset add` takes it off again.
    """


@export_command.command("eval")
@_out
@_format
@click.option("--partition", type=click.Choice(["eval", "fix", "all"]), default="all", show_default=True, help="Only this part.")
@click.option("--where", default="", metavar="FILTER", help="Only examples that the filter finds, e.g. \"carrier = 'EV' and pinned\".")
@_plain
@json_option
def eval_command(out: str, kind: str | None, partition: str, where: str, plain: bool, as_json: bool) -> None:
    """Write the examples: what is said of each, then its inputs; `regrade evalset add FILE` reads it back.

    Exactly, since `schema` and a long first cell of `regrade` tell the types of the inputs; --plain leaves both out.

    An input that is called like a column of ours is `log.NAME`. Where several people expect something else, `expected` is empty
    and `expected_values` holds all of it, as JSON.
    """
    with Workspace.open(read_only=True) as workspace:
        from regrade.workspace.exchange.export import examples_sheet

        _write(workspace, examples_sheet(workspace, partition, where, plain=plain), out, kind, as_json, "examples")


@export_command.command("labels")
@_out
@_format
@click.option("--where", default="", metavar="FILTER", help="Only labels that the filter finds, e.g. \"status = 'dismissed'\".")
@json_option
def labels_command(out: str, kind: str | None, where: str, as_json: bool) -> None:
    """Write one row a prediction that somebody decided on: status, mode, what is expected, who, when, why."""
    with Workspace.open(read_only=True) as workspace:
        from regrade.workspace.exchange.labels import labels_sheet

        _write(workspace, labels_sheet(workspace, where), out, kind, as_json, "labels")


def _write(workspace: Workspace, sheet: Sheet, out: str, kind: str | None, as_json: bool, what: str) -> None:
    from regrade.workspace.exchange.sheet import format_of, text_of, write

    kind = format_of(out, kind)
    if out == "-":
        if as_json:
            raise UsageError("standard output takes one document: the rows, or what --json says of them", hint="--out FILE")
        if sys.stdout.isatty():
            for line in text_of(sheet, kind):
                click.echo(safe_lines(line.decode(), len(line)), nl=False)
        else:
            sys.stdout.buffer.writelines(text_of(sheet, kind))
            sys.stdout.buffer.flush()
        return
    write(sheet, Path(out), kind)
    if as_json:
        print_json({"out": out, "format": kind, "rows": len(sheet), "version": workspace.evalset.version})
    else:
        say(f"{len(sheet):,} {what} in {out} · eval set {workspace.evalset.version[:7]}")
