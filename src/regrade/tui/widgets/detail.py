"""The pane that shows one prediction whole; another row repaints only the cells that differ."""

from __future__ import annotations

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from regrade.tui import draw
from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets.detail_lines import Detail, detail_lines
from regrade.tui.widgets.emphasis import any_of, mark_words
from regrade.tui.widgets.lines import Line


class DetailPane(ScrollView, can_focus=False):
    """One prediction."""

    COMPONENT_CLASSES = {
        "detail--text",
        "detail--dim",
        "detail--strong",
        "detail--line",
        "detail--accent",
        "detail--known",
        "detail--wrong",
        "detail--right",
        "detail--wrong-word",
        "detail--right-word",
        "detail--found",
    }

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._detail: Detail | None = None
        self._empty = "no prediction here"
        self._lines: list[Line] = []
        self._words: tuple[str, ...] = ()
        self._sought = ""
        self._hit = -1
        """The line that was found last."""
        self._wanted = ("", 0, 0)
        """A prediction, the line that it is to begin with, and the one that it began with until it had as many."""

    @property
    def detail(self) -> Detail | None:
        """What is shown."""
        return self._detail

    def show(self, detail: Detail | None, empty: str = "") -> None:
        """Show a prediction, or ``empty`` in place of one."""
        other_key = self._detail is None or detail is None or detail.key != self._detail.key
        self._detail, self._empty = detail, empty or self._empty
        self._draw()
        if other_key:
            self._hit = -1
        if other_key and self.scroll_offset.y:
            self.scroll_to(y=0, animate=False, force=True, immediate=True)
        self._scroll_as_wanted(0 if other_key else int(self.scroll_offset.y))

    def begin_at(self, key: str, line: int) -> None:
        """Begin with this line once a prediction is shown and has as many, unless somebody scrolls before."""
        self._wanted = (key, line, 0)

    @property
    def first_line(self) -> int:
        """The line that it begins with, or is to begin with."""
        _, line, at = self._wanted
        return line if line and int(self.scroll_offset.y) == at else int(self.scroll_offset.y)

    def _scroll_as_wanted(self, top: int) -> None:
        key, line, at = self._wanted
        if not line or self._detail is None:
            return
        self._wanted = ("", 0, 0)
        if self._detail.key == key and top == at:
            self.scroll_to(y=line, animate=False, force=True, immediate=True)
            now = int(self.scroll_offset.y)
            self._wanted = (key, line, now) if now < line else ("", 0, 0)

    def mark(self, words: tuple[str, ...]) -> None:
        """Make words visible wherever they stand in what the log says."""
        if words != self._words:
            self._words = words
            self._draw()

    @property
    def sought(self) -> str:
        """What is searched for."""
        return self._sought

    def find(self, text: str) -> None:
        """Make a text visible wherever it stands, names and headings included; an empty one none."""
        if text != self._sought:
            self._sought, self._hit = text, -1
            self._draw()
            self.refresh()

    @property
    def hits(self) -> list[int]:
        """The lines that have what is searched for, or, where nothing is, a word of the filter."""
        pattern = any_of([self._sought] if self._sought else self._words)
        return [at for at, line in enumerate(self._lines) if pattern and pattern.search("".join(part for part, _ in line))]

    def go(self, by: int) -> tuple[int, int]:
        """Go to the next line that has it, or the one before; return which of them that is, from 1, and how many there are."""
        hits = self.hits
        if not hits:
            return 0, 0
        here = self._hit if self._hit >= 0 else int(self.scroll_offset.y) - (1 if by > 0 else 0)
        following = [each for each in hits if (each > here if by > 0 else each < here)] or hits
        self._hit = following[0] if by > 0 else following[-1]
        top, height = int(self.scroll_offset.y), max(self.size.height, 1)
        if not top <= self._hit < top + height:
            self.scroll_to(y=max(self._hit - height // 3, 0), animate=False, force=True, immediate=True)
        self.refresh()
        return hits.index(self._hit) + 1, len(hits)

    def scroll_pages(self, by: int) -> None:
        """Scroll by pages; two lines of the one before stay in sight."""
        self.scroll_to(y=self.scroll_offset.y + by * max(self.size.height - 2, 1), animate=False)

    @property
    def text(self) -> str:
        """Everything it says, for tests and for copying."""
        return "\n".join("".join(part for part, _ in line) for line in self._lines)

    def on_resize(self, event: events.Resize) -> None:
        """Wrap the text again."""
        self._lines = []
        self._draw()
        self.refresh()

    def _draw(self) -> None:
        width = max(self.scrollable_content_region.width - 2, 10)
        lines = [[(self._empty, "dim")]]
        if self._detail:
            lines = mark_words(detail_lines(self._detail, width, self._glyphs), self._words)
            lines = mark_words(lines, [self._sought], everywhere=True) if self._sought else lines
        before, self._lines = self._lines, lines
        if len(lines) != self.virtual_size.height:
            self.virtual_size = Size(max(width, 1), len(lines))
        top = int(self.scroll_offset.y)
        for y in range(top, top + self.size.height):
            old, new = (each[y] if y < len(each) else [] for each in (before, lines))
            if old != new:
                first, last = _difference(_flat(old), _flat(new))
                self.refresh(Region(first + 1, y - top, last - first, 1))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width, line_number = self.size.width, int(self.scroll_offset.y) + y
        text = self.get_component_rich_style("detail--text")
        segments = [Segment(self._glyphs.cursor if line_number == self._hit else " ", text)]
        if line_number < len(self._lines):
            segments += [Segment(part, self.get_component_rich_style(f"detail--{name}")) for part, name in self._lines[line_number]]
        return draw.line(segments, width, text, self._glyphs)


def _flat(line: Line) -> list[tuple[str, str]]:
    """Return a line as one (character, style) a cell, wide characters counted twice."""
    from rich.cells import get_character_cell_size

    flat = []
    for part, style in line:
        for character in part:
            flat.extend([(character, style)] * max(get_character_cell_size(character), 1))
    return flat


def _difference(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> tuple[int, int]:
    """Return the first and the last column (exclusive) in which two lines differ; a missing cell is a blank."""
    length = max(len(old), len(new))
    blank = (" ", "text")
    old, new = old + [blank] * (length - len(old)), new + [blank] * (length - len(new))
    different = [index for index in range(length) if old[index] != new[index]]
    return (different[0], different[-1] + 1) if different else (0, 1)
