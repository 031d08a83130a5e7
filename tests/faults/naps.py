"""A process that now and then falls asleep for a moment at a call of the operating system: others come in between, everywhere."""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from typing import Any

AUDITED = frozenset({"open", "os.link", "os.listdir", "os.mkdir", "os.remove", "os.rename", "os.scandir", "fcntl.flock"})
SHARE = 0.3
SECONDS = 0.003


def nap_at_calls(seed: int) -> None:
    """Sleep before some calls from now on. There is no way back: for processes of their own only."""
    chance = random.Random(seed)

    def nap() -> None:
        if chance.random() < SHARE:
            time.sleep(chance.random() * SECONDS)

    def hook(event: str, _: Any) -> None:
        if event in AUDITED:
            nap()

    def after_a_nap(call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **more: Any) -> Any:
            nap()
            return call(*arguments, **more)

        return called

    sys.addaudithook(hook)
    for name in ("stat", "fstat"):  # Python has no audit events for these
        setattr(os, name, after_a_nap(getattr(os, name)))
