"""A model with predict and predict_proba: from a skops file, by an exact list of types, or from a pickle that somebody trusts."""

from __future__ import annotations

import functools
import hashlib
import io
import sys
from pathlib import Path
from typing import Any

from .answers import Answer, MissingColumns, Refused, plain, read_answer, shape
from .one_column import hint, takes_texts

# Types that ordinary scikit-learn models consist of and that skops does not trust by itself: exact names, nothing by prefix.
# All are data with arithmetic on it, none calls what a file names.
TRUSTED_TYPES = frozenset(
    {
        "numpy.dtype",
        "scipy.interpolate._bsplines.BSpline",
        "sklearn._loss.loss.HalfTweedieLoss",
        "sklearn._loss.loss.HalfTweedieLossIdentity",
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._SigmoidCalibration",
        "sklearn.calibration._TemperatureScaling",
        "sklearn.cluster._bisect_k_means._BisectingTree",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.feature_selection._univariate_selection.chi2",
        "sklearn.feature_selection._univariate_selection.f_classif",
        "sklearn.feature_selection._univariate_selection.f_regression",
        "sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
        "sklearn.gaussian_process.kernels.ConstantKernel",
        "sklearn.gaussian_process.kernels.Matern",
        "sklearn.gaussian_process.kernels.Product",
        "sklearn.gaussian_process.kernels.RBF",
        "sklearn.gaussian_process.kernels.Sum",
        "sklearn.gaussian_process.kernels.WhiteKernel",
        "sklearn.metrics._dist_metrics.EuclideanDistance64",
        "sklearn.metrics._dist_metrics.ManhattanDistance64",
        "sklearn.metrics._dist_metrics.MinkowskiDistance64",
        "sklearn.neighbors._ball_tree.BallTree",
        "sklearn.neighbors._kd_tree.KDTree",
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
        "sklearn.tree._tree.Tree",
    }
)


# Classifiers whose predict is the class of the largest predict_proba, ties apart: asked once instead of twice.
MOST_PROBABLE = frozenset(
    {
        "sklearn.calibration.CalibratedClassifierCV",
        "sklearn.ensemble._forest.ExtraTreesClassifier",
        "sklearn.ensemble._forest.RandomForestClassifier",
        "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingClassifier",
        "sklearn.linear_model._logistic.LogisticRegression",
        "sklearn.tree._classes.DecisionTreeClassifier",
    }
)


class Estimator:
    """A fitted model, given its columns in its order, or one ``column`` alone."""

    takes_rows = False
    column: str | None = None

    def __init__(self, model: Any, column: str | None = None) -> None:
        if not hasattr(model, "predict"):
            raise Refused(f"a {type(model).__name__} has no predict")
        self.model, self.column = model, column
        names = getattr(model, "feature_names_in_", None)
        self.columns: list[str] | None = None if names is None else [str(name) for name in names]
        if column is not None and self.columns is not None:
            raise Refused(f"it was trained on a frame ({', '.join(map(repr, self.columns[:6]))}), and is handed one: leave `column` out")
        if column is None and (vectorizer := takes_texts(model)):
            # Asked about a frame it would answer for the names of its columns, unseen where there are as many of them as rows.
            raise Refused(f'its first step, a {vectorizer}, takes texts: name the input that it is handed instead of a frame, column = "…"')
        last = model
        while f"{type(last).__module__}.{type(last).__name__}" == "sklearn.pipeline.Pipeline":
            last = last.steps[-1][1]
        self.predicts_most_probable = f"{type(last).__module__}.{type(last).__name__}" in MOST_PROBABLE

    def chosen(self, frame: Any) -> Any:
        """Return the columns that it was trained on, in that order, or its one column as a Series. Raises MissingColumns."""
        if self.column is not None:
            if self.column not in frame.columns:
                raise MissingColumns([self.column])
            return frame[self.column]
        if self.columns is None:
            return frame
        missing = [name for name in self.columns if name not in frame.columns]
        if missing:
            raise MissingColumns(missing)
        return frame[self.columns]

    def answer(self, frame: Any) -> Answer:
        """Ask once; raises whatever the model raises, Refused when the answer is none."""
        n, frame = len(frame), self.chosen(frame)
        if not (hasattr(self.model, "classes_") and hasattr(self.model, "predict_proba")):
            result = self.model.predict(frame)
            try:
                return read_answer(result, n, None)
            except Refused as refused:
                raise Refused(f"{refused}{hint(result, frame, self.columns)}") from None
        classes, matrix = [plain(each) for each in self.model.classes_], self.model.predict_proba(frame)
        if getattr(matrix, "shape", None) != (n, len(classes)):
            what = f"predict_proba gave {shape(matrix)} for {n} rows and {len(classes)} classes"
            raise Refused(what + hint(matrix, frame, self.columns))
        if self.predicts_most_probable and (codes := most_probable(matrix)) is not None:
            return Answer(None, classes, matrix, codes=codes)
        return Answer(read_answer(self.model.predict(frame), n, None).values, classes, matrix)


def most_probable(matrix: Any) -> Any:
    """Return the column of each row's largest value; None where in any row there are several, or a NaN."""
    import numpy

    columns = matrix.T  # rows are short, so work by rows is slow
    top = functools.reduce(numpy.maximum, columns)
    highest = [column == top for column in columns]  # with a NaN it is none
    if len(columns) > 2:
        as_high = sum(highest, start=numpy.zeros(len(matrix), "int32"))
        return matrix.argmax(axis=1) if (as_high == 1).all() else None
    if len(columns) == 2:
        return highest[1].view("int8") if (highest[0] != highest[1]).all() else None
    return numpy.zeros(len(matrix), "int8") if highest and highest[0].all() else None


def load_skops(path: str, sha256: str, column: str | None = None) -> Estimator:
    """Load a skops file. Raises Refused when it holds a type that is not on the list, or is not the file that was hashed."""
    import skops.io

    data = read_known(path, sha256)
    untrusted = skops.io.get_untrusted_types(data=data)
    refused = sorted(set(untrusted) - TRUSTED_TYPES)
    if refused:
        raise Refused("the file holds types that are not trusted: " + ", ".join(refused[:8]) + (", …" if len(refused) > 8 else ""))
    return Estimator(skops.io.loads(data, trusted=untrusted), column)


def load_pickle(path: str, sha256: str, roots: list[str], column: str | None = None) -> Estimator:
    """Load a pickle or joblib file: whatever it says is done. Raises Refused when it is not the file that was trusted."""
    data = read_known(path, sha256)
    sys.path[:0] = roots
    try:
        import joblib
    except ImportError:
        import pickle

        return Estimator(pickle.loads(data), column)  # noqa: S301 - this process is the candidate's, and somebody trusted these very bytes
    return Estimator(joblib.load(io.BytesIO(data)), column)


def read_known(path: str, sha256: str) -> bytes:
    """Return the bytes of a file that must have this hash: what was trusted and hashed is what is loaded. Raises Refused."""
    data = Path(path).read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Refused(f"{Path(path).name} has changed since it was hashed")
    return data
