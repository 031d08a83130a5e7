"""One workspace, opened: its parts are made when they are first needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from regrade import config as settings
from regrade.errors import DataError
from regrade.paths import Paths, find_root

if TYPE_CHECKING:
    import pandas as pd

    from regrade.candidates import RefPool
    from regrade.compare import Comparison, ScoreboardRow
    from regrade.evalset import EvalSet, Event, Mode
    from regrade.log import Facets, PredictionLog, Reader
    from regrade.log.stats import LogStats
    from regrade.scoring import Database, OutputCache, Replay, Scored
    from regrade.workspace.exchange.backfill import Backfilled
    from regrade.workspace.exchange.bring import Brought
    from regrade.workspace.late_outcomes import Arrived
    from regrade.workspace.reviewing import Review
    from regrade.workspace.status import Status

Progress = Callable[[str, int, int], None]
"""Told as work goes on: the candidate, examples done, examples in all."""


class Workspace:
    """Everything that one ``regrade.toml`` is about; a context manager.

    Parameters
    ----------
    paths : Paths
        Where it lives.
    config : Config
        What ``regrade.toml`` says.
    allow_code : bool, default False
        Let candidates that are code run without `regrade trust`.
    read_only : bool, default False
        Decide nothing; works on a folder that cannot be written to.
    """

    def __init__(self, paths: Paths, config: settings.Config, *, allow_code: bool = False, read_only: bool = False) -> None:
        self.paths = paths
        self.config = config
        self._allow_code = allow_code
        self._read_only = read_only

    @classmethod
    def open(cls, path: str | Path | None = None, *, allow_code: bool = False, read_only: bool = False) -> Self:
        """Open the workspace at ``path``, or the nearest above the current folder; see :func:`regrade.open`."""
        paths = Paths(find_root(Path(path) if path is not None else None))
        return cls(paths, settings.load(paths.config), allow_code=allow_code, read_only=read_only)

    def close(self) -> None:
        """Seal what was decided, end the candidates' processes, close the log and the database."""
        made = self.__dict__
        for name in ("pool", "reader", "log", "database", "evalset"):
            if name in made:
                made.pop(name).close()

    def close_log(self) -> None:
        """Close the log, which an import is about to change; it is opened anew when it is needed next."""
        for name in ("reader", "log"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

    # --- its parts ---

    @cached_property
    def evalset(self) -> EvalSet:
        """The decisions of everybody, and this session's journal."""
        from regrade.actor import current_actor
        from regrade.evalset import EvalSet

        actor = current_actor(self.paths.root)
        kind, cache = self.config.task.kind, self.paths.cache
        return EvalSet.open(self.paths.evalset, actor=actor, task_kind=kind, read_only=self._read_only, cache=cache)

    @cached_property
    def log(self) -> PredictionLog:
        """The prediction log. Raises DataError where there is none."""
        from regrade.log import PredictionLog

        return PredictionLog.open(self.paths, self.config)

    @cached_property
    def reader(self) -> Reader:
        """A reader of the log for this thread."""
        return self.log.reader()

    @cached_property
    def pool(self) -> RefPool:
        """The candidates, as they stand and at any git ref, each in a process of its own."""
        from regrade.candidates import RefPool

        return RefPool(self.paths.root, self.config, allow_code=self._allow_code)

    @cached_property
    def database(self) -> Database:
        """workspace.db: the open projection, and the cache of outputs."""
        from regrade.scoring import Database

        return Database.open(self.paths.database)

    @cached_property
    def cache(self) -> OutputCache:
        """Every output that was ever computed, by fingerprint and content."""
        from regrade.scoring import OutputCache

        return OutputCache(self.database)

    # --- browse ---

    def predictions(self, where: str = "", *, sort: str = "", limit: int | None = None) -> pd.DataFrame:
        """Return logged predictions as a frame.

        Parameters
        ----------
        where : str
            An expression over the log, such as ``"carrier = 'EV' and result = 'wrong'"``.
        sort : str
            A column, ``-column`` for descending; default: newest first.
        limit : int, optional
            At most so many rows.

        Returns
        -------
        DataFrame, shape (n_rows, n_columns + 4)
            Every column of the log with its own dtype, plus ``key``, ``result``, ``status`` and ``mode``; indexed by key.
        """
        from regrade.workspace.browse import predictions

        return predictions(self, where, sort, limit)

    def facets(self, column: str, where: str = "", *, limit: int = 20) -> Facets:
        """Count predictions and failures by the values of a column (bins of a number, spans of a time), under a filter."""
        from regrade.workspace.browse import facets

        return facets(self, column, where, limit)

    def log_stats(self, where: str = "") -> LogStats:
        """Return what there is to know of the log: counts, days, columns, and findings such as outcomes of a broken feed."""
        from regrade.workspace.browse import log_stats

        return log_stats(self, where)

    def examples(self) -> pd.DataFrame:
        """Return the members of the eval set, one row each, indexed by key: labels, weights, then the inputs.

        An input that is called like one of an example's own columns (``origin``, ``weight``, …) is ``log.origin``.
        """
        from regrade.workspace.browse import examples

        return examples(self)

    def labels(self) -> pd.DataFrame:
        """Return every prediction that somebody decided on, a row each, indexed by key: status, mode, expected, by, at, reason, notes."""
        from regrade.workspace.exchange.labels import labels

        return labels(self)

    def export(self, path: str | Path, what: str = "eval", *, partition: str = "all", where: str = "", plain: bool = False) -> int:
        """Write the eval set (``what="eval"``) or the labels to .jsonl, .csv or .parquet, untyped if ``plain``; return how many rows."""
        from regrade.workspace.exchange.export import export

        return export(self, Path(path), what, partition, where, plain)

    def status(self) -> Status:
        """Return the counts that say where the work stands."""
        from regrade.workspace.status import status

        return status(self)

    # --- decide ---

    def label(self, keys: Sequence[str], mode: str, *, expected: Any = None, note: str | None = None) -> Event:
        """Label predictions with a failure mode; a mode that is new is defined. ``expected`` corrects the outcome."""
        self.require(keys)
        more = {} if expected is None else {"expected": expected}
        return self.evalset.label(keys, mode, note=note, **more)

    def dismiss(self, keys: Sequence[str], reason: str) -> Event:
        """Say that predictions are no failures worth keeping, and why."""
        self.require(keys)
        return self.evalset.dismiss(keys, reason)

    def promote(
        self,
        keys: Sequence[str] = (),
        *,
        where: str = "",
        limit: int | None = None,
        origin: str | None = None,
        pinned: bool = False,
    ) -> Event:
        """Promote predictions into the eval set: by key, or all that ``where`` finds (newest first, at most ``limit``).

        ``origin`` is ``"failure"`` or ``"important"``. Without it only failures are promoted: of what ``where`` finds the others
        stay out, and a key that is no failure is refused.
        """
        from regrade.workspace.decide import promote

        return promote(self, keys, where, limit, origin, pinned)

    def sample(self, n: int | None = None, *, rate: float | None = None) -> Event:
        """Promote a random sample of the log: the basis of the production estimate. Give ``n`` or ``rate``."""
        from regrade.workspace.decide import sample

        return sample(self, n, rate)

    def diff(self, a: str = "HEAD", b: str | None = None) -> Review:
        """Return what changed in the eval set from ``a`` to ``b`` (default: now, with what is not sealed yet).

        Each is a git ref, ``"now"``, a date such as ``"2026-11-30"``, or a version; ``"main...HEAD"`` goes from where the two parted.
        """
        from regrade.workspace.reviewing import review

        return review(self, a, b)

    def add_examples(
        self,
        path: str | Path,
        *,
        origin: str = "important",
        id: str | None = None,
        expected: str | None = None,
        mode: str | None = None,
        pinned: bool = False,
        allow_missing: bool = False,
        dry_run: bool = False,
    ) -> Brought:
        """Bring the eval set of a file in (CSV, JSON lines, Parquet), all of it as one decision; only look with ``dry_run``.

        ``id``, ``expected`` and ``mode`` name columns (``mode``: or one mode for all rows), ``origin`` is that of rows which do not
        say it; ``allow_missing`` leaves inputs empty that the file lacks and that may be.
        """
        from regrade.workspace.exchange.bring import bring, look
        from regrade.workspace.exchange.columns import Options

        looked = look(self, Path(path), Options(origin, id, expected, mode, pinned, allow_missing))
        return looked if dry_run else bring(self, looked)

    def add_outcomes(
        self, paths: Sequence[str | Path], *, update: bool = False, key: Sequence[str] = (), outcome: str | None = None
    ) -> Arrived:
        """Join ground truth that came late to the log, by key, and say which verdicts of people it contradicts.

        ``key`` and ``outcome`` are what the columns are called in the files, where that is not what the log calls them; ``update``
        lets outcomes replace others that are logged.
        """
        from regrade.workspace.late_outcomes import add_outcomes

        return add_outcomes(self, [Path(each) for each in paths], update=update, key=key, outcome=outcome)

    def backfill(self, columns: Sequence[str] = (), *, dry_run: bool = False) -> Backfilled:
        """Give examples the inputs (all, or ``columns``) and outcomes that the log has by now; only look with ``dry_run``."""
        from regrade.workspace.exchange.backfill import backfill, look

        looked = look(self, columns)
        return looked if dry_run else backfill(self, looked)

    def undo(self, n: int = 1) -> list[Event]:
        """Take back your newest ``n`` decisions."""
        return self.evalset.undo(n)

    def redo(self, n: int = 1) -> list[Event]:
        """Do again what you took back."""
        return self.evalset.redo(n)

    def define_mode(self, name: str, *, digit: int | None = None) -> Mode:
        """Define a failure mode; its digit (1–9) is its key in the app."""
        return self.evalset.define_mode(name, digit=digit)

    def require(self, keys: Sequence[str]) -> None:
        """Refuse keys that name no prediction, or several.

        Raises
        ------
        DataError
            A key is neither in the log nor in the eval set, or stands twice in the log.
        """
        from regrade.workspace.decide import no_such_key

        state = self.evalset.state
        outside = [key for key in keys if not state.is_member(key)]
        try:
            found: Mapping[str, int] = self.reader.find(list(dict.fromkeys(keys)))
        except DataError:
            if outside or self.has_log:
                raise
            return  # CI has no log; members are known without it
        missing = [key for key in outside if key not in found]
        if missing:
            raise no_such_key(missing)

    @property
    def has_log(self) -> bool:
        """Is there a prediction log here, readable or not; CI has none."""
        return bool(self.config.log.paths) or any(self.paths.log.glob("*.parquet"))

    # --- judge ---

    def score(self, names: Sequence[str] | None = None, *, progress: Progress | None = None) -> Scored:
        """Score candidates on the eval set, predicting only what was never computed before; the results go into workspace.db too."""
        from regrade.workspace.judge import project, score

        scored = score(self, names, progress)
        project(self, scored)
        return scored

    def scores(self) -> pd.DataFrame:
        """Return every metric of every candidate, a row each: ``sampled`` (weighted: the production estimate) and ``all`` members."""
        from regrade.workspace.judge import scores

        return scores(self)

    def scoreboard(self) -> list[ScoreboardRow]:
        """Return the scoreboard, a row for each candidate: production estimate, known failures, pinned, flips, errors."""
        from regrade.compare import scoreboard
        from regrade.workspace.replaying import champion_replay

        scored, replayed = self.score(), champion_replay(self)
        rates = {self.config.champion: replayed.rate} if replayed and replayed.rate is not None else {}
        return scoreboard(scored, self.config, replay=rates)

    def compare(self, baseline: str, candidate: str, *, progress: Progress | None = None) -> Comparison:
        """Compare two candidates on the eval set, and judge the second by ``[gate]``: that of the baseline's commit for ``NAME@REF``."""
        from regrade.workspace.verdict import judged

        return judged(self, baseline, candidate, progress).comparison

    def replay(self, name: str | None = None) -> Replay:
        """Run a candidate (the champion) on up to 1,000 logged predictions: does it say what production said?"""
        from regrade.workspace.replaying import replay

        return replay(self, name or self.config.champion)
