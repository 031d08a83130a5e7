"""What a person who resolves a dispute means: which subject, which register, which of its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from regrade.errors import DataError, UsageError, near_names
from regrade.evalset.story.disputes import Dispute, disputes_of
from regrade.log.content import canonical
from regrade.log.hidden import hide_content

if TYPE_CHECKING:
    from regrade.evalset import Event, State
    from regrade.workspace.facade import Workspace


def resolve(workspace: Workspace, name: str, text: str | None, field: str | None, by: str | None) -> Event:
    """End a dispute; a content that was written before ``[privacy]`` is written as that allows now.

    Parameters as of :func:`resolution`, which says what is raised; and ConfigError, where a value must be hashed without the key.
    """
    subject, field, value = resolution(workspace, name, text, field, by)
    if field != "content":
        return workspace.evalset.resolve(subject, value, field=field)
    content, schemas = hide_content(value, workspace.evalset.schemas, workspace.config.privacy)
    return workspace.evalset.resolve(subject, content, field=field, schemas=schemas)


def resolution(workspace: Workspace, name: str, text: str | None, field: str | None, by: str | None) -> tuple[str, str, Any]:
    """Return subject, register and value that end a dispute.

    Parameters
    ----------
    workspace : Workspace
    name : str
        The key of a prediction; the id, name or digit of a failure mode.
    text : str, optional
        The value as it was typed: one that is disputed (text as it is, anything else as JSON), or a new one.
    field : str, optional
        The register; may be left out where only one is disputed.
    by : str, optional
        Instead of ``text``: the view of the one person whose name contains this, in any case.

    Raises
    ------
    UsageError
        Nothing is disputed, several registers are and none is named, or the value or the person is not clear.
    """
    if (text is None) == (by is None):
        raise UsageError("a dispute is resolved by a value, or by a person's view with --by, one of the two")
    state = workspace.evalset.state
    found = _disputed(state, name)
    if not found:
        raise UsageError(f"nothing about {name!r} is disputed", hint="`regrade evalset disputes` lists what is")
    fields = [dispute.field for dispute in found]
    if field is None and len(found) > 1:
        raise UsageError(f"{name!r} is disputed in {', '.join(fields)}", hint="say which with --field")
    if field is not None and field not in fields:
        raise UsageError(f"{field!r} of {name!r} is not disputed", hint=near_names(field, fields))
    dispute = found[fields.index(field) if field is not None else 0]
    if by is not None:
        return _of_person(dispute, by)
    assert text is not None
    return dispute.subject, dispute.field, _value(workspace, dispute, text)


def _disputed(state: State, name: str) -> list[Dispute]:
    """Return the disputes on a prediction, else on the failure mode that ``name`` means."""
    if state.status(name) == "disputed" or name in state.disputed_modes():
        return disputes_of(state, name)
    try:
        mode = state.book.find(name)
    except UsageError:  # no letter in it: no mode is called so
        return []
    return disputes_of(state, mode.id) if mode is not None else []


def _of_person(dispute: Dispute, by: str) -> tuple[str, str, Any]:
    """Return the view of the one person whose name contains ``by``."""
    named = by.casefold()
    exactly = [view for view in dispute.views if view.by.casefold() == named]
    views = exactly or [view for view in dispute.views if named in view.by.casefold()]  # Ann is Ann, although there is an Anna
    everybody = [view.by for view in dispute.views]
    people = sorted({view.by for view in views})
    if not people:
        raise UsageError(f"nobody who is called {by!r} has a view on {dispute.field}", hint=near_names(by, everybody))
    if len(people) > 1:
        raise UsageError(f"{by!r} may be {' or '.join(people)}", hint="give more of the name")
    if len({(view.subject, canonical(view.value)) for view in views}) > 1:
        raise UsageError(f"{people[0]} has more than one view on {dispute.field}", hint="give the value instead")
    return views[0].subject, dispute.field, views[0].value


def _value(workspace: Workspace, dispute: Dispute, text: str) -> Any:
    """Return the disputed value that ``text`` spells, else what it is as a value of the register."""
    spelled = {}
    for view in dispute.views:
        encoded = canonical(view.value).decode()
        if text in (view.value, encoded):
            spelled[encoded] = view.value
    if len(spelled) > 1:
        raise UsageError(f"{text!r} may be {' or '.join(sorted(spelled))}", hint="give one of them as it stands here, or --by PERSON")
    if spelled:
        return next(iter(spelled.values()))
    if dispute.field == "expected":
        from regrade.workspace.decide import expected_value

        try:
            return expected_value(workspace, text)
        except DataError:
            if workspace.has_log:
                raise
    if dispute.field == "content":
        raise UsageError("a content cannot be typed", hint="`--by PERSON` takes that person's")
    if dispute.field == "mode":
        mode = workspace.evalset.state.book.find(text)  # a digit, too, means a mode here
        return mode.id if mode is not None else text
    if dispute.field in ("digit", "priority", "pinned", "into", "expected"):
        return _plain(text)
    return text


def _plain(text: str) -> Any:
    """Return what ``text`` is as JSON (a number, true, null), else the text; what the register takes is checked when it is written."""
    try:
        return msgspec.json.decode(text.removeprefix("P"))
    except (msgspec.DecodeError, UnicodeEncodeError):
        return text
