"""Ask a candidate's process about many examples: in chunks, around crashes, with every answer checked."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any

from regrade.candidates.member import Member
from regrade.candidates.outputs import NOT_ASKED, Outputs
from regrade.candidates.process import Cancelled, Gone, TimedOut
from regrade.candidates.taking import Taker
from regrade.config import Config
from regrade.errors import CandidateError, RegradeError
from regrade.log.privacy import in_clear, why_refused
from regrade.safe_text import safe_text

if TYPE_CHECKING:
    import pyarrow as pa

    from regrade.log.content import Content
    from regrade.log.schema import Schema

FIRST_CHUNK, LARGEST_CHUNK = 32, 65_536
"""Examples in a first request to a process, and at most: how many are a good number is learnt, and remembered as long as it lives."""
CRASHES = 24
"""Restarts that may be spent on finding the examples that make a candidate crash: enough for one among a million."""
_QUICK, _SLOW = 0.25, 1.5
"""Seconds of a request below which the next is larger, and above which it is smaller: so often there is something to tell, and to keep."""
_MANY = 4_096
"""Examples from which on a request has the next ones read, and the last answers checked, by a thread beside it."""
FAILING_CALLS = 200
"""Failing calls that may be spent on finding the guilty examples, until one is answered."""
LACKS = "these examples lack the input"
"""How the worker begins to say that a model was trained on more (``worker/candidate.py``)."""


class Asker:
    """One call of :meth:`Pool.predict` on a candidate with a process; the caller holds the member's lock."""

    def __init__(
        self,
        member: Member,
        config: Config,
        schemas: Mapping[str, str],
        progress: Callable[[int, int], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self._privacy, self._roles = config.privacy, config.log.roles()
        self._member, self._kind, self._schemas = member, config.task.kind, schemas
        self._progress, self._cancelled = progress, cancelled
        self._stopped = ""
        self._crashes = 0
        self._asking = 0.0
        """Seconds of all requests."""
        self._in_vain = 0
        """Calls since the last answer to any example: one that always raises is not asked 200 times for each request."""
        self._loaded: set[str] = set()
        self._waited = member.waited
        self._examples: Sequence[tuple[str, Content]] = ()
        self._outputs = Outputs.empty(0)
        self._given: Outputs | None = None
        self._ahead: tuple[list[int], Future[tuple[list[int], pa.Table]]] | None = None
        self._taking: Future[None] | None = None

    def ask(self, examples: Sequence[tuple[str, Content]], given: Outputs | None = None) -> Outputs:
        """Return the answers, in order; rules are asked about the answers ``given``.

        Raises CandidateError when the candidate as a whole cannot answer.
        """
        self._examples, self._outputs, self._given = examples, Outputs.empty(len(examples)), given
        self._taker = Taker(self._kind, self._outputs, given, self._failed, self._hinted)
        by_schema = self._askable(given)
        with ThreadPoolExecutor(1, thread_name_prefix="beside") as self._beside:
            self._ask_all(by_schema)
            self._wait_for_taken()
        return self._outputs

    def _askable(self, given: Outputs | None) -> dict[str, list[int]]:
        """Return schema to the places of the examples that may be asked about; the others are errors."""
        examples, hidden = self._examples, self._privacy.declared
        if given is None and not hidden and len({content.schema for _, content in examples}) == 1:
            return {examples[0][1].schema: list(range(len(examples)))}
        by_schema: dict[str, list[int]] = {}
        for place, (_, content) in enumerate(examples):
            if given is not None and (error := given.errors[place]) is not None:
                self._outputs.set_error(place, error, transient=place in given.transient)
                continue
            if hidden and (shown := in_clear(content.inputs, self._privacy)):
                # The last door: whoever asks has hidden it already, or could not. Not to be cached: the rules may change.
                self._outputs.set_error(place, why_refused(shown), transient=True)
                continue
            by_schema.setdefault(content.schema, []).append(place)
        return by_schema

    def _ask_all(self, by_schema: Mapping[str, list[int]]) -> None:
        """Ask about all examples, schema by schema, in chunks of a size that is learnt."""
        done = 0
        for name, places in by_schema.items():
            schema = self._schema(name, places)
            least, size = self._member.spec.chunks(FIRST_CHUNK)
            size = max(size, self._member.chunk) if least < size else size
            at = 0
            while schema is not None and at < len(places):
                before = self._asking
                chunk = places[at : at + size]
                self._ask_chunk(chunk, places[at + len(chunk) : at + len(chunk) + size] if len(chunk) >= _MANY else [], schema)
                at += len(chunk)
                seconds = self._asking - before
                if len(chunk) == size:
                    size = min(size * 4, LARGEST_CHUNK) if seconds < _QUICK else max(size // 4, least) if seconds > _SLOW else size
                    self._member.chunk = size
                if self._progress is not None:
                    self._progress(done + at, len(self._examples))
            done += len(places)

    def _schema(self, name: str, places: list[int]) -> Schema | None:
        from regrade.log.schema import Schema

        if name in self._schemas:
            return Schema.decode(self._schemas[name])
        for place in places:
            self._outputs.set_error(place, f"the schema of its inputs, {name[:12]}, is not in the eval set")
        return None

    def _ask_chunk(self, places: list[int], following: list[int], schema: Schema) -> None:
        """Ask about these examples; where the process dies, about halves of them, until the guilty ones stand alone.

        Those that probably follow are read meanwhile.
        """
        read = self._ahead if self._ahead is not None and self._ahead[0] == places else None
        self._ahead = None
        places, table = read[1].result() if read is not None else self._decode(places, schema)
        if following and not self._member.spec.is_remote:
            self._ahead = following, self._beside.submit(self._decode, following, schema)
        pending = [(0, len(places))] if places else []
        while pending:
            start, stop = pending.pop()
            part = places[start:stop]
            if self._cancelled is not None and self._cancelled():
                self._stopped = NOT_ASKED
            if self._stopped:
                self._fail(part, self._stopped)
                continue
            waited, self._waited = self._waited, False
            began = time.time_ns()
            try:
                header, payload = self._request(table.slice(start, stop - start), part)
            except Cancelled:
                self._stopped = NOT_ASKED
                self._fail(part, self._stopped)
            except TimedOut as gone:
                self._member.remember(gone.stderr)
                self._fail(part, gone.what)
                self._stopped = f"not asked: {gone.what}"
            except Gone as gone:
                self._member.remember(gone.stderr)
                self._crashes += 1
                if waited:  # since the last request: it may have died before it was asked, so a fresh process decides
                    pending.append((start, stop))
                    continue
                last = self._member.redacted(gone.stderr).split("\n")[-1].strip()
                what = gone.what + (f"; it last wrote: {last}" if last else "")
                if self._crashes >= CRASHES:
                    self._stopped = f"not asked: after {CRASHES} crashes; {what}"
                if len(part) == 1 or self._stopped:
                    self._fail(part, what)
                else:
                    middle = (start + stop) // 2
                    pending += [(middle, stop), (start, middle)]
            else:
                self._wait_for_taken()
                if len(part) >= _MANY and not self._member.spec.is_remote:
                    self._taking = self._beside.submit(self._take, part, header, payload)
                else:
                    self._take(part, header, payload)
                self._member.settle(header.get("modules"), began)
                self._sign()

    def _wait_for_taken(self) -> None:
        """Wait for the answers that are read beside the next request. Raises what :meth:`_take` does."""
        taking, self._taking = self._taking, None
        if taking is not None:
            taking.result()

    def _sign(self) -> None:
        """Note who answered: a process that was started anew on the way may have been made of other files."""
        said, found = self._outputs, self._member.answering()
        self._loaded.add(self._member.loaded)
        said.changed = said.changed or found is None or len(self._loaded) > 1
        said.fingerprint = None if said.changed else found

    def _decode(self, places: list[int], schema: Schema) -> tuple[list[int], pa.Table]:
        """Return the places whose inputs can be read, and their inputs; the others are errors of their own."""
        from regrade.log.schema import decode_rows

        def decode(chosen: list[int]) -> pa.Table:
            return decode_rows([self._examples[place][1].inputs for place in chosen], schema)

        try:
            return places, decode(places)
        except (RegradeError, ValueError, TypeError, KeyError, OverflowError):
            good = []
            for place in places:
                try:
                    decode([place])
                    good.append(place)
                except (RegradeError, ValueError, TypeError, KeyError, OverflowError) as error:
                    self._outputs.set_error(place, f"its inputs cannot be read: {safe_text(error, 300)}")
            return good, decode(good)

    def _request(self, table: pa.Table, places: list[int]) -> tuple[dict[str, Any], memoryview]:
        import pyarrow as pa

        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        header: dict[str, Any] = {"op": "predict", "patience": self._member.spec.timeout / 2}
        header["failing"] = max(1, FAILING_CALLS - self._in_vain)
        payload = memoryview(sink.getvalue())
        if self._given is not None:
            more, matrix = _answers_given(self._given, places)
            header.update(more, inputs=len(payload))
            payload = memoryview(b"".join((payload, matrix)))
        self._member.load()  # what it takes to start it says nothing of how slow it answers
        began = time.monotonic()
        try:
            return self._member.request(header, payload, self._cancelled, self._member.spec.patience(len(places)))
        finally:
            self._asking += time.monotonic() - began

    def _fail(self, places: list[int], text: str) -> None:
        for place in places:
            self._outputs.set_error(place, text, transient=True)

    def _take(self, places: list[int], header: dict[str, Any], payload: memoryview) -> None:
        """Put an answer in its places. Raises CandidateError where it is none."""
        said = self._taker.take(places, header, payload)
        self._in_vain = self._in_vain + said.calls if len(said.errors) == len(places) else 0
        self._outputs.calls += said.calls
        self._outputs.seconds += said.seconds
        self._outputs.tokens += said.tokens
        self._outputs.cost += said.cost
        if said.stop and not self._stopped:
            self._stopped = "not asked: " + self._member.redacted(safe_text(said.stop))

    def _failed(self, what: str) -> CandidateError:
        return self._member.failed(self._member.redacted(what))

    def _hinted(self, text: str, place: int) -> str:
        """Return an error, without secrets, with what to do where it names an input that this example lacks: the log may have it.

        A column with a role (id, outcome, …) is never an input: nothing can take it over.
        """
        text, there = self._member.redacted(text), self._examples[place][1].inputs
        lacks = text.startswith(LACKS) or any(repr(name) in text for name in self._inputs_of_any if name not in there)
        lacks = lacks and not any(repr(name) in text for name, role in self._roles.items() if role != "text" and name not in there)
        return f"{text}: `regrade evalset backfill` takes it from a log that has it" if lacks else text

    @cached_property
    def _inputs_of_any(self) -> frozenset[str]:
        """Every input that any example has."""
        from regrade.log.schema import Schema

        return frozenset(name for encoded in self._schemas.values() for name in Schema.decode(encoded).names)


def _answers_given(given: Outputs, places: Sequence[int]) -> tuple[dict[str, Any], bytes]:
    """Return answers as rules are told them: predictions and classes for the header, and the (n, classes) matrix as bytes."""
    import numpy as np

    scores = [given.scores[place] for place in places]
    classes = sorted({name for each in scores if each for name in each})
    matrix = np.array([[(each or {}).get(name, np.nan) for name in classes] for each in scores], dtype="<f8")
    return {"predictions": [given.predictions[place] for place in places], "classes": classes}, matrix.tobytes()
