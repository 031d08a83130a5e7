"""Names with values beside them, as lines of the detail pane; two long texts are compared line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rich.cells import cell_len

from regrade.safe_text import safe_lines, safe_text
from regrade.tui.cells import fit
from regrade.tui.widgets.emphasis import lacking
from regrade.tui.widgets.lines import Line, shown, wrap
from regrade.tui.widgets.word_diff import Span, lacking_words, marked

WRAPPED = 40
LABEL = 12
"""Cells of a name, at least."""
Beside = tuple[object, str, str]
_NONE: Mapping[str, str] = MappingProxyType({})


def field_lines(
    fields: Sequence[tuple[str, object]],
    width: int,
    style: str,
    beside: Beside = (None, "", ""),
    *,
    remarks: Mapping[str, str] = _NONE,
) -> list[Line]:
    """Return names on the left, values beside them; long text gets lines of its own.

    ``beside`` is another text, and style and glyph of those lines that it does not have; ``remarks`` stand behind values, by name.
    """
    label_width = min(max([cell_len(safe_text(name, 60)) for name, _ in fields] + [LABEL]), max(width // 3, 8))
    room = max(width - label_width - 1, 4)
    lines: list[Line] = []
    for name, value in fields:
        text = safe_lines(value) if isinstance(value, str) else shown(value)
        plain = "dim" if value is None else style
        remark = remarks.get(name, "")
        long = cell_len(text) > WRAPPED * 3 or ("\n" in text and beside[0] is not None)
        label = safe_text(name, 60) if long else fit(safe_text(name, 60), label_width) + " "
        if "\n" not in text and cell_len(text) <= room:
            [line] = marked([text], text, _words(text, beside), plain, f"{beside[1]}-word")
            lines.append([(label, "dim"), *line, *_behind(remark, room - cell_len(text))])
        elif long:
            lines.append([(label, "dim"), *_behind(remark, width - cell_len(label))])
            lines.extend(_compared(text, width, plain, beside))
        else:
            wrapped = wrap(text, room)
            styled = marked(wrapped, text, _words(text, beside), plain, f"{beside[1]}-word")
            lines.extend([(label if at == 0 else " " * (label_width + 1), "dim"), *line] for at, line in enumerate(styled))
            lines[-1].extend(_behind(remark, room - cell_len(wrapped[-1])))
    return lines


def _behind(remark: str, room: int) -> Line:
    return [("  ", "dim"), (remark, "known")] if remark and cell_len(remark) + 2 <= room else []


def _words(text: str, beside: Beside) -> tuple[Span, ...]:
    """Return the places of words that the text beside it does not have."""
    other = beside[0]
    return lacking_words(text, safe_lines(other)) if isinstance(other, str) else ()


def _compared(text: str, width: int, style: str, beside: Beside) -> list[Line]:
    """Return a long text indented, with a glyph before each of its lines that the text beside it does not have.

    Where the two are much alike, the words that differ are marked; else those lines are.
    """
    other, styled, glyph = beside
    differing = lacking(text, safe_lines(other)) if isinstance(other, str) else frozenset()
    spans = _words(text, beside)
    lines: list[Line] = []
    at = 0
    for number, paragraph in enumerate(text.split("\n")):
        differs = number in differing
        here = [(first - at, last - at) for first, last in spans if last > at and first < at + len(paragraph)]
        plain = styled if differs and not spans else style
        for row, line in enumerate(marked(wrap(paragraph, width - 2), paragraph, here, plain, f"{styled}-word")):
            lead = f"{glyph} " if differs and row == 0 else "  "
            lines.append([(lead, styled if differs else "dim"), *line])
        at += len(paragraph) + 1
    return lines
