"""The log of a CI run as a place where data must not command: GitHub's runner carries out what it reads there."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

_COMMAND = re.compile(r":(?=:)|#(?=#\[)")


def in_actions(environment: Mapping[str, str] = os.environ) -> bool:
    """Does a runner of GitHub Actions read what is printed?"""
    return environment.get("GITHUB_ACTIONS") == "true"


def inert(text: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return ``text`` without what a runner that reads it would carry out: ``::add-mask::`` and, anywhere, ``##[add-mask]``.

    The first counts at the start of a line only; but where a line starts is known when it is wrapped.
    """
    return _COMMAND.sub(r"\g<0> ", text) if in_actions(environment) else text
