"""What the facets screen shows, so that it can be shown again."""

from __future__ import annotations

from dataclasses import dataclass, field

from regrade.tui.services.facet_messages import FacetsReady
from regrade.tui.services.survey_messages import FeedLooked


@dataclass
class FacetsState:
    """What the screen shows, to be shown again when a person comes back.

    Attributes
    ----------
    where : str
        The filter.
    column : str
        As the log is asked for it.
    order, reverse
        As in :func:`regrade.tui.widgets.facet_lines.ordered`.
    term : str
        Of the value that the cursor is on.
    in_values : bool
        Whether the keys move in the values, or in the columns.
    counted : dict
        What is known by column.
    feed : FeedLooked or None
        Where the feed of outcomes looks broken, once that was looked for.
    """

    where: str
    column: str
    order: str = ""
    reverse: bool = False
    term: str = ""
    in_values: bool = True
    counted: dict[str, FacetsReady] = field(default_factory=dict)
    feed: FeedLooked | None = None
