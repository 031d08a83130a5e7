"""Tables for people on standard output: predictions, examples, modes, status. Every cell is made harmless first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from regrade.report.console import Page, Part
from regrade.workspace.status import Status

_RESULTS = {"wrong": ("✗", "red"), "right": ("✓", "green"), "unknown": ("?", "yellow")}
_STATUSES = {"open": "○", "labelled": "◐", "promoted": "●", "dismissed": "–", "retired": "–", "disputed": "≠"}
_FIXED_WIDTH = 76
"""Cells that the columns every prediction has take."""
_INPUT_WIDTH = 12


def print_predictions(
    rows: Sequence[Mapping[str, Any]], *, total: int, of: int, mode_names: Mapping[str, str], searched: Sequence[str] = ()
) -> None:
    """Print predictions, with as many inputs as fit; of none, in which columns the words of the filter were searched for."""
    page = Page()
    if not rows:
        page.line(f"no prediction of {of:,} matches" + (f" · words were searched for in {', '.join(searched)}" if searched else ""))
        return
    inputs = list(rows[0]["inputs"])[: max(0, (page.width - _FIXED_WIDTH) // _INPUT_WIDTH)]
    titles = ["key", "", "time", "prediction", "score", "outcome", "mode", *inputs]
    cells: list[list[Part]] = []
    for row in rows:
        glyph, colour = _RESULTS[row["result"]]
        state: Part = (glyph + _STATUSES.get(row["status"], " "), colour)
        words = [
            row["time"],
            row["prediction"],
            row["score"],
            row["outcome"],
            mode_names.get(row["mode"], row["mode"]),
            *(row["inputs"][name] for name in inputs),
        ]
        cells.append([row["id"], state, *map(_words, words)])
    page.table(titles, cells, left=(0, 1, 2, 3, 5, 6), spare=range(len(titles) - 1, 3, -1))
    page.line(f"{len(rows):,} of {total:,}" + (f" (of {of:,})" if total != of else ""))


def print_examples(rows: Sequence[Mapping[str, Any]], version: str) -> None:
    """Print the examples of the eval set."""
    page = Page()
    cells: list[list[Part]] = []
    for row in rows:
        glyphs = ("⚑" if row["pinned"] else " ") + ("≠" if row["disputed"] else "●")
        expected = " | ".join(map(str, row["expected"])) or "waits for a label"
        cells.append([row["key"], glyphs, row["origin"], expected, row["mode_name"] or "", _words(row["weight"])])
    if rows:
        page.table(["key", "", "origin", "expected", "mode", "weight"], cells, left=(0, 1, 2, 3, 4))
    empty = "no example: `regrade promote` and `regrade sample` add some"
    page.line(f"{len(rows):,} examples · version {version[:7]}" if rows else empty)


def print_example(document: Mapping[str, Any]) -> None:
    """Print one prediction: label, inputs, provenance, history."""
    page = Page()
    content = document["content"]
    expected = " | ".join(map(str, document["expected"])) or "waits for a label"
    origin, pinned = f" · {document['origin']}" if document["origin"] else "", " · pinned" if document["pinned"] else ""
    page.line(f"{document['key']} · {document['status']}{origin}{pinned}")
    weight = "" if document["weight"] is None else f" · weight {document['weight']:.6g}"
    page.line(f"expected {expected} · mode {document['mode_name'] or 'none'}{weight}")
    for field, values in document["disputed_fields"].items():
        page.line((f"≠ {field}: ", "red"), " | ".join(map(str, values)))
    if content is not None:
        said = f"production ({content.get('model') or 'unnamed model'}) said {content.get('prediction')}"
        page.line(f"{said} at {content.get('time') or 'an unknown time'} · from {content.get('source') or 'an unknown log'}")
        page.blank()
        for name, value in content["inputs"].items():
            page.line((f"{name:<20} ", "bold"), _words(value))
        if content.get("hidden"):
            page.line(f"hidden by [privacy]: {', '.join(content['hidden'])}")
    page.blank()
    for text in document["notes"]:
        page.lines(f"note: {text}")
    for event in document["history"]:
        why, undone = f": {event['reason']}" if event["reason"] else "", "" if event["live"] else " (undone)"
        page.lines(f"{event['at']}  {event['kind']:9} {event['by']}{why}{undone}")
    page.line(("`regrade evalset history` tells more: from what to what, in which commits", "dim"))


def print_status(status: Status, root: str) -> None:
    """Print where the work stands."""
    page = Page()
    page.line(root)
    if status.predictions is None:
        page.line("no prediction log here: `regrade log add FILE` brings one")
    else:
        page.line(f"{status.predictions:,} predictions · {status.failures:,} wrong · {status.open:,} of them open")
    decided = ("labelled", "promoted", "dismissed", "disputed")
    page.line(" · ".join(f"{getattr(status, name):,} {name}" for name in decided))
    waiting = f", {status.waiting:,} wait for a label" if status.waiting else ""
    page.line(f"eval set {status.version[:7]}: {status.examples:,} examples ({status.sampled:,} sampled{waiting})")
    if not status.sampled:
        page.line("no production estimate: `regrade sample 200` gives one")
    if status.disputes:
        n = status.disputes
        page.line(f"{n:,} dispute{'' if n == 1 else 's'}: `regrade evalset disputes` shows who says what")
    if status.unsealed:
        page.line(f"{status.unsealed:,} decisions are not sealed yet: they are safe here, and sealed when their session ends")
    page.line("candidates: " + ", ".join(status.candidates))


def _words(value: object) -> str:
    """Return a cell: nothing is a dash, a number has four digits."""
    return "–" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
