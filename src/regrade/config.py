"""What ``regrade.toml`` may say: every setting, documented where it is declared."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec

from regrade.config_business import Business
from regrade.config_candidate import Candidate
from regrade.config_metrics import CustomMetric, Metrics, custom_fault
from regrade.config_place import place
from regrade.config_privacy import Privacy
from regrade.config_scorers import Scorer, scorers_fault
from regrade.config_stages import stages_fault
from regrade.config_views import View, view_name_fault
from regrade.errors import ConfigError, near_names

TaskKind = Literal["classification", "regression", "text", "json"]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file: immutable, and an unknown key is an error."""


class Task(_Table, frozen=True):
    """What the model is asked."""

    kind: TaskKind = "classification"
    positive: str | None = None
    """Binary classification: the class that the score is of."""
    tolerance: float = 0.0
    """Regression: how far off still counts as right, in units of the outcome."""
    scorers: tuple[str, ...] = ()
    """Text and JSON: tables of ``[scorers]``, or kinds of scorers. The first decides what is right; the values of all are metrics."""


class Log(_Table, frozen=True):
    """Roles of the log's columns; a column without a role is an input."""

    paths: tuple[str, ...] = ()
    """Parquet files and globs read in place, relative to the workspace; what ``log add`` brought is found by itself."""
    id: str | None = None
    key: tuple[str, ...] = ()
    """Columns that make the key together, where one id has the answers of several models; default: the id."""
    time: str | None = None
    model: str | None = None
    deployed: str | None = None
    """The value of ``model`` that production runs, where a log has the answers of its shadows too; default: the newest, by ``time``."""
    prediction: str | None = None
    score: str | None = None
    """Probability in [0, 1] of ``task.positive``."""
    scores: dict[str, str] | str = {}
    """Class to column, where every class has a probability of its own; or the one column that holds them all as an object."""
    outcome: str | None = None
    feedback: str | None = None
    """What a user made of the answer (a thumb, a ticket): evidence where there is no outcome; see :class:`Failure`."""
    text: str | None = None
    ignore: tuple[str, ...] = ()
    """Columns that are known only afterwards, or never to be seen by a candidate."""

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The columns whose values make the key of a prediction."""
        return self.key or ((self.id,) if self.id else ())

    @property
    def class_columns(self) -> dict[str, str]:
        """Class to the column that has its probability."""
        return self.scores if isinstance(self.scores, dict) else {}

    @property
    def scores_column(self) -> str | None:
        """The column that holds an object of class and probability."""
        return self.scores if isinstance(self.scores, str) else None

    def _score_columns(self) -> tuple[str, ...]:
        return (self.scores,) if isinstance(self.scores, str) else tuple(self.scores.values())

    def roles(self) -> dict[str, str]:
        """Return column to role, for every column that has one."""
        single = ("id", "time", "model", "prediction", "score", "outcome", "feedback", "text")
        named = {getattr(self, role): role for role in single if getattr(self, role)}
        named.update(dict.fromkeys(self._score_columns(), "score"))
        named.update(dict.fromkeys(self.ignore, "ignore"))
        named.update({column: "id" for column in self.key if column not in named})
        return named

    def kept(self) -> dict[str, str]:
        """Return column to role, for the columns whose values stand in examples and decisions as they are, whatever else they are."""
        roles = ("time", "model", "prediction", "outcome", "feedback", "score", "id")
        single = {getattr(self, role): role for role in roles if getattr(self, role)}
        return {**single, **dict.fromkeys(self._score_columns(), "score"), **dict.fromkeys(self.key_columns, "id")}


class Failure(_Table, frozen=True):
    """What counts as a failure."""

    when: str | None = None
    """An expression over the log; the default follows the task kind."""
    negative: tuple[str | bool | float, ...] = ()
    """Values of ``log.feedback`` that say wrong; default: -1, false, down, dislike and the like. ``["*"]``: any value, as of tickets."""
    positive: tuple[str | bool | float, ...] = ()
    """Values of it that say right; default: 1, true, up, like and the like. Any other value says nothing."""


class ProtectedSlice(_Table, frozen=True):
    """A slice that must not get worse by more than its margin."""

    margin: float = 0.0


class Gate(_Table, frozen=True):
    """How a candidate is judged."""

    champion: str | None = None
    """What production runs; default: the first candidate, else ``logged``."""
    margin: float = 0.01
    """Non-inferiority margin on the primary metric, in its units (0.01 is one point of accuracy)."""
    alpha: float = 0.05
    """Two-sided: intervals are at 1 − alpha."""
    pinned: Literal["never-regress", "report"] = "never-regress"
    inconclusive: Literal["warn", "fail"] = "warn"
    disputed: Literal["exclude", "fail"] = "exclude"
    max_errors: int = 0
    cluster: str | None = None
    """An input column whose equal values belong together (a customer, a day): the bootstrap draws whole clusters."""
    resamples: int = 10_000
    slices: dict[str, ProtectedSlice] = {}


class Sample(_Table, frozen=True):
    """How predictions are drawn for the production estimate."""

    salt: str = "regrade"
    """Two people with one salt draw the same predictions, so their samples merge."""


class Cost(_Table, frozen=True):
    """What computing costs."""

    per_hour: float = 0.0
    """Of one candidate's process, in units of ``business.currency``."""
    per_call: float = 0.0
    """Of each request that a candidate is sent, whatever it holds."""
    per_1k_tokens: float = 0.0
    """Of a thousand tokens, where a candidate reports how many it used."""

    def of(self, seconds: float, calls: float, tokens: float) -> float:
        """Return what this much work costs, in units of ``business.currency``."""
        return seconds / 3600 * self.per_hour + calls * self.per_call + tokens / 1000 * self.per_1k_tokens


class Config(_Table, frozen=True):
    """The whole of ``regrade.toml``."""

    task: Task = Task()
    log: Log = Log()
    failure: Failure = Failure()
    candidates: dict[str, Candidate] = {}
    metrics: Metrics = Metrics()
    scorers: dict[str, Scorer] = {}
    slices: dict[str, str] = {}
    stages: dict[str, str] = {}
    """Stage to the field of an answer (and the column of the log) that holds its output, in the order in which they are run."""
    checks: dict[str, str] = {}
    """Name to an expression over inputs and outputs of stages that holds where all is well."""
    views: dict[str, View] = {}
    business: Business = Business()
    gate: Gate = Gate()
    sample: Sample = Sample()
    privacy: Privacy = Privacy()
    cost: Cost = Cost()

    @property
    def candidate_names(self) -> tuple[str, ...]:
        """Every candidate, as the file orders them, the built-in ``logged`` last."""
        return (*self.candidates, "logged")

    @property
    def champion(self) -> str:
        """The baseline unless another is named."""
        return self.gate.champion or next(iter(self.candidates), "logged")

    @property
    def primary_metric(self) -> str:
        """The metric that the verdict rests on."""
        return self.metrics.primary or "accuracy"

    @property
    def shown_metrics(self) -> tuple[str, ...]:
        """The primary metric, then the others to show."""
        default = ("mae", "rmse") if self.task.kind == "regression" else ()
        scorers = [name for at, (name, scorer) in enumerate(self.task_scorers.items()) if at or scorer.graded]
        return tuple(dict.fromkeys((self.primary_metric, *(self.metrics.show or default), *scorers)))

    @property
    def task_scorers(self) -> dict[str, Scorer]:
        """The scorers of the task by name, the one that decides what is right first; none where the task's own rule decides."""
        return {name: self.scorers.get(name, Scorer()).named(name) for name in self.task.scorers}


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]*\Z")


def load(path: Path) -> Config:
    """Read ``regrade.toml``.

    Raises
    ------
    ConfigError
        It is missing, is no TOML, or says something that cannot be; names the line and the nearest names.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise ConfigError("there is no such file", where=str(path), hint="`regrade init YOUR_LOG` writes one") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", where=str(path)) from None
    return parse(text, str(path))


def parse(text: str, where: str = "regrade.toml") -> Config:
    """Return the configuration that ``text`` says; ``where`` names it in errors. Raises as :func:`load` does."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"is no TOML: {error}", where=where) from None
    try:
        config = msgspec.convert(data, Config)
    except msgspec.ValidationError as error:
        raise _explain(str(error), data, text, where) from None
    _check(config, text, where)
    return config


def _check(config: Config, text: str, where: str) -> None:
    """Hold what types cannot."""

    def fail(what: str, path: list[str], hint: str = "") -> ConfigError:
        return ConfigError(what, where=place(text, where, path), hint=hint)

    for name, candidate in config.candidates.items():
        path = ["candidates", name]
        if name == "logged":
            raise fail("'logged' is built in: the answers that production gave", path, "give the candidate another name")
        if not _NAME.match(name):
            raise fail(f"{name!r} is no name", path, "letters, digits, '_', '-', '.' and '@', a letter or digit first")
        wrong = candidate.fault(config.task.kind, config.task.positive)
        if wrong is not None:
            what, key, hint = wrong
            raise fail(what, [*path, key] if key else path, hint)
    if config.gate.champion and config.gate.champion not in config.candidate_names:
        hint = near_names(config.gate.champion, config.candidate_names)
        raise fail(f"there is no candidate {config.gate.champion!r}", ["gate", "champion"], hint)
    for name in config.gate.slices:
        if name not in config.slices:
            raise fail(f"there is no slice {name!r}", ["gate", "slices", name], near_names(name, config.slices))
    if not 0 < config.gate.alpha < 1:
        raise fail("alpha lies between 0 and 1", ["gate", "alpha"])
    if config.gate.margin < 0:
        raise fail("a margin is not negative", ["gate", "margin"])
    if not 100 <= config.gate.resamples <= 100_000:
        raise fail("between 100 and 100,000 resamples", ["gate", "resamples"])
    for name in ("per_hour", "per_call", "per_1k_tokens"):
        if not 0 <= getattr(config.cost, name) < float("inf"):
            raise fail("a rate is a number that is not negative", ["cost", name])
    for name in config.views:
        if said := view_name_fault(name):
            raise fail(said, ["views", name])
    for ill in (
        scorers_fault(config.task.kind, config.task.scorers, config.scorers),
        custom_fault(config.metrics.custom),
        config.business.fault(config.task.kind),
        stages_fault(config.stages, config.checks, config.log.roles()),
    ):
        if ill is not None:
            raise fail(*ill)
    if config.log.scores_column is not None and config.log.scores_column == config.log.score:
        hint = "score is the probability of task.positive alone; scores are those of all classes"
        raise fail("score and scores name one column", ["log", "scores"], hint)
    if config.log.deployed is not None and config.log.model is None:
        raise fail("nothing says which column has the model's name", ["log", "deployed"], 'log.model = "model"')
    both = [each for each in config.failure.negative if each in config.failure.positive]
    if both:
        raise fail(f"{both[0]!r} cannot be both negative and positive feedback", ["failure", "positive"])
    if (config.failure.negative or config.failure.positive) and not config.log.feedback:
        raise fail("nothing says which column is the feedback", ["failure"], 'log.feedback = "thumb"')
    fault = config.privacy.fault(config.log.kept())
    if fault is not None:
        raise fail(fault.what, ["privacy", fault.key], fault.hint)


def _explain(message: str, data: dict[str, Any], text: str, where: str) -> ConfigError:
    """Turn msgspec's message into line, field and near names."""
    what, _, tail = message.partition(" - at `$")
    path = _named([part for part in tail.rstrip("`").replace("[...]", ".*").split(".") if part], data)
    unknown = re.search(r"unknown field `(.+)`", what)
    if unknown:
        name = unknown[1]
        table = _table_at(path)
        known = table.__struct_fields__ if table else ()
        return ConfigError(f"unknown key {name!r}", where=place(text, where, [*path, name]), hint=near_names(name, known))
    invalid = re.match(r"Invalid enum value '(.+)'", what)
    if invalid and (choices := _choices(path)):
        return ConfigError(
            f"{invalid[1]!r} is none of what may stand here", where=place(text, where, path), hint=near_names(invalid[1], choices)
        )
    hint = 'a program and its arguments, as a list: command = ["./ask", "--fast"]' if path[-1:] == ["command"] else ""
    return ConfigError(what[0].lower() + what[1:], where=place(text, where, path), hint=hint)


def _choices(path: list[str]) -> list[str]:
    """Return the words that a setting may be, where it is one of a few."""
    table = _table_at(path[:-1])
    kinds = [each.type for each in msgspec.structs.fields(table) if each.name == path[-1]] if table else []
    words = [each for kind in kinds for each in (kind, *get_args(kind)) if get_origin(each) is Literal]
    return [str(word) for each in words for word in get_args(each)]


def _named(path: list[str], data: dict[str, Any]) -> list[str]:
    """Return a path with the name of the first entry that cannot be, where msgspec says only that one of them is not."""
    for at, part in enumerate(path):
        table = _table_at(path[:at]) if part == "*" else None
        entries: Any = data
        for name in path[:at]:
            entries = entries.get(name, {}) if isinstance(entries, dict) else {}
        for name, entry in entries.items() if table and isinstance(entries, dict) else ():
            try:
                msgspec.convert(entry, table)
            except msgspec.ValidationError:
                return [*path[:at], name, *path[at + 1 :]]
    return path


def _table_at(path: list[str]) -> type[msgspec.Struct] | None:
    """Return the table that a path of names leads to."""
    tables: dict[tuple[str, ...], type[msgspec.Struct]] = {(): Config, ("gate", "slices"): ProtectedSlice, ("candidates",): Candidate}
    tables |= {("views",): View, ("metrics", "custom"): CustomMetric, ("scorers",): Scorer}
    tables.update(
        {(field.name,): type(field.default) for field in msgspec.structs.fields(Config) if isinstance(field.default, msgspec.Struct)}
    )
    named = tuple(part for part in path if part != "*")
    return tables.get(named) or tables.get(named[:-1])
