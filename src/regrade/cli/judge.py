"""`regrade compare` and `regrade gate`: what does a candidate fix, what does it break, may it go out."""

from __future__ import annotations

import click
import msgspec

from regrade.cli.output import json_option, print_json, progress_bar
from regrade.compare import exit_code
from regrade.compare.comparison import Verdict
from regrade.config import Config
from regrade.errors import NotEvaluatedError, UsageError
from regrade.report.terminal import print_comparison
from regrade.workspace import Workspace
from regrade.workspace.judge import baseline

_allow_code = click.option("--allow-code", is_flag=True, help="Run candidates that are code without `regrade trust`.")


@click.command("compare")
@click.argument("base")
@click.argument("head")
@_allow_code
@json_option
def compare_command(base: str, head: str, allow_code: bool, as_json: bool) -> int:
    """Compare candidate HEAD with BASE on the eval set.

    Each is a name of regrade.toml, as it stands or at a git ref: `regrade compare prod@origin/main prod`.
    Exit 3 where one of them cannot be evaluated; whether it got better is not for the exit code to say, see `regrade gate`.
    """
    verdict, _ = _compare(base, head, allow_code, as_json)
    return NotEvaluatedError.exit_code if verdict == "not_evaluated" else 0


@click.command("gate")
@click.option("--base", required=True, metavar="NAME|REF", help="The baseline: a candidate, or a git ref: the champion there.")
@click.option("--head", metavar="NAME", help="The candidate to judge; default: the champion.")
@_allow_code
@json_option
def gate_command(base: str, head: str | None, allow_code: bool, as_json: bool) -> int:
    """Judge a candidate against a baseline: exit 0 pass or inconclusive, 1 regression, 3 not evaluated.

    Before a pull request: `regrade gate --base origin/main` judges the champion here against the champion there.
    """
    verdict, config = _compare(base, head, allow_code, as_json, gate=True)
    return exit_code(verdict, config)


def _compare(base: str, head: str | None, allow_code: bool, as_json: bool, *, gate: bool = False) -> tuple[Verdict, Config]:
    with Workspace.open(allow_code=allow_code) as workspace:
        if gate:
            base = baseline(workspace, base)
        candidate = head or workspace.config.champion
        if head is None and base == candidate:
            raise UsageError(f"{base} is the champion: this would judge it against itself", hint="name the candidate to judge with --head")
        with progress_bar("scoring") as update:
            comparison = workspace.compare(base, candidate, progress=lambda name, done, total: update(done, total))
        if as_json:
            print_json(msgspec.to_builtins(comparison))
        else:
            print_comparison(comparison)
        return comparison.verdict, workspace.config
