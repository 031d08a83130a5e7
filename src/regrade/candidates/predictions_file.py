"""A candidate that is a file of answers (CSV, JSON lines, Parquet), joined to the examples by key."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from regrade.candidates.outputs import Outputs
from regrade.candidates.values import BadValue, check_prediction, check_scores
from regrade.errors import CandidateError, near_names
from regrade.log.results import label_text
from regrade.safe_text import safe_text

FORMATS = (".csv", ".jsonl", ".ndjson", ".parquet")
_HINT = "a file of answers has a column of keys, `prediction`, and may have `p_<class>` or `score`"


class PredictionsFile:
    """The answers of one file, by key.

    Parameters
    ----------
    path : Path
        The file; its suffix names its format.
    task_kind : str
        What the answers have to be.
    key_columns : sequence of str
        The columns that make the key in the log; ``key`` or ``id`` does as well.
    positive : str or None
        The class that a column ``score`` is the probability of.

    Raises
    ------
    CandidateError
        It cannot be read, lacks a column, or has a key twice.
    """

    def __init__(self, path: Path, task_kind: str, key_columns: Sequence[str], positive: str | None) -> None:
        self._path, self._kind, self._positive = path, task_kind, positive
        self._answers: dict[str, tuple[Any, dict[str, Any] | None]] = {}
        places: dict[str, str] = {}
        names: tuple[str, ...] | None = None
        for place, row in _rows(path, key_columns):
            names = names or _key_names(row, key_columns, str(path))
            parts = [_key_text(row.get(name)) for name in names]
            if None in parts:
                raise CandidateError(f"no {names[parts.index(None)]!r}", where=place, hint=_HINT)
            key = "|".join(part for part in parts if part is not None)  # as the log joins them
            if key in places:
                raise CandidateError(f"key {safe_text(key, 80)!r} a second time; the first was at {places[key]}", where=place)
            places[key] = place
            self._answers[key] = (self._prediction(row, place), self._scores(row))

    def __len__(self) -> int:
        return len(self._answers)

    def outputs(self, keys: Sequence[str]) -> Outputs:
        """Return the answers for these keys; a key that is not in the file is an error of that example."""
        outputs = Outputs.empty(len(keys))
        for at, key in enumerate(keys):
            if key not in self._answers:
                outputs.set_error(at, f"{self._path.name} has no answer for this key")
                continue
            prediction, scores = self._answers[key]
            try:
                if self._kind == "json" and isinstance(prediction, _Json):
                    prediction = prediction.read()
                outputs.predictions[at] = check_prediction(self._kind, prediction)
                outputs.scores[at] = check_scores(_numbers(scores))
            except BadValue as error:
                outputs.set_error(at, str(error))
        return outputs

    def _prediction(self, row: Mapping[str, Any], place: str) -> Any:
        if "prediction" not in row:
            raise CandidateError("there is no column 'prediction'", where=place, hint=near_names("prediction", row))
        value = row["prediction"]
        if self._path.suffix == ".csv":  # everything is text there
            if value == "" and self._kind != "text":
                return None
            return _Json(value) if self._kind == "json" else value
        return _plain(value)

    def _scores(self, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return class to probability as the file spells it; whether they are any is for :meth:`outputs` to say."""
        if self._kind != "classification":
            return None
        found = {name[2:]: value for name, value in row.items() if name.startswith("p_")}
        if not found and self._positive is not None and "score" in row:
            found = {str(label_text(self._positive)): row["score"]}
        return found if any(value not in (None, "") for value in found.values()) else None


class _Json(str):
    """A cell of CSV that holds JSON."""

    __slots__ = ()

    def read(self) -> Any:
        try:
            return json.loads(self)
        except ValueError:
            raise BadValue("the prediction is no JSON") from None


def _key_names(row: Mapping[str, Any], key_columns: Sequence[str], where: str) -> tuple[str, ...]:
    if key_columns and all(name in row for name in key_columns):
        return tuple(key_columns)
    for name in ("key", "id"):
        if name in row:
            return (name,)
    wanted = " and ".join(map(repr, key_columns)) or "'key'"
    raise CandidateError(f"there is no column {wanted}, 'key' or 'id'", where=where, hint=_HINT)


def _key_text(value: Any) -> str | None:
    """Return a key as the log spells it: text stays as it is, numbers as they are written."""
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else label_text(value) if isinstance(value, bool) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value if value is None or isinstance(value, (str, bool, int, float, list, dict)) else str(value)


def _numbers(scores: Mapping[str, Any] | None) -> dict[str, float] | None:
    if scores is None:
        return None
    found = {}
    for name, value in scores.items():
        try:
            found[name] = float(value)
        except (TypeError, ValueError):
            raise BadValue(f"the probability of {safe_text(name, 40)!r} is {safe_text(value, 40)!r}") from None
    return found


def fields_of(path: Path, key_columns: Sequence[str], fields: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each key with what its row has of these columns, an empty cell as None. Raises CandidateError."""
    names: tuple[str, ...] | None = None
    for _, row in _rows(path, key_columns, fields):
        names = names or _key_names(row, key_columns, str(path))
        key = "|".join(_key_text(row.get(name)) or "" for name in names)
        yield key, {name: None if row[name] == "" else _plain(row[name]) for name in fields if name in row}


def _rows(path: Path, key_columns: Sequence[str], more: Sequence[str] = ()) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (place, column → value) for each row; text stays text."""

    def wanted(name: str) -> bool:
        return name in (*key_columns, *more, "key", "id", "prediction", "score") or name.startswith("p_")

    readers = {".csv": _csv, ".jsonl": _jsonl, ".ndjson": _jsonl, ".parquet": _parquet}
    if path.suffix not in readers:
        raise CandidateError(
            f"{path.suffix or 'no suffix'} is no format of answers", where=str(path), hint="there are: " + ", ".join(FORMATS)
        )
    try:
        yield from readers[path.suffix](path, wanted)
    except OSError as error:
        raise CandidateError(f"cannot be read: {error.strerror or error}", where=str(path)) from None
    except UnicodeDecodeError as error:
        raise CandidateError(f"is no UTF-8 text: byte {error.start}", where=str(path)) from None


def _csv(path: Path, _: Callable[[str], bool]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            header = next(reader, None)
            if not header:
                raise CandidateError("is empty", where=str(path), hint=_HINT)
            if len(set(header)) != len(header):
                raise CandidateError("has a column twice", where=f"{path}:1")
            for cells in reader:
                if len(cells) != len(header) and cells:
                    raise CandidateError(f"{len(cells)} cells, expected {len(header)}", where=f"{path}:{reader.line_num}")
                if cells:
                    yield f"{path}:{reader.line_num}", dict(zip(header, cells, strict=True))
        except csv.Error as error:
            raise CandidateError(f"is no CSV: {error}", where=f"{path}:{reader.line_num}") from None


def _jsonl(path: Path, _: Callable[[str], bool]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    decoder = msgspec.json.Decoder(dict[str, Any])
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                yield f"{path}:{number}", decoder.decode(line)
            except msgspec.DecodeError as error:
                raise CandidateError(f"is no JSON object: {error}", where=f"{path}:{number}") from None


def _parquet(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        number = 0
        with pq.ParquetFile(path) as file:
            names = [name for name in file.schema_arrow.names if wanted(name)]
            for batch in file.iter_batches(columns=names):
                for row in batch.to_pylist():
                    number += 1
                    yield f"{path}: row {number}", row
    except pa.ArrowInvalid as error:
        raise CandidateError(f"is no Parquet: {str(error).splitlines()[0]}", where=str(path)) from None
