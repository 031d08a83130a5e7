"""Update the last scoreboard by a few new examples, none of them sampled: they add to its counts, and move no estimate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec import structs

from regrade.compare.comparison import Passed, ScoreboardRow
from regrade.compare.flips import flips
from regrade.compare.members import Answers, Mask, Members, answers, members
from regrade.compare.metrics import BUILT_IN, lacking
from regrade.config import Config
from regrade.scoring.columns import Taken
from regrade.scoring.growing import stretch
from regrade.scoring.metrics import passed
from regrade.scoring.scored import Scored

_FEW = 64
"""With more new examples than this the scoreboard is computed from all of them."""


@dataclass(frozen=True)
class Shown:
    """A scoreboard, and everything that it rests on."""

    config: Config
    names: tuple[str, ...]
    lists: tuple[Sequence[object], ...]
    """The members, and each candidate's answers."""
    runs: tuple[object, ...]
    rows: Sequence[ScoreboardRow]


def shown(scored: Scored, config: Config, rows: Sequence[ScoreboardRow]) -> Shown:
    """Return what was made of all examples, for :func:`grown`."""
    return Shown(config, tuple(scored.outputs), _lists(scored), _runs(scored), rows)


def grown(before: Shown | None, scored: Scored, config: Config) -> list[ScoreboardRow] | None:
    """Return the scoreboard by looking at the examples that came in alone; None where the others must be looked at again."""
    if before is None or config is not before.config or config.primary_metric not in BUILT_IN or not isinstance(scored.about, Taken):
        return None
    names, grew = tuple(scored.outputs), stretch(before.lists, _lists(scored))
    if names != before.names or grew is None or grew[1] > _FEW or _runs(scored) != before.runs:
        return None
    part = _part(scored, scored.about, *grew)
    if part is None:
        return None
    fresh, positive = members(part), config.task.positive
    sides = {name: lacking(config.primary_metric, fresh, answers(part, name, fresh), positive) for name in names}
    if fresh.sampled.any() or any((side.failed & ~fresh.disputed).any() for side in sides.values()):
        return None
    champion = sides.get(config.champion)
    return [_added(row, fresh, sides[row.name], champion) for row in before.rows]


def _lists(scored: Scored) -> tuple[Sequence[object], ...]:
    return (scored.members, *scored.answers.values())


def _runs(scored: Scored) -> tuple[object, ...]:
    return tuple((name, run.fingerprint, run.error, run.notice, run.at) for name, run in scored.runs.items())


def _part(scored: Scored, about: Taken, at: int, n: int) -> Scored | None:
    """Return the scored examples [at, at + n) alone; None where a candidate's frame was changed since, by a function that scores."""
    columns: dict[str, Mapping[str, object]] = {}
    for name in scored.outputs:
        taken = scored.columns.get(name)
        if not isinstance(taken, Taken):
            return None
        columns[name] = taken.part(at, at + n)
    return Scored(scored.version, about.part(at, at + n), scored.members[at : at + n], scored.schemas, columns=columns, runs=scored.runs)  # type: ignore[arg-type]


def _added(row: ScoreboardRow, fresh: Members, side: Answers, champion: Answers | None) -> ScoreboardRow:
    def more(known: Passed, part: Mask) -> Passed:
        found = passed(part & fresh.labelled, side.right)
        return Passed(**{name: getattr(known, name) + count for name, count in found.items()})

    found = flips(champion, side) if champion is not None else None
    return structs.replace(
        row,
        known=more(row.known, fresh.known),
        pinned=more(row.pinned, fresh.pinned),
        fixed=row.fixed + (int(found.fixed.sum()) if found else 0),
        broken=row.broken + (int(found.broken.sum()) if found else 0),
        compared=row.compared if found is None or row.compared is None else row.compared + int(found.compared.sum()),
    )
