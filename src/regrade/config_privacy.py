"""The ``[privacy]`` table of ``regrade.toml``: what is dropped or hashed before a candidate sees it and before git keeps it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

import msgspec

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_CHECK = re.compile(r"[0-9a-f]{8}\Z")


class Fault(msgspec.Struct, frozen=True):
    """Something that the table cannot say: what, under which key, what to do."""

    what: str
    key: str
    hint: str


class Privacy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Columns that must not leave the log as they are; a name stands for every spelling of it (:func:`folded`)."""

    drop: tuple[str, ...] = ()
    """Columns that no candidate and no example ever gets; they stay in the log and in what the app shows of it."""
    hash: tuple[str, ...] = ()
    """Columns whose values become ``hmac:…``: equal values stay equal, nobody without the key learns which they were."""
    key_env: str = "REGRADE_PRIVACY_KEY"
    """Environment variable that holds the key of the hashes, the same for the whole team; the key itself never stands in a file."""
    check: str = ""
    """What tells the team's key from others (``log/keyed_hash.py``: :func:`key_check`); no secret. regrade prints the line to add."""

    @property
    def declared(self) -> tuple[str, ...]:
        """Every name that the table has."""
        return self.drop + self.hash

    def drops(self, column: str) -> bool:
        """Is this column dropped, however it is spelled?"""
        return bool(self.drop) and folded(column) in _all_folded(self.drop)

    def hashes(self, column: str) -> bool:
        """Are the values of this column hashed, however its name is spelled?"""
        return bool(self.hash) and folded(column) in _all_folded(self.hash)

    def covers(self, column: str) -> bool:
        """Is this column one or the other?"""
        return self.drops(column) or self.hashes(column)

    def fault(self, roles: Mapping[str, str]) -> Fault | None:
        """Return what is wrong with the table; ``roles``: column → role, of those that examples keep as they are. None: nothing is."""
        if not _VARIABLE.match(self.key_env):
            # Not quoted: somebody may have written the key itself there.
            return Fault("this is no name of an environment variable", "key_env", "name the variable here, and keep its value out of git")
        if self.check and not _CHECK.match(self.check):
            return Fault("this is no check value of a key: 8 of 0–9 and a–f", "check", "take it out: regrade prints the right line then")
        for key, names in (("drop", self.drop), ("hash", self.hash)):
            for name in names:
                if not folded(name):
                    return Fault("a column has a name", key, "")
                role = next((role for column, role in roles.items() if folded(column) == folded(name)), "")
                if role in _WHY_NOT:
                    return Fault(f"{name!r} is the log's {role}: {_WHY_NOT[role]}", key, _INSTEAD[role == "id"])
        both = next((name for name in self.hash if self.drops(name)), None)
        return None if both is None else Fault(f"{both!r} is both dropped and hashed", "hash", "keep it in one of the two")

    def missing(self, columns: Iterable[str]) -> str | None:
        """Return the first declared name that is none of a log's ``columns``."""
        there = {folded(column) for column in columns}
        return next((name for name in self.declared if folded(name) not in there), None)


_WHY_NOT = {
    "id": "it names the prediction in every decision, so git would keep it",
    "prediction": "without it no answer can be judged",
    "outcome": "without it no answer can be judged",
    "feedback": "without it no result can rest on it",
    "score": "without it no probability can be judged",
    "time": "an example says when it was predicted",
    "model": "an example says which model answered",
}
_INSTEAD = (
    "take it out of [log], and nothing will use it; or write the log without what must not be kept",
    "write the log with a surrogate id (a hash of this one, or a running number), and name that in [log]",
)


@lru_cache(4_096)
def folded(name: str) -> str:
    """Return a column's name without what only its spelling adds: case, width and composition of letters, invisible characters, blanks
    around it.

    DuckDB tells names apart by more than case; a name that is found too often hides a column too many, one that slips through is
    in git for ever.
    """
    seen = "".join(each for each in unicodedata.normalize("NFKC", name) if unicodedata.category(each) != "Cf")
    one_i = seen.casefold().replace("\u0131", "i").replace("i\u0307", "i")  # Turkish has two, whose capitals are not ours
    return unicodedata.normalize("NFKC", one_i).strip()


@lru_cache(64)
def _all_folded(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(folded, names))
