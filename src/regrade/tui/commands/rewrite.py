"""Write down what should have been answered, where that is text of several lines or JSON: in a dialog that starts with what is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regrade.log.typed_json import Fault, pretty, read_json
from regrade.safe_text import safe_text

if TYPE_CHECKING:
    from regrade.tui.screens.triage import TriageScreen

LONGEST = 200_000
"""Characters that the dialog starts with; a longer answer is not taken over."""


def rewrite(triage: TriageScreen, kind: str) -> None:
    """Ask for the answer to the prediction under the cursor, or to all that are marked; ``kind`` is ``text`` or ``json``."""
    from regrade.tui.screens.edit import Edit

    aim = triage.deciding.aim(needs_log=True)
    if aim is None:
        return
    text, about = _start(triage, kind) if aim.position is not None else ("", "nothing yet: it is expected of all of them")
    name = safe_text(triage.grid.current_key, 60) if aim.position is not None else f"{aim.count:,} predictions"

    def keep(typed: str) -> None:
        value = read_json(typed)[0] if kind == "json" else typed
        triage.deciding.decide(aim, "Expect this of {n}", lambda targets: triage.services.decisions.correct(targets, value))

    suffix = ".json" if kind == "json" else ".txt"
    dialog = Edit(f"Expected of {name}: what should have been answered", text, about=about, check=_CHECKS[kind], suffix=suffix)
    triage.app.push_screen(dialog.asking(keep))


def _start(triage: TriageScreen, kind: str) -> tuple[str, str]:
    """Return what the dialog starts with and what that is: what people said, else the outcome, else what was predicted."""
    grid, asked = triage.grid, {column.role: column.asked for column in triage.looking.columns}
    said = grid.decisions.of(grid.current_key or "").expected
    known = [(value, "it starts with what is expected so far") for value in said[:1]]
    for role, about in (("outcome", "it starts with the logged outcome"), ("prediction", "it starts with what was predicted")):
        row = grid.rows.row(grid.cursor, [asked[role]]) if role in asked else None
        known.extend((value, about) for value in row or () if value is not None)
    for value, about in known:
        text = pretty(value) if kind == "json" else str(value)
        if len(text) > LONGEST:
            return "", f"nothing yet: an answer of {len(text):,} characters is too long to start with"
        return text, about
    return "", "nothing is known of it yet"


def _text_fault(text: str) -> Fault | None:
    if not text.strip():
        return Fault("nothing is typed: Esc goes back")
    try:
        text.encode()
    except UnicodeEncodeError:
        return Fault("it holds half a character (a lone surrogate), which cannot be kept")
    return None


def _json_fault(text: str) -> Fault | None:
    return read_json(text)[1] if text.strip() else Fault("nothing is typed: Esc goes back")


_CHECKS = {"text": _text_fault, "json": _json_fault}
