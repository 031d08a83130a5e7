"""Named views for people on standard output."""

from __future__ import annotations

from collections.abc import Sequence

from regrade.report.console import Page, Part
from regrade.views import NamedView


def print_views(views: Sequence[NamedView]) -> None:
    """Print named views: the team's, then one's own."""
    page = Page()
    if not views:
        page.line("no named view yet: `regrade views save NAME --where …`, or `V` in the app")
        return
    cells: list[list[Part]] = [
        [each.name, each.whose, each.where or "all predictions", each.sort, each.view.description, ", ".join(each.view.columns)]
        for each in views
    ]
    page.table(["view", "whose", "filter", "order", "description", "columns"], cells, left=(0, 1, 2, 3, 4, 5), spare=(5, 4, 3))
