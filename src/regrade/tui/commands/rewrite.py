"""Write down what should have been answered, where that is text of several lines or JSON: in a dialog that starts with what is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from regrade.log.typed_json import Fault, pretty, read_json
from regrade.safe_text import safe_text

if TYPE_CHECKING:
    from regrade.tui.screens.dialog import Dialog
    from regrade.tui.screens.triage import TriageScreen

LONGEST = 200_000
"""Characters that the dialog starts with; a longer answer is not taken over."""
EXPECTED, PREDICTED = "it starts with what is expected so far", "it starts with what was predicted"
Known = list[tuple[object, str]]


def rewrite(triage: TriageScreen, kind: str) -> None:
    """Ask for the answer to the prediction under the cursor, or to all that are marked; ``kind`` is ``text`` or ``json``."""
    aim = triage.deciding.aim(needs_log=True)
    if aim is None:
        return
    known = _known(triage) if aim.position is not None else None
    name = safe_text(triage.grid.current_key, 60) if aim.position is not None else f"{aim.count:,} predictions"

    def keep(value: object) -> None:
        triage.deciding.decide(aim, "Expect this of {n}", lambda targets: triage.services.decisions.correct(targets, value))

    triage.app.push_screen(editor(name, known, kind, keep))


def editor(name: str, known: Known | None, kind: str, keep: Callable[[object], None]) -> Dialog[str]:
    """Return the dialog that asks what should have been answered.

    Parameters
    ----------
    known : list of (value, sentence), or None
        What it may start with, and what that is, the best first; None: several are asked about, so there is nothing to start with.
    keep : callable
        Is given the value.
    """
    from regrade.tui.screens.edit import Edit

    text, about = ("", "nothing yet: it is expected of all of them") if known is None else _start(known, kind)
    suffix = ".json" if kind == "json" else ".txt"
    dialog = Edit(f"Expected of {name}: what should have been answered", text, about=about, check=_CHECKS[kind], suffix=suffix)
    return dialog.asking(lambda typed: keep(read_json(typed)[0] if kind == "json" else typed))


def _known(triage: TriageScreen) -> Known:
    """Return what people said, then the outcome, then what was predicted."""
    grid, asked = triage.grid, {column.role: column.asked for column in triage.looking.columns}
    said = grid.decisions.of(grid.current_key or "").expected
    known: Known = [(value, EXPECTED) for value in said[:1]]
    for role, about in (("outcome", "it starts with the logged outcome"), ("prediction", PREDICTED)):
        row = grid.rows.row(grid.cursor, [asked[role]]) if role in asked else None
        known.extend((value, about) for value in row or () if value is not None)
    return known


def _start(known: Known, kind: str) -> tuple[str, str]:
    """Return what the dialog starts with, and what that is."""
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
