"""Named views: asked for by a key, chosen, saved or deleted in a dialog once they are read; keys wait for that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from regrade.config_views import View
from regrade.expressions.filters import one_line
from regrade.safe_text import safe_text
from regrade.tui.chosen import Chosen
from regrade.tui.model import Choice
from regrade.tui.services.find_messages import ViewsRead

if TYPE_CHECKING:
    from regrade.tui.screens.triage import TriageScreen
    from regrade.views import NamedView

_NOTHING = "there is no filter, no order and no choice of columns to save: /, s and C make them"
Wish = Literal["choose", "save team", "delete"]


class Viewing:
    """The dialog of views that is about to open, if one is."""

    def __init__(self, triage: TriageScreen) -> None:
        self._triage = triage
        self._asked = False

    @property
    def holding(self) -> bool:
        """Whether keys must wait: they are meant for the dialog."""
        return self._asked

    def give_up(self) -> None:
        """Open none."""
        self._asked = False

    def ask(self, wish: Wish) -> None:
        """Read the views as they stand now, for this wish."""
        if wish == "save team" and not self._something:
            self._triage.say(_NOTHING)
            return
        self._asked = True
        self._triage.services.find.read_views(wish)

    def read(self, message: ViewsRead) -> None:
        """Let one be chosen or named."""
        if not self._asked:
            return
        self._asked = False
        from regrade.tui.screens.choose import Choose

        views = [each for each in message.views if message.wish != "save team" or each.whose == "team"]
        if not views and message.wish == "delete":
            self._triage.say("there is no named view")
            return
        title, hint, new, then = {
            "choose": ("Views", "a view, or a new name for this filter and order", "save for me", self._chosen),
            "save team": ("Save this filter and order for the team", "a name", "into regrade.toml", self._for_team),
            "delete": ("Delete a view", "which one", "there is none", self._to_delete),
        }[message.wish]
        by_value = {f"{each.whose}:{each.name}": each for each in views}
        choices = [Choice(safe_text(each.name, 60), value, about=_about(each)) for value, each in by_value.items()]

        def answered(value: str | None) -> None:
            if value is not None:
                then(by_value.get(value), value, message.views)

        self._triage.app.push_screen(Choose(title, choices, hint=hint, new=new).asking(answered))

    def _chosen(self, view: NamedView | None, name: str, views: Sequence[NamedView]) -> None:
        if view is not None:
            where = one_line(view.where)
            self._triage.services.find.remember(where)
            self._triage.arranging.apply(Chosen(view.view.columns, view.view.widths))
            self._triage.looking.look(where=where, sort=view.sort.strip())
        else:
            self._save(name, "own", views)

    def _for_team(self, view: NamedView | None, name: str, views: Sequence[NamedView]) -> None:
        self._save(view.name if view is not None else name, "team", views)

    def _save(self, name: str, whose: str, views: Sequence[NamedView]) -> None:
        triage = self._triage
        where, sort, chosen = triage.looking.where, triage.looking.sort, triage.grid.columns.chosen
        if not self._something:
            triage.say(_NOTHING)
            return
        before = next((each for each in views if (each.name, each.whose) == (name, whose)), None)

        def save(yes: bool = True) -> None:
            if yes:
                about = before.view.description if before else ""
                kept = View(where=where, sort=sort, description=about, columns=chosen.names, widths=dict(chosen.widths))
                triage.services.find.save_view(name, kept, whose, replace=before is not None)

        if before is None:
            save()
        else:
            self._confirm(f"The view {name!r} is there already: {_about(before)}. Replace it?", save)

    @property
    def _something(self) -> bool:
        """Whether there is anything to keep under a name."""
        looking = self._triage.looking
        return bool(looking.where or looking.sort or self._triage.grid.columns.chosen)

    def _to_delete(self, view: NamedView | None, name: str, views: Sequence[NamedView]) -> None:
        triage = self._triage
        if view is None:
            triage.say(f"there is no view {safe_text(name, 60)}")
            return

        def delete(yes: bool = True) -> None:
            if yes:
                triage.services.find.delete_view(view)

        place = " out of regrade.toml, for everybody" if view.whose == "team" else ""
        self._confirm(f"Delete the view {view.name!r}{place}? It is: {_about(view)}", delete)

    def _confirm(self, question: str, then: object) -> None:
        from regrade.tui.screens.confirm import Confirm

        assert callable(then)
        self._triage.app.push_screen(Confirm(safe_text(question, 400), "y yes   n no").asking(then))


def _about(view: NamedView) -> str:
    order = f"by {view.sort}" if view.sort else ""
    columns = f"{len(view.view.columns)} columns" if view.view.columns else ""
    parts = ["team" if view.whose == "team" else "yours", view.view.description, view.where or "all predictions", order, columns]
    return safe_text(" · ".join(part for part in parts if part), 300)
