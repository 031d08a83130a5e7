"""Which rows of a log are the deployed model's, where it holds the answers of several: of its shadows, or of those before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from regrade.errors import DataError
from regrade.expressions import quote_identifier, quote_text

if TYPE_CHECKING:
    from regrade.log.content import Content
    from regrade.log.files import Addresses
    from regrade.log.prediction_log import PredictionLog
    from regrade.log.reader import Reader

_LOOKED_AT = 4_000
_HINT = 'name it in regrade.toml: [log] deployed = "prod-1"'


def deployed_rows(reader: Reader, most: int) -> Addresses:
    """Return up to ``most`` rows of the deployed model, spread evenly over the log, in its order.

    It is what ``[log] deployed`` names, else the newest model of the log.

    Raises
    ------
    DataError
        Nothing says which model is deployed, or the log has no prediction of it.
    """
    import numpy as np

    log, roles = reader.log, reader.log.config.log
    if roles.model is None:
        rows = np.arange(log.n_rows, dtype=np.int64)
    elif roles.deployed is not None:
        rows = np.sort(reader.view(_is_deployed(log)).addresses)
        if log.n_rows and not len(rows):
            raise DataError(f"no prediction of the log is of {roles.deployed!r}", where="regrade.toml: log.deployed")
    else:
        rows = _newest(reader, _spread(np.arange(log.n_rows, dtype=np.int64), _LOOKED_AT))
    return _spread(rows, most)


def requests(log: PredictionLog) -> str:
    """Return the filter that finds each request once, as the deployed model answered it; empty where every prediction is one of its own."""
    return "" if deployed_key(log) is None else _is_deployed(log)


def _is_deployed(log: PredictionLog) -> str:
    roles = log.config.log
    assert roles.model is not None and roles.deployed is not None
    name = quote_identifier(roles.model)
    model = name if roles.model in log.dialect.types else f"log.{name}"
    kind = next(each.type for each in log.columns if each.name == roles.model)
    return f"{model if kind == 'VARCHAR' else f'cast({model} as varchar)'} = {quote_text(roles.deployed)}"


def _spread(rows: Addresses, most: int) -> Addresses:
    import numpy as np

    keep = np.linspace(0, max(len(rows) - 1, 0), min(len(rows), most)).astype(np.int64)
    return rows[np.unique(keep)]


def _newest(reader: Reader, rows: Addresses) -> Addresses:
    """Those of ``rows`` that are the newest model's."""
    import numpy as np

    log, roles = reader.log, reader.log.config.log
    assert roles.model is not None
    name = log.name_of(roles.model)
    cells = reader.cells(rows, [log.name_of(roles.time) if roles.time else "key", name])
    models = {cell[1] for cell in cells if cell[1] is not None}
    if len(models) < 2:
        return rows
    if roles.model in log.dialect.key_columns:
        raise DataError(f"the log holds the answers of {_listed(models)} side by side: which is deployed is not said", hint=_HINT)
    if roles.time is None:
        raise DataError(f"the log holds the answers of {_listed(models)}, and no time that says which is the newest", hint=_HINT)
    newest = max((cell for cell in cells if cell[0] is not None), key=lambda cell: cell[0], default=cells[-1])[1]
    return rows[np.flatnonzero([cell[1] == newest for cell in cells])]


def _listed(models: set[object]) -> str:
    names = sorted(map(str, models))
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")


def deployed_key(log: PredictionLog) -> str | None:
    """Return the SQL, over ``r``, of the key that the deployed model's answer to the same request has.

    None where ``[log] deployed`` is not said, or where the model is no part of the key: another model's answers are then those of
    another time.
    """
    roles, names = log.config.log, log.dialect.key_columns
    if roles.deployed is None or roles.model not in names:
        return None
    parts = (quote_text(roles.deployed) if name == roles.model else f"CAST(r.{quote_identifier(name)} AS VARCHAR)" for name in names)
    return " || '|' || ".join(parts)


def by_deployed(contents: Sequence[Content], asked: Sequence[str | None], given: Mapping[str, Content], deployed: str) -> list[Content]:
    """Return contents that keep what the deployed model answered, where they are of a shadow of it.

    ``asked`` has the key of the deployed model's answer for each, ``given`` what is there. Where it answered nothing, nothing is kept:
    the candidate ``logged`` stands for production, not for its shadows.
    """
    found = []
    for content, key in zip(contents, asked, strict=True):
        if content.model != deployed:
            answer = given.get(key or "")
            content = replace(
                content,
                prediction=None if answer is None else answer.prediction,
                scores=None if answer is None else answer.scores,
                model=content.model if answer is None else answer.model,
            )
        found.append(content)
    return found
