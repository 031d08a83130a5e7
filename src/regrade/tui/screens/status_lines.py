"""The words of the first, the second and the last line of a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regrade.safe_text import safe_text
from regrade.tui.glyphs import Glyphs
from regrade.tui.model import Decisions
from regrade.tui.widgets.bars import Piece

if TYPE_CHECKING:
    from regrade.tui.screens.looking import Looking
    from regrade.tui.screens.panes import Panes
    from regrade.tui.widgets.grid import LogGrid

KEYS_HERE = (("p", "promote"), ("x", "dismiss"), ("c", "correct"), ("u", "undo"), ("/", "filter"), ("?", "help"))


def top_line(panes: Panes) -> tuple[list[Piece], list[Piece]]:
    """Return where you are: the log on the left, the eval set on the right."""
    config, board = panes.services.config, panes.board or {}
    left: list[Piece] = [("regrade", "accent"), (f"  {safe_text(panes.services.paths.root.name, 40)}", "strong")]
    if panes.predictions:
        left.append((f" · {panes.predictions:,} predictions", "text"))
    if panes.failures is not None:
        left.append((f" · {panes.failures:,} wrong", "text"))
    right: list[Piece] = [(f"champion {safe_text(config.champion, 30)}", "dim")]
    if panes.version:
        right.append((f" · eval set {safe_text(panes.version[:7])}", "dim"))
    if board.get("examples"):
        right.append((f" · {board['examples']:,} examples ({board.get('sampled', 0):,} sampled)", "dim"))
    return left, right


def count_line(looking: Looking, grid: LogGrid, glyphs: Glyphs) -> str:
    """Return how much the filter leaves, in what order, how much is marked."""
    if looking.addresses is None:
        return f"reading the log{glyphs.ellipsis}"
    parts = [f"{len(grid.rows):,} of {looking.n_log_rows:,}"]
    anchor = grid.marks.anchor
    if anchor is not None:
        parts.insert(0, "marking a range: v ends it")
    elif grid.marks.count:
        parts.insert(0, f"{grid.marks.count:,} marked")
    by_time = any(column.role == "time" for column in looking.columns)
    order = ("newest first" if by_time else "in the log's order") if not looking.sort else ""
    if looking.sort:
        arrow = glyphs.descending if looking.sort.startswith("-") else glyphs.ascending
        order = f"by {safe_text(looking.sort.removeprefix('-'), 24)} {arrow}"
    return " · ".join([*parts, order])


def mode_bar(decisions: Decisions, glyphs: Glyphs) -> tuple[list[Piece], list[Piece]]:
    """Return what the keys do here: the modes with their digits, then the verbs."""
    left: list[Piece] = []
    for mode in decisions.modes:
        if mode.digit:
            left.append((f"{mode.digit} ", "accent"))
            left.append((f"{safe_text(mode.name, 24)}  ", "text"))
    left += [("l ", "accent"), (f"{'other' if left else 'name a failure mode'}{glyphs.ellipsis}", "text")]
    right: list[Piece] = []
    for key, text in KEYS_HERE:
        right += [(f"  {key} ", "accent"), (text, "dim")]
    return left, right
