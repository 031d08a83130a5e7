"""Personal settings of the app: other keys, another theme; a mistake is said, and the rest holds."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regrade.errors import near_names
from regrade.safe_text import safe_text

if TYPE_CHECKING:
    from regrade.tui.actions import Action

_SHOWN = {
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "plus": "+",
    "minus": "-",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "underscore": "_",
    "asterisk": "*",
    "exclamation_mark": "!",
    "number_sign": "#",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "Esc",
    "enter": "Enter",
    "space": "space",
    **{f"f{number}": f"F{number}" for number in range(1, 13)},
}
_NAMES = {shown: name for name, shown in _SHOWN.items() if len(shown) == 1}


PRESETS: Mapping[str, Mapping[str, str]] = {
    "vim": {
        "right": "l,right",
        "label": "a",
        "page_down": "ctrl+f,ctrl+d,pagedown",
        "page_up": "ctrl+b,ctrl+u,pageup",
        "previous_open": "b,W",
        "mark_range": "V",
        "views": "v",
    }
}
"""Sets of keys to begin with: what differs from the keys that an action has by itself."""
_SETTINGS = ("keys", "theme", "preset")
_NAMED_KEYS = frozenset(
    ("enter", "escape", "space", "tab", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown", "up", "down", "left", "right")
)
_MODIFIERS = frozenset(("ctrl", "shift", "alt"))


@dataclass
class Personal:
    """What the personal settings say.

    Attributes
    ----------
    keys : dict
        Action id → keys.
    problems : list of str
        What was wrong, each a sentence; that part is left as it was.
    """

    keys: dict[str, str] = field(default_factory=dict)
    theme: str | None = None
    problems: list[str] = field(default_factory=list)


Tables = Iterable[Sequence["Action[Any]"]]
"""The actions of each screen."""


def load(path: Path, tables: Callable[[], Tables]) -> Personal:
    """Read the personal settings; a missing file is none. ``tables`` is asked only where keys are remapped."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Personal()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Personal(problems=[f"{path}: {safe_text(error, 200)}"])
    found = Personal()
    keys = data.get("keys", {})
    for name in sorted(data.keys() - set(_SETTINGS)):
        found.problems.append(f"{path}: unknown setting {name!r} ({near_names(name, _SETTINGS)})")
    named = data.get("preset")
    preset = dict(PRESETS.get(named, {})) if isinstance(named, str) else {}
    if named is not None and not preset:
        found.problems.append(f"{path}: there is no preset {named!r} ({near_names(str(named), PRESETS)})")
    found.keys.update(preset)
    theme = data.get("theme")
    if isinstance(theme, str):
        found.theme = theme
    elif theme is not None:
        found.problems.append(f"{path}: theme is a name, in quotes")
    if not isinstance(keys, dict):
        found.problems.append(f'{path}: [keys] is a table: action = "key"')
        keys = {}
    screens = [{action.id: action for action in table} for table in tables()] if keys else []
    actions = {id: action for screen in screens for id, action in screen.items()}
    own: set[str] = set()
    for name, value in keys.items():
        if name not in actions:
            found.problems.append(f"{path}: keys.{name}: there is no action {name!r} ({near_names(name, actions)})")
        elif not isinstance(value, str) or not value.strip():
            found.problems.append(f'{path}: keys.{name}: a key is text, such as "m" or "ctrl+k"')
        elif unsent := next((key for key in _split(value) if not _is_key(key)), ""):
            found.problems.append(f'{path}: keys.{name}: no key is called {unsent!r}: one character, "f7", "home", "ctrl+k"')
        else:
            found.keys[name] = value
            own.add(name)
    _drop_clashes(found, own, preset, screens, path)
    return found


def _drop_clashes(
    found: Personal, own: set[str], preset: Mapping[str, str], screens: Sequence[Mapping[str, Action[Any]]], path: Path
) -> None:
    """Take back every remapping that would give one key to two actions of a screen, until none does; what the preset says holds then."""
    while clash := next((clash for screen in screens if (clash := _clash(found.keys, own, screen))), None):
        id, key, other = clash
        found.problems.append(f"{path}: keys.{id}: {show_key(key)} is the key of {other!r} already")
        own.remove(id)
        found.keys = dict(preset) | {id: keys for id, keys in found.keys.items() if id in own}


def _clash(keymap: Mapping[str, str], own: Collection[str], actions: Mapping[str, Action[Any]]) -> tuple[str, str, str] | None:
    """Return an action that somebody remapped, its key, and the action that has this key; None where there is none such."""
    owners: dict[str, str] = {}
    clash = None
    for id in sorted(actions, key=lambda id: id in own):  # those that keep their keys first
        keys = keymap.get(id, actions[id].keys)
        for key in _split(keys) if keys else ():
            if key in owners and id in own:
                clash = (id, key, owners[key])
            owners.setdefault(key, id)
    return clash


def _split(keys: str) -> list[str]:
    return [_NAMES.get(key.strip(), key.strip()) for key in keys.split(",") if key.strip()] or [keys]


def _is_key(key: str) -> bool:
    """Return whether a terminal can send such a key."""
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    function = last[:1] == "f" and last[1:].isdigit() and 1 <= int(last[1:]) <= 24
    return set(modifiers) <= _MODIFIERS and (len(last) == 1 or function or last in _NAMED_KEYS or last in _SHOWN)


def show_key(key: str) -> str:
    """Return a key as people write it."""
    return _SHOWN.get(key, key)


def owners(actions: Iterable[Action[Any]]) -> dict[str, str]:
    """Return whose each key is, as people write it, before anybody remaps it: key → action id."""
    return {show_key(key): action.id for action in actions if action.keys for key in _split(action.keys)}


def named_key(shown: str) -> tuple[str, str | None] | None:
    """Return a key that people write ``Esc`` or ``<`` as Textual names it, and the character that it types; None where it is none."""
    names = {text: name for name, text in _SHOWN.items()}
    name = names.get(shown, shown)
    return (name, shown if len(shown) == 1 else None) if shown and _is_key(name) else None


def onwards(keys: Sequence[str]) -> str:
    """Return which of several keys of one hint goes on: of ``j k`` the first, else the last."""
    return "j" if "j" in keys else keys[-1]


def as_remapped(shown: str, actions: Iterable[Action[Any]], keymap: Mapping[str, str]) -> str:
    """Return the keys of a hint, ``p`` or ``[ ]``, as somebody remapped the actions that have them by themselves."""
    if not keymap:
        return shown
    of = owners(actions)
    ids = ((key, of.get(key, "")) for key in shown.split(" "))
    return " ".join(show_key(_split(keymap[id])[0]) if id in keymap else key for key, id in ids)


def keys_of(action: Action[Any], keymap: Mapping[str, str]) -> str:
    """Return the keys of an action as people write them; where it has none, what to type in the palette."""
    keys = keymap.get(action.id, action.keys)
    return " ".join(show_key(key) for key in _split(keys)) if keys else f": {action.id}"
