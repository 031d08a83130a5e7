"""What a candidate is inside its process: a skops model, or a function."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any

from .answers import Answer, Refused, plain, read_answer, shape

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


class MissingColumns(Exception):
    """Every example of the request lacks an input that the model was trained on."""


class Candidate:
    """What was loaded, and how it is asked."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.positive = request.get("positive")
        self.columns: list[str] | None = None
        self.predicts_most_probable = False
        self.model: Any = None
        self.function: Callable[..., Any] | None = None
        self.parameters = request.get("parameters") or {}
        if request["kind"] == "model":
            self._load_model(request["path"])
        else:
            self._load_function(request["module"], request["function"], request["roots"])

    def _load_model(self, path: str) -> None:
        import skops.io

        untrusted = skops.io.get_untrusted_types(file=path)
        refused = sorted(set(untrusted) - TRUSTED_TYPES)
        if refused:
            raise Refused("the file holds types that are not trusted: " + ", ".join(refused[:8]) + (", …" if len(refused) > 8 else ""))
        self.model = skops.io.load(path, trusted=untrusted)
        if not hasattr(self.model, "predict"):
            raise Refused(f"a {type(self.model).__name__} has no predict")
        names = getattr(self.model, "feature_names_in_", None)
        self.columns = None if names is None else [str(name) for name in names]
        last = self.model
        while f"{type(last).__module__}.{type(last).__name__}" == "sklearn.pipeline.Pipeline":
            last = last.steps[-1][1]
        self.predicts_most_probable = f"{type(last).__module__}.{type(last).__name__}" in MOST_PROBABLE

    def _load_function(self, module: str, function: str, roots: list[str]) -> None:
        sys.path[:0] = roots
        found: Any = importlib.import_module(module)
        for part in function.split("."):
            if not hasattr(found, part):
                raise Refused(f"module {module!r} has no {function!r}")
            found = getattr(found, part)
        if not callable(found):
            raise Refused(f"{module}:{function} is no function, it is a {type(found).__name__}")
        self.function = found

    def answer(self, frame: Any) -> Answer:
        """Ask once; raises whatever the candidate raises, Refused when the answer is none."""
        n = len(frame)
        if self.function is not None:
            return read_answer(self.function(frame, **self.parameters), n, self.positive)
        if self.columns is not None:
            missing = [name for name in self.columns if name not in frame.columns]
            if missing:
                raise MissingColumns("these examples lack the input" + ("s " if missing[1:] else " ") + ", ".join(map(repr, missing)))
            frame = frame[self.columns]
        if not (hasattr(self.model, "classes_") and hasattr(self.model, "predict_proba")):
            return read_answer(self.model.predict(frame), n, None)
        classes, matrix = [plain(each) for each in self.model.classes_], self.model.predict_proba(frame)
        if getattr(matrix, "shape", None) != (n, len(classes)):
            raise Refused(f"predict_proba gave {shape(matrix)} for {n} rows and {len(classes)} classes")
        best, tied = matrix.argmax(axis=1), (matrix == matrix.max(axis=1, keepdims=True)).sum(axis=1) != 1
        if self.predicts_most_probable and not tied.any():
            return Answer([classes[at] for at in best.tolist()], classes, matrix)
        return Answer(read_answer(self.model.predict(frame), n, None).values, classes, matrix)
