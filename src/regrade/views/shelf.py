"""Where named views are kept: the team's in regrade.toml, a person's own beside the personal settings. Neither is a cache."""

from __future__ import annotations

import tomllib
from typing import Any

import msgspec

from regrade import config as settings
from regrade.config_views import View, view_name_fault
from regrade.errors import ConfigError, UsageError, near_names
from regrade.paths import Paths, user_views_file
from regrade.safe_text import safe_text
from regrade.views.edit_toml import edit
from regrade.views.named import OWN, TEAM, NamedView, Whose

_HEADING = "# Views of one person, by workspace and name: what `regrade views save` keeps. Change anything.\n"


class Shelf:
    """The named views of one workspace; everything is read when it is asked for.

    Parameters
    ----------
    paths : Paths
        Of the workspace.
    """

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._own = user_views_file()
        self._root = str(paths.root)

    def views(self) -> list[NamedView]:
        """Return the team's and the person's own, each by name. Raises ConfigError where a file cannot be understood."""
        team = settings.load(self._paths.config).views
        own = self._own_views()
        return [
            *(NamedView(name, team[name], TEAM) for name in sorted(team)),
            *(NamedView(name, own[name], OWN) for name in sorted(own)),
        ]

    def save(self, name: str, view: View, whose: Whose, *, replace: bool = False) -> None:
        """Keep a view.

        Raises
        ------
        UsageError
            The name is none, or taken and not to be replaced.
        ConfigError
            The file cannot be changed.
        """
        fault = view_name_fault(name)
        if fault:
            raise UsageError(fault, where=repr(name))

        def change(document: Any) -> None:
            views = self._table(document, whose, make=True)
            if name in views and not replace:
                mine = "you have" if whose == OWN else "the team has"
                raise UsageError(f"{mine} a view {name!r} already", hint="--replace replaces it; or choose another name")
            said = {key: value for key, value in msgspec.json.decode(msgspec.json.encode(view)).items() if value}
            if name in views:
                kept = views[name]
                for key in [key for key in kept if key not in said]:
                    del kept[key]
                kept.update(said)
            else:
                views[name] = said

        self._edit(change, whose, name)

    def delete(self, name: str, whose: Whose) -> None:
        """Remove a view. Raises UsageError where there is none, ConfigError where the file cannot be changed."""

        def change(document: Any) -> None:
            views = self._table(document, whose, make=False)
            if name not in views:
                who = "you have" if whose == OWN else "the team has"
                raise UsageError(f"{who} no view {name!r}", hint=self._elsewhere(name, whose) or near_names(name, views))
            del views[name]
            if not views:
                del document["views" if whose == TEAM else self._root]

        self._edit(change, whose, name)

    def _elsewhere(self, name: str, whose: Whose) -> str:
        """Return how to name a view that the other side has, or nothing."""
        if whose == OWN:
            return (
                f"the team has one: --team deletes it from {self._paths.config.name}"
                if name in settings.load(self._paths.config).views
                else ""
            )
        return "you have one of your own: without --team" if name in self._own_views() else ""

    def _edit(self, change: Any, whose: Whose, name: str) -> None:
        if whose == OWN:
            edit(self._own, change, missing=_HEADING)
        else:
            edit(self._paths.config, change, check=lambda text: settings.parse(text, str(self._paths.config)))

    def _table(self, document: Any, whose: Whose, *, make: bool) -> Any:
        """Return the table of views in a file's document."""
        for key in ("views",) if whose == TEAM else (self._root,):
            if key not in document:
                if not make:
                    return {}
                document[key] = {} if type(document) is dict else _table()
            document = document[key]
        return document

    def _own_views(self) -> dict[str, View]:
        try:
            data = tomllib.loads(self._own.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigError(f"cannot be read: {safe_text(error, 200)}", where=str(self._own)) from None
        try:
            return msgspec.convert(data.get(self._root, {}), dict[str, View])
        except msgspec.ValidationError as error:
            raise ConfigError(safe_text(error, 200), where=f"{self._own}: {self._root}") from None


def _table() -> Any:
    import tomlkit

    return tomlkit.table(is_super_table=True)
