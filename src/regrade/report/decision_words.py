"""Decisions in words, as the command line says them: who, when, what about which predictions, from what to what."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from regrade.evalset.events import MODE_FIELDS
from regrade.log.content import JSON, canonical

if TYPE_CHECKING:
    from regrade.evalset import Event, State

_DONE = {
    "label": "labelled",
    "relabel": "relabelled",
    "dismiss": "dismissed",
    "note": "noted on",
    "promote": "promoted",
    "sample": "sampled",
    "add": "brought in",
    "backfill": "gave new inputs to",
    "pin": "pinned",
    "unpin": "unpinned",
    "retire": "retired",
    "restore": "restored",
    "resolve": "resolved",
    "define": "defined",
    "describe": "described",
    "rename": "renamed",
    "merge": "merged",
    "close": "closed",
    "reopen": "reopened",
    "key": "gave a key to",
    "undo": "undid",
    "redo": "redid",
}
_SHOWN = 3


def done(kind: str) -> str:
    """Return the verb of a kind of decision, in the past."""
    return _DONE.get(kind, f"did '{kind}' to")


def person(by: str) -> str:
    """Return who decided, without the address."""
    return by.partition("<")[0].strip() or by


def clock(at: str) -> str:
    """Return an ISO 8601 time as ``2026-11-22 00:31``."""
    return at[:16].replace("T", " ")


def mode_names(state: State) -> dict[str, str]:
    """Return the name of each failure mode, of merged ones too, and the last one of those that were undone: id → name."""
    names = {}
    for id in state.book.ids():
        said = state.values(id, "name")
        if not said:
            said = [
                write.value
                for event in reversed(state.history(id))
                for write in event.writes
                if (write.subject, write.field) == (id, "name")
            ]
        names[id] = str(said[0]) if said else id
    return names


def value_words(field: str, value: JSON, names: Mapping[str, str]) -> str:
    """Return the value of a register; ``names``: mode id → name."""
    if value is None or value == "":
        return "nothing"
    if field in ("mode", "into"):
        return repr(names.get(str(value), str(value)))
    if field == "pinned":
        return "pinned" if value else "not pinned"
    if field == "priority":
        return f"P{value}"
    if field == "content" and isinstance(value, dict):
        return content_words(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def content_words(content: Mapping[str, JSON]) -> str:
    """Return where an example came from, what production said and what happened."""
    words = f"from {_log(content.get('source'))}"
    if content.get("time"):
        words += f", of {content['time']}"
    if content.get("prediction") is not None:
        scores = content.get("scores")
        score = scores.get(str(content["prediction"])) if isinstance(scores, dict) else None
        sure = f" ({score:.3g})" if isinstance(score, int | float) else ""
        words += f": {content.get('model') or 'production'} said {_plain(content['prediction'])}{sure}"
    outcome = content.get("outcome")
    return words + (f", the outcome was {_plain(outcome)}" if outcome is not None else ", without an outcome")


def _log(source: JSON) -> str:
    """Return the name of a log; what `regrade log add` brought is named by a hash."""
    if not isinstance(source, str):
        return "a log without a name"
    imported = re.fullmatch(r"([0-9a-f]{12})[0-9a-f]{52}\.parquet", source)
    return f"an imported log ({imported[1]})" if imported else source


def event_words(event: Event, names: Mapping[str, str]) -> str:
    """Return a decision as one clause without its person: ``labelled f0005, f0006 and 3 more 'evening storm'``."""
    of_modes = [write.subject for write in event.writes if write.field in MODE_FIELDS]
    others = [write.subject for write in event.writes] + [fact.subject for fact in event.facts]
    keys = list(dict.fromkeys(key for key in others if key not in of_modes))
    about = _list([repr(names.get(id, id)) for id in dict.fromkeys(of_modes)]) if not keys else _list(keys)
    words = f"{done(event.kind)} {about}"
    first = keys[0] if keys else next(iter(of_modes), None)  # what is decided on; others may have to give way
    values = {write.field: write.value for write in event.writes if write.subject == first}
    if event.kind == "label" and values.get("mode") is not None:
        words += f" {value_words('mode', values['mode'], names)}"
    elif event.kind == "merge":
        words += f" into {value_words('into', values.get('into'), names)}"
    elif event.kind == "rename":
        words += f" to {value_words('name', values.get('name'), {})!r}"
    elif event.kind == "key":
        words += f": {value_words('digit', values.get('digit'), names)}"
    elif event.kind == "resolve":
        words += "".join(f" to {field} {value_words(field, value, names)}" for field, value in values.items())
    said = [canonical(write.value) for write in event.writes if write.field == "expected"]
    if "expected" in values and event.kind in ("label", "relabel", "add") and len(said) == len(keys) and len(set(said)) == 1:
        words += f", expected {value_words('expected', values['expected'], names)}"
    new = [names.get(id, id) for id in dict.fromkeys(of_modes)] if keys else []
    if new:
        words += f" (and defined {_list([repr(each) for each in new])})"
    return words + (f": {event.reason}" if event.reason else f": {event.note}" if event.note else "")


def _list(words: Sequence[str]) -> str:
    if len(words) <= _SHOWN:
        return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
    return f"{', '.join(words[:_SHOWN])} and {len(words) - _SHOWN:,} more"


def _plain(value: JSON) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
