"""Ask a candidate's process about many examples: in chunks, around crashes, with every answer checked."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any

from regrade.candidates.budget import Budget
from regrade.candidates.exchange import Asked
from regrade.candidates.member import Member
from regrade.candidates.outputs import NOT_ASKED, Outputs
from regrade.candidates.process import Cancelled, Gone, TimedOut
from regrade.candidates.reading import Inputs, read
from regrade.candidates.taking import Taker
from regrade.config import Config
from regrade.errors import CandidateError
from regrade.log.privacy import in_clear, why_refused
from regrade.safe_text import safe_text

if TYPE_CHECKING:
    from regrade.log.content import Content
    from regrade.log.schema import Schema

FIRST_CHUNK, LARGEST_CHUNK = 32, 131_072
"""Examples in a first request to a process, and at most: how many are a good number is learnt, and remembered as long as it lives."""
_HEAVY = 128 << 20
"""Bytes of a request and its answer from which on the next has no more examples: all of them are held, at both ends."""
_QUICK, _SLOW = 0.25, 1.5
"""Seconds of a request below which the next is larger, and above which it is smaller: so often there is something to tell, and to keep."""
_MANY = 4_096
"""Examples from which on a request has the next ones read, and the last answers checked, by a thread beside it."""
_LIGHT = 16 << 20
"""Bytes of a request up to which it may be sent ahead: the process holds them besides what it is at work on."""
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
        budget: Budget | None = None,
    ) -> None:
        self._privacy, self._roles = config.privacy, config.log.roles()
        self._member, self._kind, self._schemas = member, config.task.kind, schemas
        self._progress, self._cancelled = progress, cancelled
        self._budget = budget or Budget()
        self._asking = 0.0
        """Seconds of all requests."""
        self._weight = 1
        """Bytes of an example of the last request and of its answer."""
        self._took = 0.0
        """Seconds of the last one."""
        self._loaded: set[str] = set()
        self._waited = member.waited
        self._examples: Sequence[tuple[str, Content]] = ()
        self._outputs = Outputs.empty(0)
        self._given: Outputs | None = None
        self._ahead: tuple[list[int], Future[Inputs]] | None = None
        """The examples that are probably asked about next, being read."""
        self._alone = False
        """Is nothing sent ahead: rules are asked, or the process died while it had two requests?"""
        self._unsettled: int | None = None
        """Since when (nanoseconds) what was imported is not known, because a request that was sent ahead comes first."""
        self._taking: Future[None] | None = None

    def ask(self, examples: Sequence[tuple[str, Content]], given: Outputs | None = None) -> Outputs:
        """Return the answers, in order; rules are asked about the answers ``given``.

        Raises CandidateError when the candidate as a whole cannot answer.
        """
        self._examples, self._outputs, self._given = examples, Outputs.empty(len(examples)), given
        self._taker = Taker(self._kind, self._outputs, given, self._failed, self._hinted)
        by_schema = self._askable(given)
        with ThreadPoolExecutor(1, thread_name_prefix="beside") as self._beside:
            try:
                self._ask_all(by_schema)
                self._wait_for_taken()
            finally:
                self._member.abandon()
        self._doubt()
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
                chunk = self._ahead[0] if self._ahead is not None and self._member.has_more else places[at : at + size]
                self._ask_chunk(chunk, places[at + len(chunk) : at + len(chunk) + size] if len(chunk) >= _MANY else [], schema)
                at += len(chunk)
                seconds = self._asking - before
                if len(chunk) == size:
                    most = max(size, min(LARGEST_CHUNK, _HEAVY // self._weight))
                    size = min(size * 4, most) if seconds < _QUICK else max(size // 4, least) if seconds > _SLOW else size
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

        Those that probably follow are read meanwhile, and sent ahead.
        """
        known = self._ahead if self._ahead is not None and self._ahead[0] == places else None
        self._ahead = None
        inputs = known[1].result() if known is not None else self._read(places, schema)
        if following and not self._member.spec.is_remote:
            self._ahead = following, self._beside.submit(self._read, following, schema)
        places = inputs.places
        pending = [(0, len(places))] if places else []
        while pending:
            start, stop = pending.pop()
            part = places[start:stop]
            if self._cancelled is not None and self._cancelled():
                self._budget.stopped = NOT_ASKED
            if self._budget.stopped:
                self._fail(part, self._budget.stopped)
                continue
            waited, self._waited = self._waited, False
            began = time.time_ns()
            try:
                header, payload = self._request(inputs.part(start, stop, self._header(), self._given), len(part))
            except Cancelled:
                self._budget.stopped = NOT_ASKED
                self._fail(part, NOT_ASKED)
            except TimedOut as gone:
                self._member.remember(gone.stderr)
                self._fail(part, gone.what)
                self._budget.stopped = f"not asked: {gone.what}"
            except Gone as gone:
                self._member.remember(gone.stderr)
                if gone.shared:  # of this request or of the one behind it: a fresh process is asked one at a time
                    self._alone = True
                    pending.append((start, stop))
                    continue
                last = self._member.redacted(gone.stderr).split("\n")[-1].strip()
                what = gone.what + (f"; it last wrote: {last}" if last else "")
                self._budget.crashed(what)
                if waited:  # since the last request: it may have died before it was asked, so a fresh process decides
                    pending.append((start, stop))
                    continue
                if len(part) == 1 or self._budget.stopped:
                    self._fail(part, what)
                else:
                    middle = (start + stop) // 2
                    pending += [(middle, stop), (start, middle)]
            else:
                self._wait_for_taken()
                if len(part) >= _MANY and not self._member.spec.is_remote:
                    self._taking = self._beside.submit(self._take, part, header, payload, self._took)
                else:
                    self._take(part, header, payload, self._took)
                self._settle(header, began)
                self._sign()

    def _settle(self, header: Mapping[str, Any], began: int) -> None:
        """Find out what the process has imported since it was asked, once it is at work on nothing."""
        began = min(began, self._unsettled or began)
        if self._member.has_more:
            self._unsettled = began if self._unsettled or self._member.imports(header.get("modules")) else None
            return
        self._unsettled = None
        self._member.settle(header.get("modules"), began)

    def _doubt(self) -> None:
        """Nobody can say any more what answered, where it was still to be asked what it had imported."""
        if self._unsettled is not None:
            self._unsettled, self._outputs.changed, self._outputs.fingerprint = None, True, None

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

    def _read(self, places: list[int], schema: Schema) -> Inputs:
        """Return the inputs of these examples, ready to be sent where all are; those that cannot be read are errors of their own."""
        inputs = read(self._examples, places, schema, self._outputs.set_error)
        if len(places) >= _MANY and self._given is None:
            _ = inputs.payload
        return inputs

    def _header(self) -> dict[str, Any]:
        """Return what a request says of how hard to try."""
        calls, seconds = self._budget.left
        return {"op": "predict", "patience": self._member.spec.timeout / 2, "failing": calls, "vain": seconds}

    def _following(self) -> Asked | None:
        """Return the request that comes next, where it has been read and is light."""
        if self._ahead is None or not self._ahead[1].done() or self._ahead[1].exception() is not None:
            return None
        inputs = self._ahead[1].result()
        return inputs.asked(self._header()) if inputs.places and len(inputs.payload) <= _LIGHT else None

    def _request(self, asked: Asked, n: int) -> tuple[dict[str, Any], memoryview]:
        member = self._member
        member.load()  # what it takes to start it says nothing of how slow it answers
        ahead = member.steady and self._ahead is not None and self._given is None and not self._alone and self._unsettled is None
        began, member.steady = time.monotonic(), False
        try:
            header, payload = member.request(*asked, self._cancelled, member.spec.patience(n), self._following if ahead else None)
        except Gone:
            self._doubt()
            raise
        finally:
            self._took = time.monotonic() - began
            self._asking += self._took
        self._weight = max(1, (len(asked[1]) + len(payload)) // n)
        errors = header.get("errors")
        failed = len(errors) if isinstance(errors, list) else 0
        member.steady = failed < n and self._took <= _SLOW and not member.imports(header.get("modules"))
        return header, payload

    def _fail(self, places: list[int], text: str) -> None:
        for place in places:
            self._outputs.set_error(place, text, transient=True)

    def _take(self, places: list[int], header: dict[str, Any], payload: memoryview, seconds: float) -> None:
        """Put an answer, that took so many seconds, in its places. Raises CandidateError where it is none."""
        said = self._taker.take(places, header, payload)
        if len(said.errors) < len(places):
            self._budget.answered()
        else:
            self._budget.failed(said.calls, seconds, safe_text(said.errors[-1][1], 300))
        self._outputs.calls += said.calls
        self._outputs.seconds += said.seconds
        self._outputs.tokens += said.tokens
        self._outputs.cost += said.cost
        if said.stop and not self._budget.stopped:
            self._budget.stopped = "not asked: " + self._member.redacted(safe_text(said.stop))

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
