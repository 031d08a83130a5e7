"""What `verify` finds: each finding is one thing for a person to do."""

from __future__ import annotations

import re

import msgspec

_PLACE = re.compile(r"(.*?)(?::(\d+))?(?:–\d+)?$", re.DOTALL)


class Detail(msgspec.Struct, frozen=True):
    """One of many contents that a finding is about."""

    key: str
    where: str
    """``file:line``."""
    current: bool
    """Is it what a member of the eval set holds now? Else it was superseded, undone or retired, and stands in the files still."""


class Finding(msgspec.Struct, frozen=True):
    """Something that is not as regrade leaves it."""

    severity: str
    """``problem``: decisions are lost, changed or unreadable; ``warning``: nothing is, but somebody should look."""
    code: str
    """What kind of finding it is, for a program to read."""
    what: str
    where: str
    """``file:line``, or a file, or a rule of git's."""
    hint: str = ""
    """What to do."""
    details: tuple[Detail, ...] = ()
    """Each content, where the finding is about many of a kind; the first of them are in ``what``."""


class Findings:
    """Collects findings: one never stops the search for others."""

    def __init__(self) -> None:
        self._found: list[Finding] = []

    def problem(self, code: str, where: object, what: str, hint: str = "") -> None:
        """Note what is lost, changed or unreadable."""
        self._found.append(Finding("problem", code, what, str(where), hint))

    def warning(self, code: str, where: object, what: str, hint: str = "", details: tuple[Detail, ...] = ()) -> None:
        """Note what somebody should look at."""
        self._found.append(Finding("warning", code, what, str(where), hint, details))

    @property
    def problems(self) -> list[Finding]:
        """Return the problems, by file and line."""
        return self._of("problem")

    @property
    def warnings(self) -> list[Finding]:
        """Return the warnings, by file and line."""
        return self._of("warning")

    def _of(self, severity: str) -> list[Finding]:
        return sorted((each for each in self._found if each.severity == severity), key=_place)


def _place(finding: Finding) -> tuple[str, int, str]:
    match = _PLACE.match(finding.where)
    file, line = (match[1], match[2]) if match else (finding.where, None)
    return file, int(line or 0), finding.what
