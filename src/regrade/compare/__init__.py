"""Judge one candidate against another on one version of the eval set; nothing heavy is imported until it is asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regrade.compare.board import scoreboard
    from regrade.compare.comparison import Comparison, Effects, Estimate, FlipRow, GroupRow, MetricRow, Money, Passed, ScoreboardRow
    from regrade.compare.decomposition import decompose
    from regrade.compare.gate import exit_code
    from regrade.compare.judge import compare

_HOMES = {
    "Comparison": "comparison",
    "Effects": "comparison",
    "Estimate": "comparison",
    "FlipRow": "comparison",
    "GroupRow": "comparison",
    "MetricRow": "comparison",
    "Money": "comparison",
    "Passed": "comparison",
    "ScoreboardRow": "comparison",
    "compare": "judge",
    "decompose": "decomposition",
    "exit_code": "gate",
    "scoreboard": "board",
}

__all__ = [
    "Comparison",
    "Effects",
    "Estimate",
    "FlipRow",
    "GroupRow",
    "MetricRow",
    "Money",
    "Passed",
    "ScoreboardRow",
    "compare",
    "decompose",
    "exit_code",
    "scoreboard",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: ``import regrade.compare`` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
