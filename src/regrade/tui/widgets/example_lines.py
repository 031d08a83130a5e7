"""The lines of the Eval set screen: examples, sessions, tabs; no widget, so that they can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from regrade.safe_text import safe_text
from regrade.tui.describe import clock, person
from regrade.tui.glyphs import Glyphs
from regrade.tui.services.example_messages import TABS
from regrade.tui.widgets.bars import Group
from regrade.tui.widgets.lines import Line, shown
from regrade.tui.widgets.pressed import Pressable
from regrade.tui.widgets.table_lines import Column, fitting, heading, row

if TYPE_CHECKING:
    from regrade.tui.services.example_messages import ExampleRow, Session

EMPTY = {
    "all": "The eval set is empty: in Triage, p promotes a failure; `regrade sample 300` draws a random sample.",
    "failures": "No known failure: in Triage, p promotes one.",
    "sampled": "No sampled examples: `regrade sample 300` gives a production estimate.",
    "waiting": "No sampled example waits for a label.",
    "pinned": "Nothing is pinned: P pins an example that must never regress.",
    "disputed": "Nobody disagrees on an example.",
    "retired": "Nothing was retired: X retires an example, with a reason.",
    "versions": "Nothing was decided yet.",
}
_DATE, _WIDE = 10, 150


def hints(tab: str, *, opened: bool) -> Sequence[tuple[str, str]]:
    """Return what the keys do on a tab, or on what is open there; the most important first."""
    verbs: tuple[tuple[str, str], ...]
    if opened:
        verbs = (
            () if tab == "versions" else (("/", "search"), ("z", "unfold"), ("P", "pin"), ("X", "retire"), ("c", "correct"), ("l", "label"))
        )
        return (("Esc", "back"), ("j k", "scroll" if tab == "versions" else "next"), ("y", "copy"), *verbs, ("?", "help"))
    if tab == "versions":
        return (("Enter", "what it changed"), ("left right", "tabs"), ("u", "undo"), ("?", "help"))
    verbs = (
        ("P", "unpin" if tab == "pinned" else "pin"),
        ("X", "put back" if tab == "retired" else "retire"),
        ("c", "correct"),
        ("l", "label"),
    )
    if tab == "disputed":
        verbs = (("R", "resolve"), *verbs)
    return (("Enter", "open"), ("left right", "tabs"), ("space", "mark"), *verbs, ("u", "undo"), ("s", "sort"), ("?", "help"))


def example_columns(width: int, by: str = "") -> list[Column]:
    """Return the columns of examples that fit, the one that orders them among them."""
    wide = width >= _WIDE
    columns = [
        Column("key", 14, 100, most=30),
        Column("origin", 9, 80),
        Column("mode", 24 if wide else 16, 75),
        Column("expected", 20 if wide else 11, 90),
        Column("production", 20 if wide else 10, 50),
        Column("weight", 7, 20, right=True),
        Column("predicted", 16 if wide else _DATE, 30),
        Column("came in", _DATE, 70),
        Column("by", 20 if wide else 12, 65),
    ]
    return fitting(columns, width - 4, by)


def example_heading(width: int, orders: Sequence[str] = (), by: str = "", arrow: str = "") -> Line:
    """Return the names of the columns, above what :func:`example_line` returns, and which one orders them."""
    return heading(example_columns(width, by), 4, orders, by, arrow)


def example_line(each: ExampleRow, width: int, glyphs: Glyphs, by: str = "") -> Line:
    """Return one example: its status and pin, then its columns; ``by`` as in :func:`example_heading`."""
    gone = each.status == "retired"
    status = {"disputed": "wrong", "retired": "dim"}.get(each.status, "accent")
    expected = " / ".join(shown(value) for value in each.expected)
    plain = "dim" if gone else "text"
    cells = {
        "key": (safe_text(each.key, 100), "dim" if gone else "strong"),
        "origin": (each.origin, plain),
        "mode": (safe_text(each.mode, 100), "known" if each.mode and not gone else plain),
        "expected": (expected or "waits", plain if expected else "accent"),
        "production": (shown(each.prediction), plain),
        "weight": (f"{each.weight:,.1f}" if each.weight != 1 else "", "dim"),
        "predicted": (clock(each.time)[: 16 if width >= _WIDE else _DATE], "dim"),
        "came in": (clock(each.at)[:_DATE], "dim"),
        "by": (person(each.by) if each.by else "", "dim"),
    }
    pin = (glyphs.pinned if each.pinned else " ", "accent")
    return [(glyphs.status(each.status), status), pin, (" ", "text"), *row(example_columns(width, by), cells)]


def session_columns(width: int) -> list[Column]:
    """Return the columns of sessions that fit."""
    columns = [
        Column("until", 16, 80),
        Column("by", 18, 70),
        Column("decisions", 9, 60, right=True),
        Column("what changed", 20, 100, most=400),
    ]
    return fitting(columns, width - 2)


def session_line(each: Session, width: int, glyphs: Glyphs) -> Line:
    """Return one session: when, who, how much, what it changed."""
    changed = f" {glyphs.dot} ".join(f"{count:,} {text}" for text, count in each.changes)
    if each.undone:
        changed += f"{f' {glyphs.dot} ' if changed else ''}{each.undone:,} undone"
    cells = {
        "until": (clock(each.until), "text"),
        "by": (person(each.by), "text"),
        "decisions": (f"{each.n:,}", "text"),
        "what changed": (changed, "strong"),
    }
    return [(" ", "text"), *row(session_columns(width), cells)]


def session_heading(width: int) -> Line:
    """Return the names of the columns of sessions."""
    return heading(session_columns(width), 2)


def empty(tab: str, words: Sequence[str]) -> str:
    """Return what to say of a tab without examples: that none has the words, or what fills it."""
    return f"No example here has {' '.join(words)} in key, mode, origin or expected value." if words else EMPTY[tab]


def beside(words: Sequence[str], n_marked: int, *, in_range: bool) -> str:
    """Return what stands beside the tabs: what is looked for, and how much is marked."""
    said = "marking a range: v ends it" if in_range else f"{n_marked:,} marked" if n_marked else ""
    sought = f"/ {safe_text(' '.join(words), 40)}" if words else ""
    return "   ".join(part for part in (sought, said) if part)


def where(version: str, counts: Mapping[str, int], glyphs: Glyphs) -> list[Group]:
    """Return what the first line says of the eval set."""
    dot = glyphs.dot
    found: list[Group] = [[(f" {dot} eval set {safe_text(version[:7])}", "text")]] if version else []
    if "all" in counts:
        found.append([(f" {dot} {counts['all']:,} examples ({counts['sampled']:,} sampled)", "text")])
    if counts.get("disputed"):
        found.append([(f" {dot} ", "text"), (Pressable(f"{glyphs.disputed} {counts['disputed']:,} disputed", "disputed"), "wrong")])
    return found


def tabs(current: str, counts: Mapping[str, int], width: int) -> list[Group]:
    """Return the tabs with how much is in each; where there is no room the empty ones are left out, then those far from the current one."""

    def text(tab: str) -> str:
        return f"{tab} {counts[tab]:,}" if tab in counts else tab

    kept = list(TABS)
    room = width - 2

    def needed(names: Sequence[str]) -> int:
        return sum(cell_len(text(tab)) + 2 for tab in names)

    for tab in reversed(TABS):
        if needed(kept) > room and tab != current and not counts.get(tab) and tab != "versions":
            kept.remove(tab)
    while needed(kept) > room and len(kept) > 1:
        kept.remove(max(kept, key=lambda tab: abs(TABS.index(tab) - TABS.index(current))))
    return [[(Pressable(f"{text(tab)}  ", tab), "accent" if tab == current else "strong" if counts.get(tab) else "dim")] for tab in kept]
