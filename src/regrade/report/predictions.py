"""Logged predictions as the documented rows of ``regrade predictions --json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from regrade.config import Config
    from regrade.evalset import State
    from regrade.log import Reader


def prediction_rows(reader: Reader, addresses: np.ndarray, state: State, config: Config) -> list[dict[str, Any]]:
    """Return one document a prediction: id (its key), time, prediction, score, outcome, result, status, mode, inputs.

    Values are JSON-ready, encoded as an example's content is; ``score`` is the probability of ``task.positive``, or of the
    predicted class where every class has its own. What ``[privacy]`` drops is no input; what it hashes is shown as the log has it.
    """
    heads = reader.cells(addresses, ["key", "result"])
    rows = []
    for (key, result), content in zip(heads, reader.logged_contents(addresses), strict=True):
        key = str(key)
        scores = content.scores or {}
        score = scores.get(config.task.positive or "", scores.get(str(content.prediction)))
        rows.append(
            {
                "id": key,
                "time": content.time,
                "prediction": content.prediction,
                "score": score,
                "outcome": content.outcome,
                "result": result,
                "status": state.status(key),
                "mode": state.mode(key),
                "inputs": content.inputs,
            }
        )
    return rows
