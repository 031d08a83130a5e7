"""What the scoreboard says, as a table that gives up columns when there is no room for them; no widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from rich.cells import cell_len

from regrade.compare.wording import rests_on
from regrade.safe_text import safe_text
from regrade.tui.cells import fit
from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets.progress_lines import Progress, partial_cells, progress_cells

Board = Mapping[str, Any]
"""The engine's answer to ``scoreboard``."""
Cell = tuple[str, str]
"""Text and the name of its style."""

NOTHING: Mapping[str, Progress] = MappingProxyType({})
NO_TRENDS: Mapping[str, str] = MappingProxyType({})
MORE = "t says more"
_SHORT = 12
"""Cells in which a reason says something."""
_SHARES = frozenset(("accuracy", "balanced_accuracy", "f1", "f1_macro", "precision", "recall", "roc_auc", "average_precision"))
_GAP = "   "
_NARROW_GAP = "  "
_GIVEN_UP = ("no errors", "trend", "delta range", "pinned", "errors", "range", "delta")
"""What goes where there is no room, in this order: a column of errors without one costs nothing, what a person decides by goes last."""


def in_order(board: Board, progress: Mapping[str, Progress]) -> list[Mapping[str, Any]]:
    """Return what the rows of the scoreboard are of, the champion first: candidates on it, and those that are asked as well."""
    rows: list[Mapping[str, Any]] = list(board.get("rows", ()))
    there = {row["name"] for row in rows}
    rows += [{"name": name} for name in progress if name not in there]
    return sorted(rows, key=lambda row: not row.get("champion"))


def board_lines(
    board: Board,
    before: Board | None,
    width: int,
    glyphs: Glyphs,
    progress: Mapping[str, Progress] = NOTHING,
    trends: Mapping[str, str] = NO_TRENDS,
) -> list[list[Cell]]:
    """Return the scoreboard as a heading and one line a candidate, at most ``width`` cells wide.

    ``before`` is the board that was shown until now: what differs from it has the style ``flash``. Candidates in ``progress`` are
    being asked: how far they are stands in place of their numbers, as what went wrong does where there are none. ``trends`` are lines of
    bars that show how the share of known failures came to be what it is.
    """
    everything = in_order(board, progress)
    rows = [row for row in everything if not _spans(row, progress)]
    old_rows = {row["name"]: row for row in (before or {}).get("rows", ())}
    champion = next((str(row["name"]) for row in rows if row.get("champion")), "champion")
    faultless = not any(row.get("errors") or row.get("error") for row in rows)
    for without, gap in _ways(faultless, trends):
        heading = _heading(board, champion, without)
        table = [_row(board, row, old_rows.get(row["name"]), without, glyphs, trends.get(row["name"], "")) for row in rows]
        columns = [index for index in range(len(heading)) if heading[index] is not None]
        widths = {index: max(cell_len(_text(line[index])) for line in [heading, *table]) for index in columns}
        if sum(widths.values()) + len(gap) * (len(columns) - 1) + 1 <= width:
            break
    lines: dict[str, list[Cell]] = {}
    for number, line in enumerate([heading, *table]):
        cells: list[Cell] = []
        for index in columns:
            text, style = line[index] or ("", "text")
            whole = fit(text, widths[index]) + gap
            if style == "flash":  # what changed, not the blanks behind it
                cells += [(whole.rstrip(), style), (whole[len(whole.rstrip()) :], "plain")]
            else:
                cells.append((whole, "heading" if number == 0 else style))
        if number:
            _add_reason(cells, rows[number - 1], width, gap)
        lines[rows[number - 1]["name"] if number else ""] = cells
    first = lines.pop("") if rows else [("candidates", "heading")]
    names = max((min(cell_len(safe_text(row["name"], 60)), 18) for row in everything), default=0)
    names = max(widths[0], min(names, width // 2)) if rows else names
    return [first, *(lines.get(row["name"]) or _spanning(row, progress.get(row["name"]), names, gap, width, glyphs) for row in everything)]


def _spans(row: Mapping[str, Any], progress: Mapping[str, Progress]) -> bool:
    """Return whether a row has no numbers to show: it is being asked, was stopped, or could not be asked at all."""
    return row["name"] in progress or bool(row.get("partial")) or bool((row.get("trouble") or {}).get("failed"))


def _spanning(row: Mapping[str, Any], progress: Progress | None, names: int, gap: str, width: int, glyphs: Glyphs) -> list[Cell]:
    """Return the line of a candidate without numbers."""
    name: Cell = (fit(safe_text(row["name"], 60), names) + gap, "strong" if row.get("champion") else "plain")
    room = max(width - names - len(gap), 0)
    if progress is not None:
        return [name, *progress_cells(progress, room, glyphs)]
    if partial := row.get("partial"):
        return [name, *partial_cells(int(partial["done"]), int(partial["total"]), room, glyphs)]
    text = f"{glyphs.warning} {safe_text(row['trouble'].get('reason'), 300)}"
    more = f"   {MORE}"
    keep = max(room - cell_len(more), 0)
    return [name, (fit(text, min(cell_len(text), keep)), "wrong"), (more if keep >= _SHORT else "", "dim")]


def _add_reason(cells: list[Cell], row: Mapping[str, Any], width: int, gap: str) -> None:
    """Say behind the count of errors, where there is room, why there are some; of one that was asked several times, how far it agrees."""
    reason = safe_text((row.get("trouble") or {}).get("reason"), 300)
    room = width - sum(cell_len(text) for text, _ in cells)
    if reason and room >= _SHORT and cells[-1][1] == "wrong":
        cells.append((fit(reason, min(cell_len(reason), room)), "wrong"))
    agreed = agreement_words(row)
    if agreed and cell_len(agreed) <= width - sum(cell_len(text) for text, _ in cells):
        cells.append((agreed, "dim"))


def agreement_words(row: Mapping[str, Any]) -> str:
    """Return how far the repeated answers of a candidate agree; empty where it was asked once."""
    agreed = row.get("agreement") or {}
    return f"asked {agreed['repeats']} ×, all agree on {agreed['all']:.0%}" if agreed.get("n") else ""


def missing_line(board: Board, width: int, glyphs: Glyphs) -> list[Cell]:
    """Return why metrics have no value, as one line; nothing where all have one."""
    said = [safe_text(each, 300) for each in board.get("metrics_missing") or ()]
    if not said:
        return []
    more = f" (and {len(said) - 1} more: `regrade score`)" if len(said) > 1 else ""
    text = f"{glyphs.warning} no value: {said[0]}"
    return [(fit(text, min(cell_len(text), max(width - cell_len(more), 0))) + more, "wrong")]


def rests_line(board: Board, width: int) -> list[Cell]:
    """Return on how many sampled examples the estimates rest, where errors leave some of them out; nothing where none are."""
    rows = [row for row in board.get("rows", ()) if (row.get("estimate") or {}).get("n")]
    rested = max((int(row["estimate"]["n"]) for row in rows), default=0)
    sampled, waiting = (max((int(row.get(name, 0)) for row in rows), default=0) for name in ("n_sampled", "n_waiting"))
    if not 0 < rested < sampled - waiting or not any(row.get("errors") for row in rows):
        return []
    text = rests_on(rested)
    return [(fit(text, min(cell_len(text), max(width, 0))), "dim")]


def _ways(faultless: bool, trends: Mapping[str, str]) -> list[tuple[tuple[str, ...], str]]:
    """Return what to leave out and the gap between columns, from everything to the least."""
    steps: list[tuple[str, ...]] = [() if trends else ("trend",)]
    for name in _GIVEN_UP:
        if name == "no errors":
            if faultless:
                steps.append((*steps[-1], "errors"))
        elif name not in steps[-1]:
            steps.append((*steps[-1], name))
    return [(step, gap) for step in steps for gap in (_GAP, _NARROW_GAP)]


def _text(cell: Cell | None) -> str:
    return cell[0] if cell else ""


def _heading(board: Board, champion: str, without: Sequence[str]) -> list[Cell | None]:
    sampled = board.get("sampled", 0)
    return [
        ("candidate", "heading"),
        (f"{'estimate' if 'range' in without else 'production estimate'} ({sampled:,} sampled)", "heading"),
        None if "delta" in without else (f"vs {safe_text(champion, 20)}", "heading"),
        ("known" if "errors" in without else "known failures", "heading"),
        None if "trend" in without else ("trend", "heading"),
        None if "pinned" in without else ("pinned", "heading"),
        ("flips", "heading"),
        None if "errors" in without else ("errors", "heading"),
    ]


def _row(
    board: Board, row: Mapping[str, Any], old: Mapping[str, Any] | None, without: Sequence[str], glyphs: Glyphs, trend: str
) -> list[Cell | None]:
    champion = bool(row.get("champion"))
    metric = str(row.get("primary") or board.get("primary") or "accuracy")
    base = "text" if champion else "plain"

    def changed(name: str) -> str:
        return "flash" if old is not None and old.get(name) != row.get(name) else base

    dash: Cell = (glyphs.dash, "dim")
    estimate = _estimate(row.get("estimate"), metric, glyphs, "range" not in without)
    delta = None if champion else _delta(row.get("delta"), metric, glyphs, "delta range" not in without)
    errors = row.get("errors") or 0
    error = row.get("error")
    trouble: Cell = (f"{glyphs.warning} {errors:,}" if errors else f"{glyphs.warning} {safe_text(error, 28)}", "wrong")
    flips = (
        dash
        if champion or row.get("compared") == 0
        else (f"{glyphs.fixed} {row.get('fixed', 0):<4,}{glyphs.broken} {row.get('broken', 0):,}", changed("fixed"))
    )
    name = safe_text(row["name"], 60)
    pinned = row.get("pinned") or {}
    flag = f" {glyphs.pinned}" if "pinned" in without and pinned.get("passed", 0) < _answered(pinned) else ""
    room = max(9, 18 - len(flag))
    return [
        (fit(name, min(max(cell_len(name), 9 - len(flag)), room)) + flag, "wrong" if flag else "strong" if champion else base),
        (estimate, changed("estimate")) if estimate else dash,
        None if "delta" in without else (delta, changed("delta")) if delta else dash,
        _known(row, old, changed("known"), glyphs),
        None if "trend" in without else (trend, "bar"),
        None if "pinned" in without else _pinned(row, changed("pinned"), glyphs),
        trouble if "errors" in without and (errors or error) else flips,
        None if "errors" in without else trouble if errors or error else dash,
    ]


def _known(row: Mapping[str, Any], old: Mapping[str, Any] | None, style: str, glyphs: Glyphs) -> Cell:
    known = row.get("known") or {}
    if not _answered(known):
        return glyphs.dash, "dim"
    text = f"{known.get('passed', 0):,} / {_answered(known):,}"
    gained = known.get("passed", 0) - ((old or row).get("known") or {}).get("passed", 0)
    return (f"{text} ({_signed(gained, 0, glyphs)})" if gained else text), style


def _pinned(row: Mapping[str, Any], style: str, glyphs: Glyphs) -> Cell:
    pinned = row.get("pinned") or {}
    if not _answered(pinned):
        return glyphs.dash, "dim"
    text = f"{pinned.get('passed', 0):,} / {_answered(pinned):,}"
    return (f"{text} {glyphs.pinned}", "wrong") if pinned.get("passed", 0) < _answered(pinned) else (text, style)


def _answered(part: Mapping[str, Any]) -> int:
    """Return how many are right or wrong: an error is neither."""
    return int(part.get("total", 0)) - int(part.get("unanswered", 0))


def _estimate(estimate: Mapping[str, Any] | None, metric: str, glyphs: Glyphs, with_range: bool) -> str:
    if not estimate or estimate.get("value") is None:
        return ""
    share = metric in _SHARES
    name = safe_text(metric.replace("_", " "), 20)
    text = f"{name} {_plain(estimate['value'], share)}{'%' if share else ''}"
    if with_range and estimate.get("low") is not None and estimate.get("high") is not None:
        text += f"  {_plain(estimate['low'], share)} {glyphs.dash} {_plain(estimate['high'], share)}"
    return text


def _delta(delta: Mapping[str, Any] | None, metric: str, glyphs: Glyphs, with_range: bool) -> str:
    if not delta or delta.get("value") is None:
        return ""
    scale, decimals = (100.0, 1) if metric in _SHARES else (1.0, 3)
    text = _signed(delta["value"] * scale, decimals, glyphs)
    if with_range and delta.get("low") is not None and delta.get("high") is not None:
        low, high = (_signed(delta[end] * scale, decimals, glyphs) for end in ("low", "high"))
        text += f"  {low} {glyphs.dash} {high}"
    return text


def _plain(value: float, share: bool) -> str:
    return f"{value * 100:.1f}" if share else f"{value:.3f}"


def _signed(value: float, decimals: int, glyphs: Glyphs) -> str:
    text = f"{abs(value):.{decimals}f}"
    if float(text) == 0:
        return text
    return (glyphs.minus if value < 0 else "+") + text
