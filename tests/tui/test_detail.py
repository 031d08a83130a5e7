"""The pane that shows one prediction whole."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import events

from regrade.safe_text import safe_text
from regrade.tui.glyphs import UNICODE
from regrade.tui.model import Dispute, RowState, View
from regrade.tui.screens import in_focus
from regrade.tui.widgets.detail_lines import Answer, Detail, detail_lines
from regrade.tui.widgets.lines import wrap
from regrade.tui.widgets.nested import folded, readable
from regrade.tui.widgets.word_diff import lacking_words, marked
from tests.tui.harness import HOSTILE, make_workspace, running


def said(detail: Detail, width: int = 44) -> str:
    return "\n".join("".join(part for part, _ in line) for line in detail_lines(detail, width, UNICODE))


def test_it_says_everything_that_is_known() -> None:
    detail = Detail(
        key="220417",
        result="wrong",
        prediction="on_time",
        scores=[("p_late", 0.31)],
        outcome="late",
        champion="prod",
        inputs=[("carrier", "EV"), ("precip", None)],
        state=RowState("promoted", "evening storms", ("late",), True),
        answers=[Answer("prod", "on_time", 0.31, False), Answer("retrained", "late", 0.57, True, "fixed"), Answer("bad", error="boom")],
        history=["2026-11-22 00:31 ann promoted"],
        notes=["a diversion"],
    )
    text = said(detail)
    for part in ("220417 · ✗ wrong · ● promoted", "⚑ pinned  evening storms", "███░░░░░░░ 0.31", "▲ retrained  ✓ late", "⚠ bad", "boom"):
        assert part in text
    for part in ("carrier      EV", "precip       –", "late  (corrected)", "ann promoted", "a diversion"):
        assert part in text


def test_a_regression_says_how_far_off_it_is_and_classes_have_their_whole_names() -> None:
    assert "off by       -3.5  (so far is right: 15)" in said(Detail("k", prediction=1.5, outcome=5, off=-3.5, tolerance=15.0))
    text = said(Detail("k", scores=[("other / none", 0.5), ("rest of it all", 0.1)]))
    assert "rest of it all █░" in text and "other / none   ███" in text


def test_disputed_expectations_are_all_named() -> None:
    assert "late / on_time  (disputed)" in said(Detail("k", state=RowState("disputed", None, ("late", "on_time"))))


@given(st.text(max_size=300), st.text(max_size=30), st.integers(30, 90))
def test_no_line_is_wider_than_the_pane(value: str, name: str, width: int) -> None:
    one_line = safe_text(value)
    views = (View(one_line, value, "k", (one_line,), (one_line,)), View("b", "b", "k", ("ann, 2026",)))
    detail = Detail(
        "k",
        "wrong",
        value,
        [("p", 0.5)],
        value,
        inputs=[(name, value)],
        answers=[Answer("a", value, 0.5), Answer("b", error=value)],
        disputes=[Dispute("k", "expected", "expected value", views)],
    )
    lines = detail_lines(detail, width, UNICODE)
    assert max(cell_len("".join(part for part, _ in line)) for line in lines) <= width


def test_nothing_in_it_controls_the_terminal() -> None:
    for text in HOSTILE:
        detail = Detail(
            text, "wrong", text, [(text, text)], text, inputs=[(text, text)], about=[(text, text)], history=[text], notes=[text]
        )
        shown = said(detail).replace("\n", "")
        assert shown.isprintable()


async def test_moving_on_reads_the_next_prediction_once_the_cursor_rests(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(workspace) as app:
        monkeypatch.setattr(in_focus, "REST_SECONDS", 0.5)
        await app.until(lambda: app.triage.detail_pane.detail and app.triage.detail_pane.detail.answers)
        asked = app.engine.count("answers")
        await app.press(*"jjjjjjjj")
        key = app.triage.grid.current_key
        await app.until(lambda: app.triage.detail_pane.detail.key == key and app.triage.detail_pane.detail.answers)
        assert app.engine.count("answers") - asked <= 3, "rows that were passed are not asked about"
        assert "▲ better" in app.triage.detail_pane.text


async def test_a_cursor_that_comes_back_at_once_finds_what_was_decided(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(workspace) as app:
        monkeypatch.setattr(in_focus, "REST_SECONDS", 0.3)
        await app.press("i", "k")
        assert app.triage.grid.cursor == 0 and "promoted" in app.triage.detail_pane.text


async def test_answers_stand_in_the_order_of_the_scoreboard_however_they_come(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.until(lambda: app.triage.detail_pane.detail and app.triage.detail_pane.detail.answers)
        given = app.engine.answers
        app.engine.answers = lambda key: {"key": key, "answers": given(key)["answers"][::-1]}  # type: ignore[method-assign]
        for key in "jkjk":  # once as the answers come, once as they are known
            await app.press(key)
            here = app.triage.grid.current_key
            await app.until(lambda here=here: app.triage.detail_pane.detail.key == here and app.triage.detail_pane.detail.answers)
            assert [each.name for each in app.triage.detail_pane.detail.answers] == ["logged", "better"]


async def test_enter_shows_it_alone_and_keys_still_decide(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("enter")
        assert not app.triage.grid.display or not app.triage.query_one("#list").display
        await app.press("j", "l")
        await app.type("storms")
        await app.press("enter")
        assert app.status(1) == "labelled"
        await app.press("escape")
        assert app.triage.query_one("#list").display


async def test_a_long_text_is_wrapped_and_scrolls(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws", 20, notes=("word " * 900 + "THE-END",))
    async with running(folder, (90, 24)) as app:
        await app.press("enter")
        await app.until(lambda: app.triage.detail_pane.detail and "THE-END" in app.triage.detail_pane.text)
        for _ in range(10):
            await app.press("ctrl+d")
        assert "THE-END" in app.screen_text()


async def test_unusual_values_are_marked_once_the_log_was_looked_at(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("slash", *"distance", "space", "greater_than_sign", *"797", "enter")
        await app.until(lambda: "p99" in app.triage.detail_pane.text)
        text = app.triage.detail_pane.text
        assert "distance     7" in text and text.count("p99.") == 2, "the distance, and the delay, which grows with it"
        assert app.app.services.survey._asked == app.app.services.log.epoch


def test_two_texts_are_compared_word_by_word() -> None:
    answer, truth = "the flight leaves at nine from gate B", "the flight leaves at ten from gate B today"
    assert [answer[first:last] for first, last in lacking_words(answer, truth)] == ["nine"]
    assert [truth[first:last] for first, last in lacking_words(truth, answer)] == ["ten", "today"]
    assert lacking_words("late", "on_time") == lacking_words("a b c", "d e f") == lacking_words("w " * 999, "w " * 999 + "x") == ()
    lines = detail_lines(Detail("k", prediction=answer, outcome=truth), 30, UNICODE)
    assert [text for line in lines for text, style in line if style == "wrong-word"] == ["nine"]
    assert [text for line in lines for text, style in line if style == "right-word"] == ["ten", "today"]
    long = " ".join(["what was said of it"] * 9)
    lines = detail_lines(Detail("k", prediction=f"{long}\n{long} cold", outcome=f"{long}\n{long} warm"), 40, UNICODE)
    assert [text for line in lines for text, style in line if style == "wrong-word"] == ["cold"]


@given(
    st.lists(st.sampled_from(["a", "bb", "ccc", " ", "\n", "漢字", "x" * 50]), max_size=30),
    st.text("ab c\n", max_size=40),
    st.integers(4, 30),
)
def test_marking_words_changes_no_line(parts: list[str], other: str, width: int) -> None:
    text = " ".join(parts)
    spans = lacking_words(text, other)
    for paragraph in text.split("\n"):
        lines = wrap(paragraph, width)
        assert ["".join(piece for piece, _ in line) for line in marked(lines, paragraph, spans, "text", "wrong-word")] == lines


def test_nested_values_are_folded_to_a_line_for_each_member() -> None:
    value = {"id": 7, "user": {"name": "ann", "plan": {"tier": 1}}, "tags": list("abcdefghij"), "items": [{"n": at} for at in range(9)]}
    assert str(readable(value)).count("\n") > 10
    assert folded(value) == "id: 7\nuser: {2} name, plan\ntags: [10] a, b, c, d, e, f, g, h, …\nitems: [9]"
    assert folded({"a": {"b": 1}}) == readable({"a": {"b": 1}}) and folded("plain") == "plain" and folded(None) is None
    talk = [{"role": "user", "content": "one\ntwo\nthree\nfour"}, {"role": "assistant", "content": "x\n" * 9}]
    assert folded(talk) == "user: one\ntwo\n… 2 more lines\nassistant: x\nx\n… 8 more lines"


async def test_an_open_prediction_is_searched_and_unfolded(tmp_path: Path) -> None:
    note = json.dumps({f"part{at}": {"needle": f"deep {at}"} for at in range(40)})
    folder = make_workspace(tmp_path / "ws", notes=(note, "a plain note"))
    with duckdb.connect() as connection:
        as_json = "CASE WHEN remark LIKE '{%' THEN remark::JSON END AS remark"
        connection.execute(f"CREATE TABLE log AS SELECT * REPLACE ({as_json}) FROM '{folder}/log.parquet'")
        connection.execute(f"COPY log TO '{folder}/log.parquet' (FORMAT parquet)")
    async with running(folder, (80, 24)) as app:
        pane = app.triage.detail_pane
        await app.press("n")
        assert "Enter opens a prediction" in app.triage.said
        await app.press("enter", "slash", *"needle")
        await app.until(lambda: app.triage.said.endswith("of 40 lines: n next, N before"))
        assert pane.text.count("part7: {1} needle") == 1 and "deep" not in pane.text
        app.triage.post_message(events.Key("enter", None))
        await app.press("z")
        assert "part7.needle: deep 7" in pane.text and len(pane.hits) == 40 and app.triage.zoomed
        await app.press("N", "n", "n")
        first = pane._hit
        assert pane.render_line(first - int(pane.scroll_offset.y)).text.startswith("┃")
        for _ in range(30):
            await app.pilot.press("n")
        assert pane.scroll_offset.y <= pane._hit < pane.scroll_offset.y + pane.size.height and pane._hit == first + 30
        await app.press("escape")
        assert app.triage.zoomed and pane.sought == ""
        await app.press("slash", "x", "escape", "escape")
        assert not app.triage.zoomed and app.app.focused is app.triage.grid
