"""The prediction under the cursor, whole: read once the cursor rests, joined with history and with the candidates' answers."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from time import monotonic
from typing import TYPE_CHECKING

from textual.message import Message

from regrade.config import Config
from regrade.log.class_scores import read
from regrade.safe_text import safe_text
from regrade.tui.layout import GridColumn
from regrade.tui.services.decision_messages import History
from regrade.tui.services.engine_messages import AnswersReady
from regrade.tui.services.log_messages import WholeRow
from regrade.tui.services.survey_messages import UsualKnown
from regrade.tui.widgets.detail_lines import Answer, Detail
from regrade.tui.widgets.nested import folded, is_nested, readable

if TYPE_CHECKING:
    from textual.timer import Timer

    from regrade.log.usual import Usual
    from regrade.tui.screens.ahead import Ahead
    from regrade.tui.services.bundle import Services
    from regrade.tui.widgets.detail import DetailPane

REST_SECONDS = 0.12
"""So long the cursor must rest before the pane follows it: a key that is held down paints two lines a step, no pane."""
_SOON = 0.005


class InFocus:
    """Fills the detail pane.

    Parameters
    ----------
    current : callable
        Returns key and address of the row under the cursor, or None as long as they are not known.
    after : callable
        Calls a function after some seconds, as ``Widget.set_timer`` does.
    ahead : Ahead
        Has the candidates asked about what comes below.
    """

    def __init__(
        self,
        pane: DetailPane,
        services: Services,
        current: Callable[[], tuple[str, int] | None],
        after: Callable[[float, Callable[[], None]], Timer],
        ahead: Ahead,
    ) -> None:
        self._pane, self._services, self._current, self._after, self._ahead = pane, services, current, after, ahead
        self._timer: Timer | None = None
        self._due = 0.0
        self._asked = ""
        self._row: WholeRow | None = None
        self._past: History | None = None
        self._usual: Mapping[str, Usual] = {}
        self._unfolded = False
        self.shown = True
        """Whether there is a pane to fill."""

    def moved(self) -> None:
        """Follow the cursor, once it rests."""
        self._due = monotonic() + REST_SECONDS
        if self._timer is None:
            self._timer = self._after(REST_SECONDS, self._waited)

    def _waited(self) -> None:
        """Look whether the cursor moved meanwhile: one timer for many steps, for making one costs a tenth of a step."""
        left, self._timer = self._due - monotonic(), None
        if left > _SOON:
            self._timer = self._after(left, self._waited)
        else:
            self._rested()

    def _rested(self) -> None:
        here = self._current()
        if here is not None:
            self._services.session.saw(here[0])
        if here is None:
            if self._pane.detail is not None:
                self._asked = ""
        elif not self.shown:
            self._ahead.look(here=True)
        elif here[0] != self._asked:
            self.read()

    def read(self) -> None:
        """Read the prediction under the cursor now."""
        here = self._current()
        if here is not None and self.shown:
            self._asked = here[0]
            self._services.session.saw(here[0])
            self._services.log.whole_row(*here)
            self._services.decisions.history(here[0])  # as a rule here first, so that nothing moves when the row comes

    def hear(self, message: Message) -> None:
        """Show what is said of it."""
        match message:
            case History():
                self.history(message)
            case AnswersReady():
                self.answers(message)
            case UsualKnown():
                self.usual(message)

    def clear(self, why: str) -> None:
        """Show none, and say why."""
        self._asked = ""
        self._pane.show(None, why)

    def row(self, message: WholeRow) -> None:
        """Show what the log says; ask for the rest."""
        if message.key != self._asked:
            return
        if message.siblings and self._pane.detail is not None and self._pane.detail.key == message.key:
            self._pane.show(replace(self._pane.detail, also=message.siblings))
            return
        self._row = message
        detail = self._built(message)
        known = self._services.engine.known_answers(message.key)
        if message.refused:
            detail = replace(detail, waiting=safe_text(message.refused, 300))
        self._pane.show(self._with_past(answered(detail, known)))
        if known is None and not message.refused:
            self._services.engine.ask(message.key, message.content, message.schemas)
        self._ahead.look(here=False)
        self._services.survey.ask_usual()

    def _built(self, row: WholeRow) -> Detail:
        return build(row, self._services.log.columns, self._services.config, self._usual, unfolded=self._unfolded)

    def fold(self) -> bool:
        """Show nested values and long answers whole, or folded again; return whether they are whole now."""
        self._unfolded = not self._unfolded
        detail, row = self._pane.detail, self._row
        if detail is not None and row is not None and row.key == detail.key:
            new = self._built(row)
            self._pane.show(replace(detail, inputs=new.inputs, about=new.about, unfolded=new.unfolded))
        return self._unfolded

    def usual(self, message: UsualKnown) -> None:
        """Mark what is unusual, from now on."""
        self._usual = message.usual
        detail, row = self._pane.detail, self._row
        if detail is not None and row is not None and row.key == detail.key:
            self._pane.show(replace(detail, unusual=unusual(row.values, self._services.log.columns, self._usual)))

    def history(self, message: History) -> None:
        """Show what happened to it."""
        detail, self._past = self._pane.detail, message
        if detail is not None and message.key == detail.key:
            self._pane.show(self._with_past(detail))

    def _with_past(self, detail: Detail) -> Detail:
        state, past = self._services.decisions.decisions.of(detail.key), self._past
        if past is None or past.key != detail.key:
            return replace(detail, state=state)
        return replace(detail, state=state, history=past.history, notes=past.notes, disputes=past.disputes)

    def answers(self, message: AnswersReady) -> None:
        """Show what the candidates say."""
        detail = self._pane.detail
        if detail is None or message.key != detail.key:
            return
        if message.error:
            self._pane.show(replace(detail, answers=None, waiting=message.error))
        else:
            self._pane.show(answered(detail, message.answers))

    def decided(self, keys: Collection[str]) -> None:
        """Read the history again, where it is about this prediction; one that the cursor has left is not drawn once more."""
        if self._pane.detail is None or (keys and self._asked not in keys):
            return
        here = self._current()
        if here is None or here[0] == self._asked:
            self._services.decisions.history(self._asked)
        else:
            self._asked = ""  # the cursor may come back before it rests elsewhere

    def scored(self) -> None:
        """Ask the candidates again, after the eval set or a candidate changed."""
        if self._row is not None and not self._row.refused and self.shown and self._row.key == self._asked:
            self._services.engine.ask(self._row.key, self._row.content, self._row.schemas)
        self._ahead.look(here=not self.shown)


def answered(detail: Detail, answers: Sequence[Answer] | None) -> Detail:
    """Return the detail with answers in the order of the scoreboard: the champion first, the others as the configuration has them."""
    if answers is None:
        return replace(detail, answers=None)
    places = {name: at for at, name in enumerate(detail.candidates)}
    return replace(detail, answers=tuple(sorted(answers, key=lambda answer: places.get(answer.name, len(places)))))


def build(row: WholeRow, columns: Iterable[GridColumn], config: Config, usual: Mapping[str, Usual], *, unfolded: bool = False) -> Detail:
    """Return what the log says of a prediction, by the roles of its columns; ``usual`` by what the log is asked for."""
    columns = tuple(columns)
    by_role: dict[str, list[tuple[str, object]]] = {}
    for column in columns:
        value = row.values.get(column.asked)
        if column.role == "score" and (classes := read(value)):
            ordered = sorted(classes.items(), key=lambda item: -item[1])
            by_role.setdefault("score", []).extend(ordered)
            continue
        answer = config.task.kind == "json" and column.role in ("prediction", "outcome")
        shape = readable if answer or unfolded else folded
        by_role.setdefault(column.role, []).append((column.name, shape(value) if answer or is_nested(column.type) else value))

    def one(role: str) -> object:
        return by_role[role][0][1] if by_role.get(role) else None

    return Detail(
        key=row.key,
        result=str(row.values.get("result") or ""),
        prediction=one("prediction"),
        scores=by_role.get("score", ()),
        outcome=one("outcome"),
        feedback=one("feedback"),
        off=_off(one("prediction"), one("outcome")) if config.task.kind == "regression" else None,
        tolerance=config.task.tolerance,
        champion=config.champion,
        candidates=sorted(config.candidate_names, key=lambda name: name != config.champion),
        inputs=[*by_role.get("text", ()), *by_role.get("input", ())],
        about=[*by_role.get("time", ()), *by_role.get("model", ()), *by_role.get("ignore", ())],
        unusual=unusual(row.values, columns, usual),
        unfolded=unfolded,
    )


def unusual(values: Mapping[str, object], columns: Iterable[GridColumn], usual: Mapping[str, Usual]) -> dict[str, str]:
    """Return the remarks on values that are unusual in their columns, by name; ``values`` by what the log is asked for."""
    there = {column.name: (usual[column.asked], values.get(column.asked)) for column in columns if column.asked in usual}
    return {name: remark for name, (each, value) in there.items() if (remark := each.remark(value))}


def _off(prediction: object, outcome: object) -> float | None:
    """Return how much larger the prediction is; None where either is no finite number."""
    if not isinstance(prediction, int | float | Decimal) or not isinstance(outcome, int | float | Decimal):
        return None
    off = float(prediction) - float(outcome)
    return off if math.isfinite(off) else None
