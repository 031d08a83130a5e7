"""Keys that copy to the clipboard of the terminal, over ssh too (OSC 52)."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from regrade.safe_text import safe_text

if TYPE_CHECKING:
    from regrade.tui.screens.triage import TriageScreen

_MOST_KEYS = 10_000


def put(screen: Any, text: str, said: str) -> None:
    """Hand text to the clipboard of the terminal, and say what that is."""
    screen.app.copy_to_clipboard(text)
    screen.say(f"copied {said}")


def copy_key(triage: TriageScreen) -> None:
    """Copy the key of the row, or of each marked row on a line of its own; the text of the prediction where it is open."""
    if triage.zoomed:
        put(triage, triage.detail_pane.text, "what is shown of this prediction")
        return
    grid = triage.grid
    if grid.marks.count > _MOST_KEYS:
        triage.say(f"{grid.marks.count:,} keys are too many for a clipboard: `regrade predictions --json` prints them")
        return
    positions = grid.marks.positions() or [grid.cursor]
    keys = [key for position in positions if (key := grid.key_at(position)) is not None]
    if keys:
        missing = len(positions) - len(keys)
        more = f"; {missing:,} more are not in memory" if missing else ""
        put(triage, "\n".join(keys), (safe_text(keys[0], 60) if len(keys) == 1 else f"{len(keys):,} keys") + more)


def copy_gate(triage: TriageScreen) -> None:
    """Copy the command that judges the best candidate against the champion."""
    command = gate_command(triage.board)
    if command is None:
        triage.say("no candidate to judge yet")
    else:
        put(triage, command, safe_text(command, 200))


def gate_command(board: Any) -> str | None:
    """Return the gate command for the candidate with the best production estimate, or None where there is nothing to judge."""
    rows = board.get("rows", ()) if board else ()
    champion = next((row for row in rows if row.get("champion")), None)
    others = [row for row in rows if row is not champion and not (row.get("error") or row.get("partial")) and row["name"] != "logged"]
    if champion is None or not others:
        return None

    def merit(row: Any) -> tuple[bool, float, int]:
        value = (row.get("estimate") or {}).get("value")
        better = (value or 0.0) if row.get("higher_is_better", True) else -(value or 0.0)
        return value is not None, better, (row.get("known") or {}).get("passed", 0)

    best = max(others, key=merit)
    return f"regrade gate --base {shlex.quote(champion['name'])} --head {shlex.quote(best['name'])}"
