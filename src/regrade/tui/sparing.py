"""What the terminal shows already is not sent again: a frame goes over the line as the cells that differ, in the fewest colours' words.

Textual sends a whole widget, or whole lines of it, where one cell changed, and names both colours of every piece of text. Over a slow
link that is a second a key. Here a frame is read into cells, compared with those on the screen, and written anew.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

if TYPE_CHECKING:
    from textual.driver import Driver

_TOKENS = re.compile(
    r"\x1b\[(\d+);(\d+)H|\x1b\[([\d;]*)m|(\r?\n)|([^\x1b\r\n]+)|(\x1b\][^\x07\x1b]*\x07|\x1b\[[?<>=]?[\d;]*[A-Za-z]|.)", re.DOTALL
)
_FRAME = re.compile(r"\x1b\[\d+;\d+H")
_KEEPS = re.compile(r"(?:\x1b\[\?(?:2026|25|10(?:0\d|15|16)|2004|2048)[hl]|\x1b\][^\x07]*\x07|\x1b\[\?[\d;]*\$p|\x1b\[[<>=]\d*u)*")
"""What changes no cell: synchronized updates, the cursor's being seen, mouse and paste, the clipboard, questions."""
_NEAR = 8
"""Cells that are rather written again than skipped: a move of the cursor takes as many bytes."""
_UNKNOWN = None
_SHOWN_IF_BLANK = frozenset(("4", "7", "9", "21", "53"))
"""Attributes that are seen on a blank: lines and reversed colours."""


class Sparing:
    """Knows what is on the terminal, as far as it was written since it was last forgotten."""

    def __init__(self) -> None:
        self._characters: list[list[Any]] = []
        self._styles: list[list[str]] = []
        self._cursor: tuple[int, int] | None = None
        self._columns = self._rows = 1 << 20  # until it says how large it is

    def driver(self, of: type[Driver]) -> type[Driver]:
        """Return a driver like ``of`` that sends no more than it has to."""

        def write(this: Driver, data: str) -> None:
            if sent := self.spare(data):
                of.write(this, sent)

        return type(of.__name__, (of,), {"write": write})

    def resized(self, columns: int, rows: int) -> None:
        """Hear that the terminal is another size: what was there is not, and a frame for the size before must not spill over."""
        self.forget()
        self._columns, self._rows = columns, rows

    def forget(self) -> None:
        """Know nothing of the terminal any more: everything that comes is written."""
        self._characters, self._styles, self._cursor = [], [], None

    def spare(self, data: str) -> str:
        """Return what has to be sent for the terminal to show what ``data`` would make it show."""
        if not _FRAME.search(data):
            if not _KEEPS.fullmatch(data):
                self.forget()
            return data
        out: list[str] = []
        x = y = 0
        style, sent = "", ""
        at: tuple[int, int] | None = None
        end: tuple[int, int] | None = None
        for row, column, codes, newline, text, other in _TOKENS.findall(data):
            if text:
                end = None
                width, found = self._changed(y, x, text, style)
                for start, characters, styles in found:
                    if at != (y, start):
                        out.append(f"\x1b[{y + 1};{start + 1}H")
                    for character, look in zip(characters, styles, strict=True):
                        if look != sent and not (character == " " and _blank(look) == _blank(sent)):
                            out.append(_switch(sent, look))
                            sent = look
                        out.append(character)
                    at = (y, start + len(characters)) if all(len(each) == 1 and each.isascii() for each in characters) else None
                x += width
            elif row:
                y, x = int(row) - 1, int(column) - 1
                end = (y, x)
            elif newline:
                y, x, end = y + 1, 0, None
            elif other:
                if not _KEEPS.fullmatch(other):
                    self.forget()
                out.append(other)
            else:
                style = _together(style, codes)
        if sent:
            out.append("\x1b[0m")
        if end is not None and (out or end != self._cursor):
            out.append(f"\x1b[{end[0] + 1};{end[1] + 1}H")  # where the terminal lets text be composed
        self._cursor = end
        return "".join(out)

    def _changed(self, y: int, x: int, text: str, style: str) -> tuple[int, list[tuple[int, list[str], list[str]]]]:
        """Take note of a piece of a line; return its width, and what of it differs: where it begins, its cells and their styles."""
        characters = _cells(text)
        room = self._columns - x if y < self._rows else 0
        if characters is None:
            self._lose(y, x)
            width = cell_len(text)
            return width, [(x, [text], [style])] if width <= room else []
        whole = len(characters)
        if whole > room:
            del characters[max(room, 0) :]
        n = len(characters)
        styles = [style] * n
        line, looks = self._line(y, x + n)
        before, before_styles = line[x : x + n], looks[x : x + n]
        if before == characters and before_styles == styles:
            return whole, []
        line[x : x + n], looks[x : x + n] = characters, styles
        bare = _blank(style)
        differing = [
            at
            for at in range(n)
            if before[at] != characters[at]
            or (before_styles[at] != style and not (characters[at] == " " and _blank(before_styles[at]) == bare))
        ]
        if not differing:
            return whole, []
        found = []
        start = last = differing[0]
        for at in differing[1:]:
            if at - last > _NEAR:
                found.append((x + start, characters[start : last + 1], styles[start : last + 1]))
                start = at
            last = at
        found.append((x + start, characters[start : last + 1], styles[start : last + 1]))
        return whole, found

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


@lru_cache(4096)
def _cells_of(text: str) -> tuple[str, ...] | None:
    return tuple(text) if all(_single(each) for each in text) else None


def _cells(text: str) -> list[str] | None:
    """Return one character a cell; None where some take none, or two."""
    if text.isascii():
        return list(text)
    cells = _cells_of(text)
    return None if cells is None else list(cells)


@cache
def _single(character: str) -> bool:
    return character.isprintable() and cell_len(character) == 1


@cache
def _together(style: str, codes: str) -> str:
    """Return the style after one more instruction; empty is plain."""
    if codes in ("", "0"):
        return ""
    return f"{style};{codes}" if style else codes


@cache
def _parts(style: str) -> tuple[str, str, frozenset[str]]:
    """Return foreground, background and attributes of a style."""
    fore = back = ""
    attributes = set()
    codes = iter(style.split(";") if style else ())
    for code in codes:
        if code in ("38", "48"):
            kind = next(codes, "")
            more = [next(codes, "") for _ in range(3 if kind == "2" else 1)]
            colour = ";".join((code, kind, *more))
            fore, back = (colour, back) if code == "38" else (fore, colour)
        elif code.isdigit() and (30 <= int(code) <= 37 or 90 <= int(code) <= 97 or code == "39"):
            fore = code
        elif code.isdigit() and (40 <= int(code) <= 47 or 100 <= int(code) <= 107 or code == "49"):
            back = code
        else:
            attributes.add(code)
    return fore, back, frozenset(attributes)


@cache
def _blank(style: str) -> tuple[str, frozenset[str], str]:
    """Return what of a style is seen on a blank."""
    fore, back, attributes = _parts(style)
    seen = attributes & _SHOWN_IF_BLANK
    return back, seen, fore if seen else ""


@cache
def _switch(before: str, after: str) -> str:
    """Return the shortest instruction that turns one style into another."""
    fore, back, attributes = _parts(before)
    wanted_fore, wanted_back, wanted = _parts(after)
    if (fore and not wanted_fore) or (back and not wanted_back) or not attributes <= wanted:
        whole = ";".join(part for part in ("0", *sorted(wanted), wanted_fore, wanted_back) if part)
        return f"\x1b[{whole}m"
    more = [*sorted(wanted - attributes)]
    if wanted_fore != fore:
        more.append(wanted_fore)
    if wanted_back != back:
        more.append(wanted_back)
    return f"\x1b[{';'.join(more)}m" if more else ""
