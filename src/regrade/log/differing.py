"""In what contents differ that people disagree on: the few values worth showing, without what ``[privacy]`` hides."""

from __future__ import annotations

from collections.abc import Sequence

from regrade.config_privacy import Privacy
from regrade.log.content import JSON, canonical
from regrade.log.privacy import in_clear

HIDDEN = "hidden by [privacy]"
_MOST = 4


def told_apart(contents: Sequence[JSON], privacy: Privacy) -> tuple[list[dict[str, JSON]], int]:
    """Return of each of several stored contents the values that others have otherwise, and how many more columns differ.

    At most four columns, inputs first; None where one lacks it. Schema and source are no values. What ``[privacy]`` hides is
    ``HIDDEN``.
    """
    flat = [_flat(content) for content in contents]
    hidden = [set(in_clear(_inputs(content), privacy)) for content in contents]
    names = list(dict.fromkeys(name for each in flat for name in each))
    differing = [name for name in names if len({canonical(each.get(name)) for each in flat}) > 1]
    shown = differing[:_MOST]
    values = [{name: HIDDEN if name in secret else each.get(name) for name in shown} for each, secret in zip(flat, hidden, strict=True)]
    return values, len(differing) - len(shown)


def _inputs(content: JSON) -> dict[str, JSON]:
    inputs = content.get("inputs") if isinstance(content, dict) else None
    return inputs if isinstance(inputs, dict) else {}


def _flat(content: JSON) -> dict[str, JSON]:
    if not isinstance(content, dict):
        return {"content": content}
    inputs = _inputs(content)
    rest = {name: each for name, each in content.items() if name not in ("inputs", "source", "schema")}
    return {**inputs, **{name: each for name, each in rest.items() if name not in inputs}}
