"""Hand out what a comparison says: on the terminal, in files, and to GitHub Actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from regrade.cli.output import notice, print_json, say_error
from regrade.compare.comparison import Comparison
from regrade.config import Config
from regrade.errors import DataError, UsageError
from regrade.report import github
from regrade.report.actions_log import in_actions

Command = TypeVar("Command", bound=Callable[..., Any])

_MARKDOWN = "Write it as Markdown, for a comment on a pull request (at most 64 KB); '-': on standard output."
_INPUTS = "Show inputs of the flips, who promoted them and why; in Markdown expected values and answers too, keys alone otherwise."


def report_options(command: Command) -> Command:
    """Give a command the options by which reports are asked for."""
    options = (
        click.option("--markdown", metavar="FILE", help=_MARKDOWN),
        click.option("--junit", metavar="FILE", help="Write it as JUnit XML, a test case for each part; '-': on standard output."),
        click.option("--inputs", is_flag=True, help=_INPUTS),
    )
    for option in reversed(options):
        command = option(command)
    return command


@dataclass(frozen=True)
class Wanted:
    """Where a comparison is to go: files, or ``-`` for standard output."""

    markdown: str | None = None
    junit: str | None = None
    json: str | None = None
    inputs: bool = False

    def __post_init__(self) -> None:
        """Raise UsageError where two of them would be written over each other."""
        files = self.files
        if list(files.values()).count("-") > 1:
            raise UsageError("only one report goes to standard output", hint="name files for the others")
        places = [str(Path(file).resolve()) for file in files.values() if file != "-"]
        if len(set(places)) < len(places):
            raise UsageError("two reports in one file", hint="name a file for each")
        if "" in files.values():
            raise UsageError("a report needs the name of a file", hint="'-' is standard output")

    @property
    def files(self) -> dict[str, str]:
        """Kind of report to where it goes, for those that are wanted."""
        asked = {"markdown": self.markdown, "junit": self.junit, "json": self.json}
        return {kind: file for kind, file in asked.items() if file is not None}

    @property
    def on_stdout(self) -> str | None:
        """The kind that goes to standard output in place of the terminal report."""
        return next((kind for kind, file in self.files.items() if file == "-"), None)


def hand_out(
    comparison: Comparison,
    config: Config,
    wanted: Wanted,
    *,
    page: bool,
    answers: Mapping[str, int],
) -> bool:
    """Print and write a comparison, the verdict first; returns whether every file could be written, which is said where not.

    Parameters
    ----------
    page : bool
        Print the terminal report unless another goes to standard output.
    answers : mapping
        How many answers were ``cached`` and how many ``asked`` for; nothing where all were looked up.
    """
    from regrade.report.comparison_markdown import to_markdown
    from regrade.report.json import to_json
    from regrade.report.junit import to_junit

    make: dict[str, Callable[[], str]] = {
        "markdown": lambda: to_markdown(comparison, inputs=wanted.inputs),
        "junit": lambda: to_junit(comparison, config.gate),
        "json": lambda: to_json(comparison) + "\n",
    }
    if wanted.on_stdout == "json":
        print_json(comparison)
    elif wanted.on_stdout is not None:
        click.echo(make[wanted.on_stdout](), nl=False)
    elif page:
        from regrade.report.terminal import print_comparison

        print_comparison(comparison, answers=answers)
    return _write(wanted, make)


def hand_out_failure(error: Exception, candidate: str, wanted: Wanted) -> None:
    """Write the reports that were asked for, of a comparison that could not be made: CI shows why, and nothing old."""
    from regrade.report.comparison_markdown import failed_markdown
    from regrade.report.junit import failed_junit

    make: dict[str, Callable[[], str]] = {
        "markdown": lambda: failed_markdown(str(error), candidate),
        "junit": lambda: failed_junit(str(error), candidate),
    }
    if wanted.on_stdout in make:
        click.echo(make[wanted.on_stdout](), nl=False)
    _write(wanted, make)


def tell_github(verdict_line: str, markdown: Callable[[], str], *, summary: bool) -> None:
    """Say a verdict to GitHub Actions, where it runs this: an annotation, and the summary of the step unless it is not wanted."""
    if verdict_line and in_actions():
        click.echo(verdict_line, err=True)
    if not summary:
        return
    try:
        github.append_summary(markdown)
    except OSError as error:
        notice(f"the summary of the step cannot be written: {error.strerror}")


def _write(wanted: Wanted, make: Mapping[str, Callable[[], str]]) -> bool:
    from regrade.report.files import write_report

    whole = True
    for kind, file in wanted.files.items():
        if file == "-" or kind not in make:
            continue
        try:
            write_report(Path(file), make[kind]())
            notice(f"written: {file}")
        except DataError as error:
            say_error(error)
            whole = False
    return whole
