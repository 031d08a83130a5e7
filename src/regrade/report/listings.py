"""Tables for people on standard output: predictions, examples, modes, status. Every cell is made harmless first."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from regrade.safe_text import safe_lines, safe_text
from regrade.workspace.status import Status

_RESULTS = {"wrong": ("✗", "red"), "right": ("✓", "green"), "unknown": ("?", "yellow")}
_NUMBERS = ("score", "weight", "labelled", "examples")
_STATUSES = {"open": "○", "labelled": "◐", "promoted": "●", "dismissed": "–", "retired": "–", "disputed": "≠"}


def print_predictions(rows: Sequence[Mapping[str, Any]], *, total: int, of: int) -> None:
    """Print predictions, the inputs in as many columns as fit."""
    console = _console()
    if not rows:
        _line(console, f"no prediction of {of:,} matches")
        return
    table = _table("", "key", "time", "prediction", "score", "outcome", "mode")
    fixed = 70
    inputs = list(rows[0]["inputs"])[: max(0, (console.width - fixed) // 12)]
    for name in inputs:
        table.add_column(Text(safe_text(name, 40)), overflow="ellipsis", no_wrap=True)
    for row in rows:
        glyph, colour = _RESULTS[row["result"]]
        first = Text.assemble((glyph, colour), _STATUSES.get(row["status"], " "))
        cells = [row["id"], row["time"], row["prediction"], _number(row["score"]), row["outcome"], row["mode"]]
        table.add_row(first, *map(_cell, cells), *(_cell(row["inputs"][name]) for name in inputs))
    console.print(table)
    _line(console, f"{len(rows):,} of {total:,}" + (f" (of {of:,})" if total != of else ""))


def print_examples(rows: Sequence[Mapping[str, Any]], version: str) -> None:
    """Print the examples of the eval set."""
    console = _console()
    table = _table("", "key", "origin", "expected", "mode", "weight")
    for row in rows:
        glyph = ("⚑" if row["pinned"] else " ") + ("≠" if row["disputed"] else "●")
        expected = " | ".join(safe_text(each, 60) for each in row["expected"]) or "waits for a label"
        table.add_row(Text(glyph), *map(_cell, (row["key"], row["origin"], expected, row["mode_name"], _number(row["weight"]))))
    if rows:
        console.print(table)
    _line(
        console,
        f"{len(rows):,} examples · version {version[:7]}" if rows else "no example: `regrade promote` and `regrade sample` add some",
    )


def print_example(document: Mapping[str, Any]) -> None:
    """Print one example: label, inputs, provenance, history."""
    console = _console()
    content = document["content"]
    expected = " | ".join(map(str, document["expected"])) or "waits for a label"
    pinned = " · pinned" if document["pinned"] else ""
    _line(console, f"{document['key']} · {document['status']} · {document['origin']}{pinned}")
    _line(console, f"expected {expected} · mode {document['mode_name'] or 'none'} · weight {document['weight']:.6g}")
    said = f"production ({content.get('model') or 'unnamed model'}) said {content.get('prediction')}"
    _line(console, f"{said} at {content.get('time') or 'an unknown time'} · from {content.get('source') or 'an unknown log'}")
    table = _table("input", "value")
    for name, value in content["inputs"].items():
        table.add_row(_cell(name), _cell(value))
    console.print(table)
    for text in document["notes"]:
        _line(console, f"note: {text}")
    for event in document["history"]:
        _line(console, f"{event['at']}  {event['kind']:9} {event['by']}" + (f": {event['reason']}" if event["reason"] else ""))


def print_modes(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the failure modes."""
    console = _console()
    table = _table("key", "mode", "id", "labelled", "examples")
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in ("digit", "name", "id", "labelled", "examples")))
    if rows:
        console.print(table)
    else:
        _line(console, "no failure mode yet: `regrade modes define NAME`, or `l` in the app")


def print_status(status: Status, root: str) -> None:
    """Print where the work stands."""
    console = _console()
    _line(console, root)
    if status.predictions is None:
        _line(console, "no prediction log here: `regrade log add FILE` brings one")
    else:
        _line(console, f"{status.predictions:,} predictions · {status.failures:,} wrong · {status.open:,} of them open")
    decided = ("labelled", "promoted", "dismissed", "disputed")
    _line(console, " · ".join(f"{getattr(status, name):,} {name}" for name in decided))
    waiting = f", {status.waiting:,} wait for a label" if status.waiting else ""
    _line(console, f"eval set {status.version[:7]}: {status.examples:,} examples ({status.sampled:,} sampled{waiting})")
    if not status.sampled:
        _line(console, "no production estimate: `regrade sample 200` gives one")
    if status.unsealed:
        _line(console, f"{status.unsealed:,} decisions are not sealed yet: they are safe here, and sealed when their session ends")
    _line(console, "candidates: " + ", ".join(status.candidates))


def _console() -> Console:
    return Console(file=sys.stdout, highlight=False, markup=False, emoji=False, soft_wrap=False)


def _line(console: Console, text: str) -> None:
    console.print(Text(safe_lines(text)), soft_wrap=True)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for name in columns:
        long = name == "value"
        table.add_column(
            Text(name), justify="right" if name in _NUMBERS else "left", overflow="fold" if long else "ellipsis", no_wrap=not long
        )
    return table


def _cell(value: object) -> Text:
    return Text("–" if value is None else safe_text(value, 300))


def _number(value: object) -> str | None:
    return None if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
