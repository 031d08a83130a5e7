"""What the Slices screen draws: the heat table, the confusion matrix, scores and calibration of one candidate; no widget."""

from __future__ import annotations

from collections.abc import Sequence

from regrade.compare.look import EVERYTHING, CandidateLook, Confused, Look, ResidualBin
from regrade.compare.wording import level
from regrade.safe_text import safe_text
from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets.cell_table import Cells
from regrade.tui.widgets.histogram import columns_of, histogram, levels, summed
from regrade.tui.widgets.lazy_lines import LazyLines
from regrade.tui.widgets.lines import Line

SMALL = 30
"""A value that rests on fewer examples is dim."""
_BAR = 16


def ordered(look: Look, slices: Sequence[str], metric: str, by: str, *, reverse: bool) -> list[str]:
    """Return the slices in the order of a candidate's values, what has none last; all predictions together stay above them."""
    table = look.cells.get(metric, {})
    values = {each: found.value for each in slices if (found := table.get(each, {}).get(by)) is not None and found.value is not None}
    known = sorted((each for each in slices if each in values and each != EVERYTHING), key=lambda each: values[each], reverse=reverse)
    rest = [each for each in slices if each not in values and each != EVERYTHING]
    return [each for each in slices if each == EVERYTHING] + known + rest


def heat(look: Look, metric: str, glyphs: Glyphs, by: str = "", *, reverse: bool = False) -> Cells:
    """Return slices by candidates: the value, and how good it is among all of this table as the height of a block.

    ``by``: the candidate whose values order the slices.
    """
    better = look.metrics.get(metric, True)
    table = look.cells.get(metric, {})
    names = [each.name for each in look.candidates]
    known = {name: [each.value for row in table.values() if (each := row.get(name)) and each.value is not None] for name in names}
    low, high = (pick((pick(each) for each in known.values() if each), default=0.0) for pick in (min, max))
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

    n = {slice: max((each.n for each in table[slice].values()), default=0) for slice in look.slices} if table else {}
    return Cells(
        title=f"{metric}, n sampled",
        rows=[f"{slice}  {n.get(slice, 0):,}" for slice in look.slices],
        columns=names,
        cells=LazyLines(len(look.slices), lambda at: [cell(look.slices[at], name) for name in names]),
        widths=[max((len(level(metric, pick(each))) for pick in (min, max) if each), default=1) + 2 for each in known.values()],
        sorted_by=names.index(by) if by in names else -1,
        arrow=glyphs.descending if reverse else glyphs.ascending,
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


def residuals(found: CandidateLook, glyphs: Glyphs) -> Cells:
    """Return how far off it is, below and above: a bar, examples, the share of production, how many are off by too much."""
    most = max((each.n for each in found.residuals), default=0) or 1
    rows = found.residuals

    def cells(at: int) -> Line:
        each = rows[at]
        style = "wrong" if each.wrong * 2 > each.n else "text"
        bar = glyphs.full * (max(1, round(each.n / most * _BAR)) if each.n else 0)
        return [(f"{bar:<{_BAR}}", style), (f"{each.n:,}", "text"), (f"{each.share * 100:.1f}%", "text"), (f"{each.wrong:,}", style)]

    return Cells(
        title="prediction less expected",
        rows=[_between(each, glyphs) for each in rows],
        columns=["" if not rows else "off by so much", "n", "production", "wrong"],
        cells=LazyLines(len(rows), cells),
        widths=[_BAR, 6, 10, 6],
    )


def _between(each: ResidualBin, glyphs: Glyphs) -> str:
    low, high = (None if bound is None else f"{bound:,g}".replace("-", glyphs.minus) for bound in (each.low, each.high))
    if low is None or high is None:
        return f"below {high}" if high is not None else f"{low} and more" if low is not None else "any"
    return f"{low} to {high}"


def behind(found: CandidateLook, row: int, column: int) -> Sequence[str]:
    """Return the keys of the first examples behind a cell of the matrix, or behind a bar of errors."""
    if found.residuals:
        return found.residuals[row].keys if row < len(found.residuals) else ()
    each = confused(found, row, column)
    return () if each is None else each.keys


def errs(found: CandidateLook, kind: str, n_sampled: int) -> str:
    """Return how it errs in words, or why that cannot be told."""
    if found.error:
        return f"could not answer: {safe_text(found.error, 200)}"
    if not n_sampled:
        return "no sampled example has a label: `regrade sample 300` draws some at random; F4 shows those that wait"
    if not found.n:
        return f"answered none of the {n_sampled:,} sampled examples: t in Triage says why"
    if found.residuals:
        off = sum(each.share for each in found.residuals if each.low is not None and each.low >= 0)
        below = sum(each.share for each in found.residuals if each.high is not None and each.high <= 0)
        wrong = sum(each.wrong for each in found.residuals)
        return f"too high {off * 100:.0f}%, too low {below * 100:.0f}% of the time; {wrong:,} of {found.n:,} off by too much"
    if kind == "classification" and not found.confusion:
        return "too many classes for a matrix: Enter on a slice shows its predictions"
    wrong_pairs = [each for each in found.confusion if each.expected != each.predicted]
    if not wrong_pairs:
        return "" if kind == "classification" else "answers of this kind are right or wrong: there is no matrix and no histogram of them"
    worst = max(wrong_pairs, key=lambda each: each.share)
    words = f"{safe_text(worst.expected, 30)} taken for {safe_text(worst.predicted, 30)}"
    return f"errs most by {words}: {worst.share * 100:.1f}% of production"


def score_lines(found: CandidateLook, width: int, height: int, positive: str, threshold: float, glyphs: Glyphs) -> list[Line]:
    """Return the probabilities as a histogram, the positive class solid, with the threshold marked below."""
    if not found.scores or height < 3:
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
