"""An ONNX model on the CPU: inputs by name from columns or as one matrix, outputs read as labels, probabilities or numbers."""

from __future__ import annotations

from typing import Any

from .answers import Answer, MissingColumns, Refused, shape
from .estimator import read_known

KINDS = {
    "tensor(float)": "float32",
    "tensor(double)": "float64",
    "tensor(float16)": "float16",
    "tensor(int64)": "int64",
    "tensor(int32)": "int32",
    "tensor(int16)": "int16",
    "tensor(int8)": "int8",
    "tensor(uint8)": "uint8",
    "tensor(bool)": "bool",
    "tensor(string)": "object",
}


class OnnxModel:
    """A session of onnxruntime; the file is data, and weights in other files are not read."""

    takes_rows = False
    model: Any = None

    def __init__(self, path: str, sha256: str, settings: dict[str, Any]) -> None:
        try:
            import onnxruntime
        except ImportError:
            raise Refused("its interpreter lacks onnxruntime: pip install 'regrade[onnx]'") from None
        data = read_known(path, sha256)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            # From bytes: a path would let the file name others, which no fingerprint knows of.
            self._session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            if "model_path must not be empty" in str(error):
                raise Refused("its weights stand in other files; save the model as one file") from None
            raise
        self._columns = [str(each) for each in settings.get("columns", ())]
        self._classes: list[Any] = list(settings.get("classes", ()))
        self._inputs = self._session.get_inputs()
        self._outputs = self._session.get_outputs()
        for each in self._inputs:
            if each.type not in KINDS:
                raise Refused(f"its input {each.name!r} is a {each.type}, which no column can be")
        self._by_column = len(self._inputs) > 1 or not self._is_matrix(self._inputs[0])
        if self._columns and self._by_column:
            raise Refused(f"it takes its inputs by name ({', '.join(repr(each.name) for each in self._inputs[:6])}): leave `columns` out")

    def _is_matrix(self, each: Any) -> bool:
        """Is it one input for several columns? A width of 1 is a column."""
        return bool(self._columns) or (len(each.shape) == 2 and each.shape[1] != 1)

    def answer(self, frame: Any) -> Answer:
        """Ask once; a null where the model takes none is an error of its row."""
        bad: dict[int, tuple[str, bool]] = {}
        feed = self._named(frame, bad) if self._by_column else self._matrix(frame, bad)
        answer = self._read(dict(zip([each.name for each in self._outputs], self._session.run(None, feed), strict=True)), len(frame))
        answer.errors.update(bad)
        return answer

    def _named(self, frame: Any, bad: dict[int, tuple[str, bool]]) -> dict[str, Any]:
        missing = [each.name for each in self._inputs if each.name not in frame.columns]
        if missing:
            raise MissingColumns(missing)
        feed = {}
        for each in self._inputs:
            values = column(frame, each.name, KINDS[each.type], bad)
            feed[each.name] = values.reshape(-1, 1) if len(each.shape) == 2 else values
        return feed

    def _matrix(self, frame: Any, bad: dict[int, tuple[str, bool]]) -> dict[str, Any]:
        import numpy as np

        [each] = self._inputs
        names = self._columns
        if not names:
            kinds = "OSUT" if KINDS[each.type] == "object" else "biuf"
            names = [name for name in frame.columns if getattr(frame[name].dtype, "kind", "O") in kinds]
        missing = [name for name in names if name not in frame.columns]
        if missing:
            raise MissingColumns(missing)
        width = each.shape[1] if isinstance(each.shape[1], int) else len(names)
        if width != len(names):
            shown = ", ".join(map(repr, names[:8])) + (", …" if len(names) > 8 else "")
            there = f"there are {len(names)} that may be meant ({shown})" if not self._columns else f"`columns` names {len(names)}"
            raise Refused(f'its input {each.name!r} takes {width} columns, and {there}: say which, in order, with columns = ["…"]')
        stacked = [column(frame, name, KINDS[each.type], bad) for name in names]
        return {each.name: np.stack(stacked, axis=1) if stacked else np.empty((len(frame), 0), KINDS[each.type])}

    def _read(self, outputs: dict[str, Any], n: int) -> Answer:
        labels: list[tuple[str, Any]] = []
        tables: list[tuple[str, Any]] = []
        for name, value in outputs.items():
            if isinstance(value, list) and len(value) == n and all(isinstance(each, dict) for each in value):
                tables.append((name, value))
                continue
            if not hasattr(value, "shape") or value.ndim not in (1, 2) or len(value) != n:
                raise Refused(f"its output {name!r} is {shape(value)} for {n} rows, which is neither labels nor probabilities")
            flat = value.ravel() if value.ndim == 2 and value.shape[1] == 1 else value
            (labels if flat.ndim == 1 else tables).append((name, flat))
        if len(labels) > 1 or len(tables) > 1 or not (labels or tables):
            there = ", ".join(map(repr, outputs))
            raise Refused(f"which of its outputs is the answer? It has {there}; one of labels and one of probabilities can be read")
        given = labels[0][1].tolist() if labels else None
        if not tables:
            return self._sigmoid(labels[0][1]) if self._classes else Answer(given or [])
        name, table = tables[0]
        classes, matrix = self._zipped(name, table) if isinstance(table, list) else self._named_classes(name, table, given)
        if given is None:
            given = [classes[at] for at in matrix.argmax(axis=1).tolist()]
        return Answer(given, classes, matrix)

    def _sigmoid(self, values: Any) -> Answer:
        """Read one number a row as the probability of the second of two classes."""
        import numpy as np

        if values.dtype.kind != "f":
            return Answer(values.tolist())
        if len(self._classes) != 2:
            raise Refused(
                f"it gives one probability a row, and `classes` names {len(self._classes)}: two are needed, the one it is of last"
            )
        matrix = np.stack([1.0 - values.astype("float64"), values.astype("float64")], axis=1)
        return Answer([self._classes[int(each >= 0.5)] for each in values.tolist()], list(self._classes), matrix)

    def _zipped(self, name: str, rows: list[dict[Any, float]]) -> tuple[list[Any], Any]:
        import numpy as np

        classes = list(rows[0]) if rows else []
        if any(list(each) != classes for each in rows):
            raise Refused(f"the maps of its output {name!r} name other classes for some rows than for others")
        return classes, np.array([list(each.values()) for each in rows], dtype="float64").reshape(len(rows), len(classes))

    def _named_classes(self, name: str, table: Any, labels: list[Any] | None) -> tuple[list[Any], Any]:
        classes = self._classes
        if not classes and labels is not None and all(isinstance(each, int) for each in labels):
            best, top = table.argmax(axis=1).tolist(), table.max(axis=1)
            tied = ((table == top[:, None]).sum(axis=1) != 1).tolist()
            if all(label == at or tie for label, at, tie in zip(labels, best, tied, strict=True)):
                classes = list(range(table.shape[1]))
        if len(classes) != table.shape[1]:
            said = f"`classes` names {len(classes)}" if classes else "it does not name them"
            raise Refused(f'its output {name!r} has probabilities of {table.shape[1]} classes, and {said}: classes = ["…"], in its order')
        return classes, table.astype("float64")


def column(frame: Any, name: str, kind: str, bad: dict[int, tuple[str, bool]]) -> Any:
    """Return a column as an array of a tensor's type; rows whose value is missing, where the type knows none, go to ``bad``.

    Raises
    ------
    Refused
        It is of a type that cannot be had from the column's.
    """
    import numpy as np

    values = frame[name]
    holds = values.dtype.kind if hasattr(values.dtype, "kind") else "O"
    if kind == "object":
        if holds not in "OSU" and str(values.dtype) not in ("str", "string", "category"):
            raise Refused(f"its input {name!r} takes text, and the column holds {values.dtype}")
    elif holds not in "biuf":
        raise Refused(f"its input {name!r} takes numbers, and the column holds {values.dtype}")
    if kind in ("float32", "float64", "float16"):
        return values.to_numpy(dtype=kind, na_value=np.nan)
    missing = values.isna().to_numpy()
    for row in np.flatnonzero(missing).tolist():
        bad.setdefault(row, (f"its input {name!r} is missing, and the model takes none such", True))
    if kind == "object":
        return np.array(["" if gone else str(each) for each, gone in zip(values, missing, strict=True)], dtype=object)
    numbers = values.to_numpy(dtype="float64", na_value=0.0) if holds == "f" else values.to_numpy(dtype="object", na_value=0)
    made = numbers.astype(kind)
    for row in np.flatnonzero(made != numbers).tolist():
        bad.setdefault(row, (f"its input {name!r} is {numbers[row]}, which is no {kind}", True))
    return made
