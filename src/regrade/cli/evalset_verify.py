"""`regrade evalset verify`: is every file, line and decision as it was written."""

from __future__ import annotations

from pathlib import Path

import click

from regrade.cli.output import json_option, print_json, progress_bar

_INTEGRITY = 4


@click.command("verify")
@click.option("--base", metavar="REF", help="Also: every decision where REF and HEAD parted is here, with the same bytes.")
@json_option
def verify_command(base: str | None, as_json: bool) -> int:
    """Check every file, line and decision of the eval set, and what git has of it.

    Exit 4 where something was edited, cut, lost or forged; warnings alone exit 0. Everything that is wrong is told, each with
    its file and line and what to do. Nothing is written.
    """
    from regrade import config
    from regrade.paths import Paths, find_root
    from regrade.report.verify import print_verified
    from regrade.workspace.verifying import verify

    paths = Paths(find_root(Path.cwd()))
    settings = config.load(paths.config)
    with progress_bar("reading files") as update:
        verified = verify(paths, settings, base=base, progress=update)
    if as_json:
        print_json(verified)
    else:
        print_verified(verified, base)
    return 0 if verified.ok else _INTEGRITY
