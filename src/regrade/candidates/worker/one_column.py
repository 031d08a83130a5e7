"""Models that take one column alone, such as texts, and were handed a frame: how that is noticed, and what to do."""

from __future__ import annotations

from typing import Any

from .stages import pipeline_of

_VECTORIZERS = ("CountVectorizer", "HashingVectorizer", "TfidfVectorizer")


def takes_texts(model: Any) -> str:
    """Return the class of scikit-learn's own vectorizer that comes first in a pipeline; empty where none does.

    A class derived from one may take a frame: nothing is said about it.
    """
    pipeline = pipeline_of(model)
    steps = [] if pipeline is None else [step for _, step in pipeline.steps if step is not None and step != "passthrough"]
    first = steps[:1]
    while first:
        step = first.pop()
        kind = type(step)
        if kind.__module__ == "sklearn.feature_extraction.text" and kind.__name__ in _VECTORIZERS:
            return kind.__name__
        if f"{kind.__module__}.{kind.__name__}" == "sklearn.pipeline.FeatureUnion":
            first += [each for _, each in step.transformer_list]
        elif f"{kind.__module__}.{kind.__name__}" == "sklearn.pipeline.Pipeline":
            first += [each for _, each in step.steps if each is not None and each != "passthrough"][:1]
    return ""


def hint(result: Any, frame: Any, trained_on: list[str] | None) -> str:
    """Return what to do about an answer that has as many rows as the frame has columns: they were taken for its rows."""
    columns = list(getattr(frame, "columns", ()))
    if trained_on is not None or not columns or not hasattr(result, "__len__") or len(result) != len(columns):
        return ""
    shown = ", ".join(repr(str(each)) for each in columns[:6]) + (", …" if len(columns) > 6 else "")
    what = f"; it is handed a frame of {len(columns)} column{'s'[: len(columns) != 1]} ({shown})"
    return what + ': where it takes one of them alone, as a pipeline over text does, name it: column = "…"'
