"""`regrade evalset history` and `disputes`: what happened to one prediction or mode, and what people disagree on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import msgspec

from regrade.cli.output import json_option, print_json
from regrade.errors import UsageError, near_names
from regrade.workspace import Workspace

if TYPE_CHECKING:
    from regrade.evalset import State


@click.command("history")
@click.argument("key", metavar="KEY|MODE")
@click.option("--mode", "is_mode", is_flag=True, help="A failure mode is meant, not a prediction with this key.")
@json_option
def history_command(key: str, is_mode: bool, as_json: bool) -> None:
    """Tell the story of a prediction or a failure mode: when it came in, from where, who decided what, in which commits."""
    from regrade.evalset.story.commits import standing
    from regrade.evalset.story.history import history, history_events
    from regrade.report.decision_words import mode_names
    from regrade.report.history import print_history
    from regrade.workspace.showing import presentable

    with Workspace.open(read_only=True) as workspace:
        state = workspace.evalset.state
        of, subject = _subject(state, key, is_mode)
        where = standing(workspace.paths.evalset, {event.id for event in history_events(state, subject, of)})
        steps = history(state, subject, of, where)
        now = _now(state, of, subject)
        if as_json:
            privacy = workspace.config.privacy
            told = [msgspec.to_builtins(step) for step in steps]
            for change in (change for step in told for change in step["changes"]):
                change["before"] = [presentable(value, privacy) for value in change["before"]]
                change["after"] = presentable(change["after"], privacy)
            print_json({"subject": subject, "of": of, **now, "git": where.git, "history": told})
        else:
            names = mode_names(state)
            print_history(_heading(of, subject, now, names), steps, names, git=where.git)


@click.command("disputes")
@json_option
def disputes_command(as_json: bool) -> None:
    """List what people disagree on: who says what, since when, why, and the command that resolves it."""
    from regrade.evalset.story.disputes import disputes
    from regrade.report.decision_words import mode_names
    from regrade.report.history import print_disputes, resolving
    from regrade.workspace.showing import presentable

    with Workspace.open(read_only=True) as workspace:
        state = workspace.evalset.state
        found = disputes(state)
        if as_json:
            rows = [msgspec.to_builtins(each) | {"command": resolving(each)} for each in found]
            for view in (view for row in rows for view in row["views"]):
                view["value"] = presentable(view["value"], workspace.config.privacy)
            print_json({"rows": rows})
        else:
            print_disputes(found, mode_names(state), workspace.config.privacy)


def _subject(state: State, name: str, is_mode: bool) -> tuple[str, str]:
    """Return what a person means: a prediction that somebody decided on, else a failure mode."""
    from regrade.evalset.story.history import history_events

    if not is_mode and history_events(state, name, "prediction"):
        return "prediction", name
    if history_events(state, name, "mode"):
        return "mode", name
    try:
        found = state.book.find(name)
    except UsageError:  # no letter in it: no mode is called so
        found = None
    if found is not None and history_events(state, found.id, "mode"):
        return "mode", found.id
    known = [mode.id for mode in state.modes()] + ([] if is_mode else state.decided_keys())
    raise UsageError(f"nobody decided anything about {name!r}", hint=near_names(name, known))


def _now(state: State, of: str, subject: str) -> dict[str, Any]:
    """Return what holds now."""
    if of == "mode":
        mode = state.book.get(subject)
        return {"mode": msgspec.to_builtins(mode) if mode is not None else None, "disputed_fields": state.disputed_fields(subject)}
    return {
        "status": state.status(subject),
        "mode": state.mode(subject),
        "expected": state.expected(subject),
        "pinned": state.values(subject, "pinned") == [True],
        "disputed_fields": state.disputed_fields(subject),
    }


def _heading(of: str, subject: str, now: dict[str, Any], names: dict[str, str]) -> str:
    if of == "mode":
        mode = now["mode"]
        if mode is None:
            return f"failure mode {subject} · undone"
        merged = f" · merged into {mode['name']!r}" if mode["id"] != subject else ""
        words = f"failure mode {names.get(subject, subject)!r} ({subject}){merged or ' · ' + mode['state']}"
    else:
        expected = " | ".join(map(str, now["expected"]))
        words = f"{subject} · {now['status']}" + (f" · expected {expected}" if expected else "")
        words += f" · mode {names.get(now['mode'], now['mode'])!r}" if now["mode"] else ""
        words += " · pinned" if now["pinned"] else ""
    return words + (f" · disputed in {', '.join(now['disputed_fields'])}" if now["disputed_fields"] else "")
