"""Runs, for people: a list, one in full, and what changed between two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from regrade.report.console import Page, Part

if TYPE_CHECKING:
    from regrade.log.content import JSON
    from regrade.scoring.run_record import Rates, RunRecord, Work
    from regrade.workspace.runs import Run
    from regrade.workspace.runs_compared import Change

MARGIN = 13
"""Cells of the column that names a part of the record."""
_FEW = 12


def print_runs(runs: Sequence[Run], total: int, primary: str) -> None:
    """Print runs as a table, the newest first."""
    page = Page()
    if not runs:
        page.line("no runs on record: `regrade score` makes the first")
        return
    rows = [_row(run, primary) for run in runs]
    titles = ("run", "kept", "when (UTC)", "candidate", primary, "eval set", "examples", "predicted", "errors", "code", "seconds", "cost")
    page.table(titles, rows, left=(0, 1, 2, 3, 5, 9), spare=(10, 8, 9, 5, 7, 6, 11))
    if total > len(runs):
        page.line((f"the newest {len(runs)} of {total:,} · --limit shows more", "dim"))


def _row(run: Run, primary: str) -> tuple[Part, ...]:
    record, work = run.record, run.record.work
    value = record.metrics.get("sampled", {}).get(primary)
    return (
        run.name if run.id is not None else "",
        (run.kept or "")[:12],
        when(record.at),
        record.candidate,
        "" if value is None else f"{value:.4f}",
        record.data.version[:7],
        f"{record.data.examples:,}",
        f"{work.predicted:,}",
        (f"{work.errors:,}", "red") if work.errors else "",
        commit(record.code.commit, record.code.dirty),
        f"{work.seconds:.2f}" if work.seconds else "",
        money(work.cost, work.currency) if work.cost else "",
    )


def print_run(run: Run) -> None:
    """Print one run in full."""
    page, record = Page(), run.record
    kept = f" · kept as {run.kept[:12]}" if run.kept else ""
    page.line((f"run {run.name}", "bold"), f" · {record.candidate} · {when(record.at)} UTC{kept}")
    if run.note:
        page.indented(2, f"{run.note}" + (f" ({run.by})" if run.by else ""))
    sampled = "" if record.data.sampled is None else f", {record.data.sampled:,} sampled"
    _part(page, "data", f"version {record.data.version[:12]} · {record.data.examples:,} examples{sampled}")
    for part, values in record.metrics.items():
        _part(page, part, " · ".join(f"{name} {_number(value)}" for name, value in values.items()))
    if record.work.error:
        _part(page, "error", record.work.error)
    model = record.model
    _part(page, "model", model.type or str(model.settings.get("kind", "")), *(f"{path} {hash[:12]}" for path, hash in model.files.items()))
    for name, value in model.settings.items() if model.settings else ():
        if name != "kind":
            page.indented(MARGIN, f"{name} {shown(value)}")
    for name, value in model.parameters.items():
        page.indented(MARGIN, (f"{name.replace('__', '.')} ", ""), (shown(value), "dim"))
    if record.seeds:
        _part(page, "seeds", *(f"{name.replace('__', '.')} {shown(value)}" for name, value in record.seeds.items()))
    sources = [f"{len(record.code.files)} source files"] if record.code.files else []
    _part(page, "code", commit(record.code.commit, record.code.dirty) or "no git", *record.code.changed[:_FEW], *sources)
    packages = ", ".join(f"{name} {version}" for name, version in record.environment.packages.items())
    _part(page, "environment", record.environment.python, packages)
    _part(page, "hardware", record.hardware.words())
    _part(page, "work", *_work(record.work))


def _part(page: Page, title: str, *lines: str) -> None:
    told = [each for each in lines if each]
    for at, line in enumerate(told):
        labelled(page, title if at == 0 else "", line)


def labelled(page: Page, title: str, *parts: Part) -> None:
    """Print one paragraph with its title in a column of its own."""
    text = page.text((f"{title:<{MARGIN}}", "bold"), *parts)
    if text.cell_len <= page.width:
        page.line((f"{title:<{MARGIN}}", "bold"), *parts)
        return
    if title:
        page.line((title, "bold"))
    page.indented(MARGIN, *parts)


def _work(work: Work) -> list[str]:
    lines = [f"{work.predicted:,} predicted, {work.cached:,} known, {work.errors:,} errors"]
    lines.append(spent(work))
    if work.rates is not None and (told := rates(work.rates, work.currency)):
        lines.append(f"at {told}")
    if work.saved_seconds or work.saved_cost:
        saved = f" and {money(work.saved_cost, work.currency)}" if work.saved_cost else ""
        lines.append(f"the cache saved {work.saved_seconds:.2f} s{saved}")
    return lines


def spent(work: Work) -> str:
    """Return what a run took: seconds, calls, tokens, and what they cost."""
    parts = [f"{work.seconds:.2f} s", f"{work.calls:,} call{'' if work.calls == 1 else 's'}"] + (
        [f"{work.tokens:,} tokens"] if work.tokens else []
    )
    return " · ".join(parts + ([money(work.cost, work.currency)] if work.cost else []))


def rates(rates: Rates, currency: str) -> str:
    """Return the rates that are not 0: ``1.20 USD an hour · 0.0100 USD a call``."""
    told = {"an hour": rates.per_hour, "a call": rates.per_call, "per 1,000 tokens": rates.per_1k_tokens}
    return " · ".join(f"{money(rate, currency)} {words}" for words, rate in told.items() if rate)


def when(at: str) -> str:
    """Return a time to the second, as people write it."""
    return at.replace("T", " ")[:19]


def commit(hash: str | None, dirty: bool | None) -> str:
    """Return a commit, and whether there was more than it; empty without git."""
    return "" if hash is None else hash[:7] + (" + uncommitted" if dirty else "")


def money(amount: float, currency: str) -> str:
    """Return an amount: cents, or of less than one the digits that say something."""
    words = f"{amount:,.2f}" if amount >= 0.1 or amount == 0 else f"{amount:.4f}" if amount >= 0.0001 else "<0.0001"
    return f"{words} {currency}".strip()


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:g}" if float(value).is_integer() else f"{value:.4f}"


def shown(value: JSON) -> str:
    """Return a value as one would write it; hashes are cut."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, str):
        return value[:12] if len(value) == 64 and all(each in "0123456789abcdef" for each in value) else value or '""'
    return _json(value)


def _json(value: Any) -> str:
    from regrade.report.json import to_json

    return to_json(value)


def arrow(change: Change) -> str:
    """Return a change as ``name before → after``."""
    return f"{change.name} {shown(change.before)} → {shown(change.after)}"


def records(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Return runs as the rows of `regrade runs list --json`."""
    return [document(run) for run in runs]


def document(run: Run) -> dict[str, Any]:
    """Return a run as one document: which it is, then its record."""
    import msgspec

    record: RunRecord = run.record
    told: dict[str, Any] = msgspec.to_builtins(record)
    return {"run": run.name, "id": run.id, "kept": run.kept, "note": run.note, "by": run.by, **told}
