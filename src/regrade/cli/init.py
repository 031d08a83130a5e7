"""`regrade init`: make a workspace from a log of your own."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from regrade import config as settings
from regrade.alone import alone
from regrade.cli.output import json_option, notice, print_json, progress_bar, say
from regrade.errors import UsageError
from regrade.paths import Paths

if TYPE_CHECKING:
    from regrade.log import Sniffed

_ROLES = ("id", "time", "model", "prediction", "score", "outcome", "feedback")


def _role_options(command: click.decorators.FC) -> click.decorators.FC:
    for role in reversed(_ROLES):
        command = click.option(f"--{role}", metavar="C", help=f"The column that is the {role}.")(command)
    return command


@click.command("init")
@click.argument("logs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="LOG…")
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--task", type=click.Choice(["classification", "regression", "text", "json"]), help="What the model is asked.")
@_role_options
@json_option
def init_command(logs: tuple[Path, ...], yes: bool, task: str | None, as_json: bool, **roles: str | None) -> None:
    """Look at a log (CSV, JSON lines, Parquet), show which column is what, and write regrade.toml here.

    Parquet is read where it is; CSV and JSON lines are imported.
    """
    from regrade.log import sniff

    paths = Paths(Path.cwd())
    _refuse_another(paths)
    given = {name: value for name, value in {"task": task, **roles}.items() if value}
    files = [each.absolute() for each in logs]
    sniffed = sniff(files, given)
    if not as_json:
        for note in sniffed.notes:
            say(note)
    if not yes and sys.stdin.isatty() and not click.confirm("Write regrade.toml?", default=True, err=True):
        raise click.Abort
    with alone(paths.root):
        _refuse_another(paths)  # one that was made meanwhile
        rows = _make(paths, files, sniffed)
    if as_json:
        document = {
            "config": str(paths.config),
            "task": sniffed.task,
            "roles": sniffed.roles,
            "key": list(sniffed.key),
            "rows": rows,
            "notes": list(sniffed.notes),
        }
        print_json(document)
    else:
        say(f"wrote {paths.config.name} · {rows:,} predictions · `regrade` opens them")
        notice("`logged`, what production answered, is a candidate already; name your models in regrade.toml")


def _refuse_another(paths: Paths) -> None:
    if paths.config.exists():
        raise UsageError(
            "there is a workspace here already",
            where=str(paths.config),
            hint="`regrade log add` brings more predictions in; delete regrade.toml to begin anew",
        )


def _make(paths: Paths, files: Sequence[Path], sniffed: Sniffed) -> int:
    """Write the configuration, import what cannot be read in place, and return how many predictions there are.

    When anything fails, what was made here is taken away again.
    """
    from regrade.log import PredictionLog, add

    text = sniffed.to_toml(paths.root)
    config = settings.parse(text, str(paths.config))
    had_private = paths.private.exists()
    try:
        imported = [each for each in files if each not in sniffed.in_place]
        if imported:
            with progress_bar("importing rows") as update:
                add(imported, paths, config, progress=update)
        log = PredictionLog.open(paths, config)
        try:
            rows = log.n_rows
        finally:
            log.close()
        _ignore_private(paths.root)
        with paths.config.open("x", encoding="utf-8") as file:
            file.write(text)
    except BaseException:
        if not had_private:
            shutil.rmtree(paths.private, ignore_errors=True)
        raise
    return rows


def _ignore_private(root: Path) -> None:
    """Keep `.regrade/` out of git; what people decided stands in `evalset/`, which belongs there."""
    path = root / ".gitignore"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if ".regrade/" not in text.split():
        path.write_text(text + ("\n" if text and not text.endswith("\n") else "") + ".regrade/\n", encoding="utf-8")
