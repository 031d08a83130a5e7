"""`regrade doctor`: everything that work needs, looked at in one go."""

from __future__ import annotations

from pathlib import Path

import click

from regrade.cli.output import json_option, print_json, progress_bar

_INTERRUPTED = 130


@click.command("doctor")
@click.option("--allow-code", is_flag=True, help="Start candidates that are code without `regrade trust`.")
@json_option
def doctor_command(allow_code: bool, as_json: bool) -> int:
    """Look at Python, terminal, git, configuration, eval set, log, caches, and start each candidate: does it say what production said?

    Exit 0 unless something is broken: 2 configuration or data, 3 a candidate, 4 integrity (the largest). Ctrl-C keeps what was
    found so far.
    """
    from regrade.report.doctor import print_checks, print_summary
    from regrade.workspace.doctor import steps
    from regrade.workspace.doctor_machine import BROKEN, Check

    checks: list[Check] = []
    interrupted = False
    looking = steps(Path.cwd(), allow_code=allow_code)
    try:
        for step in looking:
            with progress_bar(step.title) as update:
                found = step.run(update)
            checks += found
            if not as_json:
                print_checks(found)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        looking.close()
    ok = not interrupted and all(check.status != BROKEN for check in checks)
    if as_json:
        print_json({"ok": ok, "interrupted": interrupted, "checks": checks})
    else:
        print_summary(checks, interrupted=interrupted)
    return _INTERRUPTED if interrupted else max((check.exit_code for check in checks), default=0)
