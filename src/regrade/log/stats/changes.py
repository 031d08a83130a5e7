"""Find columns that changed part-way: went missing, went constant, other formats, other units, values that are new or gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from regrade.log.facet_terms import spelled, value_term
from regrade.log.stats.chance import Ints, find_runs
from regrade.log.stats.drafts import Draft, joined, missing_term, present_term
from regrade.log.stats.fields import SHORT, TABLE, Field
from regrade.log.stats.parts import Parts

if TYPE_CHECKING:
    from regrade.log.reader import Reader

NEARLY = 0.02
"""A part of the log with a larger share of exceptions is not all missing, of one format …"""
_STEP = 0.2
"""Share of values above the overall median that changes at least, where a range does."""
_STEPS_WITHIN = 5
"""Standard deviations of that share from part to part."""
_OVER = 3
"""Parts from before a step to behind it: it may lie in the middle of one."""
_FEW = 50
_LEAST = 20
"""Values in a part that tell whether it is constant."""
_LEAST_RUN = 3
"""Parts that a column is constant for: in one day alone many are."""
_LEAST_PARTS = 6
_ANSWERS = ("outcome", "prediction")
"""labels.py looks for these where periods are alike."""
_MOST_NEW = 3
_SHAPES = 4
_SHAPED = 40
"""Characters of the longest text whose shape says something."""


@dataclass(frozen=True)
class Column:
    """What the sample shows of a column in each part; arrays of shape (n_parts,).

    Attributes
    ----------
    rows, n : ndarray of int64
        Sampled rows, and those with a value.
    one : list of (hash, value) or None
        The value of a part that has only one.
    numbers : ndarray of int64
        Text: values that read as a number. Numbers: values above the median of the whole.
    """

    field: Field
    at: int
    rows: Ints
    n: Ints
    one: list[tuple[int, Any] | None]
    numbers: Ints


def look(reader: Reader, fields: Sequence[Field], parts: Parts) -> list[Column]:
    """Return what the sample shows: two passes over it, whatever the number of columns."""
    numeric = [at for at, each in enumerate(fields) if each.shape == "number"]
    medians: dict[int, Any] = {}
    if numeric:
        asked = ", ".join(f"median(CAST(v{at} AS DOUBLE))" for at in numeric)
        medians = dict(zip(numeric, reader.ask(f"SELECT {asked} FROM {TABLE} WHERE c IS NOT NULL")[0], strict=True))
    selects = []
    for at, each in enumerate(fields):
        number = "0"
        if each.shape == "text":
            number = f"count(TRY_CAST(v{at} AS DOUBLE))"
        elif medians.get(at) is not None and np.isfinite(medians[at]):
            number = f"count(*) FILTER (v{at} > {medians[at]!r}::DOUBLE)"
        selects.append(f"count(v{at}), min(v{at}) = max(v{at}), hash(min(v{at})), min(v{at}), {number}")
    rows = reader.ask(f"SELECT c, count(*), {', '.join(selects)} FROM {TABLE} WHERE c IS NOT NULL GROUP BY c ORDER BY c")
    found = []
    for at, field in enumerate(fields):
        table = np.zeros((3, len(parts)), np.int64)
        one: list[tuple[int, Any] | None] = [None] * len(parts)
        for c, count, *rest in rows:
            n, alike, digest, value, numbers = rest[5 * at : 5 * at + 5]
            table[:, c] = count, n, numbers
            one[c] = (digest, value) if alike else None
        found.append(Column(field, at, table[0], table[1], one, table[2]))
    return found


def changes(reader: Reader, columns: Sequence[Column], parts: Parts) -> Iterator[Draft]:
    """Yield what changed; nothing where the log is too short to tell."""
    if len(parts) < _LEAST_PARTS:
        return
    for column in columns:
        field = column.field
        if field.role in ("id", "time", "model"):
            continue
        whose = spelled(reader.log, field.named)
        if field.role not in _ANSWERS:
            gone = list(_missing(column, parts, whose))
            yield from gone
            yield from _constant(reader, column, parts, whose)
            if field.shape == "text" and not field.hidden:
                yield from _new_values(reader, column, parts, whose)
        if field.shape == "text":
            numeric = list(_numeric(column, parts, whose))
            yield from numeric
            if not numeric and not field.hidden and field.role not in _ANSWERS:
                yield from _shapes(reader, column, parts, whose)
        if field.shape == "number":
            yield from _range(reader, column, parts, whose)


def _missing(column: Column, parts: Parts, whose: str) -> Iterator[Draft]:
    missing = missing_term(whose, column.field.type)
    for run in find_runs(column.rows, {None: column.rows - column.n}, kinds=("all",), blocks=parts.blocks, slack=NEARLY):
        if run.rate > 0.5:
            continue
        if run.first == 0:
            since, term = parts.since(run.last + 1), parts.term(0, run.last)
            what = f"has values only since then ({1 - run.rate:.1%} of the rows): missing in all before"
            nearly = what.replace("missing in all", "missing in nearly all")
            until = None
        else:
            since, until, term = parts.since(run.first), parts.until(run.last), parts.term(run.first, run.last)
            what = f"is missing in all rows ({run.rate:.1%} elsewhere)"
            nearly = what.replace("in all", "in nearly all")
        where = joined(term, missing) if term else ""
        never = joined(term, present_term(whose, column.field.type)) if term else ""
        yield Draft("column-missing", column.field.name, what, since, until, where, run.n, never=never, nearly=nearly)


def _constant(reader: Reader, column: Column, parts: Parts, whose: str) -> Iterator[Draft]:
    field = column.field
    constant = np.array([one is not None and n > 1 for one, n in zip(column.one, column.n, strict=True)])
    seen = dict.fromkeys(one for one in column.one if one is not None)
    if not constant.any() or constant.sum() > 0.8 * len(parts) or len(seen) > _LEAST:
        return
    digests = list(dict.fromkeys(digest for digest, _ in seen))
    asked = ", ".join(f"count(*) FILTER (hash(v{column.at}) = {each})" for each in digests)
    counts = {each: np.zeros(len(parts), np.int64) for each in digests}
    for c, *found in reader.ask(f"SELECT c, {asked} FROM {TABLE} WHERE c IS NOT NULL GROUP BY c"):
        for each, count in zip(digests, found, strict=True):
            counts[each][c] = count
    runs = find_runs(column.n, counts, kinds=("all",), blocks=parts.blocks)
    inside = np.zeros(len(parts), dtype=np.bool_)
    for run in runs:
        inside[run.first : run.last + 1] = True
    # A column that is often constant for a while (a day of the month, a version) says nothing by being so once more.
    if (constant & ~inside).sum() > 0.05 * (~inside).sum() or len(runs) > 2:
        return
    values = dict(seen.keys())
    for run in [each for each in runs if each.last - each.first + 1 >= _LEAST_RUN]:
        value, span = values[run.value], parts.term(run.first, run.last)
        shown = _words(value) if not field.hidden and _can_be_shown(field, value) else ""
        what = f"has one value only{f', {shown}' if shown else ''} ({run.rate:.1%} of the values elsewhere)"
        same = value_term(whose, value, field.type) if shown else ""
        where = joined(span, same or present_term(whose, field.type)) if span else ""
        never = joined(span, present_term(whose, field.type), f"not ({same})") if span and same else ""
        nearly = what.replace("one value only", "nearly one value only")
        yield Draft(
            "column-constant", field.name, what, parts.since(run.first), parts.until(run.last), where, run.n, never=never, nearly=nearly
        )


def _can_be_shown(field: Field, value: Any) -> bool:
    return field.shape != "nested" and not (isinstance(value, str) and (len(value.encode()) >= SHORT or "…#" in value))


def _numeric(column: Column, parts: Parts, whose: str) -> Iterator[Draft]:
    """Text that stopped being numbers, or became numbers."""
    reads = f"try_cast({whose} as double)"
    for run in find_runs(column.n, {"number": column.numbers}, blocks=parts.blocks, slack=NEARLY):
        if not (run.rate >= 0.9 if run.kind == "none" else run.rate <= 0.1):
            continue
        numbers = run.kind == "all"
        first, last = run.first, run.last
        share = run.rate
        if first == 0 and last < len(parts) - 1:
            first, last, numbers, share = last + 1, len(parts) - 1, not numbers, float(numbers)
        what = f"is text that {'reads as a number' if numbers else 'is no number'}: {share:.1%} of the values elsewhere are numbers"
        span = parts.term(first, last)
        where = joined(span, f"{whose} is not null", f"{reads} is {'not ' if numbers else ''}null") if span else ""
        yield Draft(
            "column-format", column.field.name, what, parts.since(first), parts.until(last), where, int(column.n[first : last + 1].sum())
        )


def _shapes(reader: Reader, column: Column, parts: Parts, whose: str) -> Iterator[Draft]:
    """Text of one shape, such as 9-9-9, that comes to have another, such as 9.9.9."""
    name = f"v{column.at}"
    few = f"(SELECT c, {name} AS v FROM {TABLE} WHERE c IS NOT NULL AND {name} IS NOT NULL)"
    shape = "regexp_replace(regexp_replace(v, '[0-9]+', '9', 'g'), '[A-Za-z]+', 'a', 'g')"
    longest, distinct = reader.ask(f"SELECT max(length(v)), approx_count_distinct(v) FROM {few}")[0]
    if not distinct or distinct <= _FEW or longest > _SHAPED:
        return
    rows = reader.ask(f"SELECT {shape} AS s FROM {few} WHERE hash(v) % {distinct // 1_000 + 1} = 0 GROUP BY s LIMIT {_SHAPES + 1}")
    if len(rows) < 2 or len(rows) > _SHAPES:
        return
    counts: dict[str, Ints] = {}
    for c, found, n in reader.ask(f"SELECT c, {shape} AS s, count(*) FROM {few} GROUP BY c, s"):
        counts.setdefault(found, np.zeros(len(parts), np.int64))[c] = n
    shapes = dict(sorted(counts.items(), key=lambda item: -int(item[1].sum()))[:_SHAPES])
    for run in find_runs(column.n, shapes, kinds=("all",), blocks=parts.blocks, slack=NEARLY):
        if run.rate > 0.1 or run.first == 0:
            continue
        before = max(shapes, key=lambda each: int(shapes[each][: run.first].sum()))
        what = f"is written like {run.value!r}, and like {before!r} before (9: digits, a: letters)"
        span = parts.term(run.first, run.last)
        yield Draft(
            "column-format",
            column.field.name,
            what,
            parts.since(run.first),
            parts.until(run.last),
            joined(span, f"{whose} is not null") if span else "",
            run.n,
        )


def _range(reader: Reader, column: Column, parts: Parts, whose: str) -> Iterator[Draft]:
    """Numbers whose median jumps and stays: another unit, another scale."""
    enough = np.flatnonzero(column.n >= _LEAST)
    if len(enough) < _LEAST_PARTS:
        return
    if sum(column.one[part] is not None for part in enough.tolist()) > 0.1 * len(enough):
        return  # a month, a version: it steps by its nature
    above = column.numbers[enough] / column.n[enough]
    ordered = np.sort(above)
    at = int(np.argmax(np.diff(ordered)))
    is_high = above > (ordered[at] + ordered[at + 1]) / 2
    turns = np.flatnonzero(np.diff(is_high.astype(np.int8))) + 1
    if not 1 <= len(turns) <= 2 or min(is_high.sum(), (~is_high).sum()) < 2:
        return
    within = max(float(above[is_high].std()), float(above[~is_high].std()))
    if above[is_high].mean() - above[~is_high].mean() < max(_STEP, _STEPS_WITHIN * within):
        return
    first, last = int(enough[turns[0]]), int(enough[turns[1] - 1]) if len(turns) == 2 else len(parts) - 1
    inside = f"c BETWEEN {first} AND {last}"
    value = f"CAST(v{column.at} AS DOUBLE)"
    by_part = dict(reader.ask(f"SELECT c, median({value}) FROM {TABLE} WHERE c IS NOT NULL GROUP BY c"))
    medians = np.array([by_part[part] for part in enough.tolist()])
    quantiles = f"quantile_cont({value}, [0.25, 0.5, 0.75])"
    now, before = reader.ask(f"SELECT {quantiles} FILTER ({inside}), {quantiles} FILTER (NOT ({inside})) FROM {TABLE} WHERE c IS NOT NULL")[
        0
    ]
    ratio = now[1] / before[1] if before[1] else 0.0
    if not (ratio >= 1.4 or 0 < ratio <= 1 / 1.4 or abs(now[1] - before[1]) >= max(before[2] - before[0], 1e-12)):
        return
    if not _is_step(medians, turns.tolist(), abs(now[1] - before[1])):
        return
    words = "" if column.field.hidden else f": median {now[1]:,.6g}, {before[1]:,.6g} elsewhere"
    scale = f" ({_times(ratio)})" if ratio >= 1.4 or 0 < ratio <= 1 / 1.4 else ""
    span = parts.term(first, last)
    where = joined(span, present_term(whose, column.field.type)) if span else ""
    what = f"has another range{words}{scale}: another unit?"
    yield Draft(
        "column-range", column.field.name, what, parts.since(first), parts.until(last), where, int(column.n[first : last + 1].sum())
    )


def _is_step(medians: npt.NDArray[np.float64], turns: list[int], step: float) -> bool:
    """Return whether medians of parts change by about ``step`` at the turns, and by less than half of it anywhere else: no drift."""
    over = min(_OVER, len(medians) // 3)
    moves = np.abs(medians[over:] - medians[:-over])
    at_turns = [moves[max(0, turn - over) : turn] for turn in turns]
    elsewhere = np.delete(moves, [at for turn in turns for at in range(max(0, turn - over), min(turn, len(moves)))])
    return all(len(each) and each.max() >= 0.7 * step for each in at_turns) and bool((elsewhere < 0.5 * step).all())


def _times(ratio: float) -> str:
    return f"× {ratio:,.3g}" if ratio >= 1 else f"÷ {1 / ratio:,.3g}"


def _new_values(reader: Reader, column: Column, parts: Parts, whose: str) -> Iterator[Draft]:
    """Categories that come late, or are gone from some day on."""
    name = f"v{column.at}"
    rows = reader.ask(f"SELECT {name} FROM {TABLE} WHERE {name} IS NOT NULL AND c IS NOT NULL GROUP BY {name} LIMIT {_FEW + 1}")
    if not 2 <= len(rows) <= _FEW:
        return
    counts: dict[str, Ints] = {row[0]: np.zeros(len(parts), np.int64) for row in rows}
    for c, value, n in reader.ask(f"SELECT c, {name}, count(*) FROM {TABLE} WHERE {name} IS NOT NULL AND c IS NOT NULL GROUP BY c, {name}"):
        counts[value][c] = n
    runs = find_runs(column.n, counts, kinds=("none",), blocks=parts.blocks)
    new = [each for each in runs if each.first == 0]
    gone = [each for each in runs if each.last == len(parts) - 1 and each.first > 0]
    for run in [*(new if len(new) <= _MOST_NEW else []), *(gone if len(gone) <= _MOST_NEW else [])]:
        if not _can_be_shown(column.field, run.value):
            continue
        same, span = value_term(whose, run.value, column.field.type), parts.term(run.first, run.last)
        never = joined(span, same) if span else ""
        if run.first == 0:
            first = int(np.flatnonzero(counts[run.value])[0])
            what = f"{_words(run.value)} first occurs then, in {run.rate:.1%} of the values since"
            yield Draft(
                "column-new-value",
                column.field.name,
                what,
                parts.since(first),
                None,
                same if span else "",
                int(counts[run.value].sum()),
                never=never,
            )
        else:
            what = f"{_words(run.value)} no longer occurs ({run.rate:.1%} of the values before)"
            where = joined(span, f"{whose} is not null") if span else ""
            yield Draft("column-gone-value", column.field.name, what, parts.since(run.first), None, where, run.n, never=never)


def _words(value: Any) -> str:
    return repr(value) if isinstance(value, str) else str(value)
