"""Keys that move the cursor and mark rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regrade.tui.screens.triage import TriageScreen

_CHUNK = 65_536
WRONG = 1
"""A result by address; 2 is unknown."""


def down(triage: TriageScreen) -> None:
    """Go to the next row."""
    triage.grid.move_to(triage.grid.cursor + 1)


def up(triage: TriageScreen) -> None:
    """Go to the previous row."""
    triage.grid.move_to(triage.grid.cursor - 1)


def first(triage: TriageScreen) -> None:
    """Go to the first row."""
    triage.grid.move_to(0)


def last(triage: TriageScreen) -> None:
    """Go to the last row."""
    triage.grid.move_to(len(triage.grid.rows) - 1)


def page_down(triage: TriageScreen) -> None:
    """Go one page down; scroll the prediction where it is open."""
    _page(triage, 1)


def page_up(triage: TriageScreen) -> None:
    """Go one page up; scroll the prediction where it is open."""
    _page(triage, -1)


def _page(triage: TriageScreen, direction: int) -> None:
    if triage.zoomed:
        triage.detail_pane.scroll_pages(direction)
    else:
        triage.grid.move_page(direction)


def left(triage: TriageScreen) -> None:
    """Go to the column on the left."""
    triage.move_column(-1)


def right(triage: TriageScreen) -> None:
    """Go to the column on the right."""
    triage.move_column(1)


def mark(triage: TriageScreen) -> None:
    """Mark the row under the cursor, or unmark it, and go to the next."""
    if len(triage.grid.rows):
        triage.grid.marks.toggle(triage.grid.cursor)
        triage.grid.refresh_line(triage.grid.cursor)
        triage.grid.move_to(triage.grid.cursor + 1)
        triage.show_marks()


def mark_range(triage: TriageScreen) -> None:
    """Begin a range at the cursor; a second time, mark what lies between."""
    marks = triage.grid.marks
    if marks.anchor is None:
        marks.anchor = triage.grid.cursor
    else:
        marks.mark_range(marks.anchor, triage.grid.cursor)
        marks.anchor = None
    triage.grid.refresh()
    triage.show_marks()


def mark_all(triage: TriageScreen) -> None:
    """Mark every row of the view; unmark them where all are marked."""
    marks = triage.grid.marks
    if marks.count == len(triage.grid.rows):
        marks.clear()
    else:
        marks.mark_all()
    triage.grid.refresh()
    triage.show_marks()


def next_failure(triage: TriageScreen) -> None:
    """Go to the next row where production was wrong."""
    triage.jumping.jump(1, waiting=False)


def previous_failure(triage: TriageScreen) -> None:
    """Go to the previous row where production was wrong."""
    triage.jumping.jump(-1, waiting=False)


def next_open(triage: TriageScreen) -> None:
    """Go to the next row that waits for a decision."""
    triage.jumping.jump(1, waiting=True)


def previous_open(triage: TriageScreen) -> None:
    """Go to the previous row that waits for a decision."""
    triage.jumping.jump(-1, waiting=True)


def seek(results: Any, addresses: Any, cursor: int, direction: int, decided: Any = None) -> int | None:
    """Return the nearest position after (before, where ``direction`` is -1) the cursor that is wrong; with ``decided``, that waits.

    Parameters
    ----------
    results : ndarray of uint8, shape (n_log_rows,)
        By address: 1 wrong, 2 unknown.
    addresses : ndarray of int64, shape (n_rows,)
    decided : ndarray of bool, shape (n_log_rows,), optional
        By address: something was decided. Rows that wait are wrong or unknown, and not decided.
    """
    position = cursor + direction
    while 0 <= position < len(addresses):
        chunk = addresses[position : position + _CHUNK] if direction > 0 else addresses[max(position - _CHUNK + 1, 0) : position + 1][::-1]
        if decided is None:
            hits = results[chunk] == WRONG
        else:
            hits = (results[chunk] > 0) & ~decided[chunk]
        index = int(hits.argmax())
        if hits[index]:
            return position + direction * index
        position += direction * len(chunk)
    return None
