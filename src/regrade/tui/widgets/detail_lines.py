"""What the detail pane says about one prediction, as lines of styled pieces; no widget, so that it can be read in a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich.cells import cell_len

from regrade.log.siblings import Sibling
from regrade.safe_text import safe_lines, safe_text
from regrade.tui.cells import fit
from regrade.tui.glyphs import Glyphs
from regrade.tui.model import OPEN, Dispute, RowState
from regrade.tui.widgets import dispute_lines
from regrade.tui.widgets.fields import LABEL, WRAPPED, field_lines
from regrade.tui.widgets.lines import Line, shown, wrap
from regrade.tui.widgets.nested import readable
from regrade.tui.widgets.word_diff import lacking_words, marked

_BAR = 10
_ANSWER = 12
"""Lines of a candidate's answer."""


@dataclass(frozen=True)
class Answer:
    """What one candidate says of this prediction."""

    name: str
    prediction: object = None
    score: float | None = None
    right: bool | None = None
    flip: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class Detail:
    """Everything that is known of one prediction.

    Attributes
    ----------
    feedback
        What a user said of the answer; None where nothing was said.
    off, tolerance : float
        Of a regression: the prediction less the outcome, and how far is right.
    unusual : mapping
        Of inputs, by name: what is unusual about the value.
    unfolded : bool
        Whether nested values and candidates' long answers are shown whole.
    also : sequence of Sibling
        What other models answered to the same request.
    answers : sequence of Answer, or None
        None as long as the candidates have not answered.
    waiting : str
        Why they have not.
    """

    key: str
    result: str = ""
    prediction: object = None
    scores: Sequence[tuple[str, object]] = ()
    outcome: object = None
    feedback: object = None
    off: float | None = None
    tolerance: float = 0.0
    champion: str = ""
    candidates: Sequence[str] = ()
    about: Sequence[tuple[str, object]] = ()
    inputs: Sequence[tuple[str, object]] = ()
    state: RowState = OPEN
    answers: Sequence[Answer] | None = None
    waiting: str = ""
    history: Sequence[str] = field(default_factory=tuple)
    notes: Sequence[str] = field(default_factory=tuple)
    disputes: Sequence[Dispute] = ()
    also: Sequence[Sibling] = ()
    unusual: Mapping[str, str] = field(default_factory=dict)
    unfolded: bool = False


def bar(share: float, glyphs: Glyphs) -> str:
    """Return a probability as ten cells."""
    full = max(0, min(_BAR, round(share * _BAR)))
    return glyphs.full * full + glyphs.empty * (_BAR - full)


def detail_lines(detail: Detail, width: int, glyphs: Glyphs) -> list[Line]:
    """Return what to show of one prediction in lines of at most ``width`` cells."""
    state = detail.state
    verdict = f"{glyphs.dot} {glyphs.result(detail.result)} {detail.result} "
    standing = f"{glyphs.dot} {glyphs.status(state.status)} {state.status}"
    key = safe_text(detail.key, 200)
    lines: list[Line] = [
        [
            (fit(key, max(min(cell_len(key), width - len(verdict) - len(standing) - 1), 1)) + " ", "strong"),
            (verdict, {"wrong": "wrong", "right": "right"}.get(detail.result, "dim")),
            (standing, "dim" if state.status in ("open", "dismissed") else "accent"),
        ]
    ]
    mode = "" if any(dispute.field == "mode" for dispute in detail.disputes) else safe_text(state.mode)
    if mode or state.pinned:
        pin = f"{glyphs.pinned} pinned  " if state.pinned else ""
        lines.extend([(line, "known")] for line in wrap(f"{pin}{mode}", width))
    if detail.disputes:
        lines.extend(_section("disputed", width, glyphs))
        lines.extend(dispute_lines.disputed(detail.disputes, width))
    if len(lines) != 2:  # a failure mode stands in place of the blank line: what follows moves with none, nor with a label
        lines.append([])
    corrected = _expected(state)
    truth = next((value for _, value in corrected), detail.outcome)
    lines.extend(field_lines([("predicted", detail.prediction)], width, "strong", (truth, "wrong", glyphs.wrong)))
    names = min(max([LABEL, *(cell_len(safe_text(name, 60)) for name, _ in detail.scores)]), max(width // 3, 8))
    for name, value in detail.scores:
        if isinstance(value, int | float) and 0 <= value <= 1:
            label = fit(safe_text(name, 60), names)
            lines.append([(f"{label} ", "dim"), (bar(float(value), glyphs), "accent"), (f" {value:.2f}", "text")])
        else:
            lines.extend(field_lines([(name, value)], width, "text"))
    beside = (None if corrected else detail.prediction, "right", glyphs.right)
    lines.extend(field_lines([("outcome", detail.outcome)], width, "strong", beside))
    if detail.off is not None:
        lines.extend(field_lines([("off by", f"{detail.off:+.6g}  (so far is right: {detail.tolerance:g})")], width, "text"))
    if detail.feedback is not None:
        said = {"wrong": "  (so it is wrong: no outcome)", "right": "  (so it is right: no outcome)"}.get(detail.result, "")
        lines.extend(field_lines([("feedback", f"{shown(detail.feedback)}{said if detail.outcome is None else ''}")], width, "text"))
    for other in detail.also:
        lines.extend(_sibling(other, detail, width, glyphs))
    lines.extend(field_lines(corrected, width, "known", (detail.prediction, "right", glyphs.right)))
    lines.extend(_section("candidates", width, glyphs))
    lines.extend(_answers(detail, width, glyphs))
    if detail.inputs:
        lines.extend(_section("inputs", width, glyphs))
        lines.extend(field_lines(detail.inputs, width, "text", remarks=detail.unusual))
    if detail.about:
        lines.extend(_section("about", width, glyphs))
        inputs = {name for name, _ in detail.inputs}  # of an example, whose source may be called like an input
        remarks = {name: remark for name, remark in detail.unusual.items() if name not in inputs}
        lines.extend(field_lines(detail.about, width, "text", remarks=remarks))
    if detail.notes:
        lines.extend(_section("notes", width, glyphs))
        for note in detail.notes:
            lines.extend([(line, "text")] for line in wrap(safe_lines(note), width))
    lines.extend(_section("history", width, glyphs))
    if not detail.history:
        lines.extend([(line, "dim")] for line in wrap("nothing yet: 1–9 label, p promotes", width))
    for entry in detail.history:
        lines.extend([(line, "dim")] for line in wrap(safe_text(entry), width))
    return lines


def _section(title: str, width: int, glyphs: Glyphs) -> list[Line]:
    return [[], [(fit(f"{glyphs.rule} {title} ", cell_len(title) + 3) + glyphs.rule * max(width - len(title) - 3, 0), "line")]]


def _sibling(other: Sibling, detail: Detail, width: int, glyphs: Glyphs) -> list[Line]:
    """Return what another model answered: beside its name where that is short, else below it, as candidates' answers are."""
    text = _text(other.prediction)
    score = f" {other.score:.2f}" if other.score is not None else ""
    if "\n" not in text and cell_len(text) <= WRAPPED:
        return field_lines([("also", f"{shown(other.model)}: {text}{score}  {glyphs.result(other.result)}")], width, "text")
    same = "as predicted  " if text == _text(detail.prediction) else ""
    head = field_lines([("also", f"{shown(other.model)}{score}  {same}{glyphs.result(other.result)}")], width, "text")
    return head if same else [*head, *_below(text, detail, width, glyphs)]


def _below(text: str, detail: Detail, width: int, glyphs: Glyphs) -> list[Line]:
    """Return the first lines of a long answer, words that are not expected marked, and how many more lines there are."""
    wrapped = wrap(text, max(width - 4, 8))
    most = len(wrapped) if detail.unfolded or len(wrapped) == _ANSWER + 1 else _ANSWER
    truth = detail.state.expected[0] if len(detail.state.expected) == 1 else detail.outcome
    spans = lacking_words(text, _text(truth)) if truth is not None else ()
    lines: list[Line] = [[("    ", "dim"), *line] for line in marked(wrapped[:most], text, spans, "text", "wrong-word")]
    if len(wrapped) > most:
        lines.append([(f"    {glyphs.ellipsis} {len(wrapped) - most:,} more lines: z shows them", "dim")])
    return lines


def _expected(state: RowState) -> list[tuple[str, object]]:
    """Return what people said should have been answered: short values on one line, others each on lines of their own."""
    note = "  (corrected)" if len(state.expected) == 1 else "  (disputed)"
    values = [readable(value) for value in state.expected]
    if any(isinstance(value, str) and ("\n" in value or len(value) > WRAPPED * 3) for value in values):
        return [(f"expected{note}", value) for value in values]
    return [("expected", " / ".join(shown(value) for value in values) + note)] if values else []


def _text(value: object) -> str:
    """Return an answer as harmless text, of several lines where it has them."""
    value = readable(value)
    return safe_lines(value) if isinstance(value, str) else shown(value)


def _answers(detail: Detail, width: int, glyphs: Glyphs) -> list[Line]:
    if detail.answers is None:
        if detail.waiting:
            return [[(line, "dim")] for line in wrap(detail.waiting, width)]
        # As many lines as the answers will take, so that what stands below does not move when they come.
        return [
            [(f"  {fit(safe_text(name, 60), min(cell_len(safe_text(name, 60)), width - 4))} {glyphs.ellipsis}", "dim")]
            for name in detail.candidates
        ]
    name_width = min(max([cell_len(safe_text(answer.name, 60)) for answer in detail.answers] + [6]), max(width // 3, 6))
    said_width = min(
        max([min(cell_len(_text(answer.prediction)), width) for answer in detail.answers] + [4]), max(width - name_width - 12, 4)
    )
    lines: list[Line] = []
    logged = _text(detail.prediction)
    for answer in detail.answers:
        mark = glyphs.flip(answer.flip)
        style = {"fixed": "right", "broken": "wrong"}.get(answer.flip or "", "dim")
        name = f" {fit(safe_text(answer.name, 60), name_width)}  "
        if answer.error is not None:
            wrapped = wrap(safe_text(answer.error, 400), max(width - name_width - 4, 8))
            lines.append([(glyphs.warning, "wrong"), (name, "dim"), (wrapped[0], "wrong")])
            lines.extend([(" " * (name_width + 4) + line, "wrong")] for line in wrapped[1:4])
            continue
        verdict = {True: glyphs.right, False: glyphs.wrong, None: " "}[answer.right]
        score = f"{answer.score:.2f}" if answer.score is not None else ""
        text = _text(answer.prediction)
        long = "\n" in text or cell_len(text) > said_width
        said = fit("as predicted" if text == logged else "", said_width) if long else fit(text, said_width)
        lines.append(
            [
                (mark, style),
                (name, "strong" if answer.name == detail.champion else "dim"),
                (f"{verdict} ", style),
                (f"{said}  {score}", "text"),
            ]
        )
        if long and text != logged:
            lines.extend(_below(text, detail, width, glyphs))
    return lines or [[("no candidate yet: add one to regrade.toml", "dim")]]
