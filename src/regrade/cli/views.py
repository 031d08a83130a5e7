"""`regrade views`: filters and orders under a name, for oneself or for the team."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click
import msgspec

from regrade.cli.output import json_option, print_json, say
from regrade.workspace import Workspace

if TYPE_CHECKING:
    from regrade.views import Shelf

team_option = click.option("--team", is_flag=True, help="In regrade.toml, for everybody; default: your own.")


@click.group("views")
def views_command() -> None:
    """List, save and delete named views: a filter and an order under a name.

    The team's stand in regrade.toml, your own in views.toml beside your personal settings. `--view NAME` takes one wherever there is
    a `--where`; where you and the team have one of the same name it is own:NAME or team:NAME.
    """


@views_command.command("list")
@json_option
def list_command(as_json: bool) -> None:
    """List the named views.

    Keys of --json: views [{name, whose, where, sort, description, columns, widths}].
    """
    with Workspace.open(read_only=True) as workspace:
        views = _shelf(workspace).views()
        if as_json:
            rows = [{"name": each.name, "whose": each.whose, **msgspec.json.decode(msgspec.json.encode(each.view))} for each in views]
            print_json({"views": rows})
        else:
            from regrade.report.views import print_views

            print_views(views)


@views_command.command("save")
@click.argument("name")
@click.option("--where", default="", metavar="FILTER", help="An expression, or words to search for.")
@click.option("--sort", default="", metavar="[-]COL", help="Order by a column, descending with '-'; default: newest first.")
@click.option("--columns", default="", metavar="COL,COL…", help="Columns of the app's grid, from left to right; default: as many as fit.")
@click.option("--description", default="", metavar="T", help="What it is for.")
@click.option("--replace", is_flag=True, help="Where there is one of that name.")
@team_option
@json_option
def save_command(name: str, where: str, sort: str, columns: str, description: str, replace: bool, team: bool, as_json: bool) -> None:
    """Save a view. Filter, order and columns are checked against the log, where there is one here."""
    from regrade.config_views import View
    from regrade.errors import UsageError

    names = tuple(dict.fromkeys(each.strip() for each in columns.split(",") if each.strip()))
    if not (where.strip() or sort.strip() or names):
        raise UsageError("a view is a filter, an order or a choice of columns", hint="--where, --sort or --columns")
    with Workspace.open(read_only=True) as workspace:
        if workspace.has_log:
            if where.strip():
                workspace.log.compile(where, where="--where")
            if sort.strip():
                workspace.log.sort_column(sort)
            names = tuple(workspace.log.name_of(each) for each in names)
        view = View(where=where.strip(), sort=sort.strip(), description=description, columns=names)
        whose: Literal["own", "team"] = "team" if team else "own"
        _shelf(workspace).save(name, view, whose, replace=replace)
        if as_json:
            print_json({"name": name, "whose": whose})
        else:
            place = "regrade.toml: commit it, and everybody has it" if team else "your own views"
            say(f"view {name!r} is in {place}")


@views_command.command("delete")
@click.argument("name")
@team_option
@json_option
def delete_command(name: str, team: bool, as_json: bool) -> None:
    """Delete a view of your own, or with --team one of the team's."""
    with Workspace.open(read_only=True) as workspace:
        _shelf(workspace).delete(name, "team" if team else "own")
        if as_json:
            print_json({"name": name, "whose": "team" if team else "own"})
        else:
            say(f"view {name!r} is gone")


def _shelf(workspace: Workspace) -> Shelf:
    from regrade.views import Shelf

    return Shelf(workspace.paths)
