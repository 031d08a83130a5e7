"""Names with values beside them, as lines of the detail pane; two long texts are compared line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rich.cells import cell_len

from regrade.safe_text import safe_lines, safe_text
from regrade.tui.cells import fit
from regrade.tui.widgets.emphasis import lacking
from regrade.tui.widgets.lines import Line, shown, wrap

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
            lines.append([(label, "dim"), (text, plain), *_behind(remark, room - cell_len(text))])
        elif long:
            lines.append([(label, "dim"), *_behind(remark, width - cell_len(label))])
            lines.extend(_compared(text, width, plain, beside))
        else:
            wrapped = wrap(text, room)
            lines.extend([(label if at == 0 else " " * (label_width + 1), "dim"), (line, plain)] for at, line in enumerate(wrapped))
            lines[-1].extend(_behind(remark, room - cell_len(wrapped[-1])))
    return lines


def _behind(remark: str, room: int) -> Line:
    return [("  ", "dim"), (remark, "known")] if remark and cell_len(remark) + 2 <= room else []


def _compared(text: str, width: int, style: str, beside: Beside) -> list[Line]:
    """Return a long text indented, with a glyph before each of its lines that the text beside it does not have."""
    other, styled, glyph = beside
    differing = lacking(text, safe_lines(other)) if isinstance(other, str) else frozenset()
    lines: list[Line] = []
    for number, paragraph in enumerate(text.split("\n")):
        differs = number in differing
        for at, line in enumerate(wrap(paragraph, width - 2)):
            lead = f"{glyph} " if differs and at == 0 else "  "
            lines.append([(lead, styled if differs else "dim"), (line, styled if differs else style)])
    return lines
