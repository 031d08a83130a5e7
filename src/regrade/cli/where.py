"""`--where` and `--view`: which predictions a command is about."""

from __future__ import annotations

from typing import Any, TypeVar

import click

from regrade.workspace import Workspace

Function = TypeVar("Function", bound=Any)


def view_option(function: Function) -> Function:
    """Add `--view NAME` to a command."""
    option = click.option("--view", "view_name", default="", metavar="NAME", help="What a named view finds; with --where, what both find.")
    decorated: Function = option(function)
    return decorated


def chosen(workspace: Workspace, where: str, view_name: str, sort: str = "") -> tuple[str, str]:
    """Return filter and order of what was asked: the view's, narrowed down by ``where``; an order that is given goes before the view's.

    Raises
    ------
    UsageError
        There is no such view.
    ExpressionError
        The view cannot be: it names what this log does not have.
    """
    if not view_name:
        return where, sort
    from regrade.expressions.filters import both
    from regrade.views import Shelf, choose

    found = choose(Shelf(workspace.paths).views(), view_name)
    place = f"view {found.name}"
    if found.where.strip():
        workspace.log.compile(found.where, where=place)
    if where.strip():
        workspace.log.compile(where)
    if not sort and found.sort:
        workspace.log.sort_column(found.sort)
    return both(found.where, where, workspace.log.types()), sort or found.sort
