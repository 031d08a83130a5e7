"""What outcomes that came late brought, and which verdicts they contradict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import msgspec

from regrade.compare.wording import counted
from regrade.report.console import Page

if TYPE_CHECKING:
    from regrade.workspace.late_outcomes import Arrived, Contradiction

_SHOWN = 5


def print_arrived(found: Arrived, quarantine: str) -> None:
    """Print counts first, then what a person should look at."""
    page, joined = Page(), found.joined
    page.line((f"{counted(joined.rows, 'outcome')} read, {joined.matched:,} of predictions in the log", "bold"))
    changed = f", {joined.changed:,} in the place of another" if joined.changed else ""
    page.line(f"  {joined.new:,} unknown before, {joined.same:,} known{changed}")
    for before, after, n in joined.turns:
        page.line(f"    {before} → {after}: {n:,}")
    if joined.empty:
        page.line(f"  {joined.empty:,} rows say no outcome: left out")
    if joined.unmatched:
        more = ", …" if joined.unmatched > len(joined.unmatched_keys) else ""
        page.line((f"  {joined.unmatched:,} of predictions that are not in the log: {', '.join(joined.unmatched_keys)}{more}", "yellow"))
    if joined.rejected:
        page.line((f"  {joined.rejected:,} bad lines in {quarantine}", "yellow"))
    for note in joined.notes:
        page.line(f"  {note}")
    if joined.copied:
        page.line(f"  {joined.copied:,} files that are read in place were left alone: copies with the outcomes are read instead")
    _print_contradicted(page, found)
    if found.waiting:
        members = counted(found.waiting, "member of the eval set", "members of the eval set")
        page.line(f"{members} waited for an outcome: `regrade evalset backfill` takes it over")
    if found.stale:
        members = counted(found.stale, "member of the eval set keeps", "members of the eval set keep")
        page.line((f"{members} another outcome: `regrade evalset relabel` decides", "yellow"))


def _print_contradicted(page: Page, found: Arrived) -> None:
    n = found.n_contradicted
    if not n:
        page.line("no verdict of a person is contradicted")
        return
    page.line((f"⚠ {counted(n, 'verdict of a person is', 'verdicts of people are')} contradicted", "yellow"))
    for what, cases in (
        ("expected values that somebody set differ", found.expected),
        ("dismissed predictions turn out wrong", found.dismissed),
        ("promoted failures turn out right", found.failures),
    ):
        if cases:
            page.line(f"  {len(cases):,} {what}")
            _print_cases(page, cases)


def _print_cases(page: Page, cases: Sequence[Contradiction]) -> None:
    for each in cases[:_SHOWN]:
        page.line(f"    {each.key}: {_word(each.verdict)}, and the outcome is {_word(each.outcome)}")
    if len(cases) > _SHOWN:
        page.line(f"    and {len(cases) - _SHOWN:,} more (--json lists all)")
    page.unbroken(4, f'regrade predictions --where "{where_keys([each.key for each in cases[:_SHOWN]])}"')


def where_keys(keys: Sequence[str]) -> str:
    """Return the filter that finds predictions by key."""
    return "key in ({})".format(", ".join("'" + key.replace("'", "''") + "'" for key in keys))


def arrived_json(found: Arrived) -> dict[str, Any]:
    """Return the document of `log outcomes --json`."""
    joined = found.joined
    names = ("rows", "empty", "rejected", "matched", "new", "same", "changed", "unmatched", "unmatched_keys", "files", "copied", "notes")
    cases = {"expected": found.expected, "dismissed": found.dismissed, "failures": found.failures}
    return {
        **{name: getattr(joined, name) for name in names},
        "turns": [{"from": before, "to": after, "n": n} for before, after, n in joined.turns],
        "contradicted": {"n": found.n_contradicted, **{what: [asdict(each) for each in said] for what, said in cases.items()}},
        "waiting": found.waiting,
        "stale": found.stale,
    }


def _word(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
