"""Read whatever a candidate returned: predictions by position, and probabilities where there are any."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """The candidate cannot answer at all; the text is for a person."""


class MissingColumns(Exception):
    """Every example of the request lacks an input that the model was trained on."""

    def __init__(self, names: list[str]) -> None:
        super().__init__("these examples lack the input" + ("s " if names[1:] else " ") + ", ".join(map(repr, names)))


class Answer:
    """Predictions of one call, and probabilities as an (n, classes) array where there are any.

    ``values``: predictions, of length n; or ``codes``, an array of the places that they have among the classes, -1 for none.
    ``errors``: row to text and whether it is surely that row's fault, for what fails row by row.
    """

    def __init__(
        self,
        values: list[Any] | None,
        classes: list[Any] | None = None,
        matrix: Any = None,
        errors: dict[int, tuple[str, bool]] | None = None,
        codes: Any = None,
    ) -> None:
        self._values = values
        self.classes = classes
        self.matrix = matrix
        self.errors = errors or {}
        self.codes = codes

    @property
    def values(self) -> list[Any]:
        """Predictions, one a row."""
        if self._values is None:
            labels = [*(self.classes or ()), None]  # the last is what -1 means
            self._values = [labels[at] for at in self.codes.tolist()]
        return self._values

    def __len__(self) -> int:
        return len(self.values if self.codes is None else self.codes)


def shape(value: Any) -> str:
    """Return what a wrong answer looks like, for the message."""
    return f"an array of shape {tuple(value.shape)}" if hasattr(value, "shape") else f"a {type(value).__name__}"


def plain(value: Any) -> Any:
    """Return a JSON-ready value; TypeError for what is none."""
    if type(value).__module__ == "numpy" and hasattr(value, "item"):
        value = value.item()
    if value is None or isinstance(value, bool):
        return value
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {str(key): plain(each) for key, each in value.items()}
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    raise TypeError(f"a prediction of type {type(value).__name__}")


def read_answer(result: Any, n: int, positive: str | None) -> Answer:
    """Read whatever a candidate returned as predictions for ``n`` rows, by position; Refused when it cannot be."""
    pandas = type(result).__module__.partition(".")[0] == "pandas"
    if hasattr(result, "__len__") and len(result) != n:
        raise Refused(f"it returned {len(result)} predictions for {n} rows")
    if pandas and hasattr(result, "index"):
        result = align(result, n)
    if pandas and hasattr(result, "columns"):
        return read_frame(result, n, positive)
    if getattr(result, "ndim", 1) == 2 and result.shape[1] == 1:
        result = result.ravel()
    if getattr(result, "ndim", 1) != 1:
        hint = ": return probabilities as a frame whose columns are the classes" if getattr(result, "ndim", 0) == 2 else ""
        raise Refused(f"it returned {shape(result)} for {n} rows{hint}")
    for method in ("tolist", "to_pylist", "to_list"):
        if hasattr(result, method):
            return Answer(getattr(result, method)())
    if isinstance(result, (list, tuple)):
        return Answer(list(result))
    raise Refused(f"it returned {shape(result)}; a list, an array, a Series or a frame of {n} rows was expected")


def align(result: Any, n: int) -> Any:
    """Bring a frame or Series into the order of the rows that were asked: a candidate may have sorted them."""
    index = result.index
    if list(index[:2]) == [0, 1][:n] and list(index) == list(range(n)):
        return result
    if sorted(map(str, index)) != sorted(map(str, range(n))):
        raise Refused("the index of its answer is not the one of the frame it was given, so which answer belongs to which row is not known")
    return result.loc[list(range(n))]


def read_frame(result: Any, n: int, positive: str | None) -> Answer:
    """Read a frame of answers: ``prediction`` with ``p_<class>`` or ``score``, or class probabilities."""
    columns = list(result.columns)
    if len(set(map(str, columns))) != len(columns):
        raise Refused("the columns of its answer are not unique")
    if "prediction" in columns:
        answer = Answer(result["prediction"].tolist())
        named = [column for column in columns if str(column).startswith("p_")]
        if named:
            answer.classes = [str(column)[2:] for column in named]
            answer.matrix = result[named].to_numpy(dtype="float64", na_value=float("nan"))
        elif "score" in columns and positive is not None:
            answer.classes = [positive]
            answer.matrix = result[["score"]].to_numpy(dtype="float64", na_value=float("nan"))
        return answer
    if len(columns) < 2:
        raise Refused("its frame needs a column 'prediction', or one of probabilities for each class")
    matrix = result.to_numpy(dtype="float64", na_value=float("nan"))
    classes = [plain(column) for column in columns]
    codes = matrix.argmax(axis=1)
    codes[(matrix != matrix).any(axis=1)] = -1
    return Answer(None, classes, matrix, codes=codes)
