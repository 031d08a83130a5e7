"""A ``[candidates.NAME]`` table of ``regrade.toml``: every setting of a candidate, and what cannot stand together."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from regrade.errors import near_names

Kind = Literal["model", "python", "command", "url", "predictions"]
KINDS: tuple[Kind, ...] = ("model", "python", "command", "url", "predictions")
PICKLES = (".joblib", ".pkl", ".pickle")
"""Files that run code when they are loaded."""
MODELS = (".skops", ".onnx", *PICKLES)
_ONLY: dict[str, tuple[Kind, ...]] = {
    "parameters": ("python",),
    "files": ("python", "command", "model"),
    "interpreter": ("model", "python"),
    "column": ("model",),
    "columns": ("model",),
    "classes": ("model",),
    "version": ("command", "url"),
    "repeats": ("python", "command", "url"),
    "keep_running": ("command",),
    "env": ("model", "python", "command", "url"),
    "batch": ("url",),
    "concurrency": ("url",),
    "retries": ("url",),
    "backoff": ("url",),
    "headers": ("url",),
    "field": ("url",),
    "proxy": ("url",),
    "ca": ("url",),
}
"""Which settings say something to which kinds; the others belong to all."""
_FUNCTION = re.compile(r"[^:\s]+:[^:\s]+\Z")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_PRINTABLE = re.compile(r"[!-~]+\Z")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z")
_NAMED = re.compile(r"(?P<before>(?:[A-Za-z]+ )?)env:(?P<variable>[A-Za-z_][A-Za-z0-9_]*)\Z")
_SECRET = re.compile(r"authorization|cookie|token|secret|password|api-?key", re.IGNORECASE)


class Candidate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A model, or anything else that answers; exactly one of ``model``, ``python``, ``command``, ``url`` and ``predictions``."""

    model: str | None = None
    """A ``.skops``, ``.onnx``, ``.joblib`` or ``.pkl`` file, relative to the workspace; the last two run code, so they need trust."""
    python: str | None = None
    """``module:function``: takes a frame of inputs, returns predictions (or a frame of class probabilities)."""
    command: tuple[str, ...] = ()
    """A program and its arguments: JSON lines in, JSON lines out; started in the workspace."""
    url: str | None = None
    """An HTTP endpoint: batches of inputs are posted as JSON."""
    predictions: str | None = None
    """A file of answers (CSV, JSON lines, Parquet), joined by key."""
    version: str | None = None
    """Of what stands behind ``command`` or ``url``: change it when that changes. Without it no answer outlives the session."""
    threshold: float | None = None
    """Binary: the positive class from this probability on. Changing it asks for no answer again."""
    postprocess: str | None = None
    """``module:function``: rules on top, given inputs and answers as frames. Changing it asks the model for no answer again."""
    files: tuple[str, ...] = ()
    """Globs of what the behaviour depends on besides what is seen by itself: data files, a script's own imports."""
    pythonpath: tuple[str, ...] = (".",)
    """Import roots of ``python``, ``postprocess`` and pickles, relative to the workspace."""
    interpreter: str | None = None
    """Another Python for this candidate; default: the one that regrade runs on."""
    parameters: dict[str, Any] = {}
    """Keyword arguments handed to ``python``; part of the fingerprint."""
    column: str | None = None
    """``.skops``, ``.joblib``, ``.pkl``: the input that the model is handed, alone (a Series) instead of a frame: for texts."""
    columns: tuple[str, ...] = ()
    """``.onnx``: the inputs that make its one matrix, in order; default: all numbers, where they are as many as it takes."""
    classes: tuple[str | int | bool, ...] = ()
    """``.onnx``: the classes that its probabilities are of, in order, where the file does not name them."""
    env: tuple[str, ...] = ()
    """Environment variables that it is given; without them it sees no secret of yours."""
    keep_running: bool = False
    """``command``: started once, not once a batch; it must flush each answer, and answer before its input ends."""
    batch: int = 32
    """``url``: examples in one request."""
    concurrency: int = 4
    """``url``: requests at a time."""
    retries: int = 4
    """``url``: attempts after the first, on 408, 429, 5xx, time-outs and lost connections."""
    backoff: float = 0.5
    """``url``: seconds before the first further attempt; doubled for each, unless the server says ``Retry-After``."""
    headers: dict[str, str] = {}
    """``url``: header to value; ``env:NAME`` (or ``Bearer env:NAME``) takes it from the environment."""
    field: str = "inputs"
    """``url``: the name under which the batch is sent; MLflow's server wants ``dataframe_records``."""
    proxy: str | None = None
    """``url``: ``http://host:port``; no other proxy is ever used."""
    ca: str | None = None
    """``url``: a file of certificates (PEM) whose signature is trusted besides those that this machine knows; relative to the workspace."""
    repeats: int = 1
    """How often each example is asked, where answers differ from time to time; the majority of its answers counts."""
    timeout: float | None = None
    """Seconds that one request may take; default 600, for ``url`` 60."""
    memory_mb: int = 4_096
    """Address space that its process may grow by, in MB; 0 for no limit."""

    @property
    def kind(self) -> Kind:
        """Which of the five it is; ``model`` where it is none."""
        return next((each for each in KINDS if getattr(self, each)), "model")

    @property
    def seconds(self) -> float:
        """Of one request, at most."""
        return self.timeout if self.timeout is not None else 60.0 if self.url else 600.0

    @property
    def variables(self) -> tuple[str, ...]:
        """Every environment variable that it is given or sends."""
        named = [match["variable"] for match in map(_NAMED.match, self.headers.values()) if match]
        return tuple(dict.fromkeys((*self.env, *named)))

    def fault(self, task_kind: str, positive: str | None) -> tuple[str, str, str] | None:
        """Return what is wrong, under which key, and what to do about it; None: nothing is."""
        named = [each for each in KINDS if getattr(self, each)]
        if len(named) != 1:
            return f"a candidate needs exactly one of {', '.join(KINDS)}; this one has {len(named) or 'none'}", "", ""
        for name, kinds in _ONLY.items():
            default = getattr(_DEFAULTS, name)
            if getattr(self, name) != default and self.kind not in kinds:
                return f"{name} says nothing about a candidate that is a {self.kind}", name, f"it belongs to: {', '.join(kinds)}"
        for name in ("python", "postprocess"):
            if (said := getattr(self, name)) is not None and not _FUNCTION.match(said):
                return f"{said!r} is no function", name, 'write "module:function"'
        for check in (self._model_fault, self._threshold_fault, self._number_fault, self._url_fault):
            found = check(task_kind, positive)
            if found is not None:
                return found
        for name in self.env:
            if not _VARIABLE.match(name):  # not quoted: somebody may have written the secret itself there
                return "this is no name of an environment variable", "env", "name the variable here, keep its value out of the file"
        return None

    def _model_fault(self, _: str, __: str | None) -> tuple[str, str, str] | None:
        if self.model is None:
            return None
        suffix = PurePath(self.model).suffix
        if suffix not in MODELS:
            what = f"{self.model!r} is none of {', '.join(MODELS)}"
            hint = f'{near_names(suffix, MODELS)} · anything else can be wrapped: python = "module:function"'
            return what, "model", hint
        for name in ("columns", "classes"):
            if getattr(self, name) and suffix != ".onnx":
                return f"{name} says nothing about a {suffix} file", name, "it belongs to .onnx"
        if self.column is not None and suffix == ".onnx":
            return "column says nothing about a .onnx file", "column", 'columns = ["…"] names what its matrix is made of'
        if self.column == "":
            return "column names the input that the model is handed; it is empty", "column", ""
        if len({(type(each), each) for each in self.classes}) != len(self.classes):
            return "a class stands there twice", "classes", ""
        return None

    def _threshold_fault(self, task_kind: str, positive: str | None) -> tuple[str, str, str] | None:
        if self.threshold is None:
            return None
        if task_kind != "classification" or positive is None:
            return "a threshold needs a classification with a positive class", "threshold", '[task] positive = "…" names it'
        if not 0 <= self.threshold <= 1:
            return "a threshold lies between 0 and 1", "threshold", ""
        return None

    def _number_fault(self, _: str, __: str | None) -> tuple[str, str, str] | None:
        limits = {
            "batch": (1, 65_536),
            "repeats": (1, 100),
            "concurrency": (1, 64),
            "retries": (0, 20),
            "backoff": (0, 60),
            "timeout": (0.001, 86_400),
        }
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                return f"{name} lies between {low:,} and {high:,}", name, ""
        if self.command and not all(self.command):
            return "a command's program and arguments are not empty", "command", ""
        if any("\0" in each for each in self.command):
            return "a command holds no zero byte", "command", ""
        return None

    def _url_fault(self, _: str, __: str | None) -> tuple[str, str, str] | None:
        for name in ("url", "proxy"):
            said = getattr(self, name)
            if said is None:
                continue
            try:
                parts = urlsplit(said)
                fine = bool(parts.hostname) and (parts.port is None or parts.port > 0) and bool(_PRINTABLE.match(said))
            except ValueError:
                fine = False
            if not fine or parts.scheme not in (("http", "https") if name == "url" else ("http",)):
                wanted = "http:// or https:// and a host" if name == "url" else "http://host:port"
                return "this is no address", name, f"it begins with {wanted}"
            if parts.username is not None or parts.password is not None:
                return "a name or password does not belong into an address", name, 'headers = { Authorization = "env:NAME" } keeps it out'
        if self.ca is not None and urlsplit(self.url or "").scheme != "https":
            return "ca says nothing about an address without TLS", "ca", "it belongs to https://"
        for header, value in self.headers.items():
            if not _HEADER.match(header):
                return f"{header!r} is no name of a header", "headers", ""
            if _SECRET.search(header) and not _NAMED.match(value):
                return f"the value of {header} does not belong into this file", "headers", f'write {header} = "env:NAME" and set NAME'
            if not value.isascii() or not value.isprintable():
                return f"the value of {header} holds what no header may", "headers", ""
        return None


_DEFAULTS = Candidate()
