"""Every error that regrade raises on purpose: what was wrong, where, what to do, and the exit code it ends a command with."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher


class RegradeError(Exception):
    """An error that a person can act on.

    Parameters
    ----------
    what : str
        What is wrong, as one sentence without a final stop.
    where : str, optional
        The place: ``file:line: field``, a key, a candidate.
    hint : str, optional
        What to do about it.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what}" + (f"\n  {self.hint}" if self.hint else "")

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.what, self.where, self.hint))


def _rebuild(kind: type[RegradeError], what: str, where: str, hint: str) -> RegradeError:
    return kind(what, where=where, hint=hint)


class UsageError(RegradeError):
    """The command, or its arguments, cannot be carried out as they stand (exit 2)."""


class ConfigError(RegradeError):
    """``regrade.toml`` or the personal settings say something that cannot be (exit 2)."""


class ExpressionError(RegradeError):
    """An expression does not parse, names what is not there, or asks for what is not allowed (exit 2)."""


class DataError(RegradeError):
    """A log or a file of answers cannot be read as it is (exit 2)."""


class LogChangedError(DataError):
    """A file of the log is another than when the log was opened: open it again."""


class NotEvaluatedError(RegradeError):
    """A score or a verdict cannot be given (exit 3)."""

    exit_code = 3


class CandidateError(NotEvaluatedError):
    """A candidate cannot be loaded, crashed, hung, or answered what is no answer (exit 3)."""


class NotTrustedError(CandidateError):
    """A candidate is code that nobody here has trusted yet (exit 3)."""


class IntegrityError(RegradeError):
    """Something that must never change has changed (exit 4)."""

    exit_code = 4


_NEAR, _FARTHER, _NAMED = 0.65, 0.15, 3
"""How similar a name must be; how much less than the nearest one it may be; how many are named."""


def near_names(name: str, known: Iterable[str]) -> str:
    """Return a hint that lists the known names nearest to ``name``, the nearest first, or all of them where none is near.

    Near is a similarity (Ratcliff and Obershelp's, capitals aside) of 0.65 at least, and not far below that of the nearest.
    """
    names = sorted(set(known))
    close = _close(name.casefold(), names)
    if close:
        return "did you mean " + " or ".join(repr(each) for each in close) + "?"
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"there are: {shown}" if names else ""


def _close(name: str, names: list[str]) -> list[str]:
    """Return the few names most similar to ``name``, in this order; equally similar ones as they come."""
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(name)
    found: list[tuple[float, str]] = []
    for each in names:
        matcher.set_seq1(each.casefold())
        if matcher.real_quick_ratio() >= _NEAR and matcher.quick_ratio() >= _NEAR and (ratio := matcher.ratio()) >= _NEAR:
            found.append((ratio, each))
    found.sort(key=lambda pair: -pair[0])
    return [each for ratio, each in found[:_NAMED] if ratio >= found[0][0] - _FARTHER]
