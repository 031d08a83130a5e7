"""What `regrade evalset verify` says of [privacy]: columns that stand in clear, and hashes under several keys. One finding a column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from regrade.config_privacy import Privacy
from regrade.evalset import State
from regrade.evalset.verify.findings import Detail
from regrade.evalset.verify.survey import Placed, Survey
from regrade.log.privacy import in_clear, key_check_of

_FIRST = 3
"""Keys that a finding names."""
_CLEAR = "`regrade evalset backfill` writes what members hold anew; what was pushed stays in git's history: rewrite it there, if it must go"
_KEYS = "one customer has two hashes now: agree on one key, then promote these anew with it; `retire` what nobody has the log of"


def check_privacy(found: Survey, state: State | None, privacy: Privacy) -> None:
    """Note, once a column, contents that hold it as it was although ``[privacy]`` hides it, and hashes that are not the team's key's."""
    if not privacy.declared:
        return
    current = _current(found, state)
    clear: dict[str, list[Detail]] = {}
    keys: dict[str, dict[str, list[Detail]]] = {}
    for placed in found.contents:
        inputs = placed.value.get("inputs")
        if not isinstance(inputs, dict):
            continue
        detail = Detail(placed.key, str(placed.where), (placed.key, placed.where) in current)
        for column in in_clear(inputs, privacy):
            clear.setdefault(column, []).append(detail)
        for column, check in _checks(placed, privacy):
            keys.setdefault(column, {}).setdefault(check, []).append(detail)
    for column, details in sorted(clear.items()):
        details.sort(key=lambda each: (each.key, each.where))
        what = f"{column!r}, which [privacy] in regrade.toml hides, stands in clear in {_counted(details)}"
        found.findings.warning("privacy", _first(details)[0].where, what, _CLEAR, tuple(details))
    for column, by_check in sorted(keys.items()):
        right = privacy.check or max(by_check, key=lambda check: len(by_check[check]))
        for check, details in sorted(by_check.items()):
            if check != right:
                details.sort(key=lambda each: (each.key, each.where))
                what = f"{column!r} is hashed under another key ({check}; the team's is {right}) in {_counted(details)}"
                found.findings.warning("privacy-key", _first(details)[0].where, what, _KEYS, tuple(details))


def _checks(placed: Placed, privacy: Privacy) -> Iterator[tuple[str, str]]:
    """Yield each hashed column of a content with the check value of the key that it was hashed under."""
    if privacy.hash:
        for name, value in placed.value["inputs"].items():
            check = key_check_of(value)
            if check and privacy.hashes(name):
                yield name, check


def _current(found: Survey, state: State | None) -> set[tuple[str, object]]:
    """Return key and place of every content that a member holds now."""
    if state is None:
        return set()
    return {(key, found.places[id]) for key in state.members() for id in state.heads(key, "content") if id in found.places}


def _first(details: Sequence[Detail]) -> list[Detail]:
    return sorted(details, key=lambda each: not each.current)[:_FIRST]


def _counted(details: Sequence[Detail]) -> str:
    """Return how many contents, and the first of them."""
    now = len({each.key for each in details if each.current})
    before = sum(not each.current for each in details)
    counts = [f"{now:,} example{'' if now == 1 else 's'}"] if now or not before else []
    counts += [f"{before:,} content{'' if before == 1 else 's'} of the past (superseded, undone or retired)"] if before else []
    first = _first(details)
    file = first[0].where.rpartition(":")[0]  # the finding's own place: it stands above what is said
    named = ", ".join(f"{each.key!r} ({each.where.replace(f'{file}:', 'line ')})" for each in first)
    return f"{' and '.join(counts)}: {named}{', …' if len(details) > len(first) else ''}"
