"""`regrade cache`: the answers that were computed, what they saved; out to a file for CI, in again, emptied."""

from __future__ import annotations

from pathlib import Path

import click

from regrade.cli.output import json_option, notice, print_json, progress_bar, say
from regrade.workspace import Workspace

_candidates = click.option("--candidate", "names", multiple=True, metavar="NAME", help="Only of this candidate; may be repeated.")


@click.group("cache")
def cache_command() -> None:
    """Answers that were computed once, by what answered (fingerprint) and what was asked (content hash)."""


@cache_command.command("info")
@json_option
def info_command(as_json: bool) -> None:
    """Say what the cache holds, and what it would take to compute that again."""
    from regrade.report.cache import print_cache
    from regrade.workspace.caching import info

    with Workspace.open(read_only=True) as workspace:
        found = info(workspace)
    if as_json:
        print_json(found)
    else:
        print_cache(found)


@cache_command.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_candidates
@click.option("--allow-code", is_flag=True, help="Ask candidates that are code what they are without `regrade trust`.")
@json_option
def export_command(file: Path, names: tuple[str, ...], allow_code: bool, as_json: bool) -> None:
    """Write answers to FILE (JSON lines, Zstandard): the same bytes for the same answers.

    All that there are, or those of candidates as they stand now, and where two of them part on the way to their answers. It holds answers,
    hashes and names of stages, no inputs.
    """
    from regrade.workspace.caching import export

    with Workspace.open(read_only=True, allow_code=allow_code) as workspace:
        n, empty = export(workspace, file, names)
    for name in empty:
        notice(f"{name}: no answers are cached under what it is now: `regrade score {name}` makes them")
    if as_json:
        print_json({"path": str(file), "answers": n, "bytes": file.stat().st_size})
    else:
        from regrade.report.cache import size

        say(f"wrote {n:,} answers to {file} ({size(file.stat().st_size)})")


@cache_command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def import_command(file: Path, as_json: bool) -> None:
    """Bring in the answers of FILE: all of them, or nothing.

    Whoever wrote the file is believed about the answers in it: import your own. Exit 4 where an answer is another than the one
    that is here, of the same candidate on the same inputs; those that are here are never overwritten.
    """
    from regrade.workspace.caching import bring

    with Workspace.open(read_only=True) as workspace, progress_bar("reading answers") as update:
        found = bring(workspace, file, update)
    if as_json:
        print_json({"answers": found.answers, "new": found.new, "fingerprints": found.fingerprints, "findings": found.findings})
    else:
        parts = f" · where {found.findings:,} broken examples part" if found.findings else ""
        say(f"{found.answers:,} answers of {found.fingerprints:,} fingerprints · {found.new:,} are new here{parts}")


@cache_command.command("clear")
@_candidates
@json_option
def clear_command(names: tuple[str, ...], as_json: bool) -> None:
    """Forget answers: those of a candidate, now and in every run on record, or all. They are computed again when they are needed."""
    from regrade.workspace.caching import clear

    with Workspace.open(read_only=True) as workspace:
        n = clear(workspace, names)
    if as_json:
        print_json({"cleared": n})
    else:
        say(f"forgot {n:,} answers")
