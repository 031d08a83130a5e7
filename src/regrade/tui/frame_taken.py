"""Take the rows as they are drawn now, for the next start."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.geometry import Region

from regrade.tui.first_frame import Line

if TYPE_CHECKING:
    from regrade.tui.screens.panes import Panes

_PARTS = re.compile("(?:\x1b\\[([0-9;]*)m)?([^\x1b]+)(?:\x1b\\[0m)?")


def taken(panes: Panes) -> list[Line]:
    """Return the lines of the grid and of what frames it; what a prediction holds beside them is not kept."""
    lines: list[Line] = []
    for widget in (panes.top, panes.rule, panes.header, panes.grid, panes.modes):
        region = widget.region
        for y, strip in enumerate(widget.render_lines(Region(0, 0, region.width, region.height))):
            parts = [(numbers or "", text) for numbers, text in _PARTS.findall(strip.render(panes.app.console))]
            lines.append((region.x, region.y + y, parts))
    return lines
