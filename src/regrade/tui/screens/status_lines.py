"""The words of the first, the second and the last line of a screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.cells import cell_len

from regrade.safe_text import safe_text
from regrade.tui.cells import fit
from regrade.tui.glyphs import Glyphs
from regrade.tui.keymap import as_remapped
from regrade.tui.model import Decisions
from regrade.tui.screens.pressing import hints
from regrade.tui.services.decision_messages import TakingBack
from regrade.tui.widgets.bars import Group
from regrade.tui.widgets.board_lines import Board
from regrade.tui.widgets.pressed import Pressable

if TYPE_CHECKING:
    from regrade.tui.screens.looking import Looking
    from regrade.tui.screens.panes import Panes
    from regrade.tui.widgets.grid import LogGrid

KEYS_HERE = (("p", "promote"), ("x", "dismiss"), ("c", "correct"), ("u", "undo"), ("/", "filter"), ("[ ]", "screens"), ("?", "help"))
KEYS_OPEN = (("p", "promote"), ("Esc", "back"), ("/", "search"), ("x", "dismiss"), ("c", "correct"), ("z", "unfold"), ("?", "help"))
"""What the keys do here; where a prediction is open."""


def top_line(panes: Panes) -> tuple[list[Group], list[Group]]:
    """Return where you are: the log on the left, the eval set on the right."""
    config, board = panes.services.config, panes.board or {}
    left: list[Group] = [[("regrade", "accent"), (f"  {safe_text(panes.services.paths.root.name, 40)}", "strong")]]
    if panes.decisions.disputed:
        disputed = f"{panes.glyphs.disputed} {panes.decisions.disputed:,} disputed"
        left.append([(f" {panes.glyphs.dot} ", "text"), (Pressable(disputed, "next_disputed"), "wrong")])
    if panes.predictions:
        left.append([(f" · {panes.predictions:,} predictions", "text")])
    if panes.failures is not None:
        left.append([(f" · {panes.failures:,} wrong", "text")])
    right: list[Group] = [[(f"champion {safe_text(config.champion, 30)}", "dim")]]
    version = str(board.get("version") or "") if board.get("examples") else ""  # of the count: a newer one waits for its scores
    if version or panes.version:
        right.append([(f" · eval set {safe_text((version or panes.version)[:7])}", "dim")])
    if board.get("examples"):
        right.append([(f" · {board['examples']:,} examples ({board.get('sampled', 0):,} sampled)", "dim")])
    return left, right


def no_estimate(board: Board) -> str:
    """Return what gives a production estimate, where there is none."""
    return "" if board.get("sampled") or not board.get("examples") else "no production estimate: `regrade sample 300` gives one"


def taking_back_line(message: TakingBack, glyphs: Glyphs) -> str:
    """Return what is said while a decision on many predictions is taken back, or done again."""
    verb = "doing again" if message.again else "undoing"
    return f"{verb} what was decided on {message.count:,} predictions{glyphs.ellipsis}"


def count_line(looking: Looking, grid: LogGrid, glyphs: Glyphs) -> list[str]:
    """Return how much the filter leaves, in what order, how much is marked."""
    if looking.addresses is None:
        return [f"reading the log{glyphs.ellipsis}"]
    count = f"{len(grid.rows):,} of {looking.n_log_rows:,}"
    parts = [f"first {len(grid.rows):,}, ordering the rest{glyphs.ellipsis}" if looking.begun else count]
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
    return [*parts, order]


def mode_bar(
    decisions: Decisions, glyphs: Glyphs, keymap: Mapping[str, str], promotable: str = "", *, opened: bool = False
) -> tuple[list[Group], list[Group]]:
    """Return what the keys do here: the modes with their digits, then the verbs; ``opened``: where a prediction is open."""
    from regrade.tui.actions import ACTIONS

    left: list[Group] = [
        _mode(mode.digit, safe_text(mode.name, 24), f"{glyphs.disputed}  " if mode.disputed else "  ")
        for mode in decisions.modes
        if mode.digit
    ]
    other = f"{'other' if left else 'name a failure mode'}{glyphs.ellipsis}"
    left.append([(Pressable(f"{as_remapped('l', ACTIONS, keymap)} ", "label"), "accent"), (Pressable(other, "label"), "text")])
    shown = KEYS_OPEN if opened else KEYS_HERE
    verbs = dict(shown[:1]) | ({"R": "resolve"} if decisions.disputed else {}) | dict(shown)
    if promotable:
        verbs["p"] = f"promote {fit(promotable, min(cell_len(promotable), 20))}"
    return left, hints(verbs.items(), ACTIONS, keymap)


def _mode(digit: str, name: str, after: str) -> Group:
    does = f"label_{digit}"
    return [(Pressable(f"{digit} ", does), "accent"), (Pressable(name, does), "text"), (Pressable(after, does), "wrong")]
