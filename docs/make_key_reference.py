"""Write docs/keys.md from the registry of actions; a test fails when it is out of date.

.venv/bin/python docs/make_key_reference.py
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from regrade.tui.actions import Action, tables
from regrade.tui.dialogs import DIALOGS, keys, load
from regrade.tui.keymap import PRESETS, keys_of

PAGE = Path(__file__).parent / "keys.md"
_HEAD = ("| dialog | key | does |", "|---|---|---|")
HEAD = """# Keys

Made by `docs/make_key_reference.py` out of the actions themselves. `?` shows the same on every screen; `:` finds an action by its
words. Keys are changed in `~/.config/regrade/config.toml`, by the name of the action:

```toml
[keys]
label = "m"
filter = "slash,ctrl+f"
```

A key that two actions of one screen would share, a name that is none and a key that no terminal sends are said when the app starts,
and that line is left out. The lines that say what the keys do, `?` and the palette show the keys as they were changed.

`preset = "vim"`, above `[keys]`, begins with other keys; what `[keys]` says holds before it:

{presets}

`theme` is one of `regrade-dark` (unless told), `regrade-light`, `regrade-contrast` (7:1 or more), `ansi-dark` and `ansi-light` (the
colours of the terminal itself), or another of Textual's: `dracula`, `gruvbox`, `nord`, `solarized-light` … With `NO_COLOR` set, or on
a terminal that has none (`xterm-mono`, `vt100`, `dumb`), nothing has a colour; every state is a glyph as well. Where the locale is not
UTF-8 (`LC_ALL=C`) nothing but ASCII is sent. Both lines stand above `[keys]`:

```toml
preset = "vim"
theme = "ansi-dark"
```
"""


def table(actions: Sequence[Action[Any]]) -> str:
    """Return the actions of one screen."""
    rows = [f"| {_keys(action)} | {action.text} | `{action.id}` | {action.group} |" for action in actions]
    return "\n".join(["| key | does | name | |", "|---|---|---|---|", *rows])


def _keys(action: Action[Any]) -> str:
    return _shown(keys_of(action, {})) if action.keys else f"`:` {action.id}"


def _shown(keys: str) -> str:
    return " ".join(f"`{key}`" for key in keys.replace("|", "\\|").split(" "))


def presets() -> str:
    """Return what each preset changes."""
    actions = {action.id: action for table in reversed(tables().values()) for action in table}
    rows = [
        f"| {name} | {_shown(keys_of(actions[id], keymap))} | {_shown(keys_of(actions[id], {}))} | {actions[id].text} |"
        for name, keymap in PRESETS.items()
        for id in keymap
    ]
    return "\n".join(["| preset | key | instead of | does |", "|---|---|---|---|", *rows])


def reference() -> str:
    """Return the page."""
    screens = [f"## {title}\n\n{table(actions)}\n" for title, actions in tables().items()]
    return "\n".join([HEAD.replace("{presets}", presets()), *screens, in_dialogs()])


def in_dialogs() -> str:
    """Return what keys do in dialogs."""
    rows = [f"| {title} | {_shown(shown)} | {text} |" for title in DIALOGS for shown, text in keys(load(title))]
    return "\n".join(["## In dialogs\n", "Each says in its last line what its keys do; these cannot be changed.\n", *_HEAD, *rows, ""])


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
