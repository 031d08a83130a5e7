"""Answers of several lines: written and corrected in the app, shown whole, compared line by line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from regrade.log.typed_json import pretty, read_json
from regrade.tui.describe import decision
from regrade.tui.glyphs import UNICODE
from regrade.tui.model import RowState
from regrade.tui.own_editor import edited
from regrade.tui.screens.edit import Edit
from regrade.tui.widgets.detail_lines import Answer, Detail, detail_lines
from regrade.tui.widgets.emphasis import mark_words
from regrade.tui.widgets.lines import wrap
from tests.tui.harness import Driver, running

TRIP = {"to": "Rome", "legs": [{"n": 1}]}


def workspace(folder: Path, kind: str, rows: list[dict[str, object]]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    from regrade.config import load
    from regrade.log import add
    from regrade.paths import Paths

    toml = f'[task]\nkind = "{kind}"\n[log]\nid = "id"\nprediction = "output"\noutcome = "truth"\n'
    (folder / "regrade.toml").write_text(toml)
    paths = Paths(folder)
    add([folder / "log.jsonl"], paths, load(paths.config))
    return folder


def texts(*pairs: tuple[object, object]) -> list[dict[str, object]]:
    return [{"id": f"r{at}", "prompt": "p", "output": output, "truth": truth} for at, (output, truth) in enumerate(pairs)]


def dialog(app: Driver) -> Edit:
    screen = app.app.screen
    assert isinstance(screen, Edit)
    return screen


async def test_a_text_of_several_lines_is_corrected(tmp_path: Path) -> None:
    rows = texts(("one\n  two\x1b[2J\u202e", None), ("b", "beta"))
    async with running(workspace(tmp_path / "w", "text", rows)) as app:
        await app.press("g", "c")
        assert "starts with what was predicted" in dialog(app).said
        assert "\x1b" not in app.screen_text() and "two␛[2J" in app.screen_text()
        await app.press("ctrl+end", "enter", "h", "i", "ctrl+s")
        assert app.triage.decisions.of("r0").expected == ("one\n  two\x1b[2J\u202e\nhi",)
        assert app.triage.said == "corrected r0"
        await app.press("g", "j", "c")
        assert "logged outcome" in dialog(app).said
        await app.press("escape")
        assert app.status(1) == "open"


async def test_esc_asks_only_where_something_was_changed(tmp_path: Path) -> None:
    async with running(workspace(tmp_path / "w", "text", texts(("a", None)))) as app:
        await app.press("c", "x", "escape")
        assert "Leave without keeping" in app.screen_text()
        await app.press("n", "ctrl+s")
        assert app.triage.decisions.of("r0").expected == ("xa",)
        await app.press("g", "c", "y", "escape", "y")
        assert app.triage.decisions.of("r0").expected == ("xa",) and app.app.screen is app.triage


async def test_json_is_kept_only_when_it_is_json(tmp_path: Path) -> None:
    async with running(workspace(tmp_path / "w", "json", texts((TRIP, None), (TRIP, {"to": "Oslo"})))) as app:
        await app.press("g", "c", "down", "end", "comma", "ctrl+s")
        assert "line 2, column 16: expecting property name" in dialog(app).said
        await app.press("backspace", "ctrl+s")
        assert app.triage.decisions.of("r0").expected == (TRIP,)
        await app.press("asterisk", "c")
        assert "Expected of 2 predictions" in app.screen_text()
        await app.press("ctrl+s")
        assert "nothing is typed" in dialog(app).said
        await app.press("7", "ctrl+s")
        assert app.triage.decisions.of("r1").expected == (7,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1,\n "b": }', "line 2, column 7: expecting value"),
        ('{"a": 1, "a": 2}', 'the key "a" stands twice'),
        ("[NaN]", "NaN is no JSON"),
        ("[1e400]", "1e400 is larger"),
        ('"\\ud800"', "half a surrogate"),
        ("[" * 5_000, "too deep"),
        ("[" * 400 + "]" * 400, "too deep"),
        ('"a" "b"', "line 1, column 5: extra data"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(text: str, said: str) -> None:
    assert said in str(read_json(text)[1])


def test_json_is_laid_out_to_be_edited_and_reads_back() -> None:
    for value in (TRIP, [1, {"ü": None}], "plain", 3, 9007199254740993):
        assert read_json(pretty(value) if value != "plain" else '"plain"') == (value, None)
    assert pretty(json.dumps(TRIP)) == pretty(TRIP)


def test_the_editor_of_the_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    for command, said in (("", "no editor is set"), ("'", "no command"), ("/no/such", "No such file"), ("false", "ended with 1")):
        monkeypatch.setenv("EDITOR", command)
        text, trouble = edited("a", ".txt")
        assert text is None and said in trouble
    monkeypatch.setenv("EDITOR", "sed -i -e s/a/é/ -e '$a\\end'")
    assert edited("a\nb", ".json") == ("é\nb\nend", "")


def test_lines_that_differ_have_a_glyph_and_code_its_indent() -> None:
    same, theirs, ours = "def f():\n    return x\n" + "same " * 30, "\n    y = 1", "\n    y = 2"
    lines = detail_lines(Detail("k", "wrong", same + theirs, outcome=same + ours), 60, UNICODE)
    said = ["".join(part for part, _ in line).rstrip() for line in lines]
    assert "      return x" in said and "✗     y = 1" in said and "✓     y = 2" in said
    assert wrap("   a bb ccc", 7) == ["   a bb", "   ccc"]


def test_long_answers_are_shown_below_the_name_and_the_same_one_is_not_repeated() -> None:
    long = "\n".join(f"line {at}" for at in range(30))
    answers = [Answer("logged", long, None, False), Answer("other", "x" + long)]
    state = RowState("labelled", None, ("two\nlines",))
    text = "\n".join(
        "".join(part for part, _ in line) for line in detail_lines(Detail("k", "", long, state=state, answers=answers), 60, UNICODE)
    )
    assert "as predicted" in text and "… 18 more lines" in text and "expected  (corrected)\n  two\n  lines" in text


def test_a_history_says_json_as_json_and_a_long_text_in_short() -> None:
    assert decision("relabel", {"expected": {"é": None}}, None, {}) == 'corrected to {"é": null}'
    assert len(decision("relabel", {"expected": "x\n" * 5_000}, None, {})) < 250


def test_words_are_marked_in_what_the_log_says_only() -> None:
    marked = mark_words([[("oslo ", "dim"), ("To Oslo (a+b)", "text")]], ("oslo", "(a+b)"))
    assert marked == [[("oslo ", "dim"), ("To ", "text"), ("Oslo", "found"), (" ", "text"), ("(a+b)", "found")]]


async def test_a_search_marks_what_it_found(tmp_path: Path) -> None:
    async with running(workspace(tmp_path / "w", "text", texts(("to Oslo", None)))) as app:
        await app.press("slash", "o", "s", "l", "o", "enter")
        assert ("Oslo", "found") in [piece for line in app.triage.detail_pane._lines for piece in line]
