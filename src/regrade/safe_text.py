"""Make text from production harmless: no byte of it may reach the terminal as a control, no cell of it a spreadsheet as a formula."""

from __future__ import annotations

import re

# C0 and C1 controls, DEL, bidi embeddings and isolates, zero-width and line separators, BOM, format controls of scripts, tags,
# lone surrogates; variation selectors.
_DANGEROUS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
_WISHES = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Variation selectors: they wish for another form of the sign before them, which then is one or two cells wide, by terminal."""
# What begins a formula (OWASP, "CSV Injection": full-width signs too), however many apostrophes of ours or others stand before it.
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"-(?:[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|Infinity)")
_SHOWN = {"\n": "⏎", "\r": "␍", "\t": "→", "\x1b": "␛", "\x00": "␀"}


def safe_text(value: object, limit: int = 2_000) -> str:
    """Return ``value`` as one line of text without a single control character.

    Controls are shown as a visible stand-in, so that nothing disappears silently; only what wishes a sign in another form is left out,
    for terminals do not agree on how wide that is. At most ``limit`` characters are
    looked at: a cell of a megabyte costs no more than a short one.
    """
    text = value if type(value) is str else "" if value is None else str(value)
    cut = len(text) > limit
    if cut:
        text = text[:limit]
    if not text.isprintable() or not text.isascii():
        text = _DANGEROUS.sub(_stand_in, text)
    return text + "…" if cut else text


def _stand_in(match: re.Match[str]) -> str:
    return _SHOWN.get(match[0], "" if _WISHES.fullmatch(match[0]) else "�")


def safe_lines(value: object, limit: int = 20_000) -> str:
    """Return ``value`` as :func:`safe_text` does, with its line breaks kept."""
    text = value if type(value) is str else "" if value is None else str(value)
    lines = text[:limit].replace("\r\n", "\n").split("\n")
    return "\n".join(safe_text(line, limit) for line in lines) + ("…" if len(text) > limit else "")


def inert_cell(text: str) -> str:
    """Return ``text`` as no spreadsheet takes it for a formula: with one apostrophe in front where it begins as one does.

    A plain number is left alone, below zero too. :func:`original_cell` is the exact inverse.
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def original_cell(cell: str) -> str:
    """Return the text of which ``cell`` is the :func:`inert_cell`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
