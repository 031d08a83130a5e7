"""A command that only reads the log begins anew where another process's import changed the log under it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from regrade.errors import LogChangedError

_TIMES = 2
_Given = ParamSpec("_Given")


def opened_again(command: Callable[_Given, None]) -> Callable[_Given, None]:
    """Run ``command``, which opens the workspace and prints only what it has read wholly, again where the log changed; twice at most."""

    @wraps(command)
    def run(*args: _Given.args, **options: _Given.kwargs) -> None:
        for _ in range(_TIMES):
            try:
                return command(*args, **options)
            except LogChangedError:
                continue
        return command(*args, **options)

    return run
