"""What the terminal shows already is not sent again: a frame goes over the line as the cells that differ, in the fewest bytes.

Textual sends a whole widget, or whole lines of it, where one cell changed, and names both colours of every piece of text. Over a slow
link that is a second a key. Here a frame is read into cells, compared with those on the screen, and written anew: one colour after the
other, for naming a colour takes more bytes than moving the cursor.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from regrade.safe_text import safe_text
from regrade.tui.runs import Place, Run, move, shortest
from regrade.tui.sure_widths import pieces
from regrade.tui.terminal_styles import on_blank, together

if TYPE_CHECKING:
    from textual.driver import Driver

_TOKENS = re.compile(
    r"\x1b\[(\d+);(\d+)H|\x1b\[([\d;]*)m|(\r?\n)|([^\x1b\r\n]+)"
    r"|(\x1b[\]P^_][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[?<>=]?[\d;]*\$?[A-Za-z]|.)",
    re.DOTALL,
)
_FRAME = re.compile(r"\x1b\[\d+;\d+H")
_KEEPS = re.compile(
    r"(?:\x1b\[\?(?:2026|25|10(?:0\d|15|16)|2004|2048|7)[hl]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[\?[\d;]*\$p|\x1b\[[<>=]\d*u|\x07)*"
)
"""What changes no cell: synchronized updates, whether the cursor is seen and lines wrap, mouse, paste, clipboard, questions, bell."""
_IN_FRAMES = re.compile(r"\x1b\[\?(?:2026|25)[hl]")
"""What else a frame may hold beside text, its places and its colours; the clipboard is written by itself."""
_NEAR = 4
"""Cells that are rather written again than skipped: a step of the cursor takes as many bytes."""
_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"
_UNKNOWN = None


class Sparing:
    """Knows what is on the terminal, as far as it was written since it was last forgotten.

    Parameters
    ----------
    typing : callable
        Whether somebody may be composing a text: only then it matters where the cursor, which is not seen, stands.
    """

    def __init__(self, typing: Callable[[], bool] = lambda: True, environment: Mapping[str, str] = os.environ) -> None:
        self._typing = typing
        self._characters: list[list[Any]] = []
        self._styles: list[list[str]] = []
        self._cursor: tuple[int, int] | None = None
        self._pen = ""
        """The style that the terminal writes in."""
        self._opening = self._wiping = ""
        """What begins a frame, held back until the frame has something in it; what wipes the terminal before it."""
        self._columns = self._rows = 1 << 20  # until it says how large it is
        self._as_it_was: tuple[int, int] | None = None
        # What is erased has the colour that was chosen last, in all terminals but this one.
        self._erases = "TMUX" in environment or not environment.get("TERM", "").startswith("screen")

    def driver(self, of: type[Driver]) -> type[Driver]:
        """Return a driver like ``of`` that sends no more than it has to."""

        def write(this: Driver, data: str) -> None:
            if sent := self.spare(data):
                of.write(this, sent)

        return type(of.__name__, (of,), {"write": write})

    def resized(self, columns: int, rows: int) -> None:
        """Hear that the terminal is another size: what was there is not, and a frame for the size before must not spill over."""
        if self._as_it_was != (columns, rows):
            self.forget()
            self._columns, self._rows = columns, rows

    def shown(self, data: str, columns: int, rows: int) -> None:
        """Take note of what somebody else wrote on an empty terminal of this size; until the first frame its size is no news."""
        self._columns, self._rows = columns, rows
        self._spared(data)
        self._pen, self._as_it_was = "", (columns, rows)

    def clear(self) -> None:
        """Have the terminal wiped before the next frame: something else wrote on it, who knows where."""
        self.forget()
        self._wiping = "\x1b[m\x1b[2J"

    def forget(self) -> None:
        """Know nothing of the terminal any more: everything that comes is written."""
        self._characters, self._styles, self._cursor = [], [], None

    def spare(self, data: str) -> str:
        """Return what has to be sent for the terminal to show what ``data`` would make it show."""
        if data == _BEGIN:
            self._opening = data
            return ""
        if data == _END:
            begun, self._opening = not self._opening, ""
            return data if begun else ""
        sent = self._spared(data)
        if sent:
            sent, self._opening = self._opening + sent, ""
        return sent

    def _spared(self, data: str) -> str:
        if not _FRAME.search(data):
            if _KEEPS.fullmatch(data):
                return data
            return self._unknown(data)
        wiped, self._wiping, self._as_it_was = self._wiping, "", None
        self._pen = "" if wiped else self._pen
        runs: list[Run] = []
        kept: list[str] = []
        y = x = 0
        style = ""
        end: tuple[int, int] | None = None
        for row, column, codes, newline, text, other in _TOKENS.findall(data):
            if text:
                end = None
                x += self._take(runs, y, x, text if text.isprintable() else safe_text(text, len(text)), style)
            elif row:
                y, x = int(row) - 1, int(column) - 1
                end = (y, x)
            elif newline:
                y, x, end = y + 1, 0, None
            elif other:
                if _IN_FRAMES.fullmatch(other):
                    kept.append(other)
                else:  # nothing of Textual's: it came from data past whoever should have made it harmless
                    end, x = None, x + self._take(runs, y, x, safe_text(other), style)
            else:
                style = together(style, codes)
        return wiped + "".join(kept) + self._written(runs, end)

    def _unknown(self, data: str) -> str:
        """Let through what nobody can read here, in the terminal's own style."""
        self.forget()
        plain, self._pen = "\x1b[m" if self._pen else "", ""
        return plain + data

    # --- what differs ---------------------------------------------------------------------------------------------------

    def _take(self, runs: list[Run], y: int, x: int, text: str, style: str) -> int:
        """Take note of a piece of a line, and add what of it differs to ``runs``; return its width."""
        characters = _cells(text)
        room = self._columns - x if y < self._rows else 0
        if characters is None:
            self._lose(y, x)
            width = 0
            for piece in pieces(text):
                at, width = x + width, width + cell_len(piece)
                if width <= room:
                    runs.append(Run(y, at, piece, style, odd=True))
            return width
        whole = len(characters)
        if whole > room:
            del characters[max(room, 0) :]
        n = len(characters)
        styles = [style] * n
        line, looks = self._line(y, x + n)
        before, before_styles = line[x : x + n], looks[x : x + n]
        if before == characters and before_styles == styles:
            return whole
        line[x : x + n], looks[x : x + n] = characters, styles
        bare = on_blank(style)
        differing = [
            at
            for at in range(n)
            if before[at] != characters[at]
            or (before_styles[at] != style and not (characters[at] == " " and on_blank(before_styles[at]) == bare))
        ]
        if differing:
            start = last = differing[0]
            for at in differing[1:]:
                if at - last > _NEAR:
                    runs.append(Run(y, x + start, "".join(characters[start : last + 1]), style))
                    start = at
                last = at
            runs.append(Run(y, x + start, "".join(characters[start : last + 1]), style))
        return whole

    def _line(self, y: int, width: int) -> tuple[list[Any], list[str]]:
        while len(self._characters) <= y:
            self._characters.append([])
            self._styles.append([])
        line, looks = self._characters[y], self._styles[y]
        if len(line) < width:
            more = width - len(line)
            line.extend([_UNKNOWN] * more)
            looks.extend([""] * more)
        return line, looks

    def _lose(self, y: int, x: int) -> None:
        """Know nothing any more of the rest of a line: terminals differ in how wide what stands there is."""
        if y < len(self._characters):
            del self._characters[y][x:]
            del self._styles[y][x:]

    def _written(self, runs: list[Run], end: Place | None) -> str:
        """Return what writes runs, and puts the cursor at ``end`` where it matters: where the terminal lets text be composed."""
        out, self._pen, at = shortest(runs, self._pen, self._columns, erases=self._erases)
        here = at if out else self._cursor
        if end is not None and end != here and self._typing():
            out, here = out + move(here, *end), end
        self._cursor = here
        return out


@lru_cache(4096)
def _cells_of(text: str) -> tuple[str, ...] | None:
    return tuple(text) if all(_single(each) for each in text) else None


def _cells(text: str) -> list[str] | None:
    """Return one character a cell; None where some take none, or two."""
    if text.isascii() and text.isprintable():
        return list(text)
    cells = _cells_of(text)
    return None if cells is None else list(cells)


@cache
def _single(character: str) -> bool:
    return character.isprintable() and cell_len(character) == 1
