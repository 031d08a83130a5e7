"""Right and wrong as the whole of regrade sees it: :mod:`regrade.log.results`, by the names that scoring uses."""

from __future__ import annotations

from regrade.log.results import is_right, label_text, like, normal

__all__ = ["is_right", "label_text", "like", "normal"]
