"""What the Slices screen draws: the heat table, the confusion matrix, scores and calibration of one candidate; no widget."""

from __future__ import annotations

from collections.abc import Sequence

from regrade.compare.look import CandidateLook, Confused, Look
from regrade.compare.wording import level
from regrade.safe_text import safe_text
from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets.cell_table import Cells
from regrade.tui.widgets.histogram import columns_of, histogram, levels, summed
from regrade.tui.widgets.lines import Line

SMALL = 30
"""A value that rests on fewer examples is dim."""


def heat(look: Look, metric: str, glyphs: Glyphs) -> Cells:
    """Return slices by candidates: the value, and how good it is among all of this table as the height of a block."""
    better = look.metrics.get(metric, True)
    table = look.cells.get(metric, {})
    known = [cell.value for row in table.values() for cell in row.values() if cell.value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    steps = levels(glyphs)

    def cell(slice: str, name: str) -> tuple[str, str]:
        found = table[slice][name]
        if found.value is None:
            return f"{glyphs.dash}  ", "dim"
        share = 0.5 if high == low else (found.value - low) / (high - low)
        good = share if better else 1 - share if better is False else 0.5
        reference = table[slice].get(look.champion)
        style = _against(found.value, None if reference is None else reference.value, better)
        return f"{level(metric, found.value)} {steps[min(7, int(good * 8))]}", "dim" if found.n < SMALL and style == "text" else style

    names = [each.name for each in look.candidates]
    n = {slice: max((each.n for each in table[slice].values()), default=0) for slice in look.slices} if table else {}
    return Cells(
        title=f"{metric}, n sampled",
        rows=[f"{slice}  {n.get(slice, 0):,}" for slice in look.slices],
        columns=names,
        cells=[[cell(slice, name) for name in names] for slice in look.slices],
    )


def _against(value: float, champion: float | None, better: bool | None) -> str:
    """Return the style of a value beside the champion's."""
    if champion is None or better is None or value == champion:
        return "text"
    return "right" if (value > champion) == better else "wrong"


def classes(found: CandidateLook) -> list[str]:
    """Return the classes that were expected or answered, in order."""
    return sorted({label for each in found.confusion for label in (each.expected, each.predicted)})


def confusion(found: CandidateLook, glyphs: Glyphs) -> Cells:
    """Return what was expected by what was answered: examples, and the share of production."""
    names = classes(found)
    by_pair = {(each.expected, each.predicted): each for each in found.confusion}

    def cell(expected: str, predicted: str) -> tuple[str, str]:
        each = by_pair.get((expected, predicted))
        if each is None:
            return glyphs.dash, "dim"
        return f"{each.n:,} {each.share * 100:4.1f}%", "right" if expected == predicted else "wrong"

    return Cells(
        title="expected, answered:",
        rows=names,
        columns=names,
        cells=[[cell(expected, predicted) for predicted in names] for expected in names],
    )


def confused(found: CandidateLook, row: int, column: int) -> Confused | None:
    """Return what stands in a cell of the matrix."""
    names = classes(found)
    if not names:
        return None
    return next((each for each in found.confusion if (each.expected, each.predicted) == (names[row], names[column])), None)


def score_lines(found: CandidateLook, width: int, height: int, positive: str, threshold: float, glyphs: Glyphs) -> list[Line]:
    """Return the probabilities as a histogram, the positive class solid, with the threshold marked below."""
    if not found.scores or height < 4:
        return []
    together, cells = columns_of(len(found.scores), width - 2)
    n, hits = summed([each.n for each in found.scores], together), summed([each.positive for each in found.scores], together)
    wide = len(n) * cells
    at = min(int(threshold * wide), wide - 1)
    axis = "0" + glyphs.rule * (wide - 2) + "1"
    axis = axis[:at] + glyphs.ascending + axis[at + 1 :]
    name = safe_text(positive, 30)
    return [
        [(f" probability of {name}: ", "dim"), (f"{glyphs.full} {name}", "wrong"), (f"  {glyphs.empty} others", "dim")],
        *([(" ", "dim"), *line] for line in histogram(n, hits, height - 2, cells, glyphs)),
        [(f" {axis}", "dim"), (f" threshold {threshold:g}", "dim")],
    ]


def calibration_lines(found: CandidateLook, height: int, glyphs: Glyphs) -> list[Line]:
    """Return the reliability table: what was said, how often it was so, and how far apart that is."""
    bins = found.reliability.bins
    if not bins or found.reliability.ece is None or height < 3:
        return []
    lines: list[Line] = [[(f" calibration: error (ECE) {found.reliability.ece:.3f}", "dim")], [(" said    was so     n", "dim")]]
    for each in bins[: height - 2]:
        gap = each.rate - each.score
        style = "wrong" if abs(gap) > 0.1 else "text"
        arrow = glyphs.ascending if gap > 0.1 else glyphs.descending if gap < -0.1 else " "
        lines.append([(f" {each.score * 100:4.1f}%   {each.rate * 100:5.1f}% {arrow} {each.n:>5,}", style)])
    return lines


def beside(left: Sequence[Line], right: Sequence[Line], width: int) -> list[Line]:
    """Return two blocks of lines beside each other, the right one from cell ``width``."""
    made: list[Line] = []
    for at in range(max(len(left), len(right))):
        line = list(left[at]) if at < len(left) else []
        used = sum(len(text) for text, _ in line)
        made.append([*line, (" " * max(width - used, 1), "text"), *(right[at] if at < len(right) else [])])
    return made
