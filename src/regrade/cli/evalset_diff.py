"""`regrade evalset diff`: what changed in the eval set, for the review of a pull request."""

from __future__ import annotations

from pathlib import Path

import click

from regrade.cli.output import json_option, notice, print_json
from regrade.errors import UsageError
from regrade.workspace import Workspace


@click.command("diff")
@click.argument("a", default="HEAD", metavar="[A]")
@click.argument("b", required=False, metavar="[B]")
@click.option("--all", "everything", is_flag=True, help="Cut no list.")
@click.option(
    "--markdown", metavar="FILE", help="Write it as Markdown, for a comment on a pull request (at most 64 KB); '-': on standard output."
)
@json_option
def diff_command(a: str, b: str | None, everything: bool, markdown: str | None, as_json: bool) -> None:
    """Say what changed in the eval set from A (default: HEAD) to B (default: now).

    A and B are git refs (branch, tag, commit, HEAD~3), versions (at least 7 digits), dates (2026-11-30, which ends at its end, or
    2026-11-30T18:00; UTC), or `now`: the work tree with what is not sealed yet. `main...HEAD` is what HEAD decided since it left
    main. Nothing is checked out, nothing is written.

    The exit code is 0 whether or not anything changed.
    """
    if as_json and markdown == "-":
        raise UsageError("--json and --markdown - both want standard output", hint="--markdown FILE writes a file")
    with Workspace.open(read_only=True) as workspace:
        review = workspace.diff(a, b)
    if markdown is not None:
        from regrade.report.evalset_diff_markdown import to_markdown

        text = to_markdown(review)
        if markdown == "-":
            click.echo(text, nl=False)
            return
        Path(markdown).write_text(text, encoding="utf-8")
        notice(f"written: {markdown}")
    if as_json:
        from regrade.report.evalset_diff_json import document

        print_json(document(review))
    elif markdown is None:
        from regrade.report.evalset_diff import print_review

        print_review(review, everything=everything)
