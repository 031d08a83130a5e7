"""What a candidate is inside its process: loaded by kind, asked with a frame or with rows as JSON values."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from typing import Any, Protocol

from .answers import Answer, Refused, read_answer

_REAL: tuple[Callable[[str], str], ...] = (os.path.realpath, os.path.abspath)
"""With links followed, and as they are named."""


class Loaded(Protocol):
    """Something that answers.

    Attributes
    ----------
    model : Any
        The estimator, where it is one.
    takes_rows : bool
        It has ``answer_rows(rows)``, a list of dictionaries of JSON values, instead of ``answer(frame)``.
    """

    model: Any
    takes_rows: bool


def load(request: dict[str, Any]) -> Any:
    """Return what a request to load describes. Raises Refused, and whatever the candidate's own code raises."""
    os.environ.update(request["env"])
    kind, path = request["kind"], request["path"]
    settings, manner = request["settings"], request["manner"]
    if kind == "model":
        from .estimator import load_skops

        return load_skops(path, request["sha256"][path], settings.get("column"))
    if kind == "pickle":
        from .estimator import load_pickle

        return load_pickle(path, request["sha256"][path], request["roots"], settings.get("column"))
    if kind == "onnx":
        from .onnx_model import OnnxModel

        return OnnxModel(path, request["sha256"][path], settings)
    if kind == "command":
        from .command import Command

        return Command(settings["command"], manner["keep_running"], request["sha256"], request["timeout"], request["positive"])
    if kind == "url":
        from .endpoint import Endpoint

        return Endpoint(settings, manner, request["timeout"], request["positive"])
    function = find_function(request["module"], request["function"], request["roots"])
    return (Rules if kind == "rules" else Function)(function, request["parameters"], request["positive"])


def find_function(module: str, function: str, roots: list[str]) -> Callable[..., Any]:
    """Import a module from these roots and return what it names. Raises Refused."""
    sys.path[:0] = roots
    found: Any = importlib.import_module(module)
    for part in function.split("."):
        if not hasattr(found, part):
            raise Refused(f"module {module!r} has no {function!r}{_another(module, roots)}")
        found = getattr(found, part)
    if not callable(found):
        raise Refused(f"{module}:{function} is no function, it is a {type(found).__name__}")
    result: Callable[..., Any] = found
    return result


def _another(module: str, roots: list[str]) -> str:
    """Return that a module came from elsewhere: what was imported before (of the standard library, by pandas) stands in for ours."""
    file = getattr(sys.modules[module], "__file__", None)
    top = module.partition(".")[0]
    if file is None or any(real(file).startswith(real(root) + os.sep + top) for root in roots for real in _REAL):
        return ""
    return f": another module of that name is imported here, {file}; give yours another name"


class Function:
    """A function of a frame of inputs."""

    takes_rows = False
    model: Any = None

    def __init__(self, function: Callable[..., Any], parameters: dict[str, Any], positive: str | None) -> None:
        self.function, self.parameters, self.positive = function, parameters, positive

    def answer(self, frame: Any) -> Answer:
        """Ask once; raises whatever the function raises, Refused when the answer is none."""
        return read_answer(self.function(frame, **self.parameters), len(frame), self.positive)


class Rules(Function):
    """A function of two frames, inputs and the answers that a model gave for them."""

    def answer(self, frame: Any, given: Any = None) -> Answer:
        """Ask once about answers ``given``: ``prediction``, and ``p_<class>`` where there are probabilities."""
        return read_answer(self.function(frame, given), len(frame), self.positive)
