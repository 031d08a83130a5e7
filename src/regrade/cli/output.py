"""What commands print: one JSON document or text on standard output; errors, notices and progress on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from regrade.errors import RegradeError
from regrade.report.actions_log import in_actions, inert
from regrade.safe_text import safe_lines

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on standard output.")
"""The switch that every command with an answer has."""


def print_json(document: Any) -> None:
    """Print ``document`` as the one JSON document on standard output."""
    from regrade.report.json import to_json

    text = to_json(document)
    click.echo(text.replace("##[", "#\\u0023[") if in_actions() else text)  # the same document, and no command to a runner


def say(text: str) -> None:
    """Print a line for people on standard output; data in it is made harmless."""
    click.echo(inert(safe_lines(text)))


def notice(text: str) -> None:
    """Print a line for people on standard error."""
    click.echo(inert(safe_lines(text)), err=True)


def say_error(error: RegradeError | str) -> None:
    """Print an error: what, where, what to do."""
    click.echo(inert(safe_lines(f"error: {error}")), err=True)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int | None], None]]:
    """Show a bar with count and rate on standard error while the block runs; yields ``update(done, total)``.

    Without a terminal nothing is drawn.
    """
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
