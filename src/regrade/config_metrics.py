"""``[metrics]`` and ``[metrics.custom.NAME]`` of ``regrade.toml``: what is computed, by metrics of one's own too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

import msgspec

from regrade.config_scorers import FUNCTION

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*\Z")


class CustomMetric(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A metric; exactly one of ``expression`` and ``function``."""

    expression: str | None = None
    """Of one example: SQL over inputs, ``expected``, ``mode``, ``prediction``. The metric is the weighted mean: true is 1, NULL is out."""
    function: str | None = None
    """``module:function``: takes a frame of all examples, returns a number. It is code: it needs trust, and runs in a child process."""
    better: Literal["higher", "lower"] | None = None
    """Which is better; it must be said."""
    pythonpath: tuple[str, ...] = (".",)
    """Import roots of ``function``, relative to the workspace."""
    files: tuple[str, ...] = ()
    """Globs of what the function depends on besides the package that it is in."""
    timeout: float = 60.0
    """Seconds that all calls for one candidate may take."""

    def fault(self, name: str) -> tuple[str, str, str] | None:
        """Return what is wrong, under which key, and what to do about it; None: nothing is."""
        if not _NAME.match(name):
            return f"{name!r} is no name", "", "letters, digits, '_', '-' and '.', a letter first"
        named = [each for each in (self.expression, self.function) if each is not None]
        if len(named) != 1:
            return f"a metric needs exactly one of expression and function; this one has {len(named) or 'none'}", "", ""
        if self.better is None:
            return "nothing says which is better", "", 'better = "higher" or better = "lower"'
        if self.function is not None and not FUNCTION.match(self.function):
            return f"{self.function!r} is no function", "function", 'write "module:function"'
        if not 0 < self.timeout <= 86_400:
            return "timeout lies between 0 and 86,400 seconds", "timeout", ""
        for setting in ("pythonpath", "files", "timeout"):
            if self.function is None and getattr(self, setting) != getattr(_DEFAULTS, setting):
                return f"{setting} says nothing to an expression", setting, "it belongs to: function"
        return None


_DEFAULTS = CustomMetric()


class Metrics(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is computed on the eval set."""

    primary: str = ""
    """The metric that the verdict rests on; default: accuracy, for regression too (share within the tolerance)."""
    show: tuple[str, ...] = ()
    custom: dict[str, CustomMetric] = {}
    """Metrics of your own."""


def custom_fault(custom: Mapping[str, CustomMetric]) -> tuple[str, list[str], str] | None:
    """Return what is wrong with ``[metrics.custom]``, where, and what to do about it; None: nothing is."""
    for name, metric in custom.items():
        wrong = metric.fault(name)
        if wrong is not None:
            what, key, hint = wrong
            return what, ["metrics", "custom", name, *([key] if key else [])], hint
    return None
