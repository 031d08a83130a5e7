"""Named views: a filter and an order under a name, for oneself or for the team."""

from regrade.views.edit_toml import edit
from regrade.views.named import OWN, TEAM, NamedView, choose, split_name
from regrade.views.shelf import Shelf

__all__ = ["OWN", "TEAM", "NamedView", "Shelf", "choose", "edit", "split_name"]
