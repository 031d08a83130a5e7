"""A ``[scorers.NAME]`` table of ``regrade.toml``: how an answer of a text or JSON task is held to what was expected."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

import msgspec

from regrade.errors import near_names

ScorerKind = Literal["exact", "normalised", "contains", "regex", "numeric", "json", "json_path", "token_f1", "function"]
KINDS: tuple[ScorerKind, ...] = get_args(ScorerKind)
FUNCTION = re.compile(r"[^:\s]+:[^:\s]+\Z")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\Z")
_STEP = re.compile(r"""\.([A-Za-z_][A-Za-z0-9_-]*)|\[(\d{1,9})\]|\['([^'"\\]*)'\]""")
_OWN: dict[str, tuple[ScorerKind, ...]] = {
    "pattern": ("regex",),
    "tolerance": ("numeric",),
    "relative": ("numeric",),
    "fields": ("json_path",),
    "function": ("function",),
    "pythonpath": ("function",),
    "files": ("function",),
    "timeout": ("function",),
    "ignore_case": ("exact", "contains", "regex"),
}
"""Which settings say something to which kinds."""


class Scorer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is made of an answer beside what was expected: a value from 0 (wrong) to 1 (right)."""

    kind: ScorerKind | None = None
    """Default: the name of the table, where that is a kind; ``function`` where one is named."""
    threshold: float = 1.0
    """The answer is right from this value on, where the scorer decides that."""
    ignore_case: bool = False
    """``exact``, ``contains``, ``regex``: A is a."""
    pattern: str | None = None
    """``regex``: what must be found in the answer (RE2, so no look-around); without it the expected value is the pattern."""
    tolerance: float = 0.0
    """``numeric``: how far off still counts as right, in units of the answer."""
    relative: float = 0.0
    """``numeric``: how far off still counts as right, as a share of what was expected; the larger of the two counts."""
    fields: tuple[str, ...] = ()
    """``json_path``: the fields that are compared, such as ``$.intent`` and ``$.slots[0].value``."""
    function: str | None = None
    """``module:function``: takes a frame, returns a value for each row. It is code, so it needs trust and runs in a process of its own."""
    pythonpath: tuple[str, ...] = (".",)
    """Import roots of ``function``, relative to the workspace."""
    files: tuple[str, ...] = ()
    """Globs of what the function depends on besides the package that it is in."""
    timeout: float = 60.0
    """Seconds that one call of the function may take."""

    @property
    def graded(self) -> bool:
        """Can its value lie between 0 and 1?"""
        return self.kind in ("token_f1", "json_path", "function")

    def named(self, name: str) -> Scorer:
        """Return the scorer with its kind filled in, where the table's name says it."""
        if self.kind is not None:
            return self
        kind: str | None = "function" if self.function is not None else name
        return msgspec.structs.replace(self, kind=kind) if kind in KINDS else self

    def fault(self, name: str) -> tuple[str, str, str] | None:
        """Return what is wrong, under which key, and what to do about it; None: nothing is."""
        kind = self.named(name).kind
        if kind is None:
            return f"nothing says what {name!r} does", "", f'kind = "…", one of {", ".join(KINDS)}'
        for setting, kinds in _OWN.items():
            if getattr(self, setting) != getattr(_DEFAULTS, setting) and kind not in kinds:
                return f"{setting} says nothing to a scorer that is {kind}", setting, f"it belongs to: {', '.join(kinds)}"
        if not 0 < self.threshold <= 1:
            return "a threshold lies above 0 and not above 1", "threshold", ""
        for setting in ("tolerance", "relative"):
            if not 0 <= getattr(self, setting) < float("inf"):
                return f"{setting} is a number that is not negative", setting, ""
        if not 0 < self.timeout <= 86_400:
            return "timeout lies between 0 and 86,400 seconds", "timeout", ""
        if kind == "function" and not FUNCTION.match(self.function or ""):
            return f"{self.function!r} is no function", "function", 'write "module:function"'
        if kind == "json_path" and not self.fields:
            return "nothing says which fields are compared", "fields", 'fields = ["$.intent"]'
        for field in self.fields:
            if steps(field) is None:
                return f"{field!r} is no path", "fields", "$.name, $.list[0] and $['any name'] can be; no * and no .."
        return self._pattern_fault()

    def _pattern_fault(self) -> tuple[str, str, str] | None:
        if self.pattern is None:
            return None
        import pyarrow as pa
        import pyarrow.compute as pc

        try:
            pc.match_substring_regex(pa.scalar(""), self.pattern)
        except (pa.ArrowInvalid, UnicodeEncodeError) as error:
            said = str(error).removeprefix("Invalid regular expression: ")
            return f"{self.pattern!r} is no regular expression: {said}", "pattern", "RE2's syntax: no look-ahead, no back-reference"
        return None


_DEFAULTS = Scorer()


def steps(path: str) -> tuple[str | int, ...] | None:
    """Return the steps of a JSON path (``$.a[0]``: ``a``, 0), None for what is none."""
    if not path.startswith("$"):
        return None
    found: list[str | int] = []
    at = 1
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            return None
        name, index, quoted = match.groups()
        found.append(int(index) if index is not None else name if name is not None else quoted)
        at = match.end()
    return tuple(found) or None


def scorers_fault(task_kind: str, used: Sequence[str], scorers: Mapping[str, Scorer]) -> tuple[str, list[str], str] | None:
    """Return what is wrong with ``[scorers]`` and ``[task] scorers``, where, and what to do about it; None: nothing is."""
    for name, scorer in scorers.items():
        if not _NAME.match(name):
            return f"{name!r} is no name", ["scorers", name], "letters, digits, '_' and '-', a letter first"
        wrong = scorer.fault(name)
        if wrong is not None:
            what, key, hint = wrong
            return what, ["scorers", name, key] if key else ["scorers", name], hint
    if used and task_kind not in ("text", "json"):
        return f"scorers belong to text and JSON tasks, not to {task_kind}", ["task", "scorers"], "[metrics] show names its metrics"
    for name in used:
        if name not in scorers and name not in KINDS:
            return f"there is no scorer {name!r}", ["task", "scorers"], near_names(name, [*scorers, *KINDS])
        if name not in scorers and (wrong := Scorer().named(name).fault(name)) is not None:
            return f"the scorer {name} needs a table: {wrong[0]}", ["task", "scorers"], f"[scorers.{name}]"
    if len(set(used)) != len(used):
        return "a scorer stands there twice", ["task", "scorers"], ""
    return None
