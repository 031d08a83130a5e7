"""Write docs/keys.md from the registry of actions; a test fails when it is out of date.

.venv/bin/python docs/make_key_reference.py
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from regrade.tui.actions import Action, tables
from regrade.tui.keymap import keys_of

PAGE = Path(__file__).parent / "keys.md"
HEAD = """# Keys

Made by `docs/make_key_reference.py` out of the actions themselves. `?` shows the same on every screen; `:` finds an action by its
words. Keys are changed in `~/.config/regrade/config.toml`, by the name of the action:

```toml
[keys]
label = "m"
filter = "slash,ctrl+f"
```

A key that two actions of one screen would share, and a name that is none, are said when the app starts, and that line is left out.
"""


def table(actions: Sequence[Action[Any]]) -> str:
    """Return the actions of one screen."""
    rows = [f"| {_keys(action)} | {action.text} | `{action.id}` | {action.group} |" for action in actions]
    return "\n".join(["| key | does | name | |", "|---|---|---|---|", *rows])


def _keys(action: Action[Any]) -> str:
    return " ".join(f"`{key}`" for key in keys_of(action, {}).replace("|", "\\|").split(" ")) if action.keys else f"`:` {action.id}"


def reference() -> str:
    """Return the page."""
    return "\n".join([HEAD, *(f"## {title}\n\n{table(actions)}\n" for title, actions in tables().items())])


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
