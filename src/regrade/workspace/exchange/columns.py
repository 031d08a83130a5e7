"""What each column of a file of examples is: the key, what is expected, an input, or nothing of ours."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from regrade.config import Config
from regrade.errors import UsageError, near_names
from regrade.workspace.exchange.sheet import OWN, RESERVED, input_of

LABELS = ("expected", "outcome", "prediction")
_ANYBODYS = frozenset(("key", "expected", "origin", "mode", "pinned", "partition", "weight"))
"""Names that mean to us what they say in a file of other people's making too."""
_MARKS = frozenset(("key", "origins", "content_hash"))
"""A file with these was exported by regrade, whatever another tool made of it since."""
_UNREAD = frozenset(("disputed", "content_hash", "notes", "schema", "regrade"))
"""Columns of an export that say nothing of an example which the others do not."""


@dataclass(frozen=True)
class Options:
    """What a person says of a file; see :meth:`Workspace.add_examples`."""

    origin: str = "important"
    id: str | None = None
    expected: str | None = None
    mode: str | None = None
    pinned: bool = False
    allow_missing: bool = False


@dataclass(frozen=True)
class Columns:
    """Which column is what.

    Attributes
    ----------
    key : tuple of str
        Columns that make the key together; none: the content does.
    roles : dict
        Role (a name of ours, such as ``expected`` or ``weight``) to column.
    scores : dict
        Class to column.
    inputs : dict
        Input to column.
    left_out : tuple of str
    is_export : bool
        Did `regrade export eval` write it?
    """

    key: tuple[str, ...]
    roles: dict[str, str]
    scores: dict[str, str]
    inputs: dict[str, str]
    left_out: tuple[str, ...]
    is_export: bool
    fixed_mode: str | None = None

    def named(self) -> dict[str, str]:
        """Return what is shown to people: role to column, the key first."""
        shown = {"key": " + ".join(self.key) or "a hash of the content"}
        shown |= {role: column for role, column in self.roles.items() if role not in _UNREAD}
        return shown | {f"score of {name}": column for name, column in self.scores.items()}


def assign(columns: Collection[str], config: Config, options: Options, known: Collection[str] | None, *, has_header: bool) -> Columns:
    """Return what each column is.

    Parameters
    ----------
    columns : collection of str
        In the order of the file.
    known : collection of str or None
        The inputs that examples of this eval set have; None: this file is the first to say.
    has_header : bool
        Was the file written by `regrade export`?

    Raises
    ------
    UsageError
        An option names a column that is not there.
    """
    is_export = has_header or set(columns) >= _MARKS
    roles = {role: _require(name, columns, f"--{role}") for role, name in (("id", options.id), ("expected", options.expected)) if name}
    if options.mode in columns:
        roles["mode"] = str(options.mode)
    if roles.get("expected") is not None and roles["expected"] == config.log.outcome:
        roles["outcome"] = roles.pop("expected")  # the log's own word for it
    scores: dict[str, str] = {}
    inputs: dict[str, str] = {}
    left: list[str] = []
    logged = {} if is_export else _logged(config)
    is_id = not (is_export or options.id or config.log.key_columns or "key" in columns)  # `id`, where nobody says what names a row
    for name in columns:
        if name in roles.values():
            continue
        plain = input_of(name)
        said = logged.get(name, "id" if is_id and name == "id" else "")
        if plain is not None and (is_export or known is None or plain in known):
            inputs[plain] = name
        elif is_export and name in RESERVED:
            roles.setdefault(name, name)
        elif known is not None and name in known and f"log.{name}" not in columns and not is_export:
            inputs[name] = name
        elif said.startswith("score of "):
            scores[said[9:]] = name
        elif said in OWN or said == "score":
            roles.setdefault(said, name)
        elif name in _ANYBODYS:
            roles.setdefault(name, name)
        elif (
            said in ("id", "ignore") or name in ("note", "notes") or config.privacy.drops(name) or (known is not None and name not in known)
        ):
            left.append(name)
        else:
            inputs[name] = name
    key = _key(columns, roles, inputs, config, is_export)
    left = [name for name in left if name not in key]
    fixed = options.mode if options.mode not in columns else None
    roles = {role: name for role, name in roles.items() if role not in ("id", "key")}
    if fixed is not None:
        left += [roles.pop(role) for role in ("mode", "mode_name") if role in roles]
    return Columns(key, roles, scores, inputs, tuple(left), is_export, fixed)


def _require(name: str, columns: Collection[str], option: str) -> str:
    if name not in columns:
        raise UsageError(f"there is no column {name!r}", where=option, hint=near_names(name, columns))
    return name


def _logged(config: Config) -> dict[str, str]:
    """Return column to role, as `[log]` names them."""
    log = config.log
    named = {name: role for name, role in log.roles().items() if role not in ("text", "score")}
    named |= {column: f"score of {name}" for name, column in log.class_columns.items()}
    named |= {log.scores_column: "scores"} if log.scores_column else {}
    named |= {log.feedback: "ignore"} if log.feedback else {}
    return named | ({log.score: "score"} if log.score else {})


def _key(columns: Collection[str], roles: dict[str, str], inputs: dict[str, str], config: Config, is_export: bool) -> tuple[str, ...]:
    if "id" in roles:
        return (roles["id"],)
    names = config.log.key_columns or ("id",)
    if not is_export and all(name in columns and name not in inputs.values() for name in names):
        return names if config.log.key_columns or "key" not in roles else (roles["key"],)
    return (roles["key"],) if "key" in roles else ()
