"""Look at a log and guess what each column is for; every guess comes with its reason."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from regrade.errors import DataError, UsageError, near_names
from regrade.log import guess
from regrade.log.agree import agree
from regrade.log.facts import Facts, look
from regrade.log.infer import guess_fits
from regrade.log.inputs import open_sources
from regrade.log.path_columns import rows_sql, with_paths
from regrade.log.query import BUILT_IN
from regrade.log.readers.base import Source
from regrade.log.readers.parquet import ParquetSource
from regrade.log.roles import Column
from regrade.log.work import Work

ROLES = ("id", "time", "model", "prediction", "score", "outcome", "feedback")
"""Roles that a user may give on the command line."""
_LOOKED_AT = 50_000
"""Rows of each file that guesses rest on."""


@dataclass(frozen=True)
class Sniffed:
    """What a log seems to be.

    Attributes
    ----------
    task : str
        Its kind: ``classification``, ``regression``, ``text`` or ``json``.
    roles : dict
        Role → column, for the roles that have one column.
    columns : tuple of Column
        Every column with type and role.
    notes : tuple of str
        The reason for each guess, to be shown.
    scores : dict or str
        Class → column, where classes have a probability each; or the column that holds an object of them.
    ignore : tuple of str
        Columns that look like the model's own output.
    positive : str or None
        The class that the score is of.
    tolerance : float
        Regression: a first guess at what still counts as right.
    in_place : tuple of Path
        Files, folders and patterns of Parquet, which need no import.
    key : tuple of str
        The id and the model, where one id has the answers of several models.
    negative : tuple
        Values of the feedback that say wrong, where the defaults do not say it.
    """

    task: str
    roles: dict[str, str]
    columns: tuple[Column, ...]
    notes: tuple[str, ...]
    scores: dict[str, str] | str
    ignore: tuple[str, ...]
    positive: str | None
    tolerance: float
    in_place: tuple[Path, ...]
    key: tuple[str, ...] = ()
    deployed: str | None = None
    negative: tuple[str | int, ...] = ()

    def to_toml(self, root: Path | None = None) -> str:
        """Return the commented ``regrade.toml``; paths below ``root`` are written relative to it."""
        from regrade.log.write_config import to_toml

        return to_toml(self, root)


def sniff(path: Path | Sequence[Path], given: Mapping[str, str]) -> Sniffed:
    """Return what the log in one or more files seems to be.

    Parameters
    ----------
    given : mapping
        What the user says: ``task``, or a role of :data:`ROLES` → column. It overrides every guess.

    Raises
    ------
    DataError
        A file cannot be read, a line of it is bad, or there is not one row.
    UsageError
        No column looks like the prediction or the id, or one that was given is not there or not unique; lists the columns and
        the flag to pass.
    """
    paths = [path] if isinstance(path, Path) else list(path)
    if not paths:
        raise UsageError("no log is named", hint="regrade init LOG")
    sources, _ = open_sources(paths)
    with tempfile.TemporaryDirectory(prefix="regrade-") as folder, Work(Path(folder)) as work:
        facts = _facts(sources, work)
        if not any(each.rows for each in facts.values()):
            hint = "a log is a file with a row for each prediction"
            raise DataError("holds no predictions", where=", ".join(each.path.name for each in sources), hint=hint)
        for role, column in given.items():
            if role != "task" and column not in facts:
                raise UsageError(f"there is no column {column!r}", where=f"--{role}", hint=near_names(column, facts))
        guesses = guess.roles(facts, given, work)
    in_place = tuple(each.absolute() for each in paths) if all(isinstance(each, ParquetSource) for each in sources) else ()
    named = {column: role for role, column in guesses.roles.items()}
    named |= dict.fromkeys(guesses.score_columns, "score") | dict.fromkeys(guesses.ignore, "ignore")
    columns = tuple(Column(name, each.type, named.get(name, "input")) for name, each in facts.items())
    inputs = [each.name for each in columns if each.is_input]
    words = [each.name for each in columns if each.name.lower() in BUILT_IN]
    notes = [*guesses.notes, *(f"column {each!r} is also a word of regrade's expressions: reach it as log.{each}" for each in words)]
    notes = [*notes, f"inputs: {', '.join(inputs) or 'none'}"]
    if inputs:
        notes.append("is an input known only after the prediction? name it in log.ignore: candidates must not see it")
    return Sniffed(
        task=guesses.task,
        roles=guesses.roles,
        columns=columns,
        notes=tuple(notes),
        scores=guesses.scores,
        ignore=guesses.ignore,
        positive=guesses.positive,
        tolerance=guesses.tolerance,
        in_place=in_place,
        key=guesses.key,
        deployed=guesses.deployed,
        negative=guesses.negative,
    )


def _facts(sources: Sequence[Source], work: Work) -> dict[str, Facts]:
    """Type and counts of each column, over the first rows of each file."""
    fits = []
    for source in sources:
        source.open(work.ask, lambda lines: None)
        source.forget_partitions()
        if source.rejects:
            bad = source.rejects[0]
            raise DataError(
                bad.problem, where=f"{source.path.name}:{bad.line}", hint="mend the line, or set up by hand and use --quarantine"
            )
        source.keep_good(work.folder)
        fits.append(guess_fits(source, work))
    types = with_paths(sources, agree(sources, fits, {}, {}), {})
    parts = []
    for source, fit in zip(sources, fits, strict=True):
        kinds = {name: _lenient(types[name], fit[name]) for name in source.columns}
        kinds |= {name: types[name] for name in source.partitions}
        parts.append(f"(SELECT * FROM ({rows_sql(source, kinds, 'true')}) LIMIT {_LOOKED_AT})")
    work.run(f"CREATE OR REPLACE TEMP TABLE looked AS {' UNION ALL BY NAME '.join(parts)}")
    return {name: look(name, types[name], work) for name in types}


def _lenient(kind: str, fitting: frozenset[str] | None) -> str:
    """The column's type, or text where its values contradict each other: the import will name the line."""
    return kind if fitting is None or kind in fitting else "VARCHAR"
