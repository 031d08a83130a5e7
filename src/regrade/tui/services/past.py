"""What happened to one prediction, read from the eval set: its history, what people disagree on, what can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from regrade.log.content import canonical
from regrade.safe_text import safe_text
from regrade.tui.describe import clock, day, decision, field_name, field_value, person, subjects
from regrade.tui.model import Deed, Dispute, ModeKey, View
from regrade.tui.services.outcome import Outcome
from regrade.tui.widgets.lines import shown

if TYPE_CHECKING:
    from regrade.config_privacy import Privacy
    from regrade.evalset import Event, Mode, State
    from regrade.evalset.story.disputes import Dispute as Told
    from regrade.evalset.story.disputes import View as Voice
    from regrade.log.content import JSON


def words(event: Event, subject: str, names: Mapping[str, str]) -> str:
    """Return what a decision says of a prediction or mode; ``names`` is mode id → name."""
    writes = {write.field: write.value for write in event.writes if write.subject == subject}
    return decision(event.kind, writes, event.reason, names)


def history(state: State, key: str, names: Mapping[str, str], disputed: Sequence[Dispute] = ()) -> tuple[str, ...]:
    """Return the decisions on a prediction as lines, oldest first: who undid what, and which ones disagree."""
    lines = []
    for event in state.history(key):
        if event.undoes:
            continue
        line = f"{clock(event.at)} {person(event.by)} {words(event, key, names)}"
        if not state.is_live(event.id):
            line += f" (undone{_by(state, event)})"
        elif fields := [dispute.about for dispute in disputed if event.id in dispute.heads]:
            line += f" (disputed: {', '.join(fields)})"
        lines.append(line)
    return tuple(lines)


def _by(state: State, event: Event) -> str:
    undoer = next((found for id in state.undoers(event.id) if (found := state.event(id)) is not None), None)
    return f" by {person(undoer.by)}, {day(undoer.at)}" if undoer is not None else ""


def disputes_of(state: State, key: str, names: Mapping[str, str], privacy: Privacy) -> tuple[Dispute, ...]:
    """Return what people disagree on about a prediction, field by field; views in the order that they were taken.

    Nothing of a content is shown that ``privacy`` hides.
    """
    from regrade.evalset.story.disputes import disputes_of as listed

    told = [each for each in listed(state, key) if each.of == "prediction"]
    return tuple(_dispute(state, each, field_name(each.field), names, privacy) for each in told)


def disputes_of_modes(state: State, names: Mapping[str, str], privacy: Privacy) -> tuple[Dispute, ...]:
    """Return what people disagree on about failure modes."""
    from regrade.evalset.story.disputes import disputes

    return tuple(
        _dispute(state, each, f"{safe_text(names.get(each.subject, each.subject), 60)}: {field_name(each.field)}", names, privacy)
        for each in disputes(state)
        if each.of == "mode"
    )


def _dispute(state: State, told: Told, about: str, names: Mapping[str, str], privacy: Privacy) -> Dispute:
    """Return a dispute with one view for each value, however many people hold it."""
    from regrade.evalset.fold import meaning

    between = len({view.subject for view in told.views}) > 1
    groups: dict[tuple[str, bytes], list[Voice]] = {}
    for voice in sorted(told.views, key=lambda voice: (voice.at, voice.event)):  # by the clock: nothing but the order on screen rests on it
        value = _as_it_reads(state, told.field, voice.value)
        said = meaning(value) if told.field == "content" else value
        groups.setdefault((voice.subject, canonical(said)), []).append(voice)
    first = [voices[0] for voices in groups.values()]
    if told.field == "content":
        texts = _contents([voice.value for voice in first], privacy)
    elif between:
        texts = [_between(told.field, voice, names) for voice in first]
    else:
        texts = [field_value(told.field, _as_it_reads(state, told.field, voice.value), names) for voice in first]
    views = tuple(_view(text, voices) for text, voices in zip(texts, groups.values(), strict=True))
    return Dispute(told.subject, told.field, about, views, frozenset(voice.event for voice in told.views), told.of == "mode")


def _as_it_reads(state: State, field: str, value: JSON) -> JSON:
    """Return the value of a register; of a failure mode that was merged into another, that one, as the grid has it."""
    return state.book.resolve(value) if field == "mode" and isinstance(value, str) else value


def _view(text: str, voices: Sequence[Voice]) -> View:
    said_by = tuple(f"{person(voice.by)}, {clock(voice.at)}" for voice in voices)
    whose = [f"{person(voice.by)}: " if len(voices) > 1 else "" for voice in voices]
    why = tuple(f"{name}{safe_text(voice.why, 200)}" for name, voice in zip(whose, voices, strict=True) if voice.why)
    return View(text, voices[0].value, voices[0].subject, said_by, why)


def _between(field: str, voice: Voice, names: Mapping[str, str]) -> str:
    """Return one side of a dispute between two modes: who gets the key, who is merged into whom."""
    name, value = safe_text(names.get(voice.subject, voice.subject), 60), field_value(field, voice.value, names)
    return f"{value} is {name}" if field == "digit" else f"{name} is {value}"


def _contents(values: Sequence[JSON], privacy: Privacy) -> list[str]:
    """Return in what each of several contents differs from the others."""
    from regrade.log.differing import told_apart

    contents, n_more = told_apart(values, privacy)
    more = f" and {n_more:,} more" if n_more else ""
    return [
        ", ".join(f"{safe_text(name, 40)} {safe_text(shown(value), 60)}" for name, value in content.items()) + more for content in contents
    ]


def disputed_fields(state: State, key: str) -> list[str]:
    """Return the fields of a prediction that people disagree on; a failure mode may have the same text as its id."""
    from regrade.evalset.events import PREDICTION_FIELDS

    return [field for field in state.disputed_fields(key) if field in PREDICTION_FIELDS]


def mode_keys(modes: Sequence[Mode]) -> list[ModeKey]:
    """Return the open modes as the screen shows them."""
    return [
        ModeKey(mode.id, mode.name, str(mode.digit) if mode.digit else None, _about(mode), mode.disputed)
        for mode in modes
        if mode.state == "open"
    ]


def _about(mode: Mode) -> str:
    priority = f"P{mode.priority}" if mode.priority is not None else ""
    return "  ".join(part for part in (priority, safe_text(" ".join(mode.description.split()), 120)) if part)


def taken_back(state: State, events: Sequence[Event], direction: int, names: Mapping[str, str]) -> Outcome:
    """Return what to tell of the decision that ``events`` undid (direction -1) or did again."""
    target = state.event(events[0].undoes[0])
    if direction > 0 and target is not None and target.undoes:
        target = state.event(target.undoes[0])
    verb = "undid" if direction < 0 else "did again"
    ids = tuple(event.id for event in events)
    kind = "undo" if direction < 0 else "redo"
    if target is None:  # what was undone before its file went away, as on another branch
        return Outcome(kind, (), ids, verb, scores=True)
    keys = tuple(subjects(target))
    about = keys or tuple(dict.fromkeys(write.subject for write in target.writes))
    said = f"{verb}: {words(target, about[0], names) if about else safe_text(target.kind, 30)}"
    if about:
        one = about[0] if keys else names.get(about[0], about[0])
        said += f" ({len(about):,} {'predictions' if keys else 'failure modes'})" if len(about) > 1 else f", {safe_text(one, 60)}"
    return Outcome(kind, keys, ids, said, scores=target.kind != "note")


def deeds(state: State, key: str, actor: str, names: Mapping[str, str]) -> tuple[Deed, ...]:
    """Return the live decisions on a prediction, newest first."""
    live = [event for event in state.history(key) if not event.undoes and state.is_live(event.id)]
    return tuple(
        Deed(
            event.id,
            clock(event.at),
            day(event.at),
            "" if event.by == actor else person(event.by),
            words(event, key, names) + (f": {safe_text(event.note, 80)}" if event.note else ""),
            len(subjects(event)),
        )
        for event in reversed(live)
    )
