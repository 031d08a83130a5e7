"""The lines of the Compare screen above its lists: verdict, estimate, what changed, counts; no widget, so that they can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from regrade.compare.comparison import Comparison
from regrade.compare.pair_row import KINDS
from regrade.compare.wording import amount, counted, level, unit
from regrade.report.bar import interval_bar
from regrade.report.comparison_changed import brief
from regrade.report.comparison_words import VERDICTS, basis, effects_words, headline, money_words, settles
from regrade.report.stages_words import calibration_words, stages_words
from regrade.safe_text import safe_text
from regrade.tui.cells import fit
from regrade.tui.glyphs import ASCII, Glyphs
from regrade.tui.widgets.bars import Group
from regrade.tui.widgets.compare_tables import range_words
from regrade.tui.widgets.lines import Line, wrap
from regrade.tui.widgets.orders import Ordering
from regrade.tui.widgets.pressed import Pressable

if TYPE_CHECKING:
    from regrade.compare.versus import OnRecord

_STYLES = {"pass": "right", "regression": "wrong", "inconclusive": "known", "not_evaluated": "known"}
_PLOT_IN_ASCII = str.maketrans({"─": "-", "━": "=", "●": "o", "┼": "+", "┊": ":"})
_FIRST = ("money", "what changed")
"""What stands before the notes, which say what else changed: rules, labels, examples taken out."""
ORDER = "order"
"""What pressing the words of the order of the examples does."""
_TITLE = 14
"""Cells of what a line is called."""


def title(comparison: Comparison, glyphs: Glyphs) -> tuple[list[Group], list[Group]]:
    """Return the second line: who is judged against whom, on what, by whose rules; on the right the verdict."""
    baseline, candidate = (safe_text(name, 40) for name in comparison.names)
    known = counted(comparison.known.total, "known failure")
    left: list[Group] = [
        [(candidate, "strong"), (" against ", "dim"), (baseline, "strong")],
        [(f" {glyphs.dot} eval set {comparison.version[:7]}", "dim")],
        [(f" {glyphs.dot} {comparison.n_sampled:,} sampled, {known}", "dim")],
    ]
    if comparison.policy is not None:
        left.append([(f" {glyphs.dot} by the rules of {safe_text(comparison.policy.ref, 40)}", "dim")])
    mark = {"pass": glyphs.right, "regression": glyphs.wrong, "inconclusive": glyphs.unknown}.get(comparison.verdict, glyphs.warning)
    style = "wrong" if comparison.verdict == "regression" else "accent"
    return left, [[(f"{mark} {VERDICTS[comparison.verdict]}", style)]]


def head(comparison: Comparison, notes: Sequence[str], width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """Return at most ``height`` lines: the estimate, its interval drawn, why the verdict is as it is, money, what changed, and the rest.

    What has no room is counted in the last of them.
    """
    estimate: Line = [(f" {headline(comparison)}", "strong")]
    if comparison.headline.delta is not None:
        estimate.append((f"   {basis(comparison)}", "dim"))
    lines: list[Line] = [estimate]
    money = "" if comparison.business is None else money_words(comparison.business)
    plot, beside = _drawn(comparison, money, width, glyphs)
    lines += plot
    style = _STYLES[comparison.verdict]
    for reason in comparison.reasons:
        lines += [[(f" {line}", style)] for line in wrap(safe_text(reason, 1_000), width - 2)]
    told = [each for each in _told(comparison) if not (beside and each[0] == "money")]
    lines += [[(f" {title:<{_TITLE}}", "dim"), (words, "text")] for title, words in told if title in _FIRST]
    lines += [[(f" {line}", "dim")] for note in (*notes, *comparison.notes) for line in wrap(safe_text(note, 1_000), width - 2)]
    lines += [[(f" {title:<{_TITLE}}", "dim"), (words, "text")] for title, words in told if title not in _FIRST]
    lines = [_fitted([(safe_text(text, 1_000), style) for text, style in line], width) for line in lines]
    return cut(lines, height)


def cut(lines: list[Line], height: int) -> list[Line]:
    """Return at most ``height`` lines, the last of which says how many more there are, and the key that shows them."""
    if len(lines) <= height:
        return lines
    rest = f" {counted(len(lines) - height + 1, 'more line')}: w shows all"
    return [*lines[: height - 1], [(rest, "dim")]] if height > 1 else lines[: max(height, 1)]


def _told(comparison: Comparison) -> list[tuple[str, str]]:
    """Return what else there is to say, the most important first: what it is called, and the words."""
    told = [("money", "" if comparison.business is None else money_words(comparison.business))]
    told.append(("what changed", "" if comparison.changed is None else brief(comparison.changed)))
    said = any("would settle it" in reason for reason in comparison.reasons)
    told.append(("to settle it", "" if said else settles(comparison)))
    told.append(("broken at", stages_words(comparison)))
    told.append(("score moved", effects_words(comparison.primary, comparison.effects)))
    for name, row in comparison.metrics.items():
        if name != comparison.primary:
            change = f"{amount(name, row.delta)} {unit(name)}".rstrip()
            words = f"{level(name, row.baseline)} → {level(name, row.candidate)}  {change}  {range_words(name, row.low, row.high)}"
            told.append((fit(safe_text(name, 40), _TITLE - 1), words))
    told.append(("calibration", "" if comparison.calibration is None else calibration_words(comparison.calibration)))
    return [each for each in told if each[1]]


def _fitted(line: Line, width: int) -> Line:
    """Return a line that ends with an ellipsis where it is too long."""
    made: Line = []
    room = width - 1
    for text, style in line:
        if cell_len(text) > room:
            return [*made, (fit(text, room), style)] if room > 0 else made
        made.append((text, style))
        room -= cell_len(text)
    return made


def _drawn(comparison: Comparison, money: str, width: int, glyphs: Glyphs) -> tuple[list[Line], bool]:
    """Return the interval as a line of its own, and whether the money stands beside it."""
    row, metric = comparison.headline, comparison.primary
    if row.delta is None or row.low is None or row.high is None or width < 50:
        return [], False
    margin = -comparison.margin if row.higher_is_better is False else comparison.margin
    end, parts = interval_bar(row.delta, row.low, row.high, margin, min(61, width - 24))
    bar: Line = [(part, "dim") if isinstance(part, str) else (part[0], "dim" if part[1] == "dim" else "accent") for part in parts]
    if glyphs is ASCII:
        bar = [(text.translate(_PLOT_IN_ASCII), style) for text, style in bar]
    line: Line = [(f" {amount(metric, -end)} ", "dim"), *bar, (f" {amount(metric, end)}", "dim")]
    beside = bool(money) and sum(cell_len(text) for text, _ in line) + cell_len(money) + 12 < width
    if beside:
        line += [("     money  ", "dim"), (money, "text")]
    return [line], beside


def counts(comparison: Comparison, shown: Mapping[str, int], kind: str, only: str, ordering: Ordering, glyphs: Glyphs) -> Line:
    """Return the line above the examples: how many of each kind, the one that is shown in brackets, and how they are ordered.

    ``shown``: how many of each kind there are lines of, for only so many come.
    """
    numbers = {
        "broken": (f"{glyphs.broken} broken", len(comparison.broken), "wrong"),
        "fixed": (f"{glyphs.fixed} fixed", len(comparison.fixed), "right"),
        "both_wrong": ("both wrong", comparison.both_wrong, "text"),
        "both_right": ("both right", comparison.both_right, "text"),
        "unanswered": (f"{glyphs.warning} without an answer", comparison.errors, "known"),
    }
    line: Line = [(" examples  ", "strong" if not kind else "dim")]
    for each, (words, n, style) in numbers.items():
        if each != "unanswered" or n:
            text = f"{words} {n:,}"
            line += [(f"[{text}]" if each == kind else f" {text} ", style if not kind or each == kind else "dim")]
    cut = [each for each, (_, n, _) in numbers.items() if kind in ("", each) and shown.get(each, 0) < n]
    if only:
        line.append((f"  of {safe_text(only, 60)}", "accent"))
    if cut:
        line.append((f"  the first {max(shown.get(each, 0) for each in cut):,} of a kind are here", "dim"))
    by = f"by {ordering.by} {ordering.arrow(glyphs)}" if ordering.by else "by kind"
    return [*line, (Pressable(f"   {by}", ORDER), "accent" if ordering.by else "dim")]


def kind_at(comparison: Comparison, piece: int) -> str | None:
    """Return the kind that a piece of :func:`counts` is of; empty for the one that stands for all, None for what is beyond."""
    kinds = ["", *(each for each in KINDS if each != "unanswered" or comparison.errors)]
    return kinds[piece] if piece < len(kinds) else None


def full_text(comparison: Comparison, notes: Sequence[str], changed: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Return all that the verdict rests on, to be read: reasons, numbers, notes, and what changed, line by line."""
    blocks = [[VERDICTS[comparison.verdict], *comparison.reasons]]
    estimate = headline(comparison)
    blocks.append([estimate, basis(comparison)] if comparison.headline.delta is not None else [estimate])
    blocks.append([f"{title.strip()}: {words}" for title, words in _told(comparison)])
    blocks.append([*notes, *comparison.notes])
    blocks += [[f"{part}:", *(f"  {line}" for line in lines)] for part, lines in changed]
    return _paragraphs(blocks)


def on_record_text(found: OnRecord, notes: Sequence[str]) -> str:
    """Return what is on record of two runs."""
    blocks = [list(notes), [f"{found.baseline} → {found.candidate}"]]
    blocks += [[f"{part}:", *(f"  {line}" for line in lines)] for part, lines in found.parts]
    for words, parts in (("the same", found.same), ("not on record of one of them", found.unknown)):
        blocks.append([f"{words}: {', '.join(parts)}"] if parts else [])
    return _paragraphs(blocks)


def _paragraphs(blocks: Sequence[Sequence[Any]]) -> str:
    return "\n\n".join("\n".join(safe_text(line, 1_000) for line in block) for block in blocks if block)
