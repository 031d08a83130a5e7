"""Stages of a comparison: at which stage do broken examples part from the baseline, for the first of them only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import structs

from regrade.candidates.stages import Stage, Staged, put
from regrade.compare.checks import check_checks, failing
from regrade.compare.stage_cache import STAGES, StageCache
from regrade.compare.stage_rows import StageRow, Trace, TraceStep
from regrade.compare.stages import Parted, Steps, same
from regrade.config_stages import INPUTS, MODEL, RULES
from regrade.errors import DataError, RegradeError, UsageError, near_names
from regrade.safe_text import safe_text
from regrade.scoring.findings import Found, Pair

if TYPE_CHECKING:
    from regrade.compare.checks import Failed
    from regrade.compare.comparison import Comparison
    from regrade.scoring import Scored
    from regrade.workspace.facade import Workspace

MOST_BROKEN = 100
"""Broken examples whose stages are looked at."""
_KEYS = 20
_SHOWN = 160
_CELLS = 20


def with_stages(workspace: Workspace, scored: Scored, comparison: Comparison, traced: Sequence[str] = ()) -> Comparison:
    """Return the comparison with the stage of its broken examples, and the whole way of the examples ``traced``.

    Only what was never found out is asked, of as few examples; what cannot be found out is a note, and no verdict rests on it.

    Raises
    ------
    UsageError
        An example to trace is no member.
    ExpressionError
        A check is none.
    """
    config = workspace.config
    for key in traced:
        if key not in scored.examples.index:
            raise UsageError(f"there is no example {key!r}", hint=near_names(key, [str(each) for each in scored.examples.index[:20_000]]))
    check_checks(config.checks, scored.inputs.slice(0, 0), list(config.stages))
    broken = _to_read_first(comparison)
    if not broken and not traced:
        return comparison
    looked = _Looking(workspace, scored, comparison)
    if not looked.worth and not config.checks and not traced:
        return comparison
    found = looked.find(broken)
    traces = [looked.trace(key) for key in traced]
    return _told(comparison, found, looked, traces, len(broken))


def _to_read_first(comparison: Comparison) -> list[str]:
    first = [flip.key for flip in comparison.flips if flip.flip == "broken"]
    return list(dict.fromkeys([*first, *comparison.broken]))[:MOST_BROKEN]


class _Looking:
    """What both candidates go through, asked where it is needed and not known."""

    def __init__(self, workspace: Workspace, scored: Scored, comparison: Comparison) -> None:
        self._workspace, self._scored, self._config = workspace, scored, workspace.config
        self._names = comparison.baseline, comparison.candidate
        self._members = {each.key: each for each in scored.members}
        self._rows = {str(key): at for at, key in enumerate(scored.examples.index)}
        self._cache = StageCache(workspace.paths.cache / STAGES)
        self.notes: list[str] = []
        self.order: list[str] = []
        self.worth = self._worth()

    def _worth(self) -> bool:
        """Can stages be compared: does each side have some?"""
        try:
            return all(self._has_stages(name) for name in self._names) and self._names[0] != self._names[1]
        except RegradeError:
            return False  # why it cannot be asked stands in its run already

    def _has_stages(self, name: str) -> bool:
        if name == "logged":
            return bool(self._config.stages)
        return self._workspace.pool.has_stages(name, self._config.stages)

    def find(self, keys: Sequence[str]) -> dict[str, Found]:
        """Return key to where its answers part, as far as that can be said."""
        hashes = {key: self._hash(key) for key in keys}
        known = self._cache.get(self._pair(), hashes)
        missing = [key for key in keys if key not in known]
        if missing:
            fresh, order, other = self._ask(missing)
            known |= fresh
            lasting = {hashes[key]: each for key, each in fresh.items() if each.lasting and hashes[key]}
            self._cache.put(self._pair(), Pair((self._prints[0], self._prints[1]), order, other, lasting))
        pair = self._cache.pair(self._pair())
        self.order = pair.order if pair is not None else self.order
        if pair is not None and pair.other:
            self.notes.append(pair.other)
        return known

    @property
    def _prints(self) -> list[str | None]:
        return [self._scored.runs[name].fingerprint for name in self._names]

    def _pair(self) -> str:
        return self._cache.digest([*self._prints, list(self._config.stages.items()), list(self._config.checks.items())])

    def _hash(self, key: str) -> str:
        """Return what a finding is remembered by; empty where the log has a say in it, which may change."""
        if "logged" in self._names:
            return ""
        return self._cache.digest([self._pair(), key, self._members[key].content_hash, self._answers(key)])

    def _answers(self, key: str) -> tuple[Any, Any]:
        first, second = (self._scored.answers[name][self._rows[key]].prediction for name in self._names)
        return first, second

    def _ask(self, keys: Sequence[str]) -> tuple[dict[str, Found], list[str], str]:
        before, after = (self._stages(name, keys) if self.worth else Staged() for name in self._names)
        if not self.worth and self._config.checks and self._has(self._names[1]):
            after = self._stages(self._names[1], keys)
        steps = Steps(before, after)
        failed = self._failed(keys, after)
        found = {key: self._found(key, steps, mine) for key, mine in zip(keys, failed, strict=True)}
        self.order = steps.names
        return found, steps.names, steps.other if self.worth else ""

    def _has(self, name: str) -> bool:
        try:
            return self._has_stages(name)
        except RegradeError:
            return False

    def _stages(self, name: str, keys: Sequence[str]) -> Staged:
        """Ask a candidate; that it cannot be asked is a note."""
        examples = [(key, self._members[key].content) for key in keys]
        try:
            if name == "logged":
                return self._logged(keys)
            found = self._workspace.pool.stages(name, examples, self._scored.schemas, self._config.stages)
        except RegradeError as error:
            found = Staged(trouble=safe_text(error.what, 300))
        if found.trouble:
            self.notes.append(f"{name}: its stages are not known: {found.trouble}")
        errors = {why: stage.name for stage in found.stages for why in stage.errors.values()}
        self.notes += [f"{name}, stage {stage}: {why}" for why, stage in list(errors.items())[:3]]
        return found

    def _logged(self, keys: Sequence[str]) -> Staged:
        """Read the stages of what production answered, from the log's columns of these names."""
        stages = [Stage(name) for name in self._config.stages]
        if not self._workspace.has_log:
            return Staged([], trouble="there is no log here")
        try:
            types = self._workspace.log.types()
            there = [field for field in self._config.stages.values() if field in types and not self._config.privacy.covers(field)]
            at = self._workspace.reader.find(list(keys))
            rows = self._workspace.reader.cells(_array(list(at.values())), there) if there and at else []
        except DataError as error:
            return Staged([], trouble=error.what)
        for stage, field in zip(stages, self._config.stages.values(), strict=True):
            if field not in there:
                stage.errors.update(dict.fromkeys(keys, f"the log has no column {field!r} that may be shown"))
                continue
            for key, row in zip(at, rows, strict=True):
                put(stage, key, _plain(row[there.index(field)]))
        return Staged(stages)

    def _failed(self, keys: Sequence[str], after: Staged) -> list[list[Failed]]:
        import pyarrow as pa

        inputs = self._scored.inputs.take(pa.array([self._rows[key] for key in keys], pa.int64()))
        return failing(self._config.checks, inputs, keys, after, [self._answers(key)[1] for key in keys])

    def _found(self, key: str, steps: Steps, failed: Sequence[Failed]) -> Found:
        parted = self._parted(key, steps)
        known = parted.stage is not None or not self.worth
        order = [INPUTS, *steps.names, MODEL, RULES]
        if not failed:
            return Found(parted.stage, parted.why, None, lasting=known)
        first = min(failed, key=lambda each: order.index(each.stage))
        if parted.stage is None or order.index(first.stage) <= order.index(parted.stage):
            return Found(first.stage, f"check {first.name} fails", first.name, failed=True, lasting=known)
        return Found(parted.stage, parted.why, first.name)

    def _parted(self, key: str, steps: Steps) -> Parted:
        if not self.worth:
            return Parted(None)
        answers = self._answers(key)
        for name, staged, answer in zip(self._names, (steps.baseline, steps.candidate), answers, strict=True):
            applied = {"threshold", "rules"} & self._scored.runs[name].parts.keys()
            if key in staged.predictions and not applied and not _answers_alike(staged.predictions[key], answer):
                self.notes.append(f"{name} answers otherwise when it is asked again: {key}")
                return Parted(None, f"{name} answers otherwise when it is asked again")
        return steps.parted(key, answers)

    def trace(self, key: str) -> Trace:
        """Return the whole way of one example, asked anew."""
        before, after = (self._stages(name, [key]) if self._has(name) else Staged() for name in self._names)
        steps = Steps(before, after)
        failed = self._failed([key], after)[0]
        found = self._found(key, steps, failed)
        told = [self._step(name, key, steps) for name in steps.names]
        baseline, candidate = self._answers(key)
        told.append(TraceStep(name=MODEL, same=same(baseline, candidate), baseline=_json(baseline), candidate=_json(candidate)))
        return Trace(key=key, stage=found.stage, why=found.why, checks=[each.name for each in failed], steps=told)

    def _step(self, name: str, key: str, steps: Steps) -> TraceStep:
        sides = [next((each for each in staged.stages if each.name == name), None) for staged in (steps.baseline, steps.candidate)]
        shown = ["" if each is None or key not in each.values else _json(each.values[key]) for each in sides]
        if sides[0] is None or sides[1] is None:
            why = f"only the {'candidate' if sides[0] is None else 'baseline'} has it"
            return TraceStep(name=name, same=None, why=why, baseline=shown[0], candidate=shown[1])
        errors = [each.errors.get(key) for each in sides if each is not None and key in each.errors]
        if errors or any(each is not None and key not in each.values for each in sides):
            return TraceStep(name=name, same=None, why=str(errors[0]) if errors else "not known", baseline=shown[0], candidate=shown[1])
        why = steps.differs(sides[0], sides[1], key)
        cells = [(column[:_SHOWN], _json(a), _json(b)) for column, a, b in steps.cells(sides[0], sides[1], key)[:_CELLS]] if why else []
        return TraceStep(name=name, same=not why, why=why, baseline=shown[0], candidate=shown[1], cells=cells)


def _told(comparison: Comparison, found: Mapping[str, Found], looked: _Looking, traces: list[Trace], n: int) -> Comparison:
    rows = []
    for name in dict.fromkeys([INPUTS, *looked.order, *(each.stage for each in found.values() if each.stage), MODEL, RULES]):
        keys = [key for key, each in found.items() if each.stage == name]
        if keys and name:
            failed = sum(found[key].failed for key in keys)
            rows.append(StageRow(name=name, n=len(keys), keys=keys[:_KEYS], failed=failed))
    notes = list(dict.fromkeys(looked.notes))
    if rows and len(comparison.broken) > n:
        notes.append(f"stages: the first {n:,} of {len(comparison.broken):,} broken examples were looked at")
    flips = [
        structs.replace(flip, stage=each.stage, stage_why=each.why, check=each.check) if (each := found.get(flip.key)) else flip
        for flip in comparison.flips
    ]
    return structs.replace(comparison, stages=_in_order(rows), flips=flips, traces=traces, notes=[*comparison.notes, *notes[:8]])


def _in_order(rows: list[StageRow]) -> list[StageRow]:
    """Return the rows with ``model`` and ``rules`` last."""
    return sorted(rows, key=lambda row: {MODEL: 1, RULES: 2}.get(row.name, 0))


def _answers_alike(told: Any, answer: Any) -> bool:
    from regrade.log.results import label_text

    if same(told, answer):
        return True
    return isinstance(told, (str, int, float)) and isinstance(answer, (str, int, float)) and label_text(told) == label_text(answer)


def _json(value: Any) -> str:
    return safe_text(msgspec.json.encode(value).decode("utf-8", "replace"), _SHOWN)


def _array(addresses: list[int]) -> Any:
    import numpy as np

    return np.array(addresses, np.int64)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, bool, int, float, list, dict)) else str(value)
