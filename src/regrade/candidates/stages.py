"""What a candidate goes through on the way to its answers, for a few examples: asked of its process, or read beside its answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from regrade.candidates.process import Gone
from regrade.candidates.values import BadValue, check_prediction
from regrade.config import Config
from regrade.errors import RegradeError
from regrade.log.privacy import in_clear
from regrade.safe_text import safe_text

if TYPE_CHECKING:
    from regrade.candidates.member import Member
    from regrade.candidates.spec import Spec
    from regrade.log.content import Content

MOST = 200
"""Examples that one question is about."""
LONGEST = 200_000
"""Characters, as JSON, of one example's output of one stage; more is not compared."""
PIPELINES = ("model", "pickle")
"""Kinds of candidates that may be pipelines of scikit-learn."""
_BATCH = 50


class Sparse(NamedTuple):
    """A row of which only what is not zero was told."""

    width: int
    at: list[int]
    values: list[Any]


@dataclass
class Stage:
    """One stage's outputs.

    Attributes
    ----------
    columns : tuple of str
        What the numbers of an output are called; empty where they have no names, or the output is one value.
    values : dict
        Key of an example to its output: a JSON value, a list of cells, or a :class:`Sparse` row.
    errors : dict
        Key to why it has none.
    """

    name: str
    columns: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class Staged:
    """The stages of one candidate, in the order in which they are run.

    Attributes
    ----------
    stages : list of Stage
    predictions : dict
        Key to what it answered this time, before threshold and rules; nothing where it was not asked.
    trouble : str
        Why nothing is known of some example, or of any.
    """

    stages: list[Stage] = field(default_factory=list)
    predictions: dict[str, Any] = field(default_factory=dict)
    trouble: str = ""

    @property
    def names(self) -> list[str]:
        """Names of the stages."""
        return [each.name for each in self.stages]

    def stage(self, name: str) -> Stage:
        """Return the stage of this name, made where there is none yet."""
        found = next((each for each in self.stages if each.name == name), None)
        if found is None:
            found = Stage(name)
            self.stages.append(found)
        return found


class _Told(msgspec.Struct):
    """A stage as ``worker/stages.py`` tells it."""

    name: str
    columns: list[str] | None
    values: list[Any]
    error: str


class _Said(msgspec.Struct):
    ok: bool
    error: str = ""
    stages: list[_Told] = []
    predictions: list[Any] = []


def ask_stages(
    member: Member, config: Config, examples: Sequence[tuple[str, Content]], schemas: Mapping[str, str], declared: Mapping[str, str]
) -> Staged:
    """Ask a candidate's process about a few examples; what goes wrong is told in the result.

    Parameters
    ----------
    declared : mapping
        Stage to the field of an answer that holds its output; what is no pipeline is asked for these.
    """
    found = Staged()
    by_schema: dict[str, list[tuple[str, Content]]] = {}
    for key, content in examples[:MOST]:
        # The last door, as in ask.py: what is in clear here could not be hidden.
        if content.schema in schemas and not (config.privacy.declared and in_clear(content.inputs, config.privacy)):
            by_schema.setdefault(content.schema, []).append((key, content))
    for schema, chosen in by_schema.items():
        for start in range(0, len(chosen), _BATCH):
            part = chosen[start : start + _BATCH]
            try:
                said = _ask(member, part, schemas[schema], list(declared.values()))
            except (RegradeError, Gone, msgspec.ValidationError, ValueError) as error:
                found.trouble = found.trouble or member.redacted(safe_text(error, 300))
                if not isinstance(error, RegradeError):
                    return found
                continue
            _take(found, said, [key for key, _ in part], {field: stage for stage, field in declared.items()}, member)
    return found


def has_stages(spec: Spec, declared: Mapping[str, str], parameters: Callable[[], Iterable[str]]) -> bool:
    """Can anything be known of what a candidate goes through? ``parameters`` returns the names of a model's own, which tell a pipeline."""
    if spec.kind in PIPELINES:
        return any(each == "steps" or each.endswith("__steps") for each in parameters())
    return bool(declared) and spec.kind != "onnx"


def look_up(path: Path, key_columns: Sequence[str], keys: Sequence[str], declared: Mapping[str, str]) -> Staged:
    """Return what a file of answers has beside them, for these keys; a number in CSV is read as one. Raises CandidateError."""
    from regrade.candidates.predictions_file import fields_of

    found, wanted = Staged([Stage(name) for name in declared]), set(keys)
    for key, row in fields_of(path, key_columns, list(declared.values())):
        if key in wanted:
            for stage, name in zip(found.stages, declared.values(), strict=True):
                if name in row:
                    put(stage, key, _read(row[name]) if path.suffix == ".csv" else row[name])
    for stage, name in zip(found.stages, declared.values(), strict=True):
        stage.errors.update({key: f"{path.name} has no {name!r} for it" for key in keys if key not in stage.values | stage.errors})
    return found


def _read(cell: str | None) -> Any:
    """Return what a cell of CSV says: a number or a list where it spells one, else the text."""
    try:
        return cell if cell is None else msgspec.json.decode(cell)
    except msgspec.DecodeError:
        return cell


def _ask(member: Member, part: Sequence[tuple[str, Content]], schema: str, fields: list[str]) -> _Said:
    import pyarrow as pa

    from regrade.errors import CandidateError
    from regrade.log.schema import Schema, decode_rows

    table = decode_rows([content.inputs for _, content in part], Schema.decode(schema))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    header = {"op": "stages", "fields": fields}
    answer, _ = member.request(header, memoryview(sink.getvalue()), None, member.spec.patience(len(part)))
    said = msgspec.convert(answer, _Said)
    if not said.ok:
        raise CandidateError(said.error or "it answered nothing")
    return said


def _take(found: Staged, said: _Said, keys: Sequence[str], stage_of: Mapping[str, str], member: Member) -> None:
    """Put what was told in its place; nothing that a candidate's process says is believed unread."""
    for told in said.stages:
        name = stage_of.get(told.name, told.name)
        stage = found.stage(name)
        columns = tuple(told.columns or ())
        if told.error or len(told.values) != len(keys):
            why = member.redacted(safe_text(told.error, 300)) or f"{len(told.values)} outputs for {len(keys)} examples"
            stage.errors.update(dict.fromkeys(keys, why))
            continue
        stage.columns = columns if not stage.values or columns == stage.columns else ()
        for key, value in zip(keys, told.values, strict=True):
            put(stage, key, value, of_pipeline=member.spec.kind in PIPELINES)
    if len(said.predictions) == len(keys):
        found.predictions.update(zip(keys, said.predictions, strict=True))


def put(stage: Stage, key: str, value: Any, *, of_pipeline: bool = False) -> None:
    """Keep one output, if it is one: finite numbers, text, what JSON can say, and not too much of it."""
    try:
        if of_pipeline and isinstance(value, dict):
            value = _sparse(value)
        elif value is not None:
            check_prediction("json", value)
        if len(msgspec.json.encode(value)) > LONGEST:
            raise BadValue("too long to be compared")
    except (BadValue, ValueError, RecursionError) as error:
        stage.errors[key] = str(error).replace("the prediction", "its output")
    else:
        stage.values[key] = value


def _sparse(row: dict[str, Any]) -> Sparse:
    """Return a sparse row as ``worker/stages.py`` tells it. Raises BadValue."""
    if "too_wide" in row:
        raise BadValue("too wide to be compared")
    try:
        found = Sparse(*msgspec.convert((row.get("width"), row.get("at"), row.get("values")), tuple[int, list[int], list[Any]]))
    except msgspec.ValidationError:
        raise BadValue("its output is no row") from None
    if len(found.at) != len(found.values) or any(isinstance(each, (list, dict)) for each in found.values):
        raise BadValue("its output is no row")
    return found
