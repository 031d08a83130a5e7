"""What went wrong with a candidate, for people: why in few words, which examples, what its process wrote last, what to do."""

from __future__ import annotations

import re
import shlex
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from regrade.candidates import Pool
from regrade.candidates.ask import LACKS
from regrade.candidates.outputs import NOT_ASKED
from regrade.errors import NotTrustedError, RegradeError
from regrade.safe_text import safe_lines, safe_text

if TYPE_CHECKING:
    from regrade.config import Config
    from regrade.scoring.scored import Scored

_MOST_GROUPS, _MOST_KEYS = 5, 5
_LONGEST = 600
_QUOTED = re.compile(r"'([^']+)'")
_MISSING_MODULE = re.compile(r"No module named '([A-Za-z0-9_]+)")


@dataclass(frozen=True)
class Group:
    """Examples that have one and the same error."""

    error: str
    n: int
    keys: list[str]
    """The first of them."""


@dataclass(frozen=True)
class Trouble:
    """What went wrong with one candidate; every text is harmless and bounded.

    Attributes
    ----------
    reason : str
        Why, in one short line.
    failed : bool
        Whether it could not be asked at all, so that none of its examples has an answer.
    wrote : list of str
        The last lines of its standard error.
    todo : list of str
        What to do about it, the likeliest first.
    command : str
        The command that does it, where one does; it is shown, never run.
    """

    name: str
    reason: str
    failed: bool
    errors: int
    groups: list[Group] = field(default_factory=list)
    wrote: list[str] = field(default_factory=list)
    todo: list[str] = field(default_factory=list)
    command: str = ""


def trouble(scored: Scored, name: str, pool: Pool, config: Config) -> Trouble | None:
    """Return what went wrong with a candidate; None where nothing did."""
    run = scored.runs[name]
    if not run.errors and not run.error:
        return None
    found: dict[str, list[str]] = {}
    for each, output in zip(scored.members, scored.answers[name], strict=True):
        if output.error is not None and output.error != NOT_ASKED:
            found.setdefault(output.error, []).append(each.key)
    largest = sorted(found.items(), key=lambda item: -len(item[1]))
    raised = run.raised
    groups = [] if raised else [
        Group(safe_text(error, _LONGEST), len(keys), [safe_text(key, 80) for key in keys[:_MOST_KEYS]])
        for error, keys in largest[:_MOST_GROUPS]
    ]  # fmt: skip
    what = raised.what if raised else largest[0][0] if largest else str(run.error)
    todo, command = _advice(name, what, raised, config)
    return Trouble(
        name=name,
        reason=safe_text(what.partition("\n")[0], _LONGEST),
        failed=raised is not None,
        errors=run.errors,
        groups=groups,
        wrote=[safe_text(line, 300) for line in safe_lines(pool.last_words(name)).split("\n")[-12:] if line.strip()],
        todo=[safe_text(line, _LONGEST) for line in todo],
        command=command,
    )


def _advice(name: str, what: str, raised: RegradeError | None, config: Config) -> tuple[list[str], str]:
    """Return what to do, and the command for it, where there is one."""
    quoted = shlex.quote(name)
    doctor = "`regrade doctor` loads every candidate and says what it lacks"
    hint = raised.hint if raised else ""
    if isinstance(raised, NotTrustedError):
        return [hint], f"regrade trust {quoted}"
    said = config.candidates.get(name.partition("@")[0])
    place = f"under [candidates.{name.partition('@')[0]}] in regrade.toml"
    if missing := _MISSING_MODULE.search(what):
        python = (said and said.interpreter) or sys.executable
        return [f"it imports {missing[1]}: install the package that has it, with `{shlex.quote(python)} -m pip install …`", doctor], ""
    roles = config.log.roles()
    hidden = [each for each in _QUOTED.findall(what) if roles.get(each, "text") != "text"] if what.startswith(LACKS) else []
    if hidden:
        never = f"no candidate is given {', '.join(hidden)}: `[log]` in regrade.toml says that these are no inputs; train it without them"
        return [never], ""
    if "no answer within" in what:
        return [f"look at where it hangs; where it is only slow, give it more: `timeout = …` {place}"], ""
    if any(word in what for word in ("out of memory", "MemoryError", "bad_alloc", "allocate")):
        limit = f" (now {said.memory_mb:,})" if said else ""
        return [f"let it have more memory: `memory_mb = …`{limit} {place}"], ""
    ours = hint if hint and "it last wrote" not in hint else ""
    return [each for each in (ours, doctor if raised else "") if each], ""  # doctor says no more of what is loaded and fails
