"""Check an answer of a candidate's process and put it in its places; nothing that it says is believed unread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from regrade.candidates.outputs import Outputs
from regrade.candidates.values import BadValue, bad_rows, check_prediction, check_scores, is_text
from regrade.candidates.worker.packing import width
from regrade.log.results import label_text
from regrade.safe_text import safe_text

if TYPE_CHECKING:
    import numpy as np

NO_ANSWER = "it wrote what is no answer on the channel"
_FEW = 1_000
"""Distinct texts that are looked at once each, instead of once a row."""


class Said(msgspec.Struct):
    """An answer of the worker, as ``worker/asking.py`` writes it; anything else is no answer.

    Predictions are ``values``, codes in ``labels``, or so many ``floats`` (``worker/packing.py``).
    """

    ok: bool
    error: str = ""
    values: list[Any] = []
    labels: list[Any] | None = None
    floats: int | None = None
    classes: list[Any] | None = None
    scores: list[dict[str, float] | None] | None = None
    errors: list[tuple[int, str, bool]] = []
    calls: int = 0
    seconds: float = 0.0
    tokens: int = 0
    cost: float = 0.0
    stop: str = ""


class Taker:
    """Puts answers in their places.

    Parameters
    ----------
    kind : str
        Of the task.
    outputs : Outputs
        Where they go.
    given : Outputs or None
        What rules are asked about: they cannot give back probabilities that they were not given.
    refuse : callable
        Raises an error on the candidate, of a text.
    shown : callable
        Makes a text of the candidate's on the example at a place one that can be shown.
    """

    def __init__(
        self, kind: str, outputs: Outputs, given: Outputs | None, refuse: Callable[[str], Exception], shown: Callable[[str, int], str]
    ) -> None:
        self._kind, self._outputs, self._given = kind, outputs, given
        self._refuse, self._shown = refuse, shown

    def take(self, places: Sequence[int], header: dict[str, Any], payload: memoryview) -> Said:
        """Take the answer about the examples at ``places``. Raises what ``refuse`` returns where it is none, or says that it failed."""
        try:
            said = msgspec.convert(header, Said)
        except msgspec.ValidationError:
            raise self._refuse(NO_ANSWER) from None
        if not said.ok:
            raise self._refuse(safe_text(said.error or "it answered nothing"))
        n = len(places)
        if any(not 0 <= at < n for at, _, _ in said.errors):
            raise self._refuse(NO_ANSWER)
        for at, text, certain in said.errors:
            self._outputs.set_error(places[at], self._shown(safe_text(text), places[at]), transient=not certain)
        failed = {at for at, _, _ in said.errors}
        matrix, packed = self._divided(payload, said, n)
        self._put(self._outputs.predictions, places, *self._predictions(said, packed, n), failed)
        if matrix is not None and self._kind == "classification":
            assert said.classes is not None
            self._take_scores(places, said.classes, matrix, failed)
        if said.scores is not None and self._kind == "classification":
            if len(said.scores) != n:
                raise self._refuse(NO_ANSWER)
            self._put(self._outputs.scores, places, *_checked(said.scores, check_scores), failed)
        return said

    def _divided(self, payload: memoryview, said: Said, n: int) -> tuple[np.ndarray | None, np.ndarray | None]:
        """Return the probabilities and the packed predictions that a payload holds; each None where there are none."""
        import numpy as np

        of = "<f8" if said.floats is not None else width(len(said.labels)) if said.labels is not None else None
        columns = len(said.classes or ())
        at = 8 * n * columns
        if len(payload) != at + (np.dtype(of).itemsize * n if of else 0) or (said.floats is not None and said.labels is not None):
            raise self._refuse(NO_ANSWER)
        matrix = None if said.classes is None else np.frombuffer(payload[:at], dtype="<f8").reshape(n, columns)
        return matrix, np.frombuffer(payload[at:], dtype=of) if of else None

    def _predictions(self, said: Said, packed: np.ndarray | None, n: int) -> tuple[list[Any], dict[int, str]]:
        """Return n predictions, and row to reason for those that are none."""
        import numpy as np

        if packed is not None and said.labels is not None:
            if n and not (packed.min() >= -1 and packed.max() < len(said.labels)):
                raise self._refuse(NO_ANSWER)
            labels, wrong = _checked([*said.labels, None], self._check)
            wrong[-1] = wrong.pop(len(said.labels))
            table = np.empty(len(labels), dtype=object)
            for at, label in enumerate(labels):
                table[at] = label
            rows = np.flatnonzero(packed == -1 if len(wrong) == 1 else np.isin(packed, list(wrong)))
            return table[packed].tolist(), {row: wrong[int(packed[row])] for row in rows.tolist()}
        if packed is not None:
            bad = np.flatnonzero(~np.isfinite(packed)).tolist()
            _, reasons = _checked([float(packed[row]) for row in bad], self._check)
            return packed.tolist(), {bad[at]: reason for at, reason in reasons.items()}
        if len(said.values) != n:
            raise self._refuse(NO_ANSWER)
        if set(map(type, said.values)) == {str} and len(distinct := list(set(said.values))) <= _FEW:
            checked, bad_texts = _checked(distinct, self._check)
            if not bad_texts:
                known = dict(zip(distinct, checked, strict=True))
                return [known[value] for value in said.values], {}
        return _checked(said.values, self._check)

    def _check(self, value: Any) -> Any:
        return check_prediction(self._kind, value)

    def _take_scores(self, places: Sequence[int], classes: list[Any], matrix: np.ndarray, failed: set[int]) -> None:
        import numpy as np

        names = [label_text(each) if isinstance(each, (str, bool, int, float)) else None for each in classes]
        known = [str(name) for name in names]
        if not names or None in names or len(set(names)) != len(names) or not all(map(is_text, known)):
            raise self._refuse(f"it named classes that are none, or not unique: {safe_text(classes, 200)}")
        bad = bad_rows(matrix, known)
        found = _dictionaries(known, np.clip(matrix, 0.0, 1.0).T.tolist())
        if self._given is not None:
            for row in [row for row in bad if self._given.scores[places[row]] is None and np.isnan(matrix[row]).all()]:
                del bad[row]  # rules cannot give back what they were not given
                found[row] = None
        self._put(self._outputs.scores, places, found, bad, failed)

    def _put(self, column: list[Any], places: Sequence[int], values: list[Any], wrong: dict[int, str], failed: set[int]) -> None:
        """Put values in their places, but for rows that have ``failed``; rows that are wrong are errors, and have failed from here on."""
        if places and places[-1] - places[0] == len(places) - 1:  # ascending, each once
            column[places[0] : places[-1] + 1] = values
        else:
            for place, value in zip(places, values, strict=True):
                column[place] = value
        for row in failed:
            column[places[row]] = None
        for row, reason in wrong.items():
            if row not in failed:
                self._outputs.set_error(places[row], reason)
        failed.update(wrong)


def _checked(values: Iterable[Any], check: Callable[[Any], Any]) -> tuple[list[Any], dict[int, str]]:
    """Return values as a check returns them, and place to reason for those that it refuses."""
    found, wrong = [], {}
    for at, value in enumerate(values):
        try:
            found.append(check(value))
        except BadValue as bad:
            found.append(None)
            wrong[at] = str(bad)
    return found, wrong


def _dictionaries(names: Sequence[str], columns: Sequence[list[float]]) -> list[Any]:
    """Return one dictionary a row of columns; those of two names, which are most, in half the time."""
    if len(names) == 2:
        a, b = names
        return [{a: x, b: y} for x, y in zip(*columns, strict=True)]
    # By columns: a list for each row would be 65,536 more objects for the garbage collector to look through.
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
