"""The `regrade` command: finds the workspace, loads only the command that is asked, turns errors into exit codes."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from regrade import __version__
from regrade.cli.output import say_error
from regrade.errors import RegradeError

# Each command's module is imported only when it is asked for: `regrade` alone must show rows before pandas could be imported.
_COMMANDS = {
    "demo": "demo",
    "init": "init",
    "log": "log",
    "predictions": "predictions",
    "facets": "facets",
    "views": "views",
    "label": "decide",
    "dismiss": "decide",
    "note": "note",
    "promote": "decide",
    "sample": "decide",
    "undo": "undo",
    "redo": "undo",
    "evalset": "evalset",
    "modes": "modes",
    "score": "score",
    "compare": "judge",
    "gate": "judge",
    "report": "judge",
    "runs": "runs",
    "cache": "cache",
    "export": "export",
    "status": "status",
    "trust": "trust",
    "doctor": "doctor",
}

_CLOSED_PIPE = 141
"""128 + SIGPIPE, what a shell says of a tool whose reader (`head`, a pager) went away; only `set -o pipefail` asks."""


class _ReaderGoneError(Exception):
    """The reader of our output has seen enough; unlike BrokenPipeError, click makes no exit code 1 of it."""


@contextmanager
def _no_exit_1() -> Iterator[None]:
    """Click and rich exit 1 on a closed pipe, which means a regression here."""
    try:
        yield
    except BrokenPipeError:
        raise _ReaderGoneError from None
    except SystemExit as done:
        if isinstance(done.__context__, BrokenPipeError):
            raise _ReaderGoneError from None
        raise


class _LazyGroup(click.Group):
    """A group whose commands live in modules that are imported when named."""

    def make_context(self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any) -> click.Context:
        with _no_exit_1():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _no_exit_1():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = getattr(importlib.import_module(f"regrade.cli.{module}"), f"{cmd_name}_command")
        assert isinstance(command, click.Command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        from regrade.errors import near_names

        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(f"there is no command {args[0]!r}: {near_names(args[0], _COMMANDS)}")
        return super().resolve_command(ctx, args)


@click.group(cls=_LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-C", "directory", type=click.Path(path_type=Path), default=None, help="Work as if started in DIR.", metavar="DIR")
@click.version_option(__version__, prog_name="regrade")
@click.pass_context
def regrade(ctx: click.Context, directory: Path | None) -> None:
    """Browse what your model predicted in production, label the failures, grow an evaluation set, judge every change on it.

    Without a command: open the app on the workspace here or above.
    """
    if directory is not None:
        if not directory.is_dir():
            from regrade.errors import UsageError

            raise UsageError("there is no such folder", where=str(directory))
        os.chdir(directory)
    if ctx.invoked_subcommand is None:
        from regrade.cli.open_app import open_app

        ctx.exit(open_app(Path.cwd()))


def main(argv: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 regression, 2 usage or config, 3 could not evaluate, 4 integrity, 130 interrupted.

    141 where the reader of a pipe went away, as of every tool of Unix: what a verdict was is not known then, so it is neither 0 nor 1.
    """
    sys.exit(run(sys.argv[1:] if argv is None else argv))


def run(argv: list[str]) -> int:
    """Run one command and return its exit code; everything raised on purpose is said on standard error."""
    try:
        code = regrade.main(argv, prog_name="regrade", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except RegradeError as error:
        say_error(error)
        return error.exit_code
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (KeyboardInterrupt, click.Abort):
        say_error("interrupted")
        return 130
    except (BrokenPipeError, _ReaderGoneError):
        return _closed_pipe()
    except PermissionError as error:
        say_error(f"{error.filename}: no permission to read or write this")
        return 2
    except OSError as error:
        say_error(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        return 2


def _closed_pipe() -> int:
    """The reader (`head`, a pager) has seen enough. Python would complain again when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return _CLOSED_PIPE
