"""`regrade compare`, `gate` and `report`: what does a candidate fix, what does it break, may it go out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from regrade.cli.output import json_option, notice
from regrade.cli.reports import Wanted, hand_out, hand_out_failure, report_options, tell_github
from regrade.compare import exit_code
from regrade.compare.comparison import Comparison
from regrade.config import Config
from regrade.errors import NotEvaluatedError, RegradeError, UsageError
from regrade.workspace import Workspace
from regrade.workspace.judge import baseline
from regrade.workspace.verdict import judged

if TYPE_CHECKING:
    from regrade.scoring import Scored

_allow_code = click.option("--allow-code", is_flag=True, help="Run candidates that are code without `regrade trust`.")
_NOT_WRITTEN = UsageError.exit_code


@click.command("compare")
@click.argument("base")
@click.argument("head")
@click.option("--stages", "traced", multiple=True, metavar="KEY", help="Show the way of this example through both candidates; repeatable.")
@report_options
@_allow_code
@json_option
def compare_command(
    base: str, head: str, traced: tuple[str, ...], markdown: str | None, junit: str | None, inputs: bool, allow_code: bool, as_json: bool
) -> int:
    """Compare candidate HEAD with BASE on the eval set.

    Each is a name of regrade.toml, as it stands or at a git ref: `regrade compare prod@origin/main prod`.
    Exit 3 where one of them cannot be evaluated; whether it got better is not for the exit code to say, see `regrade gate`.
    """
    wanted = Wanted(markdown, junit, "-" if as_json else None, inputs)
    comparison, _, written = _judge(wanted, lambda _: (base, head, base), head, allow_code, traced=traced)
    return _told(comparison, written)


@click.command("gate")
@click.option("--base", required=True, metavar="NAME|REF", help="The baseline: a candidate, or a git ref: the champion there.")
@click.option("--head", metavar="NAME", help="The candidate to judge; default: the champion.")
@report_options
@click.option("--no-summary", is_flag=True, help="In GitHub Actions: leave the summary of the step alone.")
@_allow_code
@json_option
def gate_command(
    base: str,
    head: str | None,
    markdown: str | None,
    junit: str | None,
    inputs: bool,
    no_summary: bool,
    allow_code: bool,
    as_json: bool,
) -> int:
    """Judge a candidate against a baseline: exit 0 pass or inconclusive, 1 regression, 3 not evaluated.

    Before a pull request: `regrade gate --base origin/main` judges the champion here against the champion there.

    In GitHub Actions the verdict is an annotation too, and the Markdown is appended to the summary of the step.
    """
    from regrade.report import github
    from regrade.report.comparison_markdown import failed_markdown, to_markdown

    wanted = Wanted(markdown, junit, "-" if as_json else None, inputs)

    def sides(workspace: Workspace) -> tuple[str, str, str]:
        found, candidate = baseline(workspace, base), head or workspace.config.champion
        if head is None and found == candidate:
            raise UsageError(f"{found} is the champion: this would judge it against itself", hint="name the candidate to judge with --head")
        return found, candidate, base

    try:
        comparison, config, written = _judge(wanted, sides, head or "the champion", allow_code)
    except RegradeError as error:
        told, name = str(error), head or "the champion"
        line = github.annotation("not_evaluated", told, name, failing=True)
        tell_github(line, lambda: failed_markdown(told, name), summary=not no_summary)
        raise
    code = exit_code(comparison.verdict, config)
    line = github.annotation(comparison.verdict, "; ".join(comparison.reasons), comparison.candidate, failing=code != 0)
    tell_github(line, lambda: to_markdown(comparison), summary=not no_summary)
    return code if written else _NOT_WRITTEN


@click.command("report")
@click.argument("base", required=False, metavar="[BASE]")
@click.argument("head", required=False, metavar="[HEAD]")
@report_options
@click.option("--json", "as_json", metavar="FILE", help="Write it as one JSON document (docs/schema); '-': on standard output.")
@_allow_code
def report_command(
    base: str | None, head: str | None, markdown: str | None, junit: str | None, inputs: bool, as_json: str | None, allow_code: bool
) -> int:
    """Write a comparison as Markdown, JUnit XML or JSON; on the terminal where no file is named.

    BASE is a candidate or a git ref, the champion there; default: origin's main branch. HEAD is a candidate; default: the champion.
    What was scored before is not scored again. The exit code is that of `regrade compare`.
    """
    from regrade.workspace.reporting import usual_base

    wanted = Wanted(markdown, junit, as_json, inputs)

    def sides(workspace: Workspace) -> tuple[str, str, str]:
        named = base
        if named is None:
            named = usual_base(workspace)
            notice(f"compared with {named}")
        return baseline(workspace, named), head or workspace.config.champion, named

    comparison, _, written = _judge(wanted, sides, head or "the champion", allow_code, page=not wanted.files)
    return _told(comparison, written)


def _told(comparison: Comparison, written: bool) -> int:
    if not written:
        return _NOT_WRITTEN
    return NotEvaluatedError.exit_code if comparison.verdict == "not_evaluated" else 0


def _judge(
    wanted: Wanted,
    sides: Callable[[Workspace], tuple[str, str, str]],
    named: str,
    allow_code: bool,
    *,
    page: bool = True,
    traced: tuple[str, ...] = (),
) -> tuple[Comparison, Config, bool]:
    """Compare, and hand out what was found, or why nothing could be; returns whether every file could be written.

    ``sides``: baseline, candidate, and what was typed for the baseline. The configuration returned is the one that was judged by.
    """
    from regrade.report.scoring import scoring_bars

    answers = Counter[str]()

    def count(scored: Scored) -> None:
        for name in scored.runs:
            if not workspace.pool.by_key(name):  # what is looked up was never asked
                answers.update(cached=scored.runs[name].cached, asked=scored.runs[name].predicted)

    try:
        with Workspace.open(allow_code=allow_code) as workspace:
            base, candidate, typed = sides(workspace)
            workspace.pool.prepare((base, candidate))  # beside our own imports
            with scoring_bars() as bars:  # of both, and of intervals of metrics that are functions
                found = judged(workspace, base, candidate, typed=typed, seen=count, traced=traced, watcher=bars)
            comparison = found.comparison
            if wanted.inputs:
                from regrade.workspace.reporting import with_inputs

                comparison = with_inputs(workspace, comparison)
    except RegradeError as error:
        hand_out_failure(error, named, wanted)
        raise
    return comparison, found.config, hand_out(comparison, found.config, wanted, page=page, answers=answers)
