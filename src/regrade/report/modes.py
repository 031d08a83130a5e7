"""Failure modes for people on standard output: a list, and one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from regrade.report.console import Page, Part

_STATUSES = ("promoted", "labelled", "disputed", "retired", "dismissed")


def print_modes(rows: Sequence[Mapping[str, Any]], *, hidden: int = 0) -> None:
    """Print failure modes; ``hidden`` says how many closed ones are left out."""
    page = Page()
    left_out = f"{hidden:,} closed: `regrade modes list --closed` shows them too" if hidden else ""
    if not rows:
        page.line(left_out or "no failure mode yet: `regrade modes define NAME`, or `l` in the app")
        return
    titles = ["mode", "key", "id", "state", "priority", "owner", "labelled", "examples"]
    cells: list[list[Part]] = [
        [
            row["name"] + (" ≠" if row["disputed"] else ""),
            _words(row["digit"]),
            row["id"],
            row["state"],
            _priority(row["priority"]),
            row["owner"],
            f"{row['labelled']:,}",
            f"{row['examples']:,}",
        ]
        for row in rows
    ]
    page.table(titles, cells, left=(0, 1, 2, 3, 4, 5), spare=(2, 3, 5, 4))
    if any(row["disputed"] for row in rows):
        page.line("≠ two people disagree on it: `regrade evalset disputes`")
    if left_out:
        page.line(left_out)


def print_mode(document: Mapping[str, Any]) -> None:
    """Print one failure mode, and what carries it."""
    page = Page()
    about = [document["state"], f"key {document['digit']}" if document["digit"] else "", "disputed" if document["disputed"] else ""]
    page.line((document["name"], "bold"), f" ({document['id']}) · " + " · ".join(each for each in about if each))
    for name in ("priority", "owner", "link"):
        said = _priority(document[name]) if name == "priority" else document[name]
        if said:
            page.line((f"{name:<10} ", "bold"), said)
    if document["description"]:
        page.lines(document["description"])
    if document["merged"]:
        page.line("merged into it: ", ", ".join(document["merged"]))
    members = document["members"]
    counts = [(status, sum(each["status"] == status for each in members)) for status in _STATUSES]
    page.line(f"{len(members):,} predictions: " + ", ".join(f"{n:,} {status}" for status, n in counts if n) if members else "no prediction")
    shown = [each["key"] for each in members[:10]]
    if shown:
        page.line("  " + ", ".join(shown) + (f" and {len(members) - 10:,} more" if len(members) > 10 else ""))
    page.line(f"`regrade evalset history {document['id']}` says who decided what about it")


def _words(value: object) -> str:
    return "" if value is None else str(value)


def _priority(value: int | None) -> str:
    return "" if value is None else f"P{value}"
