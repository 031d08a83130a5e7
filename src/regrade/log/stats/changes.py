"""Find columns that changed part-way: went missing, went constant, other formats, other units, values that are new or gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from regrade.log.facet_terms import spelled, value_term
from regrade.log.stats.chance import find_runs
from regrade.log.stats.columns import LEAST, LEAST_PARTS, Column
from regrade.log.stats.drafts import Draft, joined, missing_term, present_term
from regrade.log.stats.fields import SHORT, TABLE, Field
from regrade.log.stats.parts import Parts
from regrade.log.stats.ranges import ranges
from regrade.log.stats.sway import Ints

if TYPE_CHECKING:
    from regrade.log.reader import Reader

NEARLY = 0.02
"""A part of the log with a larger share of exceptions is not all missing, of one format …"""
_FEW = 50
_LEAST_RUN = 3
"""Parts that a column is constant for: in one day alone many are."""
_ANSWERS = ("outcome", "prediction")
"""labels.py looks for these where periods are alike."""
_MOST_NEW = 3
_SHAPES = 4
_SHAPED = 40
"""Characters of the longest text whose shape says something."""


def changes(reader: Reader, columns: Sequence[Column], parts: Parts) -> Iterator[Draft]:
    """Yield what changed; nothing where the log is too short to tell."""
    if len(parts) < LEAST_PARTS:
        return
    for column in columns:
        field = column.field
        if field.role in ("id", "time", "model"):
            continue
        whose = spelled(reader.log, field.named)
        if field.role not in _ANSWERS:
            yield from _missing(column, parts, whose)
            yield from _constant(reader, column, parts, whose)
            if field.shape == "text" and not field.hidden:
                yield from _new_values(reader, column, parts, whose)
        if field.shape == "text":
            numeric = list(_numeric(column, parts, whose))
            yield from numeric
            if not numeric and not field.hidden and field.role not in _ANSWERS:
                yield from _shapes(reader, column, parts, whose)
        if field.shape == "number":
            yield from ranges(reader, column, parts, whose)


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
    if not constant.any() or constant.sum() > 0.8 * len(parts) or len(seen) > LEAST:
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
