"""Inputs of examples as a candidate is asked about them: read from JSON into Arrow, and written as the payload of a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from regrade.candidates.exchange import Asked
from regrade.errors import RegradeError
from regrade.safe_text import safe_text

if TYPE_CHECKING:
    import pyarrow as pa

    from regrade.candidates.outputs import Outputs
    from regrade.log.content import Content
    from regrade.log.schema import Schema

_WRONG = (RegradeError, ValueError, TypeError, KeyError, OverflowError)


@dataclass
class Inputs:
    """Inputs of examples that can be read.

    Attributes
    ----------
    wanted, places : list of int
        Examples that were to be read, and those that could be, in order.
    table : pa.Table
        One row each of ``places``.
    """

    wanted: list[int]
    places: list[int]
    table: pa.Table
    _asked: Asked | None = None

    @cached_property
    def payload(self) -> memoryview:
        """All of them as they go over the pipe."""
        return memoryview(_written(self.table))

    def asked(self, header: Mapping[str, Any]) -> Asked:
        """Return the request about all of them: the same each time, so that one that was sent ahead is known again."""
        if self._asked is None:
            self._asked = header, self.payload
        return self._asked

    def part(self, start: int, stop: int, header: Mapping[str, Any], given: Outputs | None) -> Asked:
        """Return the request about some of them; about the answers ``given`` to them where there are some."""
        if given is None and stop - start == len(self.places):
            return self.asked(header)
        inputs = memoryview(_written(self.table.slice(start, stop - start)))
        if given is None:
            return header, inputs
        more, matrix = _answers_given(given, self.places[start:stop])
        return {**header, **more, "inputs": len(inputs)}, memoryview(b"".join((inputs, matrix)))


def _written(table: pa.Table) -> Any:
    """Return a table as an Arrow stream, in a buffer."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def read(examples: Sequence[tuple[str, Content]], wanted: list[int], schema: Schema, failed: Callable[[int, str], None]) -> Inputs:
    """Return the inputs of the examples ``wanted``; of each that cannot be read it is told why."""
    from regrade.log.schema import decode_rows

    def decode(chosen: list[int]) -> pa.Table:
        return decode_rows([examples[place][1].inputs for place in chosen], schema)

    try:
        return Inputs(wanted, wanted, decode(wanted))
    except _WRONG:
        good = []
        for place in wanted:
            try:
                decode([place])
                good.append(place)
            except _WRONG as error:
                failed(place, f"its inputs cannot be read: {safe_text(error, 300)}")
        return Inputs(wanted, good, decode(good))


def _answers_given(given: Outputs, places: Sequence[int]) -> tuple[dict[str, Any], bytes]:
    """Return answers as rules are told them: predictions and classes for the header, and the (n, classes) matrix as bytes."""
    import numpy as np

    scores = [given.scores[place] for place in places]
    classes = sorted({name for each in scores if each for name in each})
    matrix = np.array([[(each or {}).get(name, np.nan) for name in classes] for each in scores], dtype="<f8")
    return {"predictions": [given.predictions[place] for place in places], "classes": classes}, matrix.tobytes()
